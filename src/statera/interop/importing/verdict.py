"""What became of a trial, as far as another tool's log tells."""

import math

from statera.records.responses import Response
from statera.records.scores import Outcome, Score

RIGHT = 0.5
"""A value from here on is right, unless the log says otherwise."""
EMPTY_REPLY = "empty reply"


def verdict(
    metric: str,
    value: float | None,
    response: Response,
    *,
    extracted: str | None = None,
    why: str = "",
    outcome: Outcome | None = None,
) -> Score:
    """Return the score that a tool's value stands for; `outcome` where the log states one.

    Without a value (None or NaN) the grading failed, which is plumbing. What the tool calls wrong
    is `truncated`, `refused` or `unparsed` where the response shows it: the end of the tokens, the
    provider's filter, an empty reply.
    """
    known = None if value is None or math.isnan(value) else value
    found, reason = _outcome(known, response)
    decided = outcome if outcome is not None and found != "infra_error" else found
    return Score(
        metric=metric,
        value=None if decided == "infra_error" else known,
        outcome=decided,
        why=why or (reason if decided == found else ""),
        extracted=extracted if decided in ("right", "wrong") else None,
    )


def _outcome(value: float | None, response: Response) -> tuple[Outcome, str]:
    failure = response.failure
    if failure is not None and failure.kind == "infra":
        return "infra_error", failure.message or "failed"
    if value is None:
        return "infra_error", "the log has no value"
    if value >= RIGHT:
        return "right", ""
    if response.cut_off:
        return "truncated", "cut off at the token limit"
    if response.refusal is not None or response.finish == "content_filter":
        return "refused", response.refusal or "the provider's filter"
    if response.text is not None and not response.text.strip():
        return "unparsed", EMPTY_REPLY
    return "wrong", ""
