"""Stored scores to a table of estimates: one row a metric, then one a category of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, groupby
from operator import attrgetter

import msgspec

from statera.protocols import Metric
from statera.records.scores import OUTCOMES, Outcome, Score
from statera.scorers.refusal import UNVALIDATED
from statera.stats.results import Estimate, Items, ItemValue
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


class _Columns:
    """The items of one task, as they come by: a value each metric, the outcomes of each score."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = metrics
        self.values: list[list[ItemValue | None]] = [[] for _ in metrics]
        self.outcomes: dict[str, list[list[Outcome]]] = {m.score: [] for m in metrics}
        self.doubted: dict[str, set[int]] = {m.score: set() for m in metrics}
        self.clusters: list[str] = []
        self.strata: list[str | None] = []
        self.members: dict[str, list[int]] = defaultdict(list)
        self.groups: set[str] = set()

    def add(self, rows: Sequence[ScoreRow]) -> None:
        """Add one item: all scores of all its epochs."""
        scores: dict[str, list[Score]] = {name: [] for name in self.outcomes}
        for row in rows:
            if row.score.metric in scores:
                scores[row.score.metric].append(row.score)
        for metric, values in zip(self.metrics, self.values, strict=True):
            values.append(metric.item(scores[metric.score]))
        for name, outcomes in self.outcomes.items():
            if any(UNVALIDATED in score.flags for score in scores[name]):
                self.doubted[name].add(len(outcomes))
            outcomes.append([score.outcome for score in scores[name]])
        self._place(rows[0])

    def _place(self, row: ScoreRow) -> None:
        place = len(self.clusters)
        self.clusters.append(row.unit)
        self.strata.append(row.category)
        if row.category is not None:
            self.members[row.category].append(place)
        if row.group is not None and row.group != row.category:
            self.members[row.group].append(place)
            self.groups.add(row.group)

    @property
    def categories(self) -> list[str]:
        """The groups by name, then the categories by name."""
        return sorted(self.members, key=lambda name: (name not in self.groups, name))

    def row(self, task: str, number: int, category: str | None) -> MetricRow:
        """Return the estimate of one metric over one category, None being the whole task."""
        metric, values = self.metrics[number], self.values[number]
        places = range(len(values)) if category is None else self.members[category]
        found = [(place, values[place]) for place in places]
        known = [(place, value) for place, value in found if value is not None]
        items = Items(
            [value.value for _, value in known],
            [self.clusters[place] for place, _ in known],
            [self.strata[place] for place, _ in known],
            [value.weight for _, value in known],
        )
        outcomes = self.outcomes[metric.score]
        counts = Counter(chain.from_iterable(outcomes[place] for place in places))
        doubted = not self.doubted[metric.score].isdisjoint(places)
        row = _row(f"{task}/{metric.name}", category, metric.estimate(items), counts)
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
