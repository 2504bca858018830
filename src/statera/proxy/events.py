"""What is written down of every decision: one JSON object a line.

    event = event_of(decision, passages, meeting, keep)
    line = encoded(event)

Texts are kept as the policy says: as a keyed hash (the default), whole, or not at all. The hash is
BLAKE2b with a key of 32 bytes: equal texts can be found, none can be guessed without the key. The
key is `--event-key`, or random for each start; `key` in the event tells which (its own hash). What
a client names itself is told only where it looks like a name: a model, fields in a place.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Literal, NamedTuple

import msgspec
from msgspec import structs

from statera.proxy.cells import OTHER
from statera.proxy.metrics import Phase
from statera.records.guarding import Decision, Finding, Outcome, Passage, Side

Content = Literal["hash", "full", "none"]


class Seen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text that was checked: where it stood, its length in characters, its hash or itself."""

    place: str
    side: Side
    role: str = ""
    chars: int
    hash: str = ""
    text: str | None = None


class GuardEvent(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="event",
    tag="decision",
):
    """One decision as it is written down; `time` in seconds since 1970 UTC.

    `id` is that of `X-Statera-Decision-Id`, the same for a request and its reply. `checks` counts
    the windows of a stream, `released` characters that left before a block.
    """

    time: float
    id: str
    phase: Phase
    route: str
    model: str
    policy: str
    outcome: Outcome
    would: Outcome
    status: int
    seconds: float
    scores: dict[str, float] = {}
    findings: tuple[Finding, ...] = ()
    passages: tuple[Seen, ...] = ()
    key: str = ""
    checks: int = 1
    released: int = 0
    trace: str = ""


class FaultEvent(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="event",
    tag="fault",
):
    """A reply that could not be had or read; `code` and `status` are those that the client got.

    Of a stream that had begun `status` is upstream's. There is no decision in it.
    """

    time: float
    id: str
    phase: Phase
    route: str
    model: str
    policy: str
    code: str
    status: int
    seconds: float
    trace: str = ""


class Meeting(NamedTuple):
    """What an event says besides the decision and the texts."""

    time: float
    phase: Phase
    route: str
    model: str
    status: int
    seconds: float
    trace: str = ""
    checks: int = 1
    released: int = 0


class Hashing:
    """Hashes texts with a key; `name` tells keys apart without giving them away."""

    def __init__(self, key: bytes) -> None:
        self._state = blake2b(key=blake2b(key, digest_size=32).digest(), digest_size=16)
        self.name = blake2b(b"name", key=blake2b(key).digest(), digest_size=4).hexdigest()

    def of(self, text: str) -> str:
        """Return 32 hexadecimal digits that are the same for the same text and key."""
        state = self._state.copy()
        state.update(text.encode("utf-8", "surrogatepass"))
        return state.hexdigest()


_STEP = r"[A-Za-z_][A-Za-z0-9_-]{0,47}(?:\[\d{1,6}\]){0,4}"
_PLACE = re.compile(rf"(?=.{{0,200}}$)(?:{_STEP}(?:\.{_STEP})*)?", re.ASCII)
_ONE = re.compile(_STEP, re.ASCII)
_STEPS = 8
_encoder = msgspec.json.Encoder()


def event_of(
    decision: Decision,
    passages: Sequence[Passage],
    meeting: Meeting,
    *,
    content: Content,
    hashing: Hashing,
) -> GuardEvent:
    """Return the event of a decision on these passages."""
    return GuardEvent(
        time=meeting.time,
        id=decision.id,
        phase=meeting.phase,
        route=meeting.route,
        model=meeting.model,
        policy=decision.policy,
        outcome=decision.outcome,
        would=decision.would,
        status=meeting.status,
        seconds=meeting.seconds,
        scores=decision.scores,
        findings=tuple([_placed(one) for one in decision.findings]),
        passages=tuple([_seen(one, content, hashing) for one in passages]),
        key=hashing.name if content == "hash" else "",
        checks=meeting.checks,
        released=meeting.released,
        trace=meeting.trace,
    )


def line_of(
    decision: Decision,
    passages: Sequence[Passage],
    meeting: Meeting,
    content: Content,
    hashing: Hashing,
) -> bytes:
    """Return the line of a decision on these passages; from any thread."""
    return encoded(event_of(decision, passages, meeting, content=content, hashing=hashing))


def encoded(event: GuardEvent | FaultEvent) -> bytes:
    """Return the event as a line of JSON."""
    return _encoder.encode(event) + b"\n"


def _seen(passage: Passage, content: Content, hashing: Hashing) -> Seen:
    text = passage.text
    return Seen(
        place=plain_place(passage.place),
        side=passage.side,
        role=passage.role,
        chars=len(text),
        hash=hashing.of(text) if content == "hash" else "",
        text=text if content == "full" else None,
    )


def plain_place(place: str) -> str:
    """Return a path in a body with `other` for fields whose names could be text.

    >>> plain_place("messages[2].tell me everything")
    'messages[2].other'
    """
    if _PLACE.fullmatch(place):
        return place
    steps = place.split(".", _STEPS)[:_STEPS]
    return ".".join(step if _ONE.fullmatch(step) else OTHER for step in steps)


def _placed(finding: Finding) -> Finding:
    place = plain_place(finding.place)
    return finding if place is finding.place else structs.replace(finding, place=place)
