"""The fake that ships: a model that says what its script says, for tests, tutorials and trials.

    model = ScriptedModel(["Paris", "Lyon"])                   # in order
    model = ScriptedModel(read_script(Path("script.yaml")))    # by rules, see `models.script`
    model.count, model.most_at_once                            # what it was asked

It counts, delays, fails, streams, scores continuations and says different things by epoch.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from msgspec import UNSET

from statera.codec.canonical import digest
from statera.errors import EndpointError
from statera.models.script import Reply, Rule, Said, Script, ScriptedFailure, as_reply, checked
from statera.models.scriptedjudge import judge_reply
from statera.records.requests import Chat, Complete, Embed, Likelihood, Request
from statera.records.responses import Capabilities, ContinuationScore, Failure, Response
from statera.seeds import derive

_REMEMBERED = 1000


class ScriptedModel:
    """A Model that follows a script; its identity is `scripted:` and the script's digest.

    `count` requests were asked, `most_at_once` of them at the same time; `asked` keeps the last
    thousand. An answer is chosen by what was asked, never by chance: the same prompt with the same
    seed gets the same reply, unless the script replays in order.
    """

    def __init__(
        self,
        script: Script | Sequence[Said],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.script = script if isinstance(script, Script) else Script(replay=tuple(script))
        checked(self.script, "script")
        self.identity = self.script.identity
        self.count = 0
        self.most_at_once = 0
        self.asked: deque[Request] = deque(maxlen=_REMEMBERED)
        self._sleep = sleep
        self._running = 0
        self._replayed = 0
        self._seeds: dict[str, list[int | None]] = {}
        self._attempts: dict[str, int] = {}

    async def answer(self, request: Request) -> Response:
        """Return what the script says; EndpointError where it stops the run."""
        reply = self._next(request)
        await self._wait(reply.delay)
        return self._response(request, reply)

    async def stream(self, request: Chat | Complete) -> AsyncIterator[str | Response]:
        """Yield the reply in its chunks, then the whole Response."""
        reply = self._next(request)
        await self._wait(reply.delay)
        response = self._response(request, reply)
        for chunk in _chunks(response, reply):
            yield chunk
            await self._sleep(reply.pause)
        yield response

    async def capabilities(self) -> Capabilities:
        """Chat and completions; log-likelihoods when the script gives any."""
        given = any(reply.likelihoods for reply in self.script.replies())
        reason = "" if given else "the script gives no likelihoods"
        return Capabilities(completions=True, likelihood=given, likelihood_reason=reason)

    async def close(self) -> None:
        """Nothing is held open."""

    async def _wait(self, seconds: float) -> None:
        self._running += 1
        self.most_at_once = max(self.most_at_once, self._running)
        try:
            await self._sleep(seconds)
        finally:
            self._running -= 1

    def _next(self, request: Request) -> Reply:
        """Count the request and choose its reply."""
        self.count += 1
        self.asked.append(request)
        text = last_text(request)
        rule = next((rule for rule in self.script.rules if rule.fits(text)), None)
        if rule is not None:
            return self._by_rule(rule, request)
        return self._judged(request, text) or self._in_order()

    def _judged(self, request: Request, text: str) -> Reply | None:
        """Return what the script's judge says; None without one, or where nothing is judged."""
        if self.script.judge is UNSET:
            return None
        said = judge_reply(self.script.judge, text, _seed(request))
        return None if said is None else Reply(text=said)

    def _in_order(self) -> Reply:
        if self._replayed < len(self.script.replay):
            self._replayed += 1
            return as_reply(self.script.replay[self._replayed - 1])
        if self.script.default is not None:
            return as_reply(self.script.default)
        message = f"the script has no reply left for request {self.count}"
        return Reply(failure=ScriptedFailure(message=message))

    def _by_rule(self, rule: Rule, request: Request) -> Reply:
        if len(rule.said) == 1:
            return rule.said[0]
        seed = _seed(request)
        if rule.by == "seed":
            return rule.said[derive(str(seed)) % len(rule.said)]
        return rule.said[min(self._time(request, seed), len(rule.said) - 1)]

    def _time(self, request: Request, seed: int | None) -> int:
        """Return how many other seeds this prompt was asked with before; a repeat counts once."""
        seeds = self._seeds.setdefault(digest(_prompt(request)), [])
        if seed is None or seed not in seeds:
            seeds.append(seed)
            return len(seeds) - 1
        return seeds.index(seed)

    def _response(self, request: Request, reply: Reply) -> Response:
        if failure := self._failure(request, reply):
            return Response(failure=failure, seconds=reply.delay, model="scripted")
        if isinstance(request, Embed):
            return _failed("a scripted model has no embeddings")
        return _scored(request, reply) if isinstance(request, Likelihood) else _said(reply)

    def _failure(self, request: Request, reply: Reply) -> Failure | None:
        """Return the scripted failure while it lasts; EndpointError where it stops the run."""
        planned = reply.failure
        if planned is None:
            return None
        if planned.first is not None:
            key = digest(request)
            self._attempts[key] = self._attempts.get(key, 0) + 1
            if self._attempts[key] > planned.first:
                return None
        if planned.kind == "stop":
            raise EndpointError(planned.message)
        return Failure(kind=planned.kind, message=planned.message, status=planned.status)


def last_text(request: Request) -> str:
    """Return what a script matches: the last user message, the prompt, or the context."""
    if isinstance(request, Chat):
        users = [message.content for message in request.messages if message.role == "user"]
        return users[-1] if users else ""
    if isinstance(request, Complete):
        return request.prompt
    return request.context if isinstance(request, Likelihood) else request.texts[-1]


def _prompt(request: Request) -> object:
    return request.messages if isinstance(request, Chat) else last_text(request)


def _seed(request: Request) -> int | None:
    return request.sampling.seed if isinstance(request, Chat | Complete) else None


def _said(reply: Reply) -> Response:
    text = "".join(reply.chunks) if reply.text is None and reply.chunks else reply.text
    return Response(
        text=text,
        reasoning=reply.reasoning,
        refusal=reply.refusal,
        tool_calls=reply.tool_calls,
        finish=reply.finish,
        usage=reply.usage,
        logprobs=reply.logprobs,
        model="scripted",
        seconds=reply.delay,
    )


def _scored(request: Likelihood, reply: Reply) -> Response:
    """Return the given log-likelihoods; a plain number is one token, greedy above 1/2."""
    given = reply.likelihoods
    if isinstance(given, dict):
        missing = [one for one in request.continuations if one not in given]
        if missing:
            return _failed(f"the script has no likelihood for the continuation {missing[0]!r}")
        given = tuple(given[one] for one in request.continuations)
    if len(given) != len(request.continuations):
        wanted = len(request.continuations)
        return _failed(f"the script has {len(given)} likelihoods for {wanted} continuations")
    scores = tuple(_score(one) for one in given)
    return Response(likelihoods=scores, usage=reply.usage, model="scripted", seconds=reply.delay)


def _score(given: float | ContinuationScore) -> ContinuationScore:
    if isinstance(given, ContinuationScore):
        return given
    return ContinuationScore(logprob=given, greedy=given > -0.693147, tokens=1)


def _failed(message: str) -> Response:
    return Response(failure=Failure(kind="infra", message=message), model="scripted")


def _chunks(response: Response, reply: Reply) -> Sequence[str]:
    """Return the pieces to stream: those of the script, or the words with their spaces."""
    if response.text is None or response.failure is not None:
        return ()
    if reply.chunks:
        return reply.chunks
    words = response.text.split(" ")
    return [word + " " for word in words[:-1]] + [words[-1]]
