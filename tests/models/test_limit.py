import asyncio
from collections.abc import AsyncGenerator
from functools import partial

import pytest

from statera.errors import DeclarationError
from statera.models.attempts import AttemptFailed, AttemptKind
from statera.models.limit import Limit, Limited
from statera.protocols import Model, Streaming
from statera.records.requests import Chat, Complete, Request
from statera.records.responses import Capabilities, Response
from tests.models.asking import chat


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.moment = 0.0

    def now(self) -> float:
        return self.moment

    def monotonic(self) -> float:
        return self.moment


class Held:
    """A model that answers when it is let go, and counts how many wait."""

    identity = "held"

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.inside = 0
        self.most = 0
        self.fails: AttemptKind | None = None

    async def answer(self, request: Request) -> Response:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.go.wait()
            if self.fails:
                raise AttemptFailed(self.fails, "no")
            return Response(text=str(getattr(request, "prompt", "")))
        finally:
            self.inside -= 1

    async def stream(self, request: Chat | Complete) -> AsyncGenerator[str | Response, None]:
        response = await self.answer(request)
        yield "piece"
        yield response

    async def capabilities(self) -> Capabilities:
        return Capabilities()

    async def close(self) -> None:
        self.go.set()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def moved(limit: Limit, clock: Hands, latency: float, answers: int) -> None:
    """Let that many answers of that latency come in, one after the other."""
    for _ in range(answers):
        began = clock.moment
        clock.moment += latency
        limit.answered(began)


def test_it_is_a_model_that_streams() -> None:
    async def main() -> None:
        limited = Limited(Held(), partial(Limit, 2, clock=Hands()))
        assert isinstance(limited, Model)
        assert isinstance(limited, Streaming)
        assert limited.identity == "held"
        assert await limited.capabilities() == Capabilities()

    asyncio.run(main())


@pytest.mark.parametrize("most", [0, -1])
def test_a_limit_below_one_is_a_declared_error(most: int) -> None:
    with pytest.raises(DeclarationError, match="at least 1"):
        Limit(most, clock=Hands())


def test_it_starts_at_the_most_and_never_goes_above() -> None:
    clock = Hands()
    limit = Limit(64, clock=clock)
    moved(limit, clock, 0.05, 5000)
    assert limit.size == 64


def test_a_push_back_halves_it_and_one_is_the_least() -> None:
    clock = Hands()
    limit = Limit(64, clock=clock)
    sizes = []
    for _ in range(9):
        clock.moment += 1.0
        limit.pushed_back(clock.moment)
        sizes.append(limit.size)
    assert sizes == [32, 16, 8, 4, 2, 1, 1, 1, 1]


def test_one_burst_halves_it_once() -> None:
    clock = Hands()
    limit = Limit(64, clock=clock)
    clock.moment = 1.0
    for _ in range(64):
        limit.pushed_back(0.5)
    assert limit.size == 32
    clock.moment = 2.0
    limit.pushed_back(1.5)
    assert limit.size == 16


def test_it_grows_back_while_latency_holds() -> None:
    clock = Hands()
    limit = Limit(64, clock=clock)
    limit.pushed_back(0.0)
    moved(limit, clock, 0.05, 50)
    assert 32 < limit.size < 64
    moved(limit, clock, 0.05, 1000)
    assert limit.size == 64


def test_it_does_not_grow_while_latency_climbs() -> None:
    clock = Hands()
    limit = Limit(64, clock=clock)
    clock.moment = 1.0
    limit.pushed_back(1.0)
    moved(limit, clock, 0.05, 5)
    size = limit.size
    moved(limit, clock, 5.0, 30)
    assert limit.size <= size + 1


def test_it_grows_again_once_a_higher_latency_has_become_usual() -> None:
    clock = Hands()
    limit = Limit(64, clock=clock)
    limit.pushed_back(0.0)
    moved(limit, clock, 0.05, 5)
    moved(limit, clock, 5.0, 2000)
    assert limit.size == 64


def narrowed(clock: Hands) -> Limit:
    """Return a limit that has fallen to 1 after an answer."""
    limit = Limit(2, clock=clock)
    limit.answered(clock.moment)
    limit.refused(clock.moment, None)
    assert (limit.size, limit.pace) == (1, 0.0)
    return limit


def refuse(limit: Limit, clock: Hands, asked: float | None = None) -> None:
    """Let a request be sent and refused a second later."""
    clock.moment += 1.0
    limit.refused(clock.moment, asked)


def test_a_429_at_one_slows_the_pace_and_answers_quicken_it() -> None:
    clock = Hands()
    limit = narrowed(clock)
    paces = []
    for _ in range(4):
        refuse(limit, clock)
        paces.append(limit.pace)
    assert paces == [0.1, 0.2, 0.4, 0.8]
    limit.answered(clock.moment)
    assert limit.pace == pytest.approx(0.56)
    for _ in range(40):
        limit.answered(clock.moment)
    assert limit.pace == 0.0
    assert limit.size == 2


def test_ten_429s_at_the_pace_without_an_answer_end_it() -> None:
    clock = Hands()
    limit = narrowed(clock)
    for _ in range(11):
        refuse(limit, clock)
    assert (limit.pace, limit.size) == (0.0, 1)


def test_a_server_that_never_answered_is_not_paced() -> None:
    clock = Hands()
    limit = Limit(1, clock=clock)
    refuse(limit, clock)
    assert limit.pace == 0.0


@pytest.mark.parametrize("asked", [None, 0.2])
def test_at_a_pace_requests_are_sent_one_by_one(asked: float | None) -> None:
    async def main() -> None:
        clock = Hands()
        limit = narrowed(clock)
        refuse(limit, clock, asked)
        waiting = [asyncio.ensure_future(limit.enter()) for _ in range(2)]
        await settle()
        assert [one.done() for one in waiting] == [False, False]
        clock.moment += asked or 0.1
        await asyncio.wait_for(waiting[0], 5)
        limit.leave()
        await settle()
        assert not waiting[1].done()
        clock.moment += 0.1
        await asyncio.wait_for(waiting[1], 5)

    asyncio.run(main())


def test_no_more_are_inside_than_the_limit_and_all_get_their_turn() -> None:
    async def main() -> None:
        held = Held()
        limited = Limited(held, partial(Limit, 3, clock=Hands()))
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(limited.answer(Complete(prompt=str(number))))
                for number in range(20)
            ]
            await settle()
            assert (held.inside, limited.limit.in_flight) == (3, 3)
            held.go.set()
        assert [task.result().text for task in tasks] == [str(number) for number in range(20)]
        assert (held.most, limited.limit.in_flight) == (3, 0)

    asyncio.run(main())


def test_those_who_wait_are_served_in_order() -> None:
    async def main() -> list[int]:
        limit, order = Limit(1, clock=Hands()), list[int]()

        async def one(number: int) -> None:
            await limit.enter()
            order.append(number)
            await asyncio.sleep(0)
            limit.leave()

        async with asyncio.TaskGroup() as group:
            for number in range(10):
                group.create_task(one(number))
        return order

    assert asyncio.run(main()) == list(range(10))


@pytest.mark.parametrize("when", ["waiting", "called"])
def test_one_who_leaves_the_queue_takes_no_slot_along(when: str) -> None:
    async def main() -> int:
        limit = Limit(1, clock=Hands())
        await limit.enter()
        waiting = asyncio.ensure_future(limit.enter())
        await settle()
        if when == "called":
            limit.leave()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        if when == "waiting":
            limit.leave()
        await asyncio.wait_for(limit.enter(), 5)
        return limit.in_flight

    assert asyncio.run(main()) == 1


def test_a_smaller_limit_holds_for_those_who_wait() -> None:
    async def main() -> None:
        clock = Hands()
        limit = Limit(4, clock=clock)
        for _ in range(4):
            await limit.enter()
        waiting = [asyncio.ensure_future(limit.enter()) for _ in range(4)]
        await settle()
        limit.pushed_back(0.0)
        limit.leave()
        limit.leave()
        await settle()
        assert [one.done() for one in waiting] == [False] * 4
        limit.leave()
        await settle()
        assert [one.done() for one in waiting] == [True, False, False, False]
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(main())


SIGNALS: list[tuple[AttemptKind, int]] = [
    ("busy", 4),
    ("timeout", 4),
    ("server", 8),
    ("reset", 8),
    ("undecodable", 8),
]


@pytest.mark.parametrize(("kind", "size"), SIGNALS)
@pytest.mark.parametrize("streaming", [False, True])
def test_only_a_429_or_a_time_out_shrinks_it(kind: AttemptKind, size: int, streaming: bool) -> None:
    async def main() -> int:
        held = Held()
        held.fails = kind
        held.go.set()
        limited = Limited(held, partial(Limit, 8, clock=Hands()))
        asked = anext(limited.stream(Complete(prompt=""))) if streaming else limited.answer(chat())
        with pytest.raises(AttemptFailed):
            await asked
        assert limited.limit.in_flight == 0
        return limited.limit.size

    assert asyncio.run(main()) == size


def test_a_stream_holds_its_slot_until_it_ends() -> None:
    async def main() -> None:
        held = Held()
        held.go.set()
        limited = Limited(held, partial(Limit, 2, clock=Hands()))
        stream = limited.stream(Complete(prompt=""))
        assert await anext(stream) == "piece"
        assert limited.limit.in_flight == 1
        await stream.aclose()
        assert limited.limit.in_flight == 0

    asyncio.run(main())
