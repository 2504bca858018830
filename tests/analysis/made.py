"""Score rows and frames for tests of what is made from stored scores."""

from collections.abc import Iterable, Sequence

from statera.analysis.frame import Frame, frames
from statera.metrics.means import Accuracy, GivenAnswer, Macro
from statera.protocols import Metric
from statera.records.scores import Outcome, Score
from statera.store.rows import ScoreRow

METRICS: tuple[Metric, ...] = (
    Accuracy(score="accuracy"),
    GivenAnswer(score="accuracy"),
    Macro(score="accuracy"),
)
VALUES: dict[Outcome, float] = {"right": 1.0, "wrong": 0.0}


def rows(
    outcomes: Iterable[tuple[str, str, Sequence[Outcome]]], *, task: str = "t"
) -> list[ScoreRow]:
    """Return the rows of (sample id, category, outcome of each epoch)."""
    return [
        ScoreRow(
            task,
            name,
            epoch,
            category,
            None,
            name,
            Score(metric="accuracy", value=VALUES.get(outcome), outcome=outcome),
        )
        for name, category, of_item in outcomes
        for epoch, outcome in enumerate(of_item)
    ]


def frame(
    outcomes: Iterable[tuple[str, str, Sequence[Outcome]]],
    *,
    task: str = "t",
    metrics: Sequence[Metric] = METRICS,
    blind: Iterable[Outcome] = (),
) -> Frame:
    """Return the frame of (sample id, category, outcome of each epoch)."""
    (found,) = frames(rows(outcomes, task=task), {task: metrics}, blind=frozenset(blind))
    return found
