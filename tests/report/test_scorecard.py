from collections.abc import Sequence

import pytest

from statera.analysis.measure import estimated
from statera.gate.judging import judge
from statera.metrics.critical import CriticalFailure
from statera.metrics.judged import JudgedMean
from statera.metrics.means import Accuracy, GivenAnswer
from statera.metrics.passk import PassHat
from statera.metrics.rates import Rate
from statera.protocols import Metric
from statera.records.levels import LEVELS
from statera.report.scorecard import NOT_MEASURED, Measure, Scorecard, level_of, scorecard
from tests.analysis.made import frame
from tests.gate.made import items, rules, single

ITEMS = items({"a": [(60, ("right", "right")), (40, ("right", "wrong"))]})


def measures(metrics: Sequence[Metric], task: str = "t") -> list[Measure]:
    made = frame(ITEMS, task=task, metrics=metrics)
    return [Measure(task, m, estimated(made, m), leads=i == 0) for i, m in enumerate(metrics)]


def names(card: Scorecard, level: str) -> list[str]:
    (part,) = (part for part in card.parts if part.level == level)
    return [line.figure.metric for line in part.lines]


def test_every_level_is_there_and_nothing_is_added_up() -> None:
    card = scorecard(measures([Accuracy(score="accuracy")]), levels={})
    assert [part.level for part in card.parts] == list(LEVELS)
    assert [len(part.lines) for part in card.parts] == [1, 0, 0, 0, 0]
    assert not card.telling


@pytest.mark.parametrize(
    ("metric", "task", "level"),
    [
        (Accuracy(score="a"), "capability", "capability"),
        (JudgedMean(score="a"), "capability", "quality"),
        (PassHat(score="a", k=3), "capability", "reliability"),
        (CriticalFailure(score="a"), "capability", "reliability"),
        (PassHat(score="a", k=3), "alignment", "alignment"),
        (Rate(score="a"), "value", "value"),
    ],
)
def test_a_metric_is_on_the_level_of_what_it_tells(metric: Metric, task: str, level: str) -> None:
    assert level_of(metric, task) == level  # type: ignore[arg-type]


def test_a_line_shows_its_counter_metric_and_says_when_it_was_not_measured() -> None:
    metrics: list[Metric] = [
        Rate(score="accuracy", better="higher", opposed="accuracy_given_answer"),
        GivenAnswer(score="accuracy"),
    ]
    card = scorecard(measures(metrics), levels={"t": "alignment"})
    assert names(card, "alignment") == ["t/accuracy", "t/accuracy_given_answer"]
    line = card.parts[3].lines[0]
    assert line.counter is not None
    assert (line.counter.metric, line.counter.estimate) == ("t/accuracy_given_answer", 0.8)
    alone: list[Metric] = [Rate(score="accuracy", opposed="u/other")]
    counter = scorecard(measures(alone), levels={}).parts[0].lines[0].counter
    assert counter is not None
    assert (counter.metric, counter.estimate, counter.why) == ("u/other", None, NOT_MEASURED)


def test_of_several_numbers_of_tries_the_largest_has_a_line() -> None:
    metrics: list[Metric] = [
        Accuracy(score="accuracy"),
        *(PassHat(score="accuracy", k=k) for k in (1, 2)),
    ]
    card = scorecard(measures(metrics), levels={})
    assert names(card, "reliability") == ["t/pass^2"]
    assert card.telling


def test_what_a_rule_reads_has_a_line_with_its_ruling() -> None:
    metrics: list[Metric] = [Accuracy(score="accuracy"), GivenAnswer(score="accuracy")]
    evidence = single(frame(ITEMS, metrics=metrics))
    policy = rules({"metric": "t/accuracy_given_answer", "min": 0.5})
    card = scorecard(measures(metrics), levels={}, ruling=judge(policy, evidence))
    first, second = card.parts[0].lines
    assert (first.threshold, first.verdict) == ("", None)
    assert (second.threshold, second.verdict) == ("> 0.5", "pass")
    assert card.gate == "g"


def test_what_stands_aside_has_a_line_only_where_a_rule_reads_it() -> None:
    metrics: list[Metric] = [
        GivenAnswer(score="accuracy"),
        Rate(score="accuracy", better="higher", opposed="accuracy_given_answer", aside=True),
    ]
    found = measures(metrics)
    assert names(scorecard(found, levels={}), "capability") == ["t/accuracy_given_answer"]
    ruling = judge(
        rules({"metric": "t/accuracy", "min": 0.5}),
        single(frame(ITEMS, task="t", metrics=metrics)),
    )
    card = scorecard(found, levels={}, ruling=ruling)
    assert names(card, "capability") == ["t/accuracy_given_answer", "t/accuracy"]
