"""The metrics that ship, as one type that stored runs are decoded with."""

from collections.abc import Sequence

import msgspec

from statera.metrics.attacks import AttackRate
from statera.metrics.guarding import FalsePositiveRate, Recall
from statera.metrics.judged import JudgedGood, JudgedMean, WinRate
from statera.metrics.means import Accuracy, GivenAnswer, Macro, MeanScore
from statera.metrics.passk import GPass, PassAt, PassHat, WorstOf
from statera.metrics.rates import Better, Rate
from statera.metrics.repeats import Flips, SameAnswer, SameText
from statera.metrics.twins import Discrimination
from statera.protocols import Grader, Metric, Scorer

AnyMetric = (
    Accuracy
    | GivenAnswer
    | MeanScore
    | Macro
    | PassAt
    | PassHat
    | GPass
    | WorstOf
    | SameText
    | SameAnswer
    | Flips
    | JudgedMean
    | JudgedGood
    | WinRate
    | Recall
    | FalsePositiveRate
    | Rate
    | AttackRate
    | Discrimination
)


def default_metrics(scorers: Sequence[Scorer | Grader]) -> tuple[Metric, ...]:
    """Return the mean for a graded score, accuracy and accuracy given an answer for the rest.

    A scorer may say which way is `better`, or how far (`lowest`, `highest`) its values go: then it
    is a rate, which leaves out what has no value.
    """
    found: list[Metric] = []
    for scorer in scorers:
        told: str | None = getattr(scorer, "better", None)
        low, high = getattr(scorer, "lowest", 0.0), getattr(scorer, "highest", 1.0)
        if told or (low, high) != (0.0, 1.0):
            better: Better = "lower" if told == "lower" else "higher"
            found.append(Rate(score=scorer.metric, better=better, low=low, high=high))
        elif scorer.graded:
            found.append(MeanScore(score=scorer.metric))
        else:
            found += [Accuracy(score=scorer.metric), GivenAnswer(score=scorer.metric)]
    return tuple(found)


def expand(metrics: Sequence[Metric], epochs: int) -> tuple[Metric, ...]:
    """Return the metrics with each pass@k and pass^k repeated for every k that `epochs` allows.

    Of several epochs what repeats say comes after them, whatever the task lists.
    """
    found: list[Metric] = []
    for metric in metrics:
        if isinstance(metric, PassAt | PassHat):
            found += [msgspec.structs.replace(metric, k=k) for k in numbers_of_tries(epochs)]
        else:
            found.append(metric)
    return with_repeats(found, epochs)


def with_repeats(metrics: Sequence[Metric], epochs: int) -> tuple[Metric, ...]:
    """Return the metrics, and after them what `epochs` tries of each item say, where not listed.

    For the score that leads the task: pass@k and pass^k (pass^k for every pass@k that is there),
    TAR over answers, and flips; for the first graded score the worst of k; for every task TAR over
    raw replies. K is `epochs`, and part of each name. Nothing is added for one epoch.
    """
    if epochs < 2 or not metrics:
        return tuple(metrics)
    found = {metric.name: metric for metric in metrics}
    for metric in _repeats(metrics, epochs):
        found.setdefault(metric.name, metric)
    return tuple(found.values())


def _repeats(metrics: Sequence[Metric], epochs: int) -> list[Metric]:
    """Return what could be added; of some names several."""
    lead, found = metrics[0], list[Metric]()
    if not isinstance(lead, MeanScore | JudgedMean | WinRate):
        score = lead.score
        listed = [m for m in metrics if isinstance(m, PassAt) and m.k > 1]
        found += [PassHat(score=m.score, k=m.k) for m in listed]
        found += [PassAt(score=score, k=epochs), PassHat(score=score, k=epochs)]
        found.append(SameAnswer(score=score, k=epochs, opposed=lead.name))
        found.append(Flips(score=score, k=epochs, opposed=lead.name))
    means = [metric.score for metric in metrics if isinstance(metric, MeanScore)]
    found += [WorstOf(score=score, k=epochs) for score in means[:1]]
    return [*found, SameText(k=epochs, opposed=lead.name)]


def numbers_of_tries(epochs: int) -> list[int]:
    """Return every k up to `epochs`; beyond ten only 25, 50, 100 and the last."""
    return [k for k in range(1, epochs + 1) if k <= 10 or k in (25, 50, 100) or k == epochs]
