"""Outcomes by themselves; the whole list of mistakes is in `test_checks`."""

import pytest

from statera.errors import DeclarationError
from statera.experiment.outcomechecks import ANSWERED, check_outcomes
from tests.experiment.designs import design


def test_what_an_answer_says_by_itself_is_known() -> None:
    assert {"latency", "cost", "refusal", "error"} <= set(ANSWERED)
    assert "solved" not in ANSWERED


def test_a_total_may_differ_by_more_than_one_report() -> None:
    found = design(
        outcomes="{turns: {kind: total, low: 0, high: 1}}", primary="{outcome: turns, minimum: 3}"
    )
    check_outcomes(found, "tone.yaml")


def test_own_outcomes_are_offered_as_names() -> None:
    with pytest.raises(DeclarationError, match="Did you mean 'renewed'"):
        design(outcomes="{renewed: {kind: event}}", primary="{outcome: renewd, minimum: 0.1}")
