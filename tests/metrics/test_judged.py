import msgspec
import pytest

from statera.metrics.catalogue import AnyMetric
from statera.metrics.judged import JUDGED, JudgedGood, JudgedMean, WinRate
from statera.records.scores import Outcome, Score
from statera.stats.results import ItemValue


def score(value: float | None, outcome: Outcome) -> Score:
    return Score(metric="quality", value=value, outcome=outcome)


SCORES = [
    score(0.75, "right"),
    score(0.25, "wrong"),
    score(None, "unparsed"),
    score(None, "infra_error"),
]


def test_the_mean_leaves_out_what_has_no_verdict() -> None:
    assert JudgedMean(score="quality", low=1, high=5).item(SCORES) == ItemValue(0.5, 2)
    assert JudgedMean(score="quality").item(SCORES[2:]) is None


def test_a_reply_without_an_answer_is_not_good_enough() -> None:
    found = JudgedGood(score="quality").item(SCORES)
    assert found == ItemValue(1 / 3, 3)
    assert JudgedGood(score="quality").name == "quality_good"


def test_a_win_rate_is_the_mean_of_wins_ties_and_losses() -> None:
    pairs = [
        score(1.0, "right"),
        score(0.5, "wrong"),
        score(0.0, "wrong"),
        score(None, "infra_error"),
    ]
    assert WinRate(score="quality", against="b").item(pairs) == ItemValue(0.5, 3)


@pytest.mark.parametrize(
    "metric",
    [JudgedMean(score="q", low=1, high=5), JudgedGood(score="q"), WinRate(score="q", against="b")],
)
def test_they_are_stored_with_a_run(metric: AnyMetric) -> None:
    assert isinstance(metric, JUDGED)
    assert msgspec.convert(msgspec.to_builtins(metric), AnyMetric) == metric
