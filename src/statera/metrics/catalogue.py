"""The metrics that ship, as one type that stored runs are decoded with."""

from collections.abc import Sequence

from statera.metrics.means import Accuracy, GivenAnswer, Macro, MeanScore
from statera.metrics.passk import PassAt
from statera.protocols import Grader, Metric, Scorer

AnyMetric = Accuracy | GivenAnswer | MeanScore | Macro | PassAt


def default_metrics(scorers: Sequence[Scorer | Grader]) -> tuple[Metric, ...]:
    """Return the mean for a graded score, accuracy and accuracy given an answer for the rest."""
    found: list[Metric] = []
    for scorer in scorers:
        if scorer.graded:
            found.append(MeanScore(score=scorer.metric))
        else:
            found += [Accuracy(score=scorer.metric), GivenAnswer(score=scorer.metric)]
    return tuple(found)


def expand(metrics: Sequence[Metric], epochs: int) -> tuple[Metric, ...]:
    """Return the metrics with each pass@k repeated for every k that `epochs` allows."""
    found: list[Metric] = []
    for metric in metrics:
        found += passes(metric.score, epochs) if isinstance(metric, PassAt) else [metric]
    return tuple(found)


def passes(score: str, epochs: int) -> list[PassAt]:
    """Return pass@k for every k up to `epochs`; beyond ten only 25, 50, 100 and the last."""
    ks = [k for k in range(1, epochs + 1) if k <= 10 or k in (25, 50, 100) or k == epochs]
    return [PassAt(score=score, k=k) for k in ks]
