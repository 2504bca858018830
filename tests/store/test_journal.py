"""Group commit in a real store, in real time where time is the point."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from statera.errors import StoreError
from statera.models.clock import SystemClock
from statera.store import journal as journals
from statera.store.journal import BACKLOG, LIMIT, Journal
from statera.store.rows import Scored
from statera.store.runstore import RunStore
from tests.store.made import opened, scored


class Slow:
    """A store on a disk that takes its time; knows the sizes of its commits."""

    def __init__(self, store: RunStore) -> None:
        self.store = store
        self.sizes: list[int] = []
        self.gate, self.done = threading.Event(), threading.Event()
        self.gate.set()

    def write(self, run_id: str, batch: Sequence[Scored]) -> None:
        assert self.gate.wait(30)
        self.store.write(run_id, batch)
        self.sizes.append(len(batch))
        self.done.set()


class Broken:
    """A store whose disk is full after so many commits."""

    def __init__(self, store: RunStore, good: int) -> None:
        self.store, self.good = store, good

    def write(self, run_id: str, batch: Sequence[Scored]) -> None:
        if self.good <= 0:
            raise StoreError("store.sqlite: the disk is full")
        self.good -= 1
        self.store.write(run_id, batch)


def test_leaving_commits_everything(store: RunStore) -> None:
    run = opened(store, 30)

    async def use() -> None:
        async with Journal(store, run.id, SystemClock()) as journal:
            for number in range(30):
                await journal.add(scored(number))

    asyncio.run(use())
    assert store.counts(run.id).trials == 30


def test_what_is_added_together_is_committed_together(store: RunStore) -> None:
    run = opened(store, 50)
    sink = Slow(store)

    async def use() -> None:
        async with Journal(sink, run.id, SystemClock()) as journal:
            for number in range(50):
                await journal.add(scored(number))
            assert await asyncio.to_thread(sink.done.wait, 30)

    asyncio.run(asyncio.wait_for(use(), 30))
    assert sink.sizes == [50]


def test_a_full_group_does_not_wait(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "INTERVAL", 3600.0)
    run = opened(store, LIMIT)
    sink = Slow(store)

    async def use() -> None:
        async with Journal(sink, run.id, SystemClock()) as journal:
            for number in range(LIMIT):
                await journal.add(scored(number))
            assert await asyncio.to_thread(sink.done.wait, 30)

    asyncio.run(asyncio.wait_for(use(), 30))
    assert sink.sizes == [LIMIT]


def test_flushing_waits_for_the_disk_and_not_for_the_interval(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "INTERVAL", 3600.0)
    run = opened(store, 3)

    async def use() -> None:
        async with Journal(store, run.id, SystemClock()) as journal:
            await journal.flush()
            for number in range(3):
                await journal.add(scored(number))
                await journal.flush()
                assert store.counts(run.id).trials == number + 1

    asyncio.run(asyncio.wait_for(use(), 30))


def test_a_slow_disk_holds_up_nothing_but_the_backlog(store: RunStore) -> None:
    run = opened(store, BACKLOG + LIMIT + 10)
    sink = Slow(store)
    sink.gate.clear()

    async def use() -> int:
        turns = 0
        async with Journal(sink, run.id, SystemClock()) as journal:

            async def add() -> None:
                for number in range(BACKLOG + LIMIT + 10):
                    await journal.add(scored(number))

            async with asyncio.TaskGroup() as group:
                adding = group.create_task(add())
                while turns < 100:
                    await asyncio.sleep(0.001)
                    turns += 1
                assert not adding.done()
                assert store.counts(run.id).trials == 0
                sink.gate.set()
        return turns

    assert asyncio.run(asyncio.wait_for(use(), 60)) == 100
    assert store.counts(run.id).trials == BACKLOG + LIMIT + 10
    assert max(sink.sizes) <= BACKLOG


def test_a_failing_commit_reaches_the_one_who_adds_and_the_one_who_leaves(
    store: RunStore,
) -> None:
    run = opened(store, 30)
    seen: list[str] = []

    async def use() -> None:
        async with Journal(Broken(store, good=1), run.id, SystemClock()) as journal:
            await journal.add(scored(0))
            await journal.flush()
            await journal.add(scored(1))
            try:
                await journal.flush()
            except StoreError as error:
                seen.append(f"flush: {error}")
            try:
                await journal.add(scored(2))
            except StoreError as error:
                seen.append(f"add: {error}")

    with pytest.raises(StoreError, match="the disk is full"):
        asyncio.run(asyncio.wait_for(use(), 30))
    assert seen == [
        "flush: store.sqlite: the disk is full",
        "add: store.sqlite: the disk is full",
    ]
    assert store.counts(run.id).trials == 1


def test_a_failure_in_the_last_commit_is_raised_on_leaving(store: RunStore) -> None:
    run = opened(store, 1)

    async def use() -> None:
        async with Journal(Broken(store, good=0), run.id, SystemClock()) as journal:
            await journal.add(scored(0))

    with pytest.raises(StoreError, match="the disk is full"):
        asyncio.run(asyncio.wait_for(use(), 30))


def test_who_waits_for_room_hears_of_the_failure(store: RunStore) -> None:
    run = opened(store, BACKLOG)

    async def use() -> None:
        async with Journal(Broken(store, good=0), run.id, SystemClock()) as journal:
            for number in range(BACKLOG + 10):
                await journal.add(scored(number % BACKLOG))

    with pytest.raises(StoreError, match="the disk is full"):
        asyncio.run(asyncio.wait_for(use(), 30))


@pytest.mark.parametrize("error", [KeyError("a bug"), asyncio.CancelledError()])
def test_whatever_ends_the_block_what_was_added_is_kept(
    store: RunStore, error: BaseException
) -> None:
    run = opened(store, 5)

    async def use() -> None:
        async with Journal(store, run.id, SystemClock()) as journal:
            for number in range(5):
                await journal.add(scored(number))
            raise error

    with pytest.raises(type(error)):
        asyncio.run(use())
    assert store.counts(run.id).trials == 5


def test_a_task_that_is_cancelled_keeps_what_it_added(store: RunStore) -> None:
    run = opened(store, 5)

    async def use() -> None:
        async with Journal(store, run.id, SystemClock()) as journal:
            for number in range(5):
                await journal.add(scored(number))
            await asyncio.sleep(3600)

    async def interrupt() -> None:
        task = asyncio.ensure_future(use())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(interrupt(), 30))
    assert store.counts(run.id).trials == 5


def test_the_store_may_be_read_and_written_meanwhile(store: RunStore, tmp_path: Path) -> None:
    run = opened(store, 2000)

    async def use() -> None:
        async with Journal(store, run.id, SystemClock()) as journal:
            for number in range(2000):
                await journal.add(scored(number))
                if number % 200 == 0:
                    store.set_status(run.id, "running", now=float(number))
                    assert len(store.answered(run.id, "mmlu")) <= number
                    await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(use(), 60))
    assert store.counts(run.id).trials == 2000
