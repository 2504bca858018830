"""How many requests are answered at a time, how many wait, and when no more are taken.

    admission = Admission(limit=256, queue=256, seconds=30, draining=lambda: board.draining)
    await admission.enter()              # or Turned, with the reason
    try: ...
    finally: admission.leave()

All on one event loop.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Literal

Reason = Literal["draining", "overloaded"]


class Turned(Exception):
    """A request that is not taken: told to come again after `seconds`."""

    def __init__(self, reason: Reason, seconds: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


class Admission:
    """Places for `limit` requests and a queue of `queue` more, each waiting at most `seconds`.

    `inflight` counts those that are in; `waiting` those in the queue. `changed` is told both
    when one of them changes. While `draining` says so nobody is taken: it is asked each time, so
    that an order holds for all workers at once.
    """

    def __init__(
        self,
        *,
        limit: int,
        queue: int,
        seconds: float,
        changed: Callable[[int, int], None] | None = None,
        draining: Callable[[], bool] = lambda: False,
    ) -> None:
        self.limit = limit
        self.queue = queue
        self.seconds = seconds
        self.inflight = 0
        self._draining = draining
        self._changed = changed
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._empty = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many wait in the queue."""
        return len(self._waiting)

    def look(self) -> None:
        """Turned when there would be no place, nor one in line."""
        if self._draining():
            raise Turned("draining", 1)
        if self.inflight >= self.limit and len(self._waiting) >= self.queue:
            raise Turned("overloaded", 1)

    def entered(self) -> bool:
        """Take a place if one is free; return whether it was."""
        if self._draining() or self.inflight >= self.limit or self._waiting:
            return False
        self._count(1)
        return True

    async def enter(self) -> None:
        """Take a place, at once or after waiting in line; Turned when there will be none."""
        self.look()
        if not self.entered():
            await self._in_line()

    def leave(self) -> None:
        """Give the place to who waits longest, or free it."""
        if self._draining():
            self.turn_away()
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                self._tell()
                return
        self._count(-1)

    def turn_away(self) -> None:
        """Turn away who waits, since it drains; who is in may finish."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_exception(Turned("draining", 1))
        self._tell()

    async def emptied(self, seconds: float) -> bool:
        """Wait until nobody is in, for so long at most; return whether it is so."""
        self._empty = asyncio.Event()
        if not self.inflight:
            return True
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    async def _in_line(self) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._tell()
        try:
            async with asyncio.timeout(self.seconds):
                await place
        except TimeoutError:
            self._forget(place)
            raise Turned("overloaded", 1) from None
        except asyncio.CancelledError:
            self._forget(place)
            raise

    def _forget(self, place: asyncio.Future[None]) -> None:
        """Leave the line; a place that was given in the same moment goes to the next."""
        if place.done() and not place.cancelled() and place.exception() is None:
            self.leave()
        elif place in self._waiting:
            self._waiting.remove(place)
            self._tell()

    def _count(self, change: int) -> None:
        self.inflight += change
        if not self.inflight:
            self._empty.set()
        self._tell()

    def _tell(self) -> None:
        if self._changed is not None:
            self._changed(self.inflight, len(self._waiting))
