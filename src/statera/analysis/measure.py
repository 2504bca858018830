"""Stored scores to a table of estimates: one row a metric, then one a category of it."""

from importlib import import_module

import msgspec

from statera.analysis.frame import Frame
from statera.analysis.judgednumber import Behind, judged_number
from statera.analysis.standing import NOBODY, Standing, Standings, is_judged
from statera.analysis.understanding import why_unknown
from statera.metrics.judged import WinRate
from statera.protocols import Metric
from statera.records.scores import OUTCOMES, Outcome
from statera.stats.results import LEVEL, Estimate

WAITS = "the replies wait for a judge: statera score RUN --judge FILE"


class MetricRow(msgspec.Struct, frozen=True, kw_only=True):
    """One estimate as it is shown and exported. `category` None is the whole task.

    `metric` is `task/metric`. `n` counts items, `clusters` independent units; `outcomes` counts
    trials by what became of them under this metric's score, infrastructure errors included; it is
    empty for a win rate, whose trials are neither right nor wrong.
    `unsure` names the outcomes that are not clear of every reply that is counted so. `behind`
    is what stands behind a judge's number, None for any other; a void one has no estimate. `marks`
    say what else must be read beside the number: `temperature 0` of what repeats say, where they
    were drawn at that temperature. `standard_error` is that of the estimate where it is a mean that
    varies over at least 8 clusters, else None.
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
    unsure: tuple[Outcome, ...] = ()
    behind: Behind | None = None
    marks: tuple[str, ...] = ()
    standard_error: float | None = None


def estimates(frame: Frame, standings: Standings = NOBODY) -> list[MetricRow]:
    """Return the estimates of every metric of the task, and of every category of it.

    `standings` says what is known of the judges behind judged metrics.
    """
    found: list[MetricRow] = []
    for metric in frame.metrics:
        names = frame.parts(metric.name) if metric.by_category else []
        standing = standings.get((frame.task, metric.score))
        found += [estimated(frame, metric, category, standing) for category in (None, *names)]
    return found


def estimated(
    frame: Frame, metric: Metric, category: str | None = None, standing: Standing | None = None
) -> MetricRow:
    """Return the estimate of one metric over a category, None being the whole task."""
    estimate = _estimate(frame, metric, category)
    counts = frame.counts(metric.score, category)
    waits = estimate.n == 0 and frame.waiting(metric.score, category) > 0
    row = MetricRow(
        metric=f"{frame.task}/{metric.name}",
        category=category,
        estimate=estimate.value,
        low=estimate.low,
        high=estimate.high,
        level=estimate.level,
        method=WAITS if waits else estimate.method,
        n=estimate.n,
        clusters=estimate.clusters,
        outcomes={} if _untold(frame, metric) else {o: counts.get(o, 0) for o in OUTCOMES},
        unsure=("refused",) if frame.doubted(metric.score, category) else (),
        standard_error=estimate.error,
    )
    if standing is None or not is_judged(metric):
        return row
    return _judged(row, judged_number(frame, metric, standing, category))


def _untold(frame: Frame, metric: Metric) -> bool:
    """Return whether outcomes say nothing of the metric: of pairs, of replies not there."""
    return isinstance(metric, WinRate) or frame.undetermined(metric.name) > 0


def _judged(row: MetricRow, behind: Behind) -> MetricRow:
    """Return the row with what stands behind it; a void number is none."""
    if not behind.void:
        return msgspec.structs.replace(row, behind=behind)
    return msgspec.structs.replace(
        row,
        estimate=None,
        low=None,
        high=None,
        standard_error=None,
        method=behind.void,
        behind=behind,
    )


def _estimate(frame: Frame, metric: Metric, category: str | None) -> Estimate:
    """Return the estimate, with an interval that fits how the run came to its end.

    What early stopping needs is loaded here, when it is: it would add 0.2 s to every start.
    """
    if why := why_unknown(frame, metric):
        return Estimate(value=None, low=None, high=None, level=LEVEL, method=why, n=0, clusters=0)
    if not frame.early:
        return metric.estimate(frame.items(metric.name, category))
    anytime = import_module("statera.analysis.anytime")
    found: Estimate = anytime.anytime_estimate(frame, metric, category)
    return found
