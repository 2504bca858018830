"""As many requests at once as the endpoint bears: additive increase, multiplicative decrease.

    model = Limited(http, partial(Limit, 64, clock=clock))     # a limit for each event loop

It starts at the most that is allowed, so that a fast endpoint is busy from the first moment. A 429
or a time-out halves it, but only one from a request that was sent after the last halving: what was
in flight then says nothing new, so one burst halves it once (the same rule as TCP's one reduction
a round trip, RFC 5681 section 3.1 and RFC 3168 section 6.1.2). Answers widen it by an eighth of
the most for each round, at most to twice, while their latency holds. It never falls below 1: a
server that sends 429 to everything is still asked, one request at a time.

A server that allows so many requests a minute refuses at once, so that even one at a time may be
too fast. From there on requests are sent at a pace: the seconds between two of them double with a
429 (and are at least what the server asks) and shrink with each answer until it is no longer held
back. Ten 429s at the pace without an answer end it, so that a server that never stops sending 429
ends in failures and not in a freeze.
"""

from asyncio import Future, TimerHandle, get_running_loop
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Protocol

import msgspec

from statera.errors import DeclarationError
from statera.models.attempts import AttemptFailed
from statera.models.loops import PerLoop
from statera.protocols import Clock
from statera.records.requests import Chat, Complete, Request
from statera.records.responses import Capabilities, Response

_ROUNDS = 8
_FIRST_PACE, _LEAST_PACE, _MOST_PACE = 0.1, 0.01, 20.0
_QUICKER = 0.7
_MOST_ASKED = 60.0
_PATIENCE = 10
_SLOWER = 2.0
_WEIGHT = 0.1
_DRIFT = 1.01


class StreamingModel(Protocol):
    """A Model that also streams, whose attempts may raise AttemptFailed."""

    @property
    def identity(self) -> str: ...  # noqa: D102
    async def answer(self, request: Request) -> Response: ...  # noqa: D102
    def stream(  # noqa: D102
        self, request: Chat | Complete
    ) -> AsyncGenerator[str | Response, None]: ...
    async def capabilities(self) -> Capabilities: ...  # noqa: D102
    async def close(self) -> None: ...  # noqa: D102


class Limit:
    """A number of slots that adapts; shared by everything in an event loop that asks one endpoint.

    `size` is how many may be in flight now, at least 1 and at most `most`; `pace` the least seconds
    between two requests, 0 while the server does not hold them back.
    """

    def __init__(self, most: int, *, clock: Clock) -> None:
        if most < 1:
            raise DeclarationError(f"max connections must be at least 1, not {most}")
        self.most = most
        self.in_flight = 0
        self._clock = clock
        self._width = float(most)
        self._cut_at = float("-inf")
        self._recent = 0.0
        self._base = 0.0
        self._waiting: deque[Future[None]] = deque()
        self._pace = 0.0
        self._unanswered = _PATIENCE
        self._opens_at: float | None = None
        self._bell: TimerHandle | None = None

    @property
    def size(self) -> int:
        """How many may be in flight now."""
        return int(self._width)

    @property
    def pace(self) -> float:
        """Seconds between two requests, or 0 when there is no need to wait."""
        return self._pace

    async def enter(self) -> float:
        """Wait for a slot, first come first served, and return the moment it was given."""
        free = self.in_flight < int(self._width)
        if free and self._opens_at is None and not (self._pace or self._waiting):
            self.in_flight += 1
        else:
            await self._queue()
        return self._clock.monotonic()

    def since(self, began: float) -> float:
        """Return the seconds since the moment when a slot was given."""
        return self._clock.monotonic() - began

    def leave(self) -> None:
        """Give a slot back."""
        self.in_flight -= 1
        if self._waiting:
            self._call_next()

    def answered(self, began: float) -> None:
        """An answer came to a request that `began` then: grow while latency holds."""
        self._unanswered = 0
        if self._pace:
            self._pace = self._pace * _QUICKER if self._pace > _LEAST_PACE else 0.0
            return
        if self._width >= self.most:
            return
        latency = self._clock.monotonic() - began
        self._recent += _WEIGHT * (latency - self._recent) if self._recent else latency
        self._base = min(self._recent, self._base * _DRIFT or self._recent)
        if self._recent <= _SLOWER * self._base:
            step = min(max(1.0, self.most / _ROUNDS), self._width)
            self._width = min(float(self.most), self._width + step / self._width)

    def pushed_back(self, began: float) -> None:
        """A 429 or time-out came to a request that `began` then: halve, once for each burst."""
        if began >= self._cut_at:
            self._cut_at = self._clock.monotonic()
            self._width = max(1.0, self._width / 2)

    def refused(self, began: float, asked: float | None) -> None:
        """A 429 came: halve; at 1, slow the pace and wait the seconds that the server `asked`."""
        narrow = self._width <= 1.0 and began >= self._cut_at
        self.pushed_back(began)
        if not narrow:
            return
        self._unanswered += 1
        if self._unanswered > _PATIENCE:
            self._pace = 0.0
            return
        self._pace = min(_MOST_PACE, max(_FIRST_PACE, self._pace * 2))
        self._close(max(self._pace, min(asked or 0.0, _MOST_ASKED)))

    async def _queue(self) -> None:
        turn: Future[None] = get_running_loop().create_future()
        self._waiting.append(turn)
        self._call_next()
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def _call_next(self) -> None:
        if self._opens_at is not None and not self._opened(self._opens_at):
            return
        while self._waiting and self.in_flight < int(self._width):
            turn = self._waiting.popleft()
            if not turn.done():
                self.in_flight += 1
                turn.set_result(None)
                if self._pace:
                    self._close(self._pace)

    def _close(self, seconds: float) -> None:
        self._opens_at = self._clock.monotonic() + seconds

    def _opened(self, moment: float) -> bool:
        """True when the gate's moment has come; until then a bell is set for it."""
        left = moment - self._clock.monotonic()
        if left <= 0:
            self._opens_at = None
            return True
        if self._bell is not None:
            self._bell.cancel()
        self._bell = get_running_loop().call_later(left, self._call_next)
        return False


class Limited:
    """Wraps a model so that each attempt holds a slot of the limit; each event loop has its own.

    An answer's `seconds` begin with the slot: waiting for it says nothing about the model.
    """

    def __init__(self, model: StreamingModel, limit: Callable[[], Limit]) -> None:
        self._model = model
        self._limits = PerLoop(limit)

    @property
    def limit(self) -> Limit:
        """The limit in the running event loop."""
        return self._limits.here()

    @property
    def identity(self) -> str:
        """The identity of the model inside."""
        return self._model.identity

    async def answer(self, request: Request) -> Response:
        """Wait for a slot and ask once; AttemptFailed passes through."""
        limit = self.limit
        began = await limit.enter()
        try:
            response = await self._model.answer(request)
        except AttemptFailed as failed:
            _heed(limit, failed, began)
            raise
        else:
            limit.answered(began)
            return msgspec.structs.replace(response, seconds=limit.since(began))
        finally:
            limit.leave()

    async def stream(self, request: Chat | Complete) -> AsyncGenerator[str | Response, None]:
        """Wait for a slot and hold it until the stream ends."""
        limit = self.limit
        began = await limit.enter()
        try:
            async with aclosing(self._model.stream(request)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Response):
                        piece = msgspec.structs.replace(piece, seconds=limit.since(began))
                    yield piece
        except AttemptFailed as failed:
            _heed(limit, failed, began)
            raise
        finally:
            limit.leave()

    async def capabilities(self) -> Capabilities:
        """Ask the model inside, outside the limit: it is done before the run."""
        return await self._model.capabilities()

    async def close(self) -> None:
        """Close the model inside."""
        await self._model.close()


def _heed(limit: Limit, failed: AttemptFailed, began: float) -> None:
    failed.seconds = limit.since(began)
    if failed.kind == "busy":
        limit.refused(began, failed.retry_after)
    elif failed.kind == "timeout":
        limit.pushed_back(began)
