"""A model that asks again: failed attempts become answers, or at last a value that says why.

    model = Retrying(Limited(http, limit), RetryPolicy(), clock=clock, draw=Random())

Waiting holds no slot of the limit, because this wrapper stands outside it. The wait doubles with
each attempt and is drawn from its upper half, so that requests that failed together do not return
together; a server's Retry-After is honoured instead. An empty reply is asked once more, and what
both cost is counted.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from random import Random
from typing import Annotated, TypeVar

import msgspec

from statera.errors import EndpointError
from statera.models.attempts import AttemptFailed
from statera.models.limit import StreamingModel
from statera.protocols import Clock
from statera.records.requests import Chat, Complete, Request
from statera.records.responses import Capabilities, Failure, Response, Usage

T = TypeVar("T", int, float)
NotNegative = Annotated[T, msgspec.Meta(ge=0)]

ASKED_AGAIN = "empty reply asked again"


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often, and after how many seconds, to ask again.

    `max_retries` counts the attempts after the first. A server that asks for more than
    `longest_retry_after` seconds is not waited for.
    """

    max_retries: NotNegative[int] = 5
    first_wait: NotNegative[float] = 0.5
    longest_wait: NotNegative[float] = 30.0
    longest_retry_after: NotNegative[float] = 600.0

    def wait(self, retry: int, asked: float | None, draw: Random) -> float:
        """Return the seconds before retry number `retry` (from 0), `asked` by the server or not."""
        backoff = min(self.longest_wait, self.first_wait * 2.0 ** min(retry, 60))
        if asked is not None:
            return asked + draw.random() * min(backoff, 1.0)
        return backoff * (0.5 + 0.5 * draw.random())

    def gives_up(self, retry: int, failed: AttemptFailed) -> bool:
        """True when there is no retry number `retry` after this failure."""
        return retry >= self.max_retries or (failed.retry_after or 0.0) > self.longest_retry_after


class Retrying:
    """Wraps a model whose attempts may fail.

    `attempts` and `usage` count all of them; `seconds` too, with the waits between them.
    """

    def __init__(
        self, model: StreamingModel, policy: RetryPolicy, *, clock: Clock, draw: Random
    ) -> None:
        self._model = model
        self._policy = policy
        self._clock = clock
        self._draw = draw

    @property
    def identity(self) -> str:
        """The identity of the model inside."""
        return self._model.identity

    async def answer(self, request: Request) -> Response:
        """Return the first answer, or the failure that remained when retries were used up."""
        spent = _Spent()
        while True:
            spent.attempts += 1
            try:
                response = await self._model.answer(request)
            except AttemptFailed as failed:
                spent.seconds += failed.seconds or 0.0
                if not self._policy.gives_up(spent.attempts - 1, failed):
                    spent.seconds += await self._pause(spent.attempts - 1, failed)
                    continue
                response = spent.empty or _failure(failed)
            else:
                spent.seconds += response.seconds
                if self._asks_again(response, spent):
                    spent.empty = response
                    continue
            return spent.on(response)

    async def stream(self, request: Chat | Complete) -> AsyncGenerator[str | Response, None]:
        """Yield the pieces of one attempt, then the Response; asks again only before the first.

        An attempt that breaks off after text was yielded ends with a failure.
        """
        spent, spoken = _Spent(), False
        while True:
            spent.attempts += 1
            try:
                async with aclosing(self._model.stream(request)) as pieces:
                    async for piece in pieces:
                        if isinstance(piece, Response):
                            last = piece
                        else:
                            spoken = True
                            yield piece
            except AttemptFailed as failed:
                spent.seconds += failed.seconds or 0.0
                if not (spoken or self._policy.gives_up(spent.attempts - 1, failed)):
                    spent.seconds += await self._pause(spent.attempts - 1, failed)
                    continue
                last = _failure(failed)
            spent.seconds += last.seconds
            if not self._asks_again(last, spent):
                yield spent.on(last)
                return
            spent.empty = last

    async def capabilities(self) -> Capabilities:
        """Ask what the endpoint can do; EndpointError when it gives no answer in all retries."""
        retry = 0
        while True:
            try:
                return await self._model.capabilities()
            except AttemptFailed as failed:
                if self._policy.gives_up(retry, failed):
                    raise EndpointError(f"{self.identity}: {failed.message}") from None
                await self._pause(retry, failed)
                retry += 1

    async def close(self) -> None:
        """Close the model inside."""
        await self._model.close()

    def _asks_again(self, response: Response, spent: "_Spent") -> bool:
        allowed = spent.empty is None and spent.attempts <= self._policy.max_retries
        return allowed and _is_empty(response)

    async def _pause(self, retry: int, failed: AttemptFailed) -> float:
        """Wait, and return the seconds that passed."""
        began = self._clock.monotonic()
        await asyncio.sleep(self._policy.wait(retry, failed.retry_after, self._draw))
        return self._clock.monotonic() - began


class _Spent:
    """What one request has cost so far; `empty` is a first reply that had nothing in it."""

    def __init__(self) -> None:
        self.attempts = 0
        self.seconds = 0.0
        self.empty: Response | None = None

    def on(self, response: Response) -> Response:
        """Return the response with all of it."""
        notes, usage = response.notes, response.usage
        if self.empty is not None:
            notes = (*notes, ASKED_AGAIN)
            if response is not self.empty:
                usage = (
                    _sum(self.empty.usage, usage) if response.failure is None else self.empty.usage
                )
        return msgspec.structs.replace(
            response, attempts=self.attempts, seconds=self.seconds, notes=notes, usage=usage
        )


def _sum(first: Usage | None, second: Usage | None) -> Usage | None:
    """Return both usages together; what is unknown of one is unknown of the sum."""
    if first is None or second is None:
        return None
    pairs = {
        name: (getattr(first, name), getattr(second, name)) for name in Usage.__struct_fields__
    }
    return Usage(**{name: None if None in pair else sum(pair) for name, pair in pairs.items()})


def _is_empty(response: Response) -> bool:
    """True for a reply with nothing in it that was not cut at the token limit."""
    if response.text is None or response.text.strip() or response.failure:
        return False
    return not (response.tool_calls or response.refusal or response.cut_off)


def _failure(failed: AttemptFailed) -> Response:
    message = failed.message or failed.kind
    return Response(failure=Failure(kind="infra", message=message, status=failed.status))
