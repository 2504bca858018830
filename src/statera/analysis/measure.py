"""Stored scores to a table of estimates: one row a metric, then one a category of it."""

from importlib import import_module

import msgspec

from statera.analysis.frame import Frame
from statera.protocols import Metric
from statera.records.scores import OUTCOMES, Outcome
from statera.stats.results import Estimate


class MetricRow(msgspec.Struct, frozen=True, kw_only=True):
    """One estimate as it is shown and exported. `category` None is the whole task.

    `metric` is `task/metric`. `n` counts items, `clusters` independent units; `outcomes` counts
    trials by what became of them under this metric's score, infrastructure errors included.
    `unvalidated` names the outcomes whose count rests on a detector of unmeasured error.
    """

    metric: str
    category: str | None
    estimate: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    n: int
    clusters: int
    outcomes: dict[Outcome, int]
    unvalidated: tuple[Outcome, ...] = ()


def estimates(frame: Frame) -> list[MetricRow]:
    """Return the estimates of every metric of the task, and of every category of it."""
    found: list[MetricRow] = []
    for metric in frame.metrics:
        names = frame.categories if metric.by_category else []
        found += [estimated(frame, metric, category) for category in (None, *names)]
    return found


def estimated(frame: Frame, metric: Metric, category: str | None = None) -> MetricRow:
    """Return the estimate of one metric over a category, None being the whole task."""
    estimate = _estimate(frame, metric, category)
    counts = frame.counts(metric.score, category)
    return MetricRow(
        metric=f"{frame.task}/{metric.name}",
        category=category,
        estimate=estimate.value,
        low=estimate.low,
        high=estimate.high,
        level=estimate.level,
        method=estimate.method,
        n=estimate.n,
        clusters=estimate.clusters,
        outcomes={outcome: counts.get(outcome, 0) for outcome in OUTCOMES},
        unvalidated=("refused",) if frame.doubted(metric.score, category) else (),
    )


def _estimate(frame: Frame, metric: Metric, category: str | None) -> Estimate:
    """Return the estimate, with an interval that fits how the run came to its end.

    What early stopping needs is loaded here, when it is: it would add 0.2 s to every start.
    """
    if not frame.early:
        return metric.estimate(frame.items(metric.name, category))
    anytime = import_module("statera.analysis.anytime")
    found: Estimate = anytime.anytime_estimate(frame, metric, category)
    return found
