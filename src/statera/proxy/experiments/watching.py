"""What an application's experiment needs done beside its requests, in a thread of its own.

    watch = Watch([states.run, monitor.run])
    watch.start()
    watch.stop()

Its own event loop, since an application may have none that lasts; a daemon, since one may never say
that it ends.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from threading import Event, Thread

Loop = Callable[[Executor], Awaitable[None]]


class Watch:
    """Runs loops until it is stopped; each gets a pool in which it may block."""

    def __init__(self, loops: Sequence[Loop]) -> None:
        self._loops = tuple(loops)
        self._thread = Thread(target=self._run, name="statera-experiment", daemon=True)
        self._begun = Event()
        self._end: Callable[[], object] = lambda: None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End the loops, and wait until they have; what blocks is not waited for."""
        if not self._thread.is_alive():
            return
        self._begun.wait(5)
        self._end()
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.run(self._watch())

    async def _watch(self) -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        self._end = lambda: None if loop.is_closed() else loop.call_soon_threadsafe(over.set)
        self._begun.set()
        pool = ThreadPoolExecutor(len(self._loops) or 1, thread_name_prefix="statera-look")
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(_running(one, pool)) for one in self._loops]
                await over.wait()
                for task in tasks:
                    task.cancel()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


async def _running(loop: Loop, pool: Executor) -> None:
    await loop(pool)
