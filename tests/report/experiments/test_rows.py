import pytest

from statera.analysis.experiments.result import Standing
from statera.report.experiments.rows import Role, limit_of, row
from statera.report.forest import Limit
from tests.report.experiments.made import contrast, design


@pytest.mark.parametrize(
    ("outcome", "role", "limit"),
    [
        ("solved", "primary", Limit(0.02, "above")),  # higher is better
        ("solved", "guardrail", Limit(-0.02, "above")),
        ("latency", "primary", Limit(-0.02, "below")),  # lower is better
        ("latency", "guardrail", Limit(0.02, "below")),
    ],
)
def test_a_limit_is_on_the_side_where_the_outcome_has_to_lie(
    outcome: str, role: Role, limit: Limit
) -> None:
    assert limit_of(contrast(outcome), design(), role) == limit


@pytest.mark.parametrize(
    ("standing", "role", "told", "verdict"),
    [
        ("better", "primary", "better", "pass"),
        ("worse", "primary", "worse", "fail"),
        ("small", "primary", "too small", "fail"),
        ("open", "primary", "open", "inconclusive"),
        ("void", "primary", "void", "inconclusive"),
        ("not_worse", "guardrail", "not worse", "pass"),
        ("worse", "guardrail", "worse, in margin", "inconclusive"),
        ("breached", "guardrail", "breached", "fail"),
    ],
)
def test_every_standing_has_its_words(
    standing: Standing, role: Role, told: str, verdict: str
) -> None:
    found = row(contrast(standing=standing), design(), role)
    assert (found.standing, found.verdict) == (told, verdict)


def test_the_difference_never_stands_without_its_interval_or_why_there_is_none() -> None:
    found = row(contrast(), design(), "primary")
    assert (found.difference, found.bounds) == ("+0.029", "+0.010 to +0.048")
    assert (found.base, found.candidate) == ("0.612", "0.641")
    assert (found.units, found.limit) == ("5,000 + 4,988", "minimum +0.020")
    bare = row(contrast(bounds=(None, None), why="fewer than 50 units"), design(), "primary")
    assert bare.bounds == "no bounds yet"
    assert "fewer than 50 units" in bare.notes


def test_who_reported_is_told_of_means_only() -> None:
    told = "4,920 of 5,000 warm and 4,888 of 4,988 base reported"
    assert told in row(contrast("solved"), design(), "primary").notes
    assert told not in row(contrast("complaint"), design(), "guardrail").notes


def test_names_from_outside_are_made_visible() -> None:
    found = row(contrast(arm="wa\u202erm"), design(), "primary")
    assert found.arm == "wa\\u202erm"
