"""Log-likelihood over HTTP: `/completions` with `echo` and `logprobs`.

    scorer = EchoScorer("my-model", post=post, refuse=refuse)
    response = await scorer.answer(Likelihood(context="2 + 2 =", continuations=(" 4", " 5")))
    response.likelihoods[0].logprob            # nats, summed over the continuation's tokens

The endpoint is probed before its first answer is used; a reply that does not fit its prompt is a
failure with the reason, never a number.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from statera.errors import EndpointError
from statera.models.loops import PerLoop
from statera.models.probe import EchoFindings, probe_echo
from statera.models.prompt_logprobs import (
    EchoChoice,
    EchoReply,
    Misaligned,
    begin,
    begin_by_offset,
    echo_body,
    echoed,
    plain,
    prompt_counts,
    score,
    split,
)
from statera.models.transport import AttemptFailed, HttpReply
from statera.records.requests import Likelihood
from statera.records.responses import ContinuationScore, Failure, Response, Usage

Post = Callable[[bytes], Awaitable[HttpReply]]
Refuse = Callable[[HttpReply], Failure]

_CONTEXTS = 1024
_EXPLAINED = "log-likelihoods cannot be trusted here"


class Refused(Exception):
    """The server answered with an error that belongs on the trial."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class EchoScorer:
    """Scores continuations with one endpoint and model name.

    `post` sends a body to `/completions`. `refuse` reads an answer whose status is not 200: it
    raises AttemptFailed where another attempt may help and EndpointError where the run must stop,
    else it returns the failure. The context's own token counts are kept for the last 1,024.
    """

    def __init__(self, name: str, *, post: Post, refuse: Refuse) -> None:
        self.name = name
        self._post = post
        self._refuse = refuse
        self._findings: EchoFindings | None = None
        self._probing = PerLoop(asyncio.Lock)
        self._counts: OrderedDict[str, int] = OrderedDict()

    async def findings(self) -> EchoFindings:
        """Return what the probe found; it is sent once."""
        async with self._probing.here():
            if self._findings is None:
                self._findings = await probe_echo(self._post, self._refuse, self.name)
            return self._findings

    async def answer(self, request: Likelihood) -> Response:
        """Return a score for each continuation, or why there is none.

        Raises EndpointError when the probe found that no score can be trusted here.
        """
        findings = self._findings or await self.findings()
        if findings.reason:
            raise EndpointError(f"{_EXPLAINED}: {findings.reason}. Use --mode generate")
        try:
            return await self._scored(request, findings)
        except Misaligned as error:
            return _failed(f"{_EXPLAINED}: {error}")
        except Refused as refused:
            return Response(failure=refused.failure)

    async def _scored(self, request: Likelihood, findings: EchoFindings) -> Response:
        parts = [split(request.context, one) for one in request.continuations]
        size = len(parts) if findings.habits.lists else 1
        scores: list[ContinuationScore] = []
        usages: list[Usage | None] = []
        for start in range(0, len(parts), size):
            group = parts[start : start + size]
            reply = await self._echo([a + b for a, b in group], findings)
            scores += await self._group(group, reply, findings)
            usages.append(reply.usage)
        return Response(
            likelihoods=tuple(scores),
            usage=_total(usages),
            model=self.name,
            requests=len(usages),
        )

    async def _group(
        self, parts: Sequence[tuple[str, str]], reply: EchoReply, findings: EchoFindings
    ) -> list[ContinuationScore]:
        prompts = [context + continuation for context, continuation in parts]
        choices = echoed(reply, prompts)
        counts = prompt_counts(reply, choices, prompts, findings.habits.max_tokens)
        return [
            score(choice, await self._first(choice, count, part, findings), count)
            for choice, count, part in zip(choices, counts, parts, strict=True)
        ]

    async def _first(
        self, choice: EchoChoice, count: int, part: tuple[str, str], findings: EchoFindings
    ) -> int:
        """Return the index of the continuation's first token."""
        context, continuation = part
        first = begin(plain(choice.tokens[:count], context + continuation), continuation)
        if first is None and findings.habits.offsets == "characters":
            first = begin_by_offset(choice, count, len(context))
        return await self._context_count(context, findings) if first is None else first

    async def _context_count(self, context: str, findings: EchoFindings) -> int:
        """Ask how many tokens the context has alone."""
        if context not in self._counts:
            if not context:
                raise Misaligned("the context is empty")
            reply = await self._echo([context], findings)
            choices = echoed(reply, [context])
            limit = findings.habits.max_tokens
            self._counts[context] = prompt_counts(reply, choices, [context], limit)[0]
            if len(self._counts) > _CONTEXTS:
                self._counts.popitem(last=False)
        return self._counts[context]

    async def _echo(self, prompts: Sequence[str], findings: EchoFindings) -> EchoReply:
        reply = await self._post(echo_body(self.name, prompts, findings.habits.max_tokens))
        if reply.status != 200:
            raise Refused(self._refuse(reply))
        try:
            return msgspec.json.decode(reply.body, type=EchoReply)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise AttemptFailed("undecodable", f"no completion: {error}", reply=reply) from None


def _failed(message: str) -> Response:
    return Response(failure=Failure(kind="infra", message=message))


def _total(usages: Sequence[Usage | None]) -> Usage | None:
    """Return the sum, or None when a part is unknown."""
    known = [usage for usage in usages if usage is not None and usage.prompt_tokens is not None]
    if len(known) != len(usages):
        return None
    return Usage(
        prompt_tokens=sum(usage.prompt_tokens or 0 for usage in known),
        completion_tokens=sum(usage.completion_tokens or 0 for usage in known),
    )
