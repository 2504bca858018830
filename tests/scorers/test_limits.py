"""Length, latency and cost."""

import pytest

from statera.errors import DeclarationError
from statera.records.responses import Response, Usage
from statera.records.samples import Sample
from statera.scorers.limits import Cost, Latency, Length
from statera.scorers.rules import ReplyRule
from tests.scorers.replies import reply, trial

SAMPLE = Sample(id="q", input="?")
MEASURED = Response(
    text="one two",
    finish="stop",
    seconds=2.0,
    first_token_seconds=0.5,
    cost=0.01,
    usage=Usage(completion_tokens=9),
)
UNMEASURED = Response(text="one two", finish="stop")


@pytest.mark.parametrize(
    ("scorer", "outcome"),
    [
        (Length(max=2), "right"),
        (Length(max=1), "wrong"),
        (Length(min=3), "wrong"),
        (Length(max=1, invert=True), "right"),
        (Length(unit="characters", min=7, max=7), "right"),
        (Length(unit="tokens", max=8), "wrong"),
        (Latency(max=2.0), "right"),
        (Latency(max=1.9), "wrong"),
        (Latency(max=0.5, first_token=True), "right"),
        (Cost(max=0.01), "right"),
        (Cost(max=0.009), "wrong"),
    ],
)
def test_limits_hold_or_not(scorer: ReplyRule, outcome: str) -> None:
    assert scorer.score(SAMPLE, trial(MEASURED)).outcome == outcome


@pytest.mark.parametrize(
    "scorer", [Length(unit="tokens", max=8), Latency(max=1, first_token=True), Cost(max=1)]
)
def test_what_was_not_measured_is_neither_right_nor_wrong(scorer: ReplyRule) -> None:
    score = scorer.score(SAMPLE, trial(UNMEASURED))
    assert (score.value, score.outcome) == (None, "unparsed")
    assert score.why


def test_reasoning_has_no_length() -> None:
    assert Length(max=1).score(SAMPLE, reply("<think>a b c</think>d")).outcome == "right"


def test_limits_that_cannot_be_kept_are_declared_wrong() -> None:
    with pytest.raises(DeclarationError, match="needs `min` or `max`"):
        Length()
    with pytest.raises(DeclarationError, match="below min"):
        Length(min=3, max=2)
