"""What the guard meets and says: passages in, readings and findings, one decision out."""

from typing import Literal, NamedTuple

import msgspec

Side = Literal["input", "output", "tool_call", "tool_result"]
Action = Literal["allow", "redact", "block", "annotate"]
Mode = Literal["enforce", "shadow"]
Outcome = Literal["allow", "redact", "block", "bypassed", "unavailable"]
Cause = Literal["score", "beyond", "failed", "late"]

GRAVITY: dict[Outcome, int] = {
    "allow": 0,
    "redact": 1,
    "bypassed": 2,
    "unavailable": 3,
    "block": 4,
}
"""Which outcome outranks which: of several the gravest holds."""
Role = Literal[
    "system",
    "developer",
    "user",
    "assistant",
    "tool",
    "function",
    "critic",
    "discriminator",
    "document",
    "definition",
    "parameter",
    "",
]
"""Who says a text, as the APIs are read; "" where nobody is named."""


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """One text that is checked as a whole: a message, a tool result, a window of a stream.

    `place` is its path in the body (`messages[2].content[0].text`), `role` who says it, `before`
    earlier messages of the conversation, the latest last; `guarded`, beside a reply, what it must
    not give away: the system messages of its request. `cut`: it begins or ends within what would
    have to be examined as a whole, so that every reading of it is `beyond`.
    """

    text: str
    side: Side
    place: str = ""
    role: str = ""
    before: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    cut: bool = False


class Span(NamedTuple):
    """Characters `start` to `end` (exclusive) of a passage's raw text; `label` as `EMAIL`."""

    start: int
    end: int
    label: str = ""


class Reading(msgspec.Struct, frozen=True):
    """What one detector saw in one passage.

    `score` in [0, 1] is the worst over views and windows, `category` what it is most of all, `view`
    where it was seen (`plain` or as `base64`); `spans` lie in the raw text, none when it is the
    text as a whole. `beyond` is True when text lies past what the detector can examine.
    """

    score: float
    category: str = ""
    spans: tuple[Span, ...] = ()
    view: str = "plain"
    beyond: bool = False


class Trouble(msgspec.Struct, frozen=True):
    """A check that was not made: it `failed` or came `late`; `message` without any content."""

    cause: Literal["failed", "late"]
    message: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a detector of the policy found, or that it could not look (`cause`).

    `score` is None where no check was made. `spans` lie in the passage at `place`.
    """

    detector: str
    side: Side
    place: str
    cause: Cause
    action: Action
    mode: Mode
    threshold: float
    score: float | None = None
    category: str = ""
    view: str = "plain"
    spans: tuple[Span, ...] = ()
    message: str = ""


class Edit(NamedTuple):
    """In passage number `passage`, characters `start` to `end` give way to `replacement`."""

    passage: int
    start: int
    end: int
    replacement: str


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to the passages of one check, and why.

    `outcome`: `bypassed` when a check was not made and the policy lets the text pass, `unavailable`
    when it does not. `would` is the outcome if every detector in shadow enforced. `edits` are to be
    made for `redact` and `bypassed`; they do not overlap, by passage and place. `findings` are
    those at or above their threshold and those whose check was not made; `scores` the highest score
    of every detector that looked.
    """

    id: str
    policy: str
    outcome: Outcome
    would: Outcome
    findings: tuple[Finding, ...] = ()
    edits: tuple[Edit, ...] = ()
    scores: dict[str, float] = {}
    message: str = ""
