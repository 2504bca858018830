"""A real OpenAI-compatible server on 127.0.0.1 for tests, with every fault that endpoints show.

    with Endpoint() as endpoint:
        endpoint.behaviour = Behaviour(fault="429", times=1)
        ... point a client at endpoint.url ...
        assert endpoint.count == 2

The answer depends only on the last message (or prompt): `letter(text)`, or the function handed in.
The server runs in a thread with its own loop, so that the code under test may use any.
"""

import asyncio
import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from types import TracebackType
from typing import Any, Literal

from aiohttp import web

Fault = Literal[
    "none", "408", "409", "425", "429", "500", "502", "503", "529", "reset", "hang", "badjson",
    "cut", "html", "empty", "null", "nochoices", "errorbody", "body",
]  # fmt: skip

HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


def _openai(message: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    kind = "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": None, "code": code} | more}


AZURE_FILTER = _openai(
    "The response was filtered due to the prompt triggering Azure OpenAI's content management "
    "policy. Please modify your prompt and retry.",
    "content_filter",
    status=400,
    innererror={
        "code": "ResponsibleAIPolicyViolation",
        "content_filter_result": {"violence": {"filtered": True, "severity": "high"}},
    },
)
OPENAI_CONTEXT = _openai(
    "This model's maximum context length is 4097 tokens. However, your messages resulted in 5000 "
    "tokens. Please reduce the length of the messages.",
    "context_length_exceeded",
    param="messages",
)
TOO_FEW = _openai(
    "Could not finish the message because max_tokens or model output limit was reached. Please try "
    "again with higher max_tokens."
)
NO_COMPLETIONS = _openai("This is a chat model and not supported in the v1/completions endpoint.")
LIMITS = ("max_tokens", "max_completion_tokens")
NO_MODEL = _openai("The model `nope` does not exist or you do not have access to it.", "404")


@dataclass(frozen=True, kw_only=True)
class StreamStyle:
    """How an answer is streamed. `cut` is the size in bytes of each write, None one a piece."""

    newline: str = "\n"
    comments: bool = False
    done: bool = True
    finish: bool = True
    usage: bool = True
    cut: int | None = None
    pause: float = 0.0
    stops_after: int | None = None
    error_after: int | None = None


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """What the server does. A fault strikes the first `times` attempts of a prompt (0: always).

    `share` is the part of prompts that are struck, chosen by hash; `mix` deals several faults out
    by hash. `rejects` names request fields that are answered with a 400. `body` and `status` are
    the answer under the fault "body". `retry_after` are headers sent with 408 to 529. Above `rate`
    requests a second (with bursts of a tenth of a second) everything is answered with 429. Fewer
    than `least` tokens are refused, as by a model that thinks first; `completes` tells whether
    there are completions.
    """

    fault: Fault = "none"
    mix: tuple[Fault, ...] = ()
    times: int = 0
    share: float = 1.0
    status: int = 400
    body: Any = None
    retry_after: dict[str, str] = field(default_factory=dict)
    rejects: tuple[str, ...] = ()
    latency: float = 0.0
    rate: float = 0.0
    hang: float = 30.0
    least: int = 0
    completes: bool = True
    style: StreamStyle = StreamStyle()
    message: dict[str, Any] = field(default_factory=dict)
    choice: dict[str, Any] = field(default_factory=dict)
    reply: dict[str, Any] = field(default_factory=dict)


def letter(text: str) -> str:
    """Return one of A, B, C, D by hash of the text."""
    return "ABCD"[blake2b(text.encode(), digest_size=1).digest()[0] % 4]


def _share(text: str) -> float:
    return int.from_bytes(blake2b(text.encode(), digest_size=4, key=b"f").digest(), "big") / 2**32


@dataclass(frozen=True)
class Received:
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Endpoint:
    """The server; use as a context manager. `received` holds every POST in order of arrival."""

    def __init__(
        self, behaviour: Behaviour | None = None, *, answer: Callable[[str], str] = letter
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        self.received: list[Received] = []
        self.most_in_flight = 0
        self.port = 0
        self._answer = answer
        self._in_flight = 0
        self._next_at = 0.0
        self._attempts: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        """The base URL, ending in /v1."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def count(self) -> int:
        """How many POST requests came in."""
        return len(self.received)

    def reset(self, behaviour: Behaviour) -> None:
        """Forget what was received and behave otherwise from now on."""
        self.behaviour = behaviour
        self.received.clear()
        self._attempts.clear()
        self.most_in_flight = 0

    def __enter__(self) -> "Endpoint":
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run())
        self._loop.close()

    async def _run(self) -> None:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", self._post)
        app.router.add_post("/v1/completions", self._post)
        app.router.add_post("/v1/embeddings", self._post)
        app.router.add_post("/tokenize", self._tokenize)
        app.router.add_get("/v1/models", self._models)
        runner = web.AppRunner(app, shutdown_timeout=0.05)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._closing.wait()
        await runner.cleanup()

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "test", "object": "model"}]})

    async def _tokenize(self, request: web.Request) -> web.Response:
        body = await request.json()
        return web.json_response({"tokens": list(range(len(str(body.get("prompt", "")).split())))})

    async def _post(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.received.append(Received(request.path, dict(request.headers), body))
        self._in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            return await self._reply(request, body)
        finally:
            self._in_flight -= 1

    async def _reply(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        now, text = self.behaviour, _text(body)
        self._attempts[text] += 1
        struck = _share(text) < now.share and not 0 < now.times < self._attempts[text]
        fault = _dealt(now, text) if struck else "none"
        if now.rate and self._too_fast(now.rate):
            fault = "429"
        if now.latency:
            await asyncio.sleep(now.latency)
        if (refused := _refused(now, body)) is not None:
            return refused
        if fault not in ("none", "badjson", "cut", "empty", "null"):
            return await self._fail(request, fault, now)
        if request.path.endswith("/embeddings"):
            return web.json_response(_embeddings(body))
        if body.get("stream") and fault not in ("badjson", "cut"):
            return await _stream(request, body, self._spoken(text, fault), now.style)
        return await _answered(request, body, self._spoken(text, fault), fault, now)

    def _too_fast(self, rate: float) -> bool:
        """True when this request comes before the bucket holds a token for it."""
        moment = self._loop.time()
        if self._next_at > moment + 0.1:
            return True
        self._next_at = max(self._next_at, moment) + 1 / rate
        return False

    def _spoken(self, text: str, fault: Fault) -> str | None:
        return None if fault == "null" else "" if fault == "empty" else self._answer(text)

    async def _fail(self, request: web.Request, fault: Fault, now: Behaviour) -> web.StreamResponse:
        if fault == "reset":
            return _reset(request)
        if fault == "hang":
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), now.hang)
            return _reset(request)
        if fault == "html":
            return web.Response(body=HTML, content_type="text/html")
        if fault == "nochoices":
            return web.json_response({"object": "chat.completion", "choices": []})
        if fault == "errorbody":
            return web.json_response({"error": "Unexpected endpoint or method."})
        if fault == "body":
            body = now.body if isinstance(now.body, bytes) else json.dumps(now.body).encode()
            return web.Response(body=body, status=now.status, headers=now.retry_after)
        words = {"error": {"message": f"fault {fault}", "type": "server_error", "code": None}}
        return web.json_response(words, status=int(fault), headers=now.retry_after)


def _refused(now: Behaviour, body: dict[str, Any]) -> web.Response | None:
    """Return the no to what this server does not take, or None."""
    if not now.completes and "messages" not in body:
        return web.json_response(NO_COMPLETIONS, status=404)
    for name in now.rejects:
        if name in body:
            return web.json_response(_rejection(name), status=400)
    if now.least > min(body.get(name, now.least) for name in LIMITS):
        return web.json_response(TOO_FEW, status=400)
    return None


def _dealt(now: Behaviour, text: str) -> Fault:
    if not now.mix:
        return now.fault
    return now.mix[blake2b(text.encode(), digest_size=2).digest()[1] % len(now.mix)]


def _text(body: dict[str, Any]) -> str:
    if "messages" in body:
        return str(body["messages"][-1]["content"])
    return str(body.get("prompt", body.get("input", "")))


def _rejection(name: str) -> dict[str, Any]:
    if name == "max_tokens":
        message = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead."
        )
        return _openai(message, "unsupported_parameter", param=name)
    message = f"Unsupported value: '{name}' does not support this value with this model."
    return _openai(message, "unsupported_value", param=name)


def _embeddings(body: dict[str, Any]) -> dict[str, Any]:
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    rows = [
        {"object": "embedding", "index": i, "embedding": [float(len(text)), 1.0, i / 2]}
        for i, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
    return {"object": "list", "model": "test", "data": rows[::-1], "usage": usage}


def _usage(body: dict[str, Any]) -> dict[str, int]:
    return {"prompt_tokens": len(_text(body).split()), "completion_tokens": 1, "total_tokens": 2}


def _whole(body: dict[str, Any], text: str | None, now: Behaviour) -> dict[str, Any]:
    finish = None if text is None else "stop"
    message = {"role": "assistant", "content": text} | now.message
    said: dict[str, Any] = {"message": message} if "messages" in body else {"text": text}
    choice = {"index": 0, "finish_reason": finish} | said | now.choice
    whole = {"id": "x", "object": "chat.completion", "created": 1, "model": body.get("model")}
    return whole | {"choices": [choice], "usage": _usage(body)} | now.reply


async def _answered(
    request: web.Request, body: dict[str, Any], text: str | None, fault: Fault, now: Behaviour
) -> web.StreamResponse:
    data = json.dumps(_whole(body, text, now)).encode()
    if fault == "badjson":
        return web.Response(body=data[: len(data) // 2], content_type="application/json")
    if fault == "cut":
        headers = {"content-length": str(len(data)), "content-type": "application/json"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        await response.write(data[: len(data) // 2])
        _drop(request)
        return response
    return web.Response(body=data, content_type="application/json")


async def _stream(
    request: web.Request, body: dict[str, Any], text: str | None, style: StreamStyle
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    events = _events(body, text, style)
    stop = style.stops_after
    for piece in _pieces(events if stop is None else events[:stop], style):
        await response.write(piece)
        await asyncio.sleep(style.pause)
    if stop is not None:
        _drop(request)
    return response


def _events(body: dict[str, Any], text: str | None, style: StreamStyle) -> list[str]:
    chat = "messages" in body
    said = [] if text is None else [text[i : i + 3] for i in range(0, len(text), 3)]
    chunks: list[dict[str, Any]] = [
        {"delta": {"content": part}} if chat else {"text": part} for part in said
    ]
    if chat:
        chunks.insert(0, {"delta": {"role": "assistant", "content": ""}})
    if style.finish and text is not None:
        last: dict[str, Any] = {"delta": {}} if chat else {"text": ""}
        chunks.append({"finish_reason": "stop"} | last)
    events: list[dict[str, Any]] = [
        {"model": body.get("model"), "choices": [{"index": 0} | chunk]} for chunk in chunks
    ]
    if style.usage and body.get("stream_options"):
        events.append({"model": body.get("model"), "choices": [], "usage": _usage(body)})
    if style.error_after is not None:
        events[style.error_after :] = [{"error": {"message": "engine died", "code": 500}}]
    lines = [f"data: {json.dumps(event, ensure_ascii=False)}" for event in events]
    return [*lines, "data: [DONE]"] if style.done else lines


def _pieces(events: list[str], style: StreamStyle) -> list[bytes]:
    end = style.newline * 2
    before = f": keep-alive{end}" if style.comments else ""
    blocks = [f"{before}{event}{end}".encode() for event in events]
    if style.cut is None:
        return blocks
    whole = b"".join(blocks)
    return [whole[i : i + style.cut] for i in range(0, len(whole), style.cut)]


def _drop(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


def _reset(request: web.Request) -> web.Response:
    """Close with a TCP reset instead of an answer."""
    if request.transport is not None:
        sock = request.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()
