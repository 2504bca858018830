import asyncio

import pytest

from statera.models.deadlines import Deadlines


async def waited(deadlines: Deadlines, seconds: float, *, more: float = 0.0) -> str:
    task = deadlines.begin(seconds)
    try:
        await asyncio.sleep(0.01)
        deadlines.extend(task, more)
        await asyncio.sleep(0.2)
    except asyncio.CancelledError:
        if deadlines.passed(task):
            return "late"
        raise
    finally:
        deadlines.end(task)
    return "in time"


def test_those_that_are_late_are_cancelled_and_the_others_are_not() -> None:
    async def all_at_once() -> list[str]:
        deadlines = Deadlines(0.1)
        found = await asyncio.gather(
            waited(deadlines, 0.1), waited(deadlines, 60.0), waited(deadlines, 0.1, more=60.0)
        )
        return list(found)

    assert asyncio.run(all_at_once()) == ["late", "in time", "in time"]


def test_a_task_may_be_late_more_than_once() -> None:
    async def twice() -> list[str]:
        deadlines = Deadlines(0.1)
        return [await waited(deadlines, 0.1), await waited(deadlines, 0.1)]

    assert asyncio.run(twice()) == ["late", "late"]


def test_a_cancellation_by_somebody_else_is_theirs() -> None:
    async def cancelled() -> None:
        task = asyncio.ensure_future(waited(Deadlines(60.0), 60.0))
        await asyncio.sleep(0.02)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())


def test_nothing_is_left_when_nobody_waits() -> None:
    async def quiet() -> tuple[str, object]:
        deadlines = Deadlines(0.1)
        found = await waited(deadlines, 60.0)
        await asyncio.sleep(0.05)
        return found, deadlines._timer

    assert asyncio.run(quiet()) == ("in time", None)
