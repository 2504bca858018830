"""How an experiment stands is what the store says, and base for a canary whose state is unknown."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import msgspec
import pytest

from statera.errors import StoreError
from statera.proxy.experiments.states import BLIND_AFTER, Standing, States, standing
from statera.records.live import Occurrence
from tests.proxy.experiments import times
from tests.proxy.experiments.designs_made import design


def happened(*kinds: str, name: str = "tone") -> list[Occurrence]:
    return [
        Occurrence(id=n + 1, experiment=name, at=float(n), kind=kind, detail="")
        for n, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize(
    ("kinds", "stands"),
    [
        ("", "running"),
        ("started edited breached", "running"),
        ("started stopped", "stopped"),
        ("started stopped resumed", "running"),
        ("started ended resumed started", "ended"),
        ("started blind", "blind"),
        ("started blind sighted", "running"),
        ("started stopped blind sighted", "stopped"),
        ("started blind stopped", "stopped"),
        ("started blind resumed", "blind"),
    ],
)
def test_occurrences_say_how_an_experiment_stands(kinds: str, stands: Standing) -> None:
    found = happened(*kinds.split())
    assert standing(found) == standing(reversed(found)) == stands


def test_of_two_at_one_moment_the_stop_counts() -> None:
    at_once = [msgspec.structs.replace(one, at=7.0) for one in happened("stopped", "resumed")]
    assert standing(at_once) == standing(reversed(at_once)) == "stopped"


class Book:
    """Occurrences that a test writes, and can take away."""

    def __init__(self) -> None:
        self.found: dict[str, list[Occurrence]] = {}
        self.away = False

    def read(self, name: str) -> list[Occurrence]:
        if self.away:
            raise StoreError("the database is away")
        return self.found.get(name, [])


def test_a_stop_is_known_once_it_was_read_and_stays_while_the_store_is_away() -> None:
    book, clock = Book(), times.Standing()
    states = States([design(), design(experiment="other")], book.read, clock)
    assert not states.stopped("tone")
    book.found["tone"] = happened("started", "stopped")
    states.refresh()
    assert (states.stopped("tone"), states.standing("tone")) == (True, "stopped")
    assert not states.stopped("other")
    book.away = True
    with pytest.raises(StoreError):
        states.refresh()
    clock.at += 10 * BLIND_AFTER
    assert states.stopped("tone")
    assert not states.stopped("other")
    assert not states.stopped("not served")


def test_a_canary_is_at_the_base_until_its_state_was_read_and_when_it_cannot_be() -> None:
    book, clock = Book(), times.Standing()
    states = States([design(mode="canary")], book.read, clock)
    assert (states.stopped("tone"), states.standing("tone")) == (True, "blind")
    states.refresh()
    assert not states.stopped("tone")
    clock.at += BLIND_AFTER
    assert not states.stopped("tone")
    clock.at += 1
    assert states.stopped("tone")
    states.refresh()
    assert (states.stopped("tone"), states.standing("tone")) == (False, "running")


def test_a_canary_is_at_the_base_where_nobody_is_left_who_watches() -> None:
    book, clock, there = Book(), times.Standing(), [True]
    both = [design(mode="canary"), design(experiment="other")]
    states = States(both, book.read, clock, lambda: there[0])
    states.refresh()
    assert not states.stopped("tone")
    there[0] = False
    assert states.standing("tone") == "blind"
    assert states.standing("other") == "running", "people decide of a test"
    there[0] = True
    assert states.standing("tone") == "running"


def test_what_this_process_wrote_counts_before_the_store_has_it() -> None:
    book = Book()
    states = States([design()], book.read, times.Standing())
    assert states.last("tone") == 0
    [_, stop] = happened("started", "stopped")
    states.learn(stop)
    assert (states.stopped("tone"), states.last("tone")) == (True, stop.id)
    states.refresh()
    assert states.stopped("tone"), "it is still on its way to the store"
    book.found["tone"] = happened("started", "stopped", "resumed")
    states.refresh()
    assert (states.stopped("tone"), states.last("tone")) == (False, 3)


def test_the_loop_reads_off_the_event_loop_and_survives_whatever_reading_fails_of() -> None:
    asked = Event()

    def read(name: str) -> list[Occurrence]:
        asked.set()
        raise ZeroDivisionError(name)

    async def looked() -> None:
        with ThreadPoolExecutor(1) as pool:
            task = asyncio.ensure_future(States([design()], read, times.Standing()).run(pool))
            await asyncio.to_thread(asked.wait, 5)
            await asyncio.sleep(0.01)
            assert not task.done()
            task.cancel()

    asyncio.run(looked())
    assert asked.is_set()


async def _runs_until_its_pool_ends() -> None:
    pool = ThreadPoolExecutor(1)
    states = States([], lambda _: (), times.Standing())
    pool.shutdown()
    await asyncio.wait_for(states.run(pool), 5)


def test_it_ends_with_its_pool_and_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    asyncio.run(_runs_until_its_pool_ends())
    assert caplog.text == ""
