"""Group commit: finished trials reach the disk together, within 100 ms of the first of them.

    async with Journal(store, run.id, clock) as journal:
        await journal.add(Scored(trial, scores))

A commit runs in the journal's own thread, so that a slow disk, or another process that holds the
store, never holds up the requests in flight. What is added meanwhile goes with the next commit.
When the disk falls far behind, `add` waits, so that memory stays flat.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

from statera.errors import StateraError
from statera.protocols import Clock
from statera.store.rows import Scored

INTERVAL = 0.08
"""Seconds from the first pending trial to the start of its commit."""

LIMIT = 500
"""So many pending trials are committed at once."""

BACKLOG = 4 * LIMIT
"""From so many pending trials on, `add` waits for the disk."""


class Sink(Protocol):
    """Where a journal writes: a RunStore."""

    def write(self, run_id: str, batch: Sequence[Scored]) -> None:
        """Keep the whole batch or none of it; StoreError when it cannot."""
        ...


class Journal:
    """Commits what is added, in groups; leaving it commits the rest, whatever ended the block.

    The first commit that fails ends it: its error is raised by the next `add` or `flush`, and on
    leaving.
    """

    def __init__(self, store: Sink, run_id: str, clock: Clock) -> None:
        self._store = store
        self._run_id = run_id
        self._clock = clock
        self._pending: list[Scored] = []
        self._deadline = 0.0
        self._added = self._kept = 0
        self._leaving = False
        self._failure: StateraError | None = None
        self._some, self._hurry, self._settled = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._group = asyncio.TaskGroup()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="statera-journal")

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._group.create_task(self._commit_all())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leaving = True
        self._some.set()
        self._hurry.set()
        try:
            await self._group.__aexit__(None, None, None)
        finally:
            self._thread.shutdown(wait=True)
        if self._failure is not None and error is not self._failure:
            raise self._failure

    async def add(self, item: Scored) -> None:
        """Hand over a finished trial: on disk within 100 ms, or when the journal is left."""
        if self._failure is not None:
            raise self._failure
        if not self._pending:
            self._deadline = self._clock.monotonic() + INTERVAL
            self._some.set()
        self._pending.append(item)
        self._added += 1
        if len(self._pending) >= LIMIT:
            self._hurry.set()
        if len(self._pending) >= BACKLOG:
            await self._until(lambda: len(self._pending) < BACKLOG)

    async def flush(self) -> None:
        """Return when everything added so far is on disk."""
        wanted = self._added
        self._hurry.set()
        await self._until(lambda: self._kept >= wanted)

    async def _until(self, reached: Callable[[], bool]) -> None:
        while self._failure is None and not reached():
            self._settled.clear()
            await self._settled.wait()
        if self._failure is not None:
            raise self._failure

    async def _commit_all(self) -> None:
        """Commit group after group until the journal is left or a commit fails."""
        loop = asyncio.get_running_loop()
        while self._failure is None and await self._gathered():
            batch, self._pending = self._pending, []
            try:
                await loop.run_in_executor(self._thread, self._store.write, self._run_id, batch)
                self._kept += len(batch)
            except StateraError as error:
                self._failure = error
            self._settled.set()

    async def _gathered(self) -> bool:
        """Wait for a group that is due; False when the journal is left and nothing is pending."""
        if not self._leaving:
            await self._some.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._deadline - self._clock.monotonic()):
                    await self._hurry.wait()
            self._some.clear()
            self._hurry.clear()
        return bool(self._pending)
