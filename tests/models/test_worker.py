import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

from statera.models.llama import Cancelled, Halted
from statera.models.worker import Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.close()


def counting(limit: int, seen: list[int]) -> Iterator[int]:
    for number in range(limit):
        seen.append(number)
        yield number


def test_jobs_run_in_one_thread_in_the_order_of_arrival(worker: Worker) -> None:
    order: list[tuple[int, int]] = []

    async def main() -> list[int]:
        async def one(number: int) -> int:
            def job(_: Halted) -> int:
                order.append((number, threading.get_ident()))
                return number

            return await worker.call(job)

        return await asyncio.gather(*(one(n) for n in range(20)))

    assert asyncio.run(main()) == list(range(20))
    assert [number for number, _ in order] == list(range(20))
    assert len({thread for _, thread in order} | {threading.get_ident()}) == 2


def test_what_a_job_raises_reaches_who_asked(worker: Worker) -> None:
    def fail(_: Halted) -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    async def main() -> list[int]:
        stream = worker.stream(fail)
        got = [await anext(stream)]
        with pytest.raises(ValueError, match="broken"):
            await anext(stream)
        return got

    assert asyncio.run(main()) == [1]


def test_a_closed_stream_stops_the_work(worker: Worker) -> None:
    begun, halts = threading.Event(), []

    def endless(halted: Halted) -> Iterator[int]:
        yield 0
        begun.set()
        while not halted():
            threading.Event().wait(0.001)
        halts.append(True)
        raise Cancelled

    async def main() -> None:
        stream: AsyncIterator[int] = worker.stream(endless)
        async with aclosing(stream):  # type: ignore[type-var]
            assert await anext(stream) == 0
            await asyncio.to_thread(begun.wait, 10)
        await worker.call(lambda _: None)

    asyncio.run(main())
    assert halts == [True]


def test_a_cancelled_job_that_waits_never_begins(worker: Worker) -> None:
    gate, ran = threading.Event(), []

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker.call(lambda _: gate.wait(10)))
            await asyncio.sleep(0)
            waiting = group.create_task(worker.call(lambda _: ran.append(1)))
            await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.sleep(0)
            gate.set()
        await worker.call(lambda _: None)

    asyncio.run(main())
    assert ran == []


def test_closing_halts_the_job_in_hand() -> None:
    worker, begun = Worker(), threading.Event()

    def long(halted: Halted) -> None:
        begun.set()
        while not halted():
            threading.Event().wait(0.001)
        raise Cancelled

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(_cancelled(worker, long))
            await asyncio.to_thread(begun.wait, 10)
            await asyncio.to_thread(worker.close)
        assert task.result()

    asyncio.run(main())


async def _cancelled(worker: Worker, job: object) -> bool:
    try:
        await worker.call(job)  # type: ignore[arg-type]
    except Cancelled:
        return True
    return False


def test_the_stream_yields_what_the_job_yields(worker: Worker) -> None:
    seen: list[int] = []

    async def main() -> list[int]:
        return [item async for item in worker.stream(lambda _: counting(50, seen))]

    assert asyncio.run(main()) == seen == list(range(50))
