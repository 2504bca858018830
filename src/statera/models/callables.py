"""Any Python function as a Model: `st.model(my_function)`.

async def support_bot(messages: list[dict[str, str]]) -> str: ...
candidate = st.model(support_bot)
shouting = st.model(lambda text: text.upper(), name="shouting")
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, Literal, get_type_hints

from statera.codec.canonical import digest
from statera.errors import DeclarationError
from statera.models.clock import SystemClock
from statera.protocols import Clock
from statera.records.requests import Chat, Complete, Request
from statera.records.responses import Capabilities, Failure, Response

Messages = list[dict[str, str]]
Answering = Callable[[Any], str] | Callable[[Any], Awaitable[str]]
Takes = Literal["text", "messages"]

_THREADS = 64


def model(
    function: Answering, *, name: str | None = None, takes: Takes | None = None
) -> "CallableModel":
    """Return a Model that answers with what `function` returns for the prompt.

    `takes` says what the function is given. Without it the annotation of its first parameter
    decides: `str` (or none) is the text, anything else the messages as `[{"role": …, "content":
    …}]`. A function of text gets the contents of all messages, separated by blank lines. A plain
    function runs in a thread (64 at most), so that it may block; a coroutine function runs in the
    loop. An exception in it is recorded on the trial as a failure of kind `infra`.

    The identity is `name`, or the function's qualified name; either with a digest of its source
    where Python can find it. Give a name to tell closures of one source apart. DeclarationError if
    `function` is not callable.
    """
    if not callable(function):
        raise DeclarationError(f"model: {type(function).__name__} is not callable")
    return CallableModel(function, name=name or _name(function), takes=takes or _takes(function))


class CallableModel:
    """A Model made of a function of text or of messages; made by `model`.

    Its identity is `function:NAME@DIGEST`, the digest being that of the source where there is one.
    """

    def __init__(
        self, function: Answering, *, name: str, takes: Takes, clock: Clock | None = None
    ) -> None:
        self.function = function
        self.name = name
        self.takes = takes
        self.clock = clock or SystemClock()
        source = _source(function)
        self.identity = f"function:{name}" + (f"@{digest(source, size=6)}" if source else "")
        self._threads: ThreadPoolExecutor | None = None

    async def answer(self, request: Request) -> Response:
        """Return the function's reply, or the failure with the exception's type and text."""
        if not isinstance(request, Chat | Complete):
            return _failed("a Python function answers chats and completions only", 0.0)
        started = self.clock.monotonic()
        said = await self._say(_argument(request, self.takes))
        seconds = self.clock.monotonic() - started
        if isinstance(said, Failure):
            return Response(failure=said, seconds=seconds)
        if not isinstance(said, str):
            return _failed(f"{self.name} returned {type(said).__name__}, expected str", seconds)
        return Response(text=said, seconds=seconds)

    async def capabilities(self) -> Capabilities:
        """Chats and completions; a function gives no log-likelihoods."""
        reason = "a Python function gives no log-probabilities"
        return Capabilities(completions=True, likelihood_reason=reason)

    async def close(self) -> None:
        """Let the threads go."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None

    async def _say(self, argument: str | Messages) -> object:
        if _is_async(self.function):
            return await _awaited(self.function, argument)
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="statera-model")
        call = partial(copy_context().run, _called, self.function, argument)
        said = await asyncio.get_running_loop().run_in_executor(self._threads, call)
        return await _awaited(lambda _: said, argument) if inspect.isawaitable(said) else said


def _called(function: Callable[[Any], Any], argument: object) -> object:
    try:
        return function(argument)
    except Exception as error:  # noqa: BLE001  any exception of the user's function is its answer
        return _failure(error)


async def _awaited(function: Callable[[Any], Any], argument: object) -> object:
    try:
        return await function(argument)
    except Exception as error:  # noqa: BLE001  any exception of the user's function is its answer
        return _failure(error)


def _failure(error: Exception) -> Failure:
    text = str(error)
    return Failure(kind="infra", message=type(error).__name__ + (f": {text}" if text else ""))


def _failed(message: str, seconds: float) -> Response:
    return Response(failure=Failure(kind="infra", message=message), seconds=seconds)


def _argument(request: Chat | Complete, takes: Takes) -> str | Messages:
    if isinstance(request, Complete):
        messages = [{"role": "user", "content": request.prompt}]
    else:
        messages = [{"role": one.role, "content": one.content} for one in request.messages]
    return messages if takes == "messages" else "\n\n".join(one["content"] for one in messages)


def _is_async(function: Callable[..., Any]) -> bool:
    inner = function.func if isinstance(function, partial) else function
    call = getattr(inner, "__call__", inner)  # noqa: B004  the method itself is needed
    return inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(call)


def _name(function: Callable[..., Any]) -> str:
    inner = function.func if isinstance(function, partial) else function
    named = inner if hasattr(inner, "__qualname__") else type(inner)
    return f"{named.__module__}.{named.__qualname__}"


def _takes(function: Callable[..., Any]) -> Takes:
    """Return `text` for a first parameter annotated `str` or not at all, else `messages`."""
    try:
        first = next(iter(inspect.signature(function).parameters.values()))
    except (StopIteration, ValueError, TypeError):
        return "text"
    annotation = _resolved(function).get(first.name, first.annotation)
    return "text" if annotation in (str, "str", Any, inspect.Parameter.empty) else "messages"


def _resolved(function: Callable[..., Any]) -> dict[str, Any]:
    target = function if inspect.isroutine(function) else getattr(function, "__call__", None)  # noqa: B004
    try:
        return get_type_hints(target)
    except (NameError, TypeError):
        return {}


def _source(function: Callable[..., Any]) -> str:
    inner = function.func if isinstance(function, partial) else function
    try:
        return inspect.getsource(inner if inspect.isroutine(inner) else type(inner))
    except (OSError, TypeError):
        return ""
