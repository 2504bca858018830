"""What every endpoint shares: the loaded model, the clock, streaming, and clients that hang up."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from secrets import token_hex
from typing import Any, NamedTuple, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from statera.models.embedded import Loaded
from statera.models.llama import EngineFailure
from statera.modelserver.refusals import ClientGone, Refusal, error_body
from statera.protocols import Clock

T = TypeVar("T")


class Service(NamedTuple):
    """A loaded model with a name to ask for it by."""

    loaded: Loaded
    clock: Clock

    @property
    def name(self) -> str:
        """The model's name on this server."""
        return self.loaded.weights.name

    def expect(self, model: str | None) -> None:
        """Refuse a model that is not the one served.

        None, or `embedded`, asks for whichever there is.
        """
        if model not in (None, "embedded", self.name):
            raise Refusal(
                f"the model '{model}' does not exist; this server has '{self.name}'",
                status=404,
                param="model",
                code="model_not_found",
            )

    def fitting(self, tokens: list[int], param: str) -> list[int]:
        """Return the prompt, or refuse one that is over the context."""
        room = self.loaded.llama.context
        if len(tokens) > room:
            raise Refusal(
                f"This model's maximum context length is {room} tokens. However, your "
                f"{param} resulted in {len(tokens)} tokens. Please reduce its length.",
                param=param,
                code="context_length_exceeded",
            )
        return tokens

    def envelope(self, kind: str, prefix: str) -> dict[str, Any]:
        """Return what every answer begins with: a fresh id, the time, the model."""
        return {
            "id": f"{prefix}-{token_hex(12)}",
            "object": kind,
            "created": int(self.clock.now()),
            "model": self.name,
            "system_fingerprint": self.loaded.identity,
        }


def service(request: Request) -> Service:
    """Return the service behind a request."""
    found: Service = request.app.state.service
    return found


def usage(prompt: int, completion: int) -> dict[str, int]:
    """Return the token counts of an answer."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def json_answer(value: Any) -> Response:
    """Return the value as a JSON answer."""
    return Response(msgspec.json.encode(value), media_type="application/json")


def event_stream(chunks: AsyncIterator[dict[str, Any]]) -> Response:
    """Return the chunks as server-sent events, ended by `[DONE]`."""
    return StreamingResponse(
        _events(chunks), media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
    )


async def _events(chunks: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            yield b"data: " + msgspec.json.encode(chunk) + b"\n\n"
    except EngineFailure as error:
        body = error_body(str(error), kind="server_error", param=None, code=None)
        yield b"data: " + body + b"\n\n"
    yield b"data: [DONE]\n\n"


async def all_in_order(work: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Return what each piece of work gives; all are queued at once, so that others get between."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in work]
    return [task.result() for task in tasks]


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return the work's result; a client that hangs up cancels it and raises ClientGone."""
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work)
            watch = group.create_task(_cancel_when_gone(request, task))
            await asyncio.wait([task])
            watch.cancel()
    except* EngineFailure as failures:
        raise _first(failures) from None
    if task.cancelled():
        raise ClientGone
    return task.result()


async def _cancel_when_gone(request: Request, task: asyncio.Task[Any]) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    task.cancel()


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    found: BaseException = group.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
