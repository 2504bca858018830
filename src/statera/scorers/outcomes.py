"""The one place where a trial gets its outcome.

Order: `infra_error` when there is no reply for reasons of plumbing; `right` or `wrong` when an
answer was read (flagged `cut_off` or `hedged` where the text was); else `truncated`, `refused`,
and last `unparsed`.
"""

import re
from typing import NamedTuple

from statera.records.responses import Response
from statera.records.scores import Outcome, Reading
from statera.scorers.refusal import refused

CUT_OFF = "cut_off"
HEDGED = "hedged"
REFUSAL = "refusal"
KEPT = "kept"
"""A reply that waits for a judge: without an answer yet, and no sign of bad health."""

EMPTY_REPLY = "empty reply"

_HEDGE = re.compile(
    r"\b(?:not\s+(?:entirely\s+|completely\s+|quite\s+|very\s+|really\s+)?(?:sure|certain|confident)|"
    r"uncertain|unsure|hard\s+to\s+(?:say|tell)|I(?:['’]m\s+guessing|\s+guess|\s+would\s+guess)|"
    r"(?:could|might|may)\s+(?:also|well)\s+be|(?:my\s+)?best\s+guess|I\s+don['’]t\s+know)\b",
    re.I,
)
_LONGEST = 20_000


class Decision(NamedTuple):
    """A trial's outcome, why there is no answer (or ""), and what a reader should know."""

    outcome: Outcome
    why: str = ""
    flags: tuple[str, ...] = ()


def decide(response: Response, reading: Reading, right: bool) -> Decision:
    """Return the outcome of a response in which `reading` was read; `right` if it was correct."""
    if plumbing := broken(response):
        return Decision("infra_error", plumbing)
    if reading.value is not None:
        return Decision("right" if right else "wrong", flags=_flags(response))
    if response.cut_off:
        return Decision("truncated", _because(response, "cut off at the token limit"))
    if refusal := refused(response):
        why = _because(response, f"refusal by {refusal.evidence}")
        return Decision("refused", why, refusal.flags)
    return Decision("unparsed", reading.why or "no answer found")


def whole_reply(response: Response, passed: bool) -> Reading:
    """Return the reply itself as the answer, for scorers that grade all of it.

    A reply that fails counts as no answer when it is empty, cut off or a refusal.
    """
    text = response.text
    if not text:
        return Reading(value=None, why=EMPTY_REPLY if text == "" else "no text")
    if not passed and (response.cut_off or refused(response)):
        return Reading(value=None, why="no answer")
    return Reading(value=text, span=(0, len(text)), why="the whole reply")


def broken(response: Response) -> str:
    """Return what went wrong in the plumbing, or an empty string."""
    failure = response.failure
    if failure is not None:
        return failure.message or "failed" if failure.kind == "infra" else ""
    silent = response.text is None and not response.likelihoods and response.finish is None
    if silent and response.refusal is None and not response.tool_calls:
        return "no reply and no finish reason"
    return ""


def _because(response: Response, otherwise: str) -> str:
    return response.failure.message if response.failure else otherwise


def _flags(response: Response) -> tuple[str, ...]:
    text = response.text
    if response.finish == "length":
        return (CUT_OFF, HEDGED) if text and _hedged(text) else (CUT_OFF,)
    return (HEDGED,) if text and len(text) > 8 and _hedged(text) else ()


def _hedged(text: str) -> bool:
    return bool(_HEDGE.search(text, 0, _LONGEST))
