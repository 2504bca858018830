"""Stored scores to a table of estimates: one row a metric, then one a category of it."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

import msgspec
import numpy as np

from statera.protocols import Metric
from statera.records.scores import OUTCOMES, Outcome, Score
from statera.scorers.refusal import UNVALIDATED
from statera.stats.results import Estimate, Items
from statera.store.rows import ScoreRow


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


NONE = -1
"""The number of an absent category, and the weight of an absent value."""


class _Columns:
    """The items of one task, as they come by, in a few bytes each.

    For each metric a value and a weight an item; for each score the outcomes of its epochs, equal
    ones kept once. Clusters and categories are numbers.
    """

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = metrics
        self.values = [array("d") for _ in metrics]
        self.weights = [array("d") for _ in metrics]
        self.outcomes: dict[str, list[tuple[Outcome, ...]]] = {m.score: [] for m in metrics}
        self.doubted: dict[str, set[int]] = {m.score: set() for m in metrics}
        self.clusters, self.strata = array("q"), array("q")
        self.members: dict[str, array[int]] = {}
        self.groups: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._seen: dict[tuple[Outcome, ...], tuple[Outcome, ...]] = {}

    def add(self, rows: Sequence[ScoreRow]) -> None:
        """Add one item: all scores of all its epochs."""
        scores: dict[str, list[Score]] = {name: [] for name in self.outcomes}
        for row in rows:
            if row.score.metric in scores:
                scores[row.score.metric].append(row.score)
        for place, metric in enumerate(self.metrics):
            value, weight = metric.item(scores[metric.score]) or (0.0, NONE)
            self.values[place].append(value)
            self.weights[place].append(weight)
        for name, outcomes in self.outcomes.items():
            if any(UNVALIDATED in score.flags for score in scores[name]):
                self.doubted[name].add(len(outcomes))
            found = tuple(score.outcome for score in scores[name])
            outcomes.append(self._seen.setdefault(found, found))
        self._place(rows[0])

    def _place(self, row: ScoreRow) -> None:
        place = len(self.clusters)
        self.clusters.append(self._number(row.unit))
        self.strata.append(NONE if row.category is None else self._number(row.category))
        for name in {row.category, row.group} - {None}:
            self.members.setdefault(name or "", array("q")).append(place)
        if row.group is not None and row.group != row.category:
            self.groups.add(row.group)

    def _number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers))

    @property
    def categories(self) -> list[str]:
        """The groups by name, then the categories by name."""
        return sorted(self.members, key=lambda name: (name not in self.groups, name))

    def row(self, task: str, number: int, category: str | None) -> MetricRow:
        """Return the estimate of one metric over one category, None being the whole task."""
        metric = self.metrics[number]
        count = len(self.clusters)
        every = np.arange(count) if category is None else np.asarray(self.members[category])
        weights = np.asarray(self.weights[number])[every]
        known = every[weights > 0]
        items = Items(
            np.asarray(self.values[number])[known],
            np.asarray(self.clusters)[known],
            np.asarray(self.strata)[known],
            weights[weights > 0],
        )
        outcomes = self.outcomes[metric.score]
        counts: Counter[Outcome] = Counter()
        for found, times in Counter(outcomes[place] for place in every).items():
            for outcome in found:
                counts[outcome] += times
        row = _row(f"{task}/{metric.name}", category, metric.estimate(items), counts)
        doubted = not self.doubted[metric.score].isdisjoint(every.tolist())
        return msgspec.structs.replace(row, unvalidated=("refused",)) if doubted else row


def measure(rows: Iterable[ScoreRow], metrics: Mapping[str, Sequence[Metric]]) -> list[MetricRow]:
    """Return the estimates of every task, metric and category, in the order of the rows.

    `rows` are ordered by task, sample and epoch (as `RunStore.scores` gives them), so that memory
    holds a few numbers an item. `metrics` lists each task's.
    """
    found: list[MetricRow] = []
    for task, of_task in groupby(rows, key=attrgetter("task")):
        columns = _Columns(metrics.get(task, ()))
        for _, of_sample in groupby(of_task, key=attrgetter("sample_id")):
            columns.add(list(of_sample))
        for number, metric in enumerate(columns.metrics):
            names = columns.categories if metric.by_category else []
            found += [columns.row(task, number, category) for category in (None, *names)]
    return found


def _row(
    name: str, category: str | None, estimate: Estimate, counts: Mapping[Outcome, int]
) -> MetricRow:
    return MetricRow(
        metric=name,
        category=category,
        estimate=estimate.value,
        low=estimate.low,
        high=estimate.high,
        level=estimate.level,
        method=estimate.method,
        n=estimate.n,
        clusters=estimate.clusters,
        outcomes={outcome: counts.get(outcome, 0) for outcome in OUTCOMES},
    )
