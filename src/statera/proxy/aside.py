"""Long bodies are read beside the event loop, so that others need not wait for them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

MOST_AT_ONCE = 2**16  # bytes of a body that are read on the event loop


async def aside(
    reader: Executor | None, size: int, read: Callable[P, T], *args: P.args, **named: P.kwargs
) -> T:
    """Return what `read` makes of a body of `size` bytes, a long one in `reader` if there is one.

    Few bytes are read at once: to wait for a thread would cost more.
    """
    if size <= MOST_AT_ONCE or reader is None:
        return read(*args, **named)
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(reader, lambda: read(*args, **named))
