"""Asking a test endpoint through the whole stack, with waits so small that tests are quick."""

import asyncio
from collections.abc import Sequence

from statera.models.retry import RetryPolicy
from statera.models.stack import HttpSettings, http_model
from statera.models.transport import Timeouts
from statera.records.requests import Chat, Complete, Message, Request, Sampling
from statera.records.responses import Response

QUICK = RetryPolicy(max_retries=2, first_wait=0.001, longest_wait=0.004)
SETTINGS = HttpSettings(retry=QUICK)
IMPATIENT = HttpSettings(retry=QUICK, timeouts=Timeouts(first_byte=0.3))


GREEDY = Sampling()


def chat(text: str = "hello", sampling: Sampling = GREEDY) -> Chat:
    """Return a chat of one message."""
    return Chat(messages=(Message("user", text),), sampling=sampling)


def ask_all(
    url: str,
    requests: Sequence[Request],
    settings: HttpSettings = SETTINGS,
    *,
    key: str | None = None,
    at_once: bool = True,
) -> list[Response]:
    """Return the responses in the order of the requests, asked together or one by one."""

    async def main() -> list[Response]:
        model = http_model(url, "m", settings=settings, key=key)
        try:
            if at_once:
                return list(await asyncio.gather(*(model.answer(one) for one in requests)))
            return [await model.answer(one) for one in requests]
        finally:
            await model.close()

    return asyncio.run(main())


def ask(
    url: str, request: Request, settings: HttpSettings = SETTINGS, *, key: str | None = None
) -> Response:
    """Return the response to one request."""
    return ask_all(url, [request], settings, key=key)[0]


def streamed(
    url: str, request: Chat | Complete, settings: HttpSettings = SETTINGS
) -> tuple[list[str], Response]:
    """Return the pieces of a streamed answer and its Response."""

    async def main() -> list[str | Response]:
        model = http_model(url, "m", settings=settings)
        try:
            return [piece async for piece in model.stream(request)]
        finally:
            await model.close()

    *pieces, last = asyncio.run(main())
    assert isinstance(last, Response)
    return [piece for piece in pieces if isinstance(piece, str)], last
