"""A real `/completions` server with a tiny language model, and every way to get echo wrong.

The model is honest: after a token that was seen before, it expects (0.9) the token that followed it
then; everything else shares the rest. `truth` gives the exact log-likelihood of a continuation, by
the rule of lm-evaluation-harness, to compare with.
"""

import asyncio
import math
import re
import threading
from dataclasses import dataclass
from hashlib import blake2b
from types import TracebackType
from typing import Any, Literal

from aiohttp import web

_TOKENS = re.compile(rb" ?[A-Za-z]{1,4}|[0-9]{1,3}| ?[!-/:-@\[-`{-~]|\s|[\x80-\xff]")


@dataclass(frozen=True, kw_only=True)
class EchoStyle:
    """How the server answers; the defaults are right.

    `shift` moves scores by so many positions. `zero` is what `max_tokens: 0` does. `partial` is
    how a piece of a character is written. `listed` says whether the generated token is among the
    tokens. `keeps` is how many of the prompt's tokens are kept (0: all).
    """

    status: int = 200
    words: str = "refused"
    refuses_echo: bool = False
    status_of_echo: int = 400
    first_fault: Literal["none", "status", "html", "empty"] = "none"
    ignores_echo: bool = False
    shift: int = 0
    zero: Literal["nothing", "one", "unlimited", "rejected"] = "nothing"
    lists: bool = True
    bos: bool = False
    raw: bool = False
    partial: Literal["replacement", "empty"] = "replacement"
    offsets: Literal["characters", "bytes", "absent"] = "characters"
    listed: bool = True
    tops: bool = True
    usage: bool = True
    chat_logprobs: bool = False
    drops_first: bool = False
    constant: float | None = None
    generates: str = " and"
    keeps: int = 0


def tokenise(text: str) -> list[bytes]:
    """Return the tokens of a text; characters beyond ASCII are one token a byte."""
    return _TOKENS.findall(text.encode())


def distribution(history: list[bytes], token: bytes) -> tuple[float, bytes, float]:
    """Return the log-probability of `token` after `history`, the likeliest token and its own."""
    expected = b" the"
    for index in range(len(history) - 2, -1, -1):
        if history[index] == history[-1]:
            expected = history[index + 1]
            break
    if token == expected:
        return math.log(0.9), expected, math.log(0.9)
    noise = blake2b(token, digest_size=2).digest()
    return math.log(0.1 / 1000) - int.from_bytes(noise, "big") / 2**16, expected, math.log(0.9)


def truth(context: str, continuation: str) -> tuple[float, int]:
    """Return log-likelihood and number of tokens of a continuation, tokenised together."""
    kept = context.rstrip()
    whole = tokenise(context + continuation)
    first = len(tokenise(kept))
    scores = [distribution(whole[:i], whole[i])[0] for i in range(first, len(whole))]
    return sum(scores), len(scores)


class EchoEndpoint:
    """The server; use as a context manager. `bodies` holds every request in order of arrival."""

    def __init__(self, style: EchoStyle | None = None) -> None:
        self.style = style or EchoStyle()
        self.bodies: list[dict[str, Any]] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> "EchoEndpoint":
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
        app = web.Application()
        app.router.add_post("/v1/completions", self._post)
        app.router.add_get("/v1/models", self._models)
        runner = web.AppRunner(app, shutdown_timeout=0.05)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._closing.wait()
        await runner.cleanup()

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": "toy"}]})

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.bodies.append(body)
        now = self.style
        if now.first_fault != "none" and len(self.bodies) == 1:
            return _fault(now.first_fault)
        if now.status != 200 or (now.refuses_echo and body.get("echo")):
            status = now.status if now.status != 200 else now.status_of_echo
            return web.json_response({"error": {"message": now.words}}, status=status)
        if body.get("max_tokens") == 0 and now.zero == "rejected":
            words = {"error": {"message": "max_tokens must be at least 1"}}
            return web.json_response(words, status=400)
        prompts = body["prompt"] if isinstance(body["prompt"], list) else [body["prompt"]]
        if len(prompts) > 1 and not now.lists:
            return web.json_response({"error": {"message": "prompt: str expected"}}, status=422)
        return web.json_response(_reply(body, prompts, now))


def _fault(kind: str) -> web.Response:
    if kind == "status":
        return web.json_response({"error": {"message": "engine died"}}, status=500)
    return web.Response(text="<html>" if kind == "html" else "", content_type="text/html")


def _reply(body: dict[str, Any], prompts: list[str], now: EchoStyle) -> dict[str, Any]:
    limit = body["max_tokens"]
    if limit == 0:
        limit = {"nothing": 0, "one": 1, "unlimited": 50}.get(now.zero, 0)
    choices = [_choice(prompt, index, limit, body, now) for index, prompt in enumerate(prompts)]
    reply: dict[str, Any] = {"object": "text_completion", "choices": choices}
    if now.usage:
        count = sum(len(tokenise(prompt)) + now.bos for prompt in prompts)
        made = limit * len(prompts)
        reply["usage"] = {"prompt_tokens": count, "completion_tokens": made}
    return reply


def _choice(
    prompt: str, index: int, limit: int, body: dict[str, Any], now: EchoStyle
) -> dict[str, Any]:
    generated = now.generates * limit
    if not body.get("echo") or now.ignores_echo:
        return {"index": index, "text": generated, "finish_reason": "length", "logprobs": None}
    choice = {"index": index, "text": prompt + generated, "finish_reason": "length"}
    logprobs = _logprobs(prompt, limit, now)
    return choice | {"logprobs": {"content": []} if now.chat_logprobs else logprobs}


def _logprobs(prompt: str, limit: int, now: EchoStyle) -> dict[str, Any]:
    tokens = tokenise(prompt)
    scores: list[float | None] = [None]
    tops: list[dict[str, float] | None] = [None]
    for place in range(1, len(tokens)):
        own, top, best = distribution(tokens[:place], tokens[place])
        scores.append(own if now.constant is None else now.constant)
        tops.append({_shown(tokens[place]): own} | {_shown(top): best})
    if now.shift:
        scores, tops = _shifted(tokens, now.shift)
    texts = _texts(tokens, now)
    starts = _starts(tokens, now)
    if now.bos:
        texts, starts = ["<s>", *texts], [0, *starts]
        scores, tops = [None, -3.0, *scores[1:]], [None, {"x": -1.0}, *tops[1:]]
    if now.keeps:
        texts, scores, tops = texts[-now.keeps :], scores[-now.keeps :], tops[-now.keeps :]
        starts = starts[-now.keeps :]
    if now.listed and now.generates:
        texts += [now.generates] * limit
        scores += [-0.5] * limit
        tops += [{now.generates: -0.5}] * limit
        starts += [len(prompt)] * limit
    if now.drops_first:
        scores = scores[1:]
    found: dict[str, Any] = {"tokens": texts, "token_logprobs": scores}
    if now.tops:
        found["top_logprobs"] = tops
    return found if now.offsets == "absent" else found | {"text_offset": starts}


def _shifted(
    tokens: list[bytes], shift: int
) -> tuple[list[float | None], list[dict[str, float] | None]]:
    """Score token i with the distribution after `shift` tokens more."""
    scores: list[float | None] = [None]
    tops: list[dict[str, float] | None] = [None]
    for place in range(1, len(tokens)):
        history = tokens[: max(1, place + shift)]
        own, top, best = distribution(history, tokens[place])
        scores.append(own)
        tops.append({_shown(tokens[place]): own} | {_shown(top): best})
    return scores, tops


def _shown(token: bytes) -> str:
    return token.decode(errors="replace")


def _texts(tokens: list[bytes], now: EchoStyle) -> list[str]:
    shown = [_shown(token) for token in tokens]
    if now.raw:
        shown = [text.replace(" ", "Ġ").replace("\n", "Ċ") for text in shown]
    if now.partial == "replacement":
        return shown
    texts, held = [], b""
    for token, text in zip(tokens, shown, strict=True):
        if token[0] < 0x80:
            texts.append(text)
            continue
        held += token
        try:
            texts.append(held.decode())
            held = b""
        except UnicodeDecodeError:
            texts.append("")
    return texts


def _starts(tokens: list[bytes], now: EchoStyle) -> list[int]:
    starts, data = [], b""
    for token in tokens:
        before = len(data) if now.offsets == "bytes" else len(data.decode(errors="ignore"))
        starts.append(before)
        data += token
    return starts
