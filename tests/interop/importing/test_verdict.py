import math
from typing import Any

import pytest

from statera.interop.importing.verdict import verdict
from statera.records.responses import Failure, Response
from statera.records.scores import Outcome

RESET = Failure(kind="infra", message="reset")
LONG = Failure(kind="truncated", message="the prompt is too long")
CASES: list[tuple[float | None, Response, Outcome]] = [
    (1.0, Response(text="a"), "right"),
    (0.5, Response(text="a"), "right"),
    (0.49, Response(text="a"), "wrong"),
    (0.0, Response(text="a", finish="stop"), "wrong"),
    (0.0, Response(), "wrong"),
    (0.0, Response(text="a", finish="length"), "truncated"),
    (1.0, Response(text="a", finish="length"), "right"),
    (0.0, Response(failure=LONG), "truncated"),
    (0.0, Response(text="a", finish="content_filter"), "refused"),
    (0.0, Response(text="", refusal="no"), "refused"),
    (0.0, Response(text=" \n"), "unparsed"),
    (0.0, Response(failure=RESET), "infra_error"),
    (1.0, Response(failure=RESET), "infra_error"),
    (None, Response(text="a"), "infra_error"),
    (math.nan, Response(text="a"), "infra_error"),
]


@pytest.mark.parametrize(("value", "response", "outcome"), CASES)
def test_what_the_tool_calls_wrong_is_told_apart(
    value: float | None, response: Response, outcome: Outcome
) -> None:
    score = verdict("m", value, response)
    assert score.outcome == outcome
    assert score.value == (None if outcome == "infra_error" else value)
    assert bool(score.why) == (outcome not in ("right", "wrong"))


def test_a_stated_outcome_counts_but_not_against_plumbing() -> None:
    assert verdict("m", 0.0, Response(text="a"), outcome="unparsed").outcome == "unparsed"
    assert verdict("m", 0.0, Response(failure=RESET), outcome="wrong").outcome == "infra_error"


def test_an_answer_stands_only_where_there_is_one() -> None:
    given: dict[str, Any] = {"extracted": "42", "why": "because"}
    right = verdict("m", 1.0, Response(text="a"), **given)
    assert (right.extracted, right.why) == ("42", "because")
    assert verdict("m", 0.0, Response(text="a", finish="length"), **given).extracted is None
