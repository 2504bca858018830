"""A model behind the guard, in process: what its users would get, as a system under test.

    model = Guarded(open_model("embedded"), opened, clock)
    response = await model.answer(request)
    response.failure, response.notes     # refused: guard, input blocked by toxicity; decision 4f2a…

What the guard blocks is `refused`, as by a provider's content filter. A check that was not made,
where the policy does not let the text pass then, is a failure of plumbing: it is asked again, and
nobody books it as a refusal. The same texts are checked as by the proxy.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import structs

from statera.codec.canonical import digest
from statera.guard.blockers import blocks
from statera.guard.edits import edited
from statera.guard.policy import Entry, Place, Policy
from statera.guard.restoring import Restoring, restoring_of
from statera.protocols import Clock, Model
from statera.records.guarding import Decision, Finding, Outcome, Passage, Side
from statera.records.requests import Chat, Complete, Embed, Likelihood, Message, Request
from statera.records.responses import Capabilities, Failure, Response
from statera.strategies.policies import OpenedPolicy

_SIDES: dict[str, Side] = {"tool": "tool_result"}
_ROUTES: dict[type, str] = {
    Chat: "/v1/chat/completions",
    Complete: "/v1/completions",
    Embed: "/v1/embeddings",
}
NO_LIKELIHOODS = "a guard reads texts: behind it replies are generated, not scored"


class Guarded:
    """A model with an opened policy round it; closes both."""

    def __init__(self, inside: Model, opened: OpenedPolicy, clock: Clock) -> None:
        self.inside = inside
        self._opened = opened
        self._clock = clock
        self._name = inside.identity.rpartition("#")[2]

    @property
    def identity(self) -> str:
        """The model's own identity and the policy's."""
        return f"{self.inside.identity} + {self._opened.identity}"

    async def answer(self, request: Request) -> Response:
        """Return the model's answer as far as the policy lets it pass; notes say what was done."""
        if isinstance(request, Likelihood):
            return _plumbing(Response(), NO_LIKELIHOODS)
        started = self._clock.monotonic()
        place = Place(route=_ROUTES[type(request)], model=self._name)
        asked = asked_passages(request)
        decision = await self._check(asked, place)
        before = self._clock.monotonic() - started
        notes = self._notes("input", decision, place)
        reply = Response(seconds=before, cost=0.0, notes=notes)
        if stopped := self._stopped(reply, "input", decision, place):
            return stopped
        restoring = restoring_of(self.policy, decision, asked)
        reply = await self.inside.answer(_rewritten(request, decision))
        reply = structs.replace(reply, notes=(*reply.notes, *notes))
        reply = _later(reply, before)
        if reply.failure is not None or isinstance(request, Embed):
            return reply
        return await self._passed(reply, asked, place, restoring)

    async def capabilities(self) -> Capabilities:
        """Those of the model inside, without log-likelihoods: these tell no text to check."""
        found = await self.inside.capabilities()
        reason = found.likelihood_reason or NO_LIKELIHOODS
        return structs.replace(found, likelihood=False, likelihood_reason=reason)

    async def close(self) -> None:
        """Close the model and the policy."""
        await self.inside.close()
        await self._opened.close()

    @property
    def policy(self) -> Policy:
        """The policy round the model."""
        return self._opened.policy

    async def _check(self, passages: Sequence[Passage], place: Place) -> Decision:
        said = [[one.side, one.role, one.text] for one in passages]
        name = digest([self._opened.digest, said])[:16]
        return await self._opened.guard.check(passages, place, decision_id=name)

    async def _passed(
        self, reply: Response, asked: Sequence[Passage], place: Place, restoring: Restoring
    ) -> Response:
        """Return what of the reply passes."""
        started = self._clock.monotonic()
        said = reply_passages(reply, asked)
        decision = await self._check([passage for _, passage in said], place)
        reply = _later(reply, self._clock.monotonic() - started, first=False)
        notes = self._notes("output", decision, place)
        reply = structs.replace(reply, notes=(*reply.notes, *notes))
        if stopped := self._stopped(reply, "output", decision, place):
            return stopped
        return _edited(reply, [part for part, _ in said], decision, restoring)

    def _notes(self, where: str, decision: Decision, place: Place) -> tuple[str, ...]:
        return _notes(where, decision, _told(decision, self._opened.guard.engine.entries(place)))

    def _stopped(
        self, reply: Response, where: str, decision: Decision, place: Place
    ) -> Response | None:
        """Return what takes the reply's place where the decision stops it; None where it passes.

        What the model cost stays on record.
        """
        if decision.outcome not in ("unavailable", "block"):
            return None
        told = _told(decision, self._opened.guard.engine.entries(place)).behind
        if decision.outcome == "unavailable":
            return _plumbing(reply, f"guard_unavailable: {told or 'a check was not made'}")
        own = self.policy.messages.input if where == "input" else self.policy.messages.output
        message = f"guard, {where} blocked by {told}: {decision.message or own}"
        status = 400 if where == "input" else None
        return structs.replace(
            _without_answer(reply),
            failure=Failure(kind="refused", message=message, status=status),
            finish="content_filter",
        )


def asked_passages(request: Chat | Complete | Embed) -> tuple[Passage, ...]:
    """Return the texts of a request as the guard reads them, each with the messages before it."""
    if isinstance(request, Complete):
        return (Passage(text=request.prompt, side="input", place="prompt", role="user"),)
    if isinstance(request, Embed):
        return tuple(
            Passage(text=text, side="input", place=f"input[{at}]", role="user")
            for at, text in enumerate(request.texts)
        )
    said = [message.content for message in request.messages]
    return tuple(
        Passage(
            text=message.content,
            side=_SIDES.get(message.role, "input"),
            place=f"messages[{at}].content",
            role=message.role,
            before=tuple(said[:at]),
        )
        for at, message in enumerate(request.messages)
    )


_TEXTS = ("text", "reasoning", "refusal")
_CALL = "tool_calls"


def reply_passages(
    reply: Response, asked: Sequence[Passage]
) -> list[tuple[tuple[str, int], Passage]]:
    """Return the texts of a reply: which field (and which tool call) each is, and the passage."""
    before = tuple(one.text for one in asked)
    guarded = tuple(one.text for one in asked if one.role == "system")
    found: list[tuple[tuple[str, int], str, Side]] = []
    for name in _TEXTS:
        if text := getattr(reply, name):
            found.append(((name, 0), text, "output"))
    for at, call in enumerate(reply.tool_calls):
        if arguments := (call.get("function") or {}).get("arguments"):
            found.append(((_CALL, at), str(arguments), "tool_call"))
    return [
        (
            part,
            Passage(
                text=text,
                side=side,
                place=part[0] if side == "output" else f"{_CALL}[{part[1]}]",
                role="assistant",
                before=before,
                guarded=guarded,
            ),
        )
        for part, text, side in found
    ]


def _rewritten(request: Request, decision: Decision) -> Request:
    """Return the request with what the decision takes out taken out."""
    if not decision.edits:
        return request
    if isinstance(request, Complete):
        return structs.replace(request, prompt=edited(request.prompt, decision.edits))
    if isinstance(request, Embed):
        return structs.replace(
            request, texts=tuple(_cut(decision, at, text) for at, text in enumerate(request.texts))
        )
    assert isinstance(request, Chat)
    messages = (
        Message(one.role, _cut(decision, at, one.content))
        for at, one in enumerate(request.messages)
    )
    return structs.replace(request, messages=tuple(messages))


def _edited(
    reply: Response,
    parts: Sequence[tuple[str, int]],
    decision: Decision,
    restoring: Restoring,
) -> Response:
    """Return the reply with the decision's edits, and what was taken out of the request back in.

    Log-probabilities of a reply whose text was changed are of another text: they are left out.
    """
    changes: dict[str, object] = {}
    calls = list(reply.tool_calls)
    for number, (name, at) in enumerate(parts):
        if name == _CALL:
            function = dict(calls[at]["function"])
            text = _cut(decision, number, str(function["arguments"]))
            function["arguments"] = restoring.text(text, escaped=True)
            calls[at] = calls[at] | {"function": function}
        else:
            changes[name] = restoring.text(_cut(decision, number, getattr(reply, name)))
    if decision.edits:
        changes["logprobs"] = ()
    return structs.replace(reply, tool_calls=tuple(calls), **changes)


def _cut(decision: Decision, number: int, text: str) -> str:
    return edited(text, [edit for edit in decision.edits if edit.passage == number])


def _plumbing(reply: Response, message: str) -> Response:
    failure = Failure(kind="infra", message=message, status=503)
    return structs.replace(_without_answer(reply), failure=failure)


def _without_answer(reply: Response) -> Response:
    return structs.replace(
        reply, text=None, reasoning=None, refusal=None, tool_calls=(), logprobs=(), finish=None
    )


def _later(reply: Response, seconds: float, *, first: bool = True) -> Response:
    """Return the reply with the time of a check on top."""
    started = reply.first_token_seconds
    if first and started is not None:
        started += seconds
    return structs.replace(reply, seconds=reply.seconds + seconds, first_token_seconds=started)


def _notes(where: str, decision: Decision, told: "_Told") -> tuple[str, ...]:
    """Return what a reader of the trial should know; nothing of a decision that lets all pass.

    `statera.analysis.guarding.bypasses` reads it.
    """
    if decision.outcome == "allow" and decision.would == "allow" and not decision.findings:
        return ()
    would = "" if decision.would == decision.outcome else f", would {decision.would}"
    by = f" ({told.behind})" if told.behind else ""
    besides = f", besides: {told.besides}" if told.besides else ""
    return (f"guard: {where} {decision.outcome}{would}{by}{besides}; decision {decision.id}",)


class _Told(NamedTuple):
    """The detectors `behind` a decision, and what else was found or could not be looked for."""

    behind: str
    besides: str


def _told(decision: Decision, entries: Iterable[Entry]) -> _Told:
    terms = {entry.name: entry for entry in entries}
    behind: dict[str, None] = {}
    besides: dict[str, None] = {}
    for one in decision.findings:
        name = one.detector + ("" if one.cause == "score" else f" {one.cause}")
        weighs = _weighs(one, decision.outcome, terms[one.detector])
        (behind if weighs else besides)[name] = None
    return _Told(", ".join(behind), ", ".join(name for name in besides if name not in behind))


def _weighs(finding: Finding, outcome: Outcome, entry: Entry) -> bool:
    """Return whether a finding by itself leads to that outcome; to `allow` all of them do."""
    if outcome == "allow" or finding.mode != "enforce":
        return outcome == "allow"
    if outcome == "redact":
        return finding.cause == "score" and finding.action == "redact"
    holds = blocks(finding, [entry.name] if entry.beyond == "allow" else [])
    if outcome == "block" or holds or finding.cause == "score":
        return outcome == "block" and holds
    closed = entry.on_failure == "closed" and finding.action not in ("allow", "annotate")
    unmade = closed and finding.cause != "beyond"
    return unmade == (outcome == "unavailable")
