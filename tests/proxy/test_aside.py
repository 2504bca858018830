"""Long bodies are read in a thread, short ones at once."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from statera.proxy.aside import MOST_AT_ONCE, aside


def test_only_what_is_long_goes_aside() -> None:
    def where(text: str, *, loud: bool) -> tuple[str, str]:
        return text.upper() if loud else text, threading.current_thread().name

    async def read(size: int, pool: ThreadPoolExecutor | None) -> tuple[str, str]:
        return await aside(pool, size, where, "a", loud=True)

    with ThreadPoolExecutor(1, thread_name_prefix="aside") as pool:
        here = asyncio.run(read(MOST_AT_ONCE, pool))
        there = asyncio.run(read(MOST_AT_ONCE + 1, pool))
        assert asyncio.run(read(MOST_AT_ONCE + 1, None)) == here
    assert here == ("A", threading.main_thread().name)
    assert there[1].startswith("aside")
