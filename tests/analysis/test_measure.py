from collections.abc import Iterable, Mapping, Sequence

import pytest

from statera.analysis.frame import frames
from statera.analysis.measure import MetricRow, estimates
from statera.metrics.means import Accuracy, GivenAnswer, Macro
from statera.protocols import Metric
from statera.records.scores import Outcome, Score
from statera.scorers.refusal import DOUBTFUL
from statera.store.rows import ScoreRow

METRICS = (Accuracy(score="accuracy"), GivenAnswer(score="accuracy"), Macro(score="accuracy"))


def row(
    sample: str, outcome: Outcome, category: str, epoch: int = 0, metric: str = "accuracy"
) -> ScoreRow:
    values = {"right": 1.0, "wrong": 0.0}
    score = Score(metric=metric, value=values.get(outcome), outcome=outcome)
    return ScoreRow("t", sample, epoch, category, "all", sample, score)


def measure(rows: Iterable[ScoreRow], metrics: Mapping[str, Sequence[Metric]]) -> list[MetricRow]:
    return [found for frame in frames(rows, metrics) for found in estimates(frame)]


def named(rows: list[MetricRow]) -> dict[tuple[str, str | None], MetricRow]:
    return {(r.metric, r.category): r for r in rows}


def test_both_denominators_by_category_and_group() -> None:
    rows = [
        row("1", "right", "a"),
        row("2", "refused", "a"),
        row("3", "wrong", "b"),
        row("4", "infra_error", "b"),
    ]
    found = named(measure(iter(rows), {"t": METRICS}))
    whole = found["t/accuracy", None]
    assert whole.estimate == 1 / 3
    assert whole.n == 3
    assert whole.outcomes == {
        "right": 1,
        "wrong": 1,
        "unparsed": 0,
        "refused": 1,
        "truncated": 0,
        "infra_error": 1,
    }
    assert found["t/accuracy_given_answer", None].estimate == 0.5
    assert found["t/accuracy", "a"].estimate == 0.5
    assert found["t/accuracy", "b"].estimate == 0.0
    assert found["t/accuracy", "all"].estimate == 1 / 3
    assert found["t/accuracy_macro", None].estimate == 0.25
    assert ("t/accuracy_macro", "a") not in found


def test_epochs_of_an_item_count_as_one_item() -> None:
    rows = [row("1", "right", "a", epoch=e) for e in range(4)]
    rows += [row("2", "wrong", "a", epoch=e) for e in range(4)]
    found = named(measure(iter(rows), {"t": METRICS}))["t/accuracy", None]
    assert (found.n, found.estimate) == (2, 0.5)
    assert found.outcomes["right"] == 4


def test_a_task_without_trials_has_no_rows() -> None:
    assert measure(iter(()), {"t": METRICS}) == []


def test_all_failed_is_no_number() -> None:
    found = named(measure(iter([row("1", "infra_error", "a")]), {"t": METRICS}))
    assert found["t/accuracy", None].estimate is None
    assert found["t/accuracy", None].outcomes["infra_error"] == 1


@pytest.mark.parametrize("flag", sorted(DOUBTFUL))
def test_an_unsure_refusal_marks_the_rows_that_count_it(flag: str) -> None:
    told = Score(metric="accuracy", value=None, outcome="refused", flags=(flag,))
    rows = [row("1", "right", "a"), ScoreRow("t", "2", 0, "b", "all", "2", told)]
    found = named(measure(iter(rows), {"t": METRICS}))
    assert found["t/accuracy", "a"].unsure == ()
    assert found["t/accuracy", "b"].unsure == ("refused",)
    assert found["t/accuracy", None].unsure == ("refused",)
