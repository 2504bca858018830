"""What is written down of every decision: one JSON object a line.

    event = event_of(decision, passages, meeting, keep)
    line = encoded(event)

Texts are kept as the policy says: as a keyed hash (the default), whole, or not at all. The hash is
BLAKE2b with a key of 32 bytes: equal texts can be found, none can be guessed without the key. The
key is `--event-key`, or random for each start; `key` in the event tells which (its own hash).
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Literal, NamedTuple

import msgspec

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
        findings=decision.findings,
        passages=tuple([_seen(one, content, hashing) for one in passages]),
        key=hashing.name if content == "hash" else "",
        checks=meeting.checks,
        released=meeting.released,
        trace=meeting.trace,
    )


def encoded(event: GuardEvent) -> bytes:
    """Return the event as a line of JSON."""
    return _encoder.encode(event) + b"\n"


def _seen(passage: Passage, content: Content, hashing: Hashing) -> Seen:
    text = passage.text
    return Seen(
        place=passage.place,
        side=passage.side,
        role=passage.role,
        chars=len(text),
        hash=hashing.of(text) if content == "hash" else "",
        text=text if content == "full" else None,
    )
