import numpy as np
import pytest

from statera.analysis.frame import extremes, frames
from statera.errors import DeclarationError
from statera.metrics.means import Accuracy, MeanScore
from statera.metrics.outcomes import OutcomeShare
from statera.records.scores import Score
from tests.analysis.made import METRICS, frame, rows

MIXED = frame(
    [
        ("1", "a", ["right", "infra_error"]),
        ("2", "a", ["refused", "refused"]),
        ("3", "b", ["wrong", "right"]),
        ("4", "b", ["infra_error", "infra_error"]),
    ]
)


def test_an_item_is_the_mean_of_its_epochs_and_a_failed_one_is_absent() -> None:
    column = MIXED.column("accuracy")
    assert column.values.tolist() == [1.0, 0.0, 0.5, 0.0]
    assert column.weights.tolist() == [1, 2, 2, 0]
    assert np.asarray(MIXED.items("accuracy", "b").values).tolist() == [0.5]


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("accuracy", [0.5, 0.0, 0.5, 0.0], [1.0, 0.0, 0.5, 1.0]),
        ("refused", [0.0, 1.0, 0.0, 0.0], [0.5, 1.0, 0.0, 1.0]),
        ("infra_error", [0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 1.0]),
    ],
)
def test_failed_trials_at_either_end(name: str, lowest: list[float], highest: list[float]) -> None:
    if name == "infra_error":
        assert MIXED.column(name).values.tolist() == [0.5, 0.0, 0.0, 1.0]
        return
    assert MIXED.column(name, infra="lowest").values.tolist() == lowest
    assert MIXED.column(name, infra="highest").values.tolist() == highest
    assert MIXED.column(name, infra="highest").weights.tolist() == [2, 2, 2, 2]


def test_the_ends_of_a_graded_score_are_its_bounds() -> None:
    scores = [
        Score(metric="m", value=0.25, outcome="right"),
        Score(metric="m", value=None, outcome="infra_error"),
    ]
    low, high = extremes(MeanScore(score="m"), scores)
    assert (low.value, high.value) == (0.125, 0.625)


def test_the_ends_of_a_ratio_change_its_weight() -> None:
    given = METRICS[1]
    scores = [
        Score(metric="accuracy", value=None, outcome="refused"),
        Score(metric="accuracy", value=None, outcome="infra_error"),
    ]
    assert [tuple(end) for end in extremes(given, scores)] == [(0.0, 1), (1.0, 1)]


def test_outcomes_are_metrics_of_the_primary_score() -> None:
    assert MIXED.metric("refused") == OutcomeShare(score="accuracy", outcome="refused")
    assert MIXED.column("refused").values.tolist() == [0.0, 1.0, 0.0, 0.0]
    with pytest.raises(DeclarationError, match=r"unknown metric 'refuse'.*'refused'"):
        MIXED.metric("refuse")


def test_categories_places_and_counts() -> None:
    assert MIXED.categories == ["a", "b"]
    assert MIXED.places("b").tolist() == [2, 3]
    assert MIXED.places("c").tolist() == []
    assert MIXED.counts("accuracy", "a") == {"right": 1, "infra_error": 1, "refused": 2}
    assert not MIXED.doubted("accuracy")
    assert len(MIXED) == 4


def test_one_frame_a_task_in_the_order_of_the_rows() -> None:
    both = rows([("1", "a", ["right"])], task="y") + rows([("1", "a", ["wrong"])], task="x")
    found = list(frames(both, {"x": [Accuracy(score="accuracy")]}))
    assert [(f.task, f.ids, len(f.metrics)) for f in found] == [("y", ["1"], 0), ("x", ["1"], 1)]
