"""One model in several event loops: what belongs to a loop is made anew in each.

A model outlives an event loop: each `st.run` has its own. Connections, locks and queues do not, so
whoever holds one asks here for the one of the loop that is running.
"""

from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerLoop(Generic[T]):
    """A value for each event loop, made when it is first asked for there.

    Loops that have closed are forgotten with their values.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[AbstractEventLoop, T] = {}

    def here(self) -> T:
        """Return the value of the running loop."""
        loop = get_running_loop()
        value = self._made.get(loop)
        if value is None:
            for closed in [known for known in list(self._made) if known.is_closed()]:
                self._made.pop(closed, None)
            value = self._made[loop] = self._make()
        return value

    def forget(self) -> T | None:
        """Return the value of the running loop, if one was made, and forget it."""
        return self._made.pop(get_running_loop(), None)
