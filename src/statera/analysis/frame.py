"""The items of one task of one run as arrays: what estimates, comparisons and gates read.

for frame in frames(store.scores(run.id), stored_metrics(run)):
    frame.items("accuracy", "algebra")       # Items: values, clusters, strata, weights
    frame.items("refused", infra="highest")  # as if every infrastructure error had refused
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from statera.errors import unknown
from statera.metrics.critical import CRITICAL, CriticalFailure
from statera.metrics.outcomes import NO_ANSWERS, OutcomeShare
from statera.metrics.repeats import COMPARED
from statera.metrics.twins import Folded, clusters_of, folded
from statera.protocols import Metric
from statera.records.labels import PEOPLE
from statera.records.scores import TO_CONFIRM, UNDRAWN, UNJUDGED, Outcome, Score
from statera.scorers.outcomes import KEPT
from statera.scorers.refusal import DOUBTFUL
from statera.stats.results import Items, ItemValue
from statera.store.rows import ScoreRow

Infra = Literal["left out", "lowest", "highest"]
"""Infrastructure errors leave the estimate, or count as what moves it furthest down or up."""

Early = Literal["", "seeded", "mixed"]
"""Did the run stop early, so that its size depends on its answers? If so, are its items in the
seeded order in which they were asked, or in none that is known?"""

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
NONE = -1
"""The number of an absent category."""

_ABSENT = ItemValue(0.0, 0.0)
_UNSURE = DOUBTFUL | {TO_CONFIRM}
_TOLD = _UNSURE | {UNJUDGED, KEPT}


class Column(NamedTuple):
    """One metric over the items of a task: a value and a weight each, weight 0 where absent."""

    values: Floats
    weights: Floats


class _Growing:
    """A column while it is filled; `unsure` holds both ends of the items with failed trials."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self.values, self.weights = array("d"), array("d")
        self.unsure: dict[int, tuple[ItemValue, ItemValue]] = {}
        self.undetermined = 0

    def add(self, scores: Sequence[Score], *, failed: bool) -> None:
        value, weight = self.metric.item(scores) or _ABSENT
        if failed:
            self.unsure[len(self.values)] = extremes(self.metric, scores)
        if isinstance(self.metric, COMPARED):
            self.undetermined += self.metric.undetermined(scores)
        self.values.append(value)
        self.weights.append(weight)

    def column(self, infra: Infra) -> Column:
        values, weights = np.array(self.values), np.array(self.weights)
        if infra != "left out":
            for place, ends in self.unsure.items():
                values[place], weights[place] = ends[infra == "highest"]
        return Column(values, weights)


def item_weights(metric: Metric, trials: Floats) -> Floats:
    """Return what each item weighs in the metric's mean, from its number of trials (n,).

    Of a ratio of counts over trials that number. Else every item the same: the number of trials
    where all have the same, so that no mean is worth more than its trials, and 1 where they differ.
    """
    if metric.ratio or not len(trials) or np.all(trials == trials[0]):
        return trials
    return np.ones_like(trials)


def extremes(metric: Metric, scores: Sequence[Score]) -> tuple[ItemValue, ItemValue]:
    """Return the item's lowest and highest value over what its failed trials might have been."""
    low, high = metric.bounds
    fills = [
        Score(metric=metric.score, value=low, outcome="wrong"),
        Score(metric=metric.score, value=high, outcome="right"),
    ]
    if isinstance(metric, OutcomeShare):
        fills.append(Score(metric=metric.score, value=None, outcome=metric.outcome))
    found = [
        metric.item([fill if s.outcome == "infra_error" else s for s in scores]) for fill in fills
    ]
    known = [value for value in found if value is not None] or [_ABSENT]
    return min(known), max(known)


class Frame:
    """The items of one task, in a few numbers each, in the order in which they came.

    `ids` names them; `units` numbers their clusters; `metrics` are the task's own. The shares of
    the outcomes without an answer are metrics too, of the task's primary score; so is `critical`
    where samples are. `kinds` holds the categories of single items, `groups` what is above them.
    `early` says whether the run stopped early: intervals for a fixed size would not hold. `blind`
    holds the outcomes that an imported log cannot tell from wrong: their share is not known.
    `partial` names the scores that were made of a random part of the items alone; `undrawn` holds,
    by score, the places of the items that it is not of.
    """

    def __init__(
        self,
        task: str,
        metrics: Sequence[Metric],
        *,
        early: Early = "",
        blind: frozenset[Outcome] = frozenset(),
        partial: frozenset[str] = frozenset(),
    ) -> None:
        self.task, self.metrics, self.early, self.blind = task, tuple(metrics), early, blind
        self.partial = partial
        self.primary = metrics[0].score if metrics else ""
        self.ids: list[str] = []
        self.units: list[str] = []
        self.groups: set[str] = set()
        self.kinds: set[str] = set()
        self.critical = array("q")
        self.members: dict[str, array[int]] = {}
        self.outcomes: dict[str, list[tuple[Outcome, ...]]] = {m.score: [] for m in metrics}
        self.undrawn: dict[str, array[int]] = {m.score: array("q") for m in metrics}
        self._doubted: dict[str, dict[int, tuple[Outcome, ...]]] = {m.score: {} for m in metrics}
        self._refusing: dict[str, set[int]] = {m.score: set() for m in metrics}
        self._unjudged: dict[str, dict[int, int]] = {m.score: {} for m in metrics}
        self._waiting: dict[str, dict[int, tuple[bool, ...]]] = {m.score: {} for m in metrics}
        self._columns = {metric.name: _Growing(metric) for metric in metrics}
        self._clusters, self._strata = array("q"), array("q")
        self._numbers: dict[str, int] = {}
        self._seen: dict[tuple[Outcome, ...], tuple[Outcome, ...]] = {}

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.ids)

    def add(self, rows: Sequence[ScoreRow]) -> None:
        """Add one item: all scores of all its epochs."""
        scores: dict[str, list[Score]] = {name: [] for name in self.outcomes}
        known = [row.score for row in rows if row.score.metric in scores]
        for score in known:
            if UNDRAWN not in score.flags:
                scores[score.metric].append(score)
        for name in {score.metric for score in known}:
            if not scores[name]:
                self.undrawn[name].append(len(self.ids))
        failed: dict[str, bool] = {}
        for name, of_score in scores.items():
            failed[name] = self._outcomes(name, of_score)
        for growing in self._columns.values():
            name = growing.metric.score
            growing.add(scores[name], failed=failed[name])
        first = rows[0]
        if first.score.metric in scores:
            self.primary = first.score.metric
        self._place(first)

    def _outcomes(self, name: str, scores: Sequence[Score]) -> bool:
        """Keep what became of an item's trials; return whether any failed."""
        outcomes, found = self.outcomes[name], tuple([score.outcome for score in scores])
        for score in scores:
            if score.flags and not _TOLD.isdisjoint(score.flags):
                self._flagged(name, scores)
                break
        outcomes.append(self._seen.setdefault(found, found))
        return "infra_error" in found

    def _flagged(self, name: str, scores: Sequence[Score]) -> None:
        """Keep of an item which outcomes are surely told, and which trials have no verdict."""
        place = len(self.outcomes[name])
        told = [score.outcome for score in scores if _UNSURE.isdisjoint(score.flags)]
        if len(told) < len(scores):
            self._doubted[name][place] = tuple(told)
        if any(not DOUBTFUL.isdisjoint(score.flags) for score in scores):
            self._refusing[name].add(place)
        if without := sum(UNJUDGED in score.flags for score in scores):
            self._unjudged[name][place] = without
        if any(waiting := tuple([KEPT in score.flags for score in scores])):
            self._waiting[name][place] = waiting

    def _place(self, row: ScoreRow) -> None:
        place, category, group = len(self.ids), row.category, row.group
        self.ids.append(row.sample_id)
        self.units.append(row.unit)
        self._clusters.append(self._number(row.unit))
        self._strata.append(NONE if category is None else self._number(category))
        if category is not None:
            self._member(category).append(place)
            self.kinds.add(category)
        if group is not None and group != category:
            self._member(group).append(place)
            self.groups.add(group)
        if row.severity == CRITICAL:
            self.critical.append(place)

    def _member(self, name: str) -> "array[int]":
        if name not in self.members:
            self.members[name] = array("q")
        return self.members[name]

    def _number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers))

    @property
    def categories(self) -> list[str]:
        """The groups by name, then the categories by name."""
        return sorted(self.members, key=lambda name: (name not in self.groups, name))

    def parts(self, name: str) -> list[str]:
        """Return the categories that the metric has items of; one of clusters, where it is whole.

        A rate of safe prompts says nothing of unsafe ones, and a pair of both is in neither.
        """
        spared = self.spared(name)
        found = [one for one in self.categories if not spared.issuperset(self.members[one])]
        if isinstance(self.metric(name), Folded):
            return [one for one in found if not self._splits(one)]
        return found

    def _splits(self, category: str) -> bool:
        """Return True where a cluster has items inside the category, and others outside."""
        inside = set(self.members[category])
        within = {self.units[place] for place in inside}
        return any(u in within and at not in inside for at, u in enumerate(self.units))

    @property
    def names(self) -> list[str]:
        """The names of all its metrics: the task's own, the shares of outcomes, `critical`."""
        shares = [name for name in NO_ANSWERS if name not in self._columns]
        critical = [CRITICAL] if self.critical and CRITICAL not in self._columns else []
        return [*self._columns, *shares, *critical]

    def metric(self, name: str) -> Metric:
        """Return the metric of that name, one of the task's own or the share of an outcome.

        DeclarationError when there is none.
        """
        if name in self._columns:
            return self._columns[name].metric
        for outcome in NO_ANSWERS:
            if name == outcome:
                return OutcomeShare(score=self.primary, outcome=outcome)
        if name == CRITICAL and self.critical:
            return CriticalFailure(score=self.primary)
        raise unknown("metric", name, self.names)

    def column(self, name: str, *, infra: Infra = "left out") -> Column:
        """Return the metric's values and weights, one an item."""
        metric = self.metric(name)
        if name in self._columns:
            found = self._columns[name].column(infra)
            if isinstance(metric, Folded):
                return Column(*folded(metric, clusters_of(self.units, self.ids), *found))
            return found
        found = self._shares(metric, infra)
        if isinstance(metric, CriticalFailure):
            chosen = np.isin(np.arange(len(self.ids)), self.critical)
            return Column(found.values, found.weights * chosen)
        return found

    def undetermined(self, name: str) -> int:
        """Return of how many items the metric's value is not known: what it compares is not there.

        The others are no sample of all: with some not known the metric has no value.
        """
        return self._columns[name].undetermined if name in self._columns else 0

    def spared(self, name: str) -> frozenset[int]:
        """Return the places of the items that the metric is not of: they lack no value."""
        metric = self.metric(name)
        spared = frozenset(self.undrawn.get(metric.score, ()))
        if not isinstance(metric, Folded):
            return spared
        homes = {cluster.home for cluster in clusters_of(self.units, self.ids)}
        return spared | (frozenset(range(len(self.ids))) - homes)

    def _shares(self, metric: Metric, infra: Infra) -> Column:
        """Return the column of a metric that needs outcomes only; equal items are computed once."""
        of_item: dict[tuple[Outcome, ...], ItemValue] = {}
        outcomes_of = self._answered(metric)
        for outcomes in self._seen:
            scores = [Score(metric=metric.score, value=None, outcome=o) for o in outcomes]
            ends = extremes(metric, scores)
            value = metric.item(scores) if infra == "left out" else ends[infra == "highest"]
            of_item[outcomes] = value or _ABSENT
        found = [of_item[outcomes] for outcomes in outcomes_of]
        values, weights = zip(*found, strict=True) if found else ((), ())
        return Column(np.array(values, np.float64), np.array(weights, np.float64))

    def _answered(self, metric: Metric) -> list[tuple[Outcome, ...]]:
        """Return each item's outcomes; a reply that waits for a judge is an answer.

        Whether it is right nobody knows: of critical failures it is left out.
        """
        found, known = self.outcomes[metric.score], self._waiting[metric.score]
        if not known:
            return found
        found = list(found)
        instead: Outcome = "infra_error" if isinstance(metric, CriticalFailure) else "wrong"
        for place, waiting in known.items():
            pairs = zip(waiting, found[place], strict=True)
            answered = tuple([instead if waits else outcome for waits, outcome in pairs])
            found[place] = self._seen.setdefault(answered, answered)
        return found

    @property
    def clusters(self) -> Places:
        """The number of each item's cluster."""
        return np.asarray(self._clusters, dtype=np.int64)

    @property
    def strata(self) -> Places:
        """The number of each item's category, -1 without one."""
        return np.asarray(self._strata, dtype=np.int64)

    def places(self, category: str | None = None) -> Places:
        """Return the places of a category's items, None being the whole task."""
        if category is None:
            return np.arange(len(self.ids), dtype=np.int64)
        return np.asarray(self.members.get(category, array("q")), dtype=np.int64)

    def items(self, name: str, category: str | None = None, *, infra: Infra = "left out") -> Items:
        """Return the items of a category that have a value, None being the whole task.

        Items weigh alike, however many epochs each has; for a ratio (right / answered) by trials.
        """
        column, places = self.column(name, infra=infra), self.places(category)
        known = places[column.weights[places] > 0]
        clusters, strata = self.clusters[known], self.strata[known]
        weights = item_weights(self.metric(name), column.weights[known])
        return Items(column.values[known], clusters, strata, weights)

    def counts(self, score: str, category: str | None = None) -> dict[Outcome, int]:
        """Return how many trials had each outcome under that score.

        One that waits for a judge has none, nor has one that people gave no label.
        """
        outcomes, found = self.outcomes[score], Counter[Outcome]()
        for of_item, times in Counter(outcomes[place] for place in self.places(category)).items():
            for outcome in of_item:
                found[outcome] += times
        if waiting := self.waiting(score, category):
            found["unparsed"] -= waiting
        if unlabelled := self.unlabelled(score, category):
            found["infra_error"] -= unlabelled
        return dict(found)

    def unlabelled(self, score: str, category: str | None = None) -> int:
        """Return how many trials have no label of people, whose score it is; of others none.

        Like infrastructure errors they may have been anything: gates read the worst case.
        """
        if not score.endswith(PEOPLE):
            return 0
        known = self._unjudged[score]
        return sum(known.get(place, 0) for place in self.places(category).tolist())

    def waiting(self, score: str, category: str | None = None) -> int:
        """Return how many trials wait for a judge: they have no outcome under that score yet."""
        if not (known := self._waiting[score]):
            return 0
        return sum(sum(known.get(place, ())) for place in self.places(category).tolist())

    def doubted(self, score: str, category: str | None = None) -> bool:
        """Return True when it is not sure of one among them whether the reply refuses."""
        return not self._refusing[score].isdisjoint(self.places(category).tolist())

    def unjudged(self, score: str, category: str | None = None) -> int:
        """Return how many trials a judge gave no verdict on, or was never asked about.

        Of a partial score only what was drawn counts.
        """
        flagged, judged, own = self._unjudged[score], self.outcomes[score], self.primary
        found = 0
        for place in self.places(category).tolist():
            asked = self.outcomes[own][place] if own in self.outcomes else ()
            never = len(asked) - asked.count("infra_error") - len(judged[place])
            found += flagged.get(place, 0) + (0 if score in self.partial else max(0, never))
        return found

    def told(self, score: str, place: int) -> tuple[Outcome, ...]:
        """Return an item's outcomes without those of which what told them is not sure."""
        return self._doubted[score].get(place, self.outcomes[score][place])


def frames(
    rows: Iterable[ScoreRow],
    metrics: Mapping[str, Sequence[Metric]],
    *,
    early: Early = "",
    blind: frozenset[Outcome] = frozenset(),
    partial: frozenset[str] = frozenset(),
) -> Iterator[Frame]:
    """Yield each task's frame, in the order of the rows.

    `rows` are ordered by task, sample and epoch (as `RunStore.scores` gives them), so that memory
    holds a few numbers an item. `metrics` lists each task's; `early`, `blind` and
    `partial` are the run's.
    """
    for task, of_task in groupby(rows, key=attrgetter("task")):
        frame = Frame(task, metrics.get(task, ()), early=early, blind=blind, partial=partial)
        for _, of_sample in groupby(of_task, key=attrgetter("sample_id")):
            frame.add(list(of_sample))
        yield frame
