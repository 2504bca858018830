"""A model that asks again: failed attempts become answers, or at last a value that says why.

    model = Retrying(Limited(http, limit), RetryPolicy(), clock=clock, draw=Random())

Waiting holds no slot of the limit, because this wrapper stands outside it. The wait doubles with
each attempt and is drawn from its upper half, so that requests that failed together do not return
together; a server's Retry-After is honoured instead. An empty reply is asked once more.
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
from statera.records.responses import Capabilities, Failure, Response

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
    """Wraps a model whose attempts may fail; `attempts` and `seconds` count all of them."""

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
        started = self._clock.monotonic()
        attempt = 0
        empty: Response | None = None
        while True:
            attempt += 1
            try:
                response = await self._model.answer(request)
            except AttemptFailed as failed:
                if self._policy.gives_up(attempt - 1, failed):
                    response = empty or _failure(failed)
                else:
                    await self._pause(attempt - 1, failed)
                    continue
            else:
                if empty is None and self._asks_again(response, attempt):
                    empty = response
                    continue
            return self._counted(response, attempt, started, empty is not None)

    async def stream(self, request: Chat | Complete) -> AsyncGenerator[str | Response, None]:
        """Yield the pieces of one attempt, then the Response; asks again only before the first.

        An attempt that breaks off after text was yielded ends with a failure.
        """
        started = self._clock.monotonic()
        attempt, spoken, again = 0, False, False
        while True:
            attempt += 1
            try:
                async with aclosing(self._model.stream(request)) as pieces:
                    async for piece in pieces:
                        if isinstance(piece, Response):
                            last = piece
                        else:
                            spoken = True
                            yield piece
            except AttemptFailed as failed:
                if not (spoken or self._policy.gives_up(attempt - 1, failed)):
                    await self._pause(attempt - 1, failed)
                    continue
                last = _failure(failed)
            if again or not self._asks_again(last, attempt):
                yield self._counted(last, attempt, started, again)
                return
            again = True

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

    def _asks_again(self, response: Response, attempt: int) -> bool:
        return _is_empty(response) and attempt <= self._policy.max_retries

    async def _pause(self, retry: int, failed: AttemptFailed) -> None:
        await asyncio.sleep(self._policy.wait(retry, failed.retry_after, self._draw))

    def _counted(self, response: Response, attempt: int, started: float, again: bool) -> Response:
        return msgspec.structs.replace(
            response,
            attempts=attempt,
            seconds=self._clock.monotonic() - started,
            notes=(*response.notes, ASKED_AGAIN) if again else response.notes,
        )


def _is_empty(response: Response) -> bool:
    """True for a reply with nothing in it that was not cut at the token limit."""
    if response.text is None or response.text.strip() or response.failure:
        return False
    return not (response.tool_calls or response.refusal or response.cut_off)


def _failure(failed: AttemptFailed) -> Response:
    message = failed.message or failed.kind
    return Response(failure=Failure(kind="infra", message=message, status=failed.status))
