import asyncio

import pytest

from statera.proxy.admission import Admission, Turned
from statera.proxy.board import Board


def test_places_are_given_in_line_and_no_more_wait_than_may() -> None:
    async def go() -> None:
        told: list[tuple[int, int]] = []
        admission = Admission(limit=1, queue=2, seconds=5, changed=lambda *busy: told.append(busy))
        await admission.enter()
        order: list[int] = []

        async def wait(number: int) -> None:
            await admission.enter()
            order.append(number)

        tasks = [asyncio.ensure_future(wait(number)) for number in range(2)]
        await asyncio.sleep(0)
        assert admission.waiting == 2
        with pytest.raises(Turned, match="overloaded"):
            await admission.enter()
        admission.leave()
        await asyncio.sleep(0)
        assert order == [0]
        assert admission.inflight == 1
        admission.leave()
        await asyncio.gather(*tasks)
        assert order == [0, 1]
        admission.leave()
        assert (admission.inflight, admission.waiting) == (0, 0)
        assert told[0] == (1, 0)
        assert told[-1] == (0, 0)

    asyncio.run(go())


def test_who_waits_too_long_or_leaves_gives_up_its_place_in_line() -> None:
    async def go() -> None:
        admission = Admission(limit=1, queue=5, seconds=0.01)
        await admission.enter()
        with pytest.raises(Turned, match="overloaded"):
            await admission.enter()
        left = asyncio.ensure_future(admission.enter())
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.sleep(0)
        assert admission.waiting == 0
        admission.leave()
        assert admission.inflight == 0

    asyncio.run(go())


def test_a_place_given_to_one_who_leaves_goes_to_the_next() -> None:
    async def go() -> None:
        admission = Admission(limit=1, queue=5, seconds=5)
        await admission.enter()
        leaving = asyncio.ensure_future(admission.enter())
        staying = asyncio.ensure_future(admission.enter())
        await asyncio.sleep(0)
        admission.leave()
        leaving.cancel()
        await asyncio.wait_for(staying, 1)
        assert leaving.cancelled()
        assert admission.inflight == 1

    asyncio.run(go())


@pytest.mark.parametrize("told", [True, False])
def test_draining_turns_away_all_but_those_who_are_in(told: bool) -> None:
    async def go() -> None:
        board = Board(1)
        admission = Admission(limit=1, queue=5, seconds=5, draining=lambda: board.draining)
        await admission.enter()
        waiting = asyncio.ensure_future(admission.enter())
        await asyncio.sleep(0)
        board.drain()
        if told:
            admission.turn_away()
        else:
            admission.leave()
        with pytest.raises(Turned, match="draining"):
            await waiting
        with pytest.raises(Turned, match="draining"):
            await admission.enter()
        if told:
            assert not await admission.emptied(0.01)
            admission.leave()
        assert await admission.emptied(0.01)

    asyncio.run(go())


def test_an_order_to_all_holds_at_once() -> None:
    async def go() -> None:
        board = Board(1)
        admission = Admission(limit=1, queue=0, seconds=5, draining=lambda: board.draining)
        board.drain()
        assert not admission.entered()
        with pytest.raises(Turned, match="draining"):
            admission.look()
        board.resume()
        admission.look()
        assert admission.entered()
        with pytest.raises(Turned, match="overloaded"):
            admission.look()

    asyncio.run(go())
