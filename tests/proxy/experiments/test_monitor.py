"""A breach stops a canary at once and is told of in a test; who cannot look does not go on."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import msgspec
import pytest

from statera.analysis.experiments.result import Contrast, Side, Standing
from statera.errors import StoreError
from statera.experiment.design import Design
from statera.proxy.experiments.monitor import Look, Monitor
from statera.proxy.experiments.states import BLIND_AFTER, EVERY, States
from statera.records.live import Occurrence
from tests.proxy.experiments import times
from tests.proxy.experiments.designs_made import design


def contrast(standing: Standing, outcome: str = "complaint") -> Contrast:
    return Contrast(
        outcome=outcome,
        arm="warm",
        base=Side(arm="base", value=0.01, units=700, reporting=7),
        candidate=Side(arm="warm", value=0.09, units=534, reporting=48),
        value=0.08,
        low=0.05123,
        high=None,
        level=0.95,
        error=0.01,
        standing=standing,
        limit=0.005,
    )


class Watched:
    """An experiment on a clock that is moved by hand; `written` is its store."""

    def __init__(self, made: Design) -> None:
        self.made, self.clock = made, times.Standing()
        self.written: list[Occurrence] = []
        self.states = States([made], lambda _: self.written, self.clock)
        self.states.refresh()

    def monitor(self, look: Look) -> Monitor:
        return Monitor(
            self.made, look, halt=self.written.append, states=self.states, clock=self.clock
        )

    @property
    def kinds(self) -> list[str]:
        return [one.kind for one in self.written]


CANARY = design(mode="canary")


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


Once = Callable[[Monitor], float]


@pytest.fixture
def once(pool: ThreadPoolExecutor) -> Once:
    return lambda monitor: asyncio.run(monitor.once(pool))


def giving(*found: Contrast) -> Look:
    return lambda: found


def failing() -> Iterator[Contrast]:
    raise StoreError("the database is away")


def test_nothing_is_written_while_nothing_is_breached(once: Once) -> None:
    watched = Watched(CANARY)
    monitor = watched.monitor(giving(contrast("open"), contrast("worse"), contrast("not_worse")))
    assert once(monitor) == EVERY
    assert not watched.written
    assert not watched.states.stopped("tone")


def test_a_breach_stops_a_canary_once_with_its_numbers(once: Once) -> None:
    watched = Watched(CANARY)
    both = giving(contrast("breached"), contrast("breached", "escalation"))
    monitor, other = watched.monitor(both), watched.monitor(both)
    once(monitor)
    assert watched.states.stopped("tone")
    assert watched.kinds == ["stopped"]
    [stop] = watched.written
    assert stop.detail == (
        "complaint of warm minus base is +0.08 (at least +0.05123), margin 0.005, after 1,234 units"
    )
    assert msgspec.json.decode(stop.data, type=Contrast) == contrast("breached")
    once(monitor)
    once(other)
    assert watched.kinds == ["stopped"]


def test_two_pods_that_see_one_breach_write_one_occurrence(once: Once) -> None:
    first, second = Watched(CANARY), Watched(CANARY)
    second.clock.at += 7
    for watched in (first, second):
        once(watched.monitor(giving(contrast("breached"))))
    assert first.written[0].id == second.written[0].id


def test_a_canary_that_is_resumed_is_stopped_again_by_what_is_still_breached(once: Once) -> None:
    watched = Watched(CANARY)
    monitor = watched.monitor(giving(contrast("breached")))
    once(monitor)
    watched.clock.at += 5
    resumed = Occurrence(id=1, experiment="tone", at=watched.clock.at, kind="resumed", detail="")
    watched.written.append(resumed)
    watched.states.refresh()
    assert not watched.states.stopped("tone")
    watched.clock.at += 1
    once(monitor)
    assert watched.kinds == ["stopped", "resumed", "stopped"]
    assert len({one.id for one in watched.written}) == 3
    assert watched.states.stopped("tone")


def test_a_stop_by_a_clock_that_is_behind_stops_all_the_same(once: Once) -> None:
    watched = Watched(CANARY)
    ahead = watched.clock.at + 300
    watched.written.append(Occurrence(id=1, experiment="tone", at=ahead, kind="resumed", detail=""))
    watched.states.refresh()
    once(watched.monitor(giving(contrast("breached"))))
    watched.states.refresh()
    assert watched.kinds == ["resumed", "stopped"]
    assert watched.written[1].at > ahead
    assert watched.states.standing("tone") == "stopped"


def test_a_breach_in_a_test_is_told_of_once_and_stops_nothing(once: Once) -> None:
    watched = Watched(design())
    monitor = watched.monitor(giving(contrast("breached"), contrast("breached", "escalation")))
    once(monitor)
    once(monitor)
    assert watched.kinds == ["breached", "breached"]
    assert not watched.states.stopped("tone")
    once(watched.monitor(giving(contrast("breached"))))
    assert watched.written[2].id == watched.written[0].id, "another pod says the same"


def test_a_canary_that_nobody_can_look_at_stands_at_the_base_until_somebody_can(
    once: Once,
) -> None:
    watched = Watched(CANARY)
    blind = watched.monitor(lambda: tuple(failing()))
    watched.clock.at += BLIND_AFTER
    once(blind)
    assert not watched.written
    watched.clock.at += 1
    watched.states.refresh()
    once(blind)
    once(blind)
    assert watched.kinds == ["blind"]
    assert "the database is away" in watched.written[0].detail
    assert watched.states.standing("tone") == "blind"
    watched.clock.at += 1
    once(watched.monitor(giving(contrast("open"))))
    assert watched.kinds == ["blind", "sighted"]
    assert not watched.states.stopped("tone")


def test_two_pods_of_which_one_cannot_look_change_sides_once_a_minute_at_most(once: Once) -> None:
    watched = Watched(CANARY)
    blind = watched.monitor(lambda: tuple(failing()))
    seeing = watched.monitor(giving(contrast("open")))
    for _ in range(100):
        watched.clock.at += 3.0
        once(blind)
        once(seeing)
        watched.states.refresh()
    assert watched.kinds[:2] == ["blind", "sighted"]
    assert len(watched.kinds) <= 2 * 300 / BLIND_AFTER


def test_a_test_goes_on_though_nobody_can_look(once: Once) -> None:
    watched = Watched(design())
    monitor = watched.monitor(lambda: tuple(failing()))
    watched.clock.at += 10 * BLIND_AFTER
    once(monitor)
    assert not watched.written
    assert not watched.states.stopped("tone")


def test_a_look_that_hangs_is_a_canary_that_nobody_looks_at(
    monkeypatch: pytest.MonkeyPatch, pool: ThreadPoolExecutor
) -> None:
    monkeypatch.setattr("statera.proxy.experiments.monitor.EVERY", 0.005)
    watched, entered, ended = Watched(CANARY), Event(), Event()

    def hang() -> tuple[Contrast, ...]:
        entered.set()
        ended.wait(10)
        return ()

    async def looked() -> None:
        task = asyncio.ensure_future(watched.monitor(hang).once(pool))
        await asyncio.to_thread(entered.wait, 5)
        watched.clock.at += BLIND_AFTER + 1
        watched.states.refresh()
        while not watched.written:
            await asyncio.to_thread(Event().wait, 0.005)
        assert watched.states.standing("tone") == "blind"
        ended.set()
        assert await task == 30.0

    asyncio.run(looked())
    assert watched.kinds == ["blind", "sighted"]


def test_after_a_long_look_it_rests_ten_times_as_long_but_looks_twice_a_minute(once: Once) -> None:
    watched = Watched(CANARY)

    def taking(seconds: float) -> Look:
        def look() -> tuple[Contrast, ...]:
            watched.clock.at += seconds
            return ()

        return look

    rests = [once(watched.monitor(taking(seconds))) for seconds in (0.1, 0.5, 1.5, 20.0)]
    assert rests == pytest.approx([2.0, 5.0, 15.0, 30.0])


def test_it_does_not_look_at_what_has_ended(once: Once) -> None:
    watched = Watched(CANARY)
    end = Occurrence(id=1, experiment="tone", at=1.0, kind="ended", detail="")
    watched.written.append(end)
    watched.states.refresh()
    once(watched.monitor(lambda: tuple(failing())))
    assert watched.kinds == ["ended"]


def test_the_loop_looks_again_and_again_whatever_a_look_raises(
    monkeypatch: pytest.MonkeyPatch, pool: ThreadPoolExecutor
) -> None:
    monkeypatch.setattr("statera.proxy.experiments.monitor.EVERY", 0.002)
    watched, often = Watched(CANARY), Event()
    looks: list[int] = []

    def look() -> tuple[Contrast, ...]:
        looks.append(1)
        if len(looks) == 3:
            often.set()
        raise ZeroDivisionError

    async def looked() -> None:
        task = asyncio.ensure_future(watched.monitor(look).run(pool))
        assert await asyncio.to_thread(often.wait, 5)
        assert not task.done()
        task.cancel()

    asyncio.run(looked())
