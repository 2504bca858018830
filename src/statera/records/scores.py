"""What a trial was worth, and what became of it.

Every trial has exactly one outcome. An answer that was extracted is `right` or `wrong`. Without
one: `infra_error` (plumbing), `truncated` (cut at the token limit, or the prompt did not fit),
`refused` (by the model or the provider's filter), else `unparsed`.
"""

from typing import Literal

import msgspec

Outcome = Literal["right", "wrong", "truncated", "refused", "unparsed", "infra_error"]
OUTCOMES: tuple[Outcome, ...] = (
    "right",
    "wrong",
    "unparsed",
    "refused",
    "truncated",
    "infra_error",
)


UNJUDGED = "unjudged"
"""Flags the scores without a value because the judge, not the system, gave nothing to read."""

TO_CONFIRM = "to_confirm"
"""Flags a failure on which what tells it is not sure: a person confirms it, or not."""

UNDRAWN = "undrawn"
"""Flags what stands where a score is of other items only: the item has none, and lacks none."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What an extractor read from a reply: a value with its place, or None and why.

    `span` is the half-open range of characters, in the text that was given, which was used.
    """

    value: str | None
    span: tuple[int, int] | None = None
    why: str = ""


class Score(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One scorer's verdict on one trial.

    `value` is in the scorer's own range ([0, 1] unless it says otherwise), or None with `why`.
    Absent is not zero. `flags` mark what a reader should know (`cut_off`, `refusal_unsure`).
    """

    metric: str
    value: float | None
    outcome: Outcome
    why: str = ""
    extracted: str | None = None
    span: tuple[int, int] | None = None
    flags: tuple[str, ...] = ()
