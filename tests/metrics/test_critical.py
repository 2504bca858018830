from collections.abc import Sequence

import pytest

from statera.metrics.critical import CriticalFailure
from statera.records.scores import Outcome, Score


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["right"], 0.0),
        (["right", "right"], 0.0),
        (["right", "wrong"], 1.0),
        (["refused"], 1.0),
        (["unparsed", "right"], 1.0),
        (["right", "infra_error"], 0.0),
        (["infra_error"], None),
        ([], None),
    ],
)
def test_one_epoch_that_is_not_right_fails_the_item(
    outcomes: Sequence[Outcome], expected: float | None
) -> None:
    scores = [Score(metric="accuracy", value=None, outcome=outcome) for outcome in outcomes]
    found = CriticalFailure(score="accuracy").item(scores)
    assert (None if found is None else found.value) == expected
    assert found is None or found.weight == 1.0


def test_less_is_better() -> None:
    metric = CriticalFailure(score="accuracy")
    assert not metric.higher_is_better
    assert metric.name == "critical"
