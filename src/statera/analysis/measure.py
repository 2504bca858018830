"""Stored scores to a table of estimates: one row a metric, then one a category of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

import msgspec

from statera.protocols import Metric
from statera.records.scores import OUTCOMES, Outcome, Score
from statera.stats.results import Estimate, Items
from statera.store.rows import ScoreRow


class MetricRow(msgspec.Struct, frozen=True, kw_only=True):
    """One estimate as it is shown and exported. `category` None is the whole task.

    `metric` is `task/metric`. `n` counts items, `clusters` independent units; `outcomes` counts
    trials by what became of them under this metric's score, infrastructure errors included.
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


class _Pile:
    """The items of one metric and category, as they come by."""

    def __init__(self, *, grouped: bool = False) -> None:
        self.grouped = grouped
        self.values: list[float] = []
        self.clusters: list[str] = []
        self.strata: list[str | None] = []
        self.outcomes: Counter[Outcome] = Counter()

    def add(self, value: float | None, row: ScoreRow, outcomes: Iterable[Outcome]) -> None:
        self.outcomes.update(outcomes)
        if value is not None:
            self.values.append(value)
            self.clusters.append(row.unit)
            self.strata.append(row.category)


_Piles = dict[tuple[str, str | None], _Pile]


def measure(rows: Iterable[ScoreRow], metrics: Mapping[str, Sequence[Metric]]) -> list[MetricRow]:
    """Return the estimates of every task, metric and category, in the order of the rows.

    `rows` are ordered by task, sample and epoch (as `RunStore.scores` gives them), so that memory
    holds one number an item. `metrics` lists each task's.
    """
    found: list[MetricRow] = []
    for task, of_task in groupby(rows, key=attrgetter("task")):
        found += _measure_task(task, of_task, metrics.get(task, ()))
    return found


def _measure_task(
    task: str, rows: Iterable[ScoreRow], metrics: Sequence[Metric]
) -> list[MetricRow]:
    piles: _Piles = {}
    for _, of_sample in groupby(rows, key=attrgetter("sample_id")):
        _add_item(piles, list(of_sample), metrics)
    return [
        _row(task, metric, category, piles[metric.name, category])
        for metric in metrics
        for category in _in_order(piles, metric.name)
    ]


def _in_order(piles: _Piles, metric: str) -> list[str | None]:
    """Return the whole task, its groups by name, and its categories by name."""
    mine = [(category, pile) for (name, category), pile in piles.items() if name == metric]
    mine.sort(key=lambda item: (item[0] is not None, not item[1].grouped, item[0] or ""))
    return [category for category, _ in mine]


def _add_item(piles: _Piles, rows: list[ScoreRow], metrics: Sequence[Metric]) -> None:
    scores: dict[str, list[Score]] = {}
    for row in rows:
        scores.setdefault(row.score.metric, []).append(row.score)
    first = rows[0]
    categories = {None, first.category, first.group}
    for metric in metrics:
        mine = scores.get(metric.score, [])
        outcomes = [score.outcome for score in mine]
        value = metric.item(mine)
        for category in categories if metric.by_category else {None}:
            key = (metric.name, category)
            if key not in piles:
                piles[key] = _Pile(grouped=category is not None and category == first.group)
            piles[key].add(value, first, outcomes)


def _row(task: str, metric: Metric, category: str | None, pile: _Pile) -> MetricRow:
    estimate: Estimate = metric.estimate(Items(pile.values, pile.clusters, pile.strata))
    return MetricRow(
        metric=f"{task}/{metric.name}",
        category=category,
        estimate=estimate.value,
        low=estimate.low,
        high=estimate.high,
        level=estimate.level,
        method=estimate.method,
        n=estimate.n,
        clusters=estimate.clusters,
        outcomes={outcome: pile.outcomes.get(outcome, 0) for outcome in OUTCOMES},
    )
