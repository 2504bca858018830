"""One thread in which an engine works, so that the event loop never waits for arithmetic.

Jobs run one at a time in the order in which they came. Whoever stops waiting (a cancelled task, a
closed stream) stops the work: a job that has not begun never does, one that has is told through
`halted`.

    worker = Worker()
    pieces = [p async for p in worker.stream(lambda halted: generate(engine, tokens, draw))]
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

from statera.models.llama import Halted

T = TypeVar("T")


class _Finished:
    """Marks the end of a stream."""


class Worker:
    """A thread with a queue, first come, first served."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="statera-engine")
        self._closing = Event()

    async def call(self, job: Callable[[Halted], T]) -> T:
        """Run the job in the thread and return what it returns."""
        gone = Event()
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, job, self._halted(gone))
        finally:
            gone.set()

    async def stream(self, job: Callable[[Halted], Iterator[T]]) -> AsyncGenerator[T, None]:
        """Run the job in the thread and yield what it yields, as it comes."""
        loop, gone = asyncio.get_running_loop(), Event()
        queue: asyncio.Queue[T | _Finished] = asyncio.Queue()

        def feed() -> None:
            try:
                for item in job(self._halted(gone)):
                    if gone.is_set():
                        return
                    loop.call_soon_threadsafe(queue.put_nowait, item)
            finally:
                if not gone.is_set():
                    loop.call_soon_threadsafe(queue.put_nowait, _Finished())

        done = loop.run_in_executor(self._thread, feed)
        try:
            while not isinstance(item := await queue.get(), _Finished):
                yield item
            await done
        finally:
            gone.set()
            done.cancel()

    def close(self) -> None:
        """Halt the job in hand, drop those that wait, and end the thread."""
        self._closing.set()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _halted(self, gone: Event) -> Halted:
        return lambda: gone.is_set() or self._closing.is_set()
