"""The engine: which detectors look at what, and the decision from what they saw. No I/O, no clock.

    engine = Engine(policy)
    asks = engine.asks(passages, place)            # which detector looks at which passage
    answers = ...                                  # a Reading or a Trouble for each ask
    engine.decide(passages, asks, answers, id="4f2a")

`block` outranks `unavailable` (a closed check was not made), which outranks `bypassed` (an open
check was not made), `redact` and `allow`: a check that was not made never reads as success.
"""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import get_args

import msgspec
from msgspec import UNSET, structs

from statera.guard.edits import Taken, named
from statera.guard.policy import Change, Entry, Place, Policy, Scope
from statera.records.guarding import (
    GRAVITY,
    Decision,
    Edit,
    Finding,
    Outcome,
    Passage,
    Reading,
    Side,
    Span,
    Trouble,
)

Answer = Reading | Trouble


class Ask(msgspec.Struct, frozen=True):
    """Passage number `passage` is to be looked at by the detector of `entry`, on its terms."""

    passage: int
    entry: Entry


class Engine:
    """A policy made ready to be asked many times; safe to share, since it only remembers."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._digest = policy.digest
        self._known: dict[tuple[bool, ...], _Held] = {}

    def entries(self, place: Place) -> tuple[Entry, ...]:
        """Return the detectors that look at this place, on the terms that hold there."""
        return self._held(place).entries

    def _held(self, place: Place) -> "_Held":
        scopes = self.policy.scopes
        holds = tuple([_matches(scope, place) for scope in scopes]) if scopes else ()
        known = self._known.get(holds)
        if known is None:
            held = [scope for scope, one in zip(scopes, holds, strict=True) if one]
            known = self._known[holds] = _Held(_changed(self.policy.detectors, held))
        return known

    def asks(self, passages: Sequence[Passage], place: Place) -> tuple[Ask, ...]:
        """Return who looks at what, passage by passage in the policy's order; blank texts pass."""
        entries = self._held(place).by_side
        return tuple(
            [
                Ask(number, entry)
                for number, passage in enumerate(passages)
                if passage.text
                for entry in entries[passage.side]
                if not entry.roles or passage.role in entry.roles
            ]
        )

    def decide(
        self,
        passages: Sequence[Passage],
        asks: Sequence[Ask],
        answers: Sequence[Answer],
        *,
        id: str,
    ) -> Decision:
        """Return the decision; `answers` lie beside `asks`.

        The message is that of the first detector that blocks, or the policy's own for its side.
        """
        scores: dict[str, float] = {}
        found: list[tuple[Finding, Ask]] = []
        for ask, answer in zip(asks, answers, strict=True):
            if isinstance(answer, Reading):
                name = ask.entry.name
                scores[name] = max(answer.score, scores.get(name, 0.0))
                if answer.score < ask.entry.threshold and not answer.beyond:
                    continue
            found += [(one, ask) for one in _findings(passages[ask.passage], ask, answer)]
        if not found:
            return Decision(
                id=id, policy=self._digest, outcome="allow", would="allow", scores=scores
            )
        enforced = [(one, ask) for one, ask in found if one.mode == "enforce"]
        outcome = _worst(_consequence(one, ask.entry) for one, ask in enforced)
        edits = _edits(passages, enforced) if outcome in ("redact", "bypassed") else ()
        return Decision(
            id=id,
            policy=self._digest,
            outcome=outcome,
            would=_worst(_consequence(one, ask.entry) for one, ask in found),
            findings=tuple(one for one, _ in found),
            edits=edits,
            scores=scores,
            message=self._message(enforced) if outcome == "block" else "",
        )

    def _message(self, enforced: Iterable[tuple[Finding, Ask]]) -> str:
        first = next((f, a) for f, a in enforced if _consequence(f, a.entry) == "block")
        finding, ask = first
        outgoing = finding.side in ("output", "tool_call")
        own = self.policy.messages
        return ask.entry.message or (own.output if outgoing else own.input)


class _Held:
    """The detectors that look at a place, all of them and those of each side."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self.by_side: dict[Side, tuple[Entry, ...]] = {
            side: tuple([one for one in entries if side in one.sides]) for side in get_args(Side)
        }


def _matches(scope: Scope, place: Place) -> bool:
    return (
        fnmatchcase(place.route, scope.route)
        and fnmatchcase(place.model, scope.model)
        and all(
            fnmatchcase(place.headers.get(name.lower(), ""), pattern)
            for name, pattern in scope.headers.items()
        )
    )


def _changed(entries: Iterable[Entry], scopes: Sequence[Scope]) -> tuple[Entry, ...]:
    """Return the entries as the scopes leave them; a later scope wins word by word."""
    kept = []
    for entry in entries:
        off = False
        for scope in scopes:
            if change := scope.detectors.get(entry.name):
                off = change.off
                entry = structs.replace(entry, **_said(change))
        if not off:
            kept.append(entry)
    return tuple(kept)


def _said(change: Change) -> dict[str, object]:
    said = structs.asdict(change)
    return {name: value for name, value in said.items() if name != "off" and value is not UNSET}


def _findings(passage: Passage, ask: Ask, answer: Answer) -> list[Finding]:
    """Return what is to be told of an answer: none when it is below the threshold and whole."""
    entry = ask.entry
    terms = Finding(
        detector=entry.name,
        side=passage.side,
        place=passage.place,
        cause="score",
        action=entry.action,
        mode=entry.mode,
        threshold=entry.threshold,
    )
    if isinstance(answer, Trouble):
        return [structs.replace(terms, cause=answer.cause, message=answer.message)]
    seen = structs.replace(
        terms, score=answer.score, category=answer.category, view=answer.view, spans=answer.spans
    )
    reached = [seen] if answer.score >= entry.threshold else []
    past = [structs.replace(seen, cause="beyond", spans=())] if answer.beyond else []
    return reached + past


def _consequence(finding: Finding, entry: Entry) -> Outcome:
    """Return what one finding asks for; a detector that only annotates never holds text back."""
    if finding.action == "allow" or finding.action == "annotate":
        return "allow" if finding.cause == "score" else "bypassed"
    if finding.cause == "score":
        return finding.action
    if finding.cause == "beyond":
        return "block" if entry.beyond == "block" else "bypassed"
    return "unavailable" if entry.on_failure == "closed" else "bypassed"


def _worst(outcomes: Iterable[Outcome]) -> Outcome:
    return max(outcomes, key=GRAVITY.__getitem__, default="allow")


def _edits(
    passages: Sequence[Passage], enforced: Iterable[tuple[Finding, Ask]]
) -> tuple[Edit, ...]:
    """Return what is to be taken out; a detector that names no place takes out the passage.

    Only what is taken out of a request can return, so that names in a reply have no number.
    """
    asking = any(one.side == "input" for one in passages)
    taken = []
    for finding, ask in enforced:
        if _consequence(finding, ask.entry) != "redact":
            continue
        returns = asking and ask.entry.restore
        for start, end, label in finding.spans or (Span(0, len(passages[ask.passage].text)),):
            label = label or finding.detector.upper()
            taken.append(Taken(ask.passage, start, end, label, returns))
    return named([one.text for one in passages], taken)
