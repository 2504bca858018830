"""Loops run beside an application until they are stopped."""

import asyncio
from concurrent.futures import Executor
from threading import Event, active_count, current_thread

from statera.proxy.experiments.watching import Watch


def test_loops_run_in_a_thread_of_their_own_until_they_are_stopped() -> None:
    before, names = active_count(), []
    begun, over = Event(), Event()

    async def looped(pool: Executor) -> None:
        loop = asyncio.get_running_loop()
        names.append(current_thread().name)
        names.append((await loop.run_in_executor(pool, current_thread)).name)
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            over.set()

    watch = Watch([looped])
    watch.start()
    assert begun.wait(5)
    watch.stop()
    assert over.is_set()
    assert names == ["statera-experiment", "statera-look_0"]
    watch.stop()
    assert active_count() <= before + 1


def test_one_that_never_began_is_stopped_too() -> None:
    Watch([]).stop()
