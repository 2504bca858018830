"""How many programs run at a time: as many as there are processor cores to run them."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from types import TracebackType
from weakref import WeakKeyDictionary

from statera.sandbox.programs import Finished, not_started


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Slots:
    """An asynchronous context entered by at most `cores()` tasks of an event loop at a time."""

    def __init__(self) -> None:
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )

    async def __aenter__(self) -> None:
        loop = asyncio.get_running_loop()
        await self._loops.setdefault(loop, asyncio.Semaphore(cores())).acquire()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loops[asyncio.get_running_loop()].release()

    async def run(self, program: Callable[[], Awaitable[Finished]]) -> Finished:
        """Run a program in a slot; one whose sandbox cannot be set up is told as such."""
        async with self:
            try:
                return await program()
            except OSError as error:
                return not_started(error)
