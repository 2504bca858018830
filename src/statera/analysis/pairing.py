"""Two runs of the same items, side by side: item by item, each with what both runs made of it.

pairing = Pairing.of(candidate_frame, base_frame)
difference(pairing.pairs("accuracy", "algebra"))
"""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from statera.analysis.frame import Column, Early, Floats, Frame, Infra, Places
from statera.metrics.means import Macro
from statera.protocols import Metric
from statera.records.scores import Outcome
from statera.stats.results import Items, Pairs

Case = Literal["left out", "worst", "best"]
"""Infrastructure errors leave the comparison, or count for the base, or for the candidate."""


class Changed(NamedTuple):
    """An item on which two runs differ, with the metric's value in each."""

    sample_id: str
    candidate: float
    base: float


@dataclass(frozen=True, eq=False)
class Pairing:
    """The shared items of two frames of one task, in the candidate's order.

    They are in the base's when it is the base alone that stopped early: bounds that hold at any
    time read the order in which they were asked. `places` holds their places in either frame;
    `only_candidate` and `only_base` count the items that one run alone has, which are left out.
    `without` names the scores that are not compared: other instruments gave them.
    """

    candidate: Frame
    base: Frame
    places: tuple[Places, Places]
    only_candidate: int
    only_base: int
    without: frozenset[str] = frozenset()
    _sides: dict[tuple[str, Case], tuple[Column, Column]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls, candidate: Frame, base: Frame, *, without: frozenset[str] = frozenset()
    ) -> "Pairing":
        """Pair the frames by sample id."""
        there = {name: place for place, name in enumerate(base.ids)}
        shared = [(here, there[name]) for here, name in enumerate(candidate.ids) if name in there]
        both = np.array(shared, dtype=np.int64).reshape(-1, 2)
        if base.early and not candidate.early:
            both = both[np.argsort(both[:, 1])]
        return cls(
            candidate,
            base,
            (both[:, 0], both[:, 1]),
            len(candidate) - len(both),
            len(base) - len(both),
            without,
        )

    @property
    def task(self) -> str:
        """The task's name."""
        return self.candidate.task

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The task's own metrics that are compared, in the candidate's order."""
        there = {metric.name for metric in self.base.metrics}
        return tuple(
            metric
            for metric in self.candidate.metrics
            if metric.name in there and metric.score not in self.without
        )

    @property
    def led(self) -> bool:
        """Whether the task's primary score is compared, and so the outcomes that it tells."""
        return self.without.isdisjoint({self.candidate.primary, self.base.primary})

    @property
    def early(self) -> Early:
        """Whether a run stopped early; "mixed" where both did, and in different orders."""
        sides = {self.candidate.early, self.base.early}
        if "mixed" in sides or (sides == {"seeded"} and np.any(np.diff(self.places[1]) < 0)):
            return "mixed"
        return "seeded" if "seeded" in sides else ""

    @property
    def blind(self) -> frozenset[Outcome]:
        """The outcomes that a run's log cannot tell from wrong: their shares do not compare."""
        return self.candidate.blind | self.base.blind

    @property
    def shared(self) -> int:
        """How many items both runs have."""
        return len(self.places[0])

    @property
    def categories(self) -> list[str]:
        """The categories that either run has: the candidate's, then those that vanished."""
        known = self.candidate.categories
        return known + [name for name in self.base.categories if name not in set(known)]

    def parts(self, name: str) -> list[str]:
        """Return the categories that the metric has items of in a run, as `categories` has them."""
        there = {*self.candidate.parts(name), *self.base.parts(name)}
        return [category for category in self.categories if category in there]

    def chosen(self, category: str | None) -> npt.NDArray[np.bool_]:
        """Return, for each shared item, whether it belongs to the category (None: all do)."""
        if category is None:
            return np.ones(self.shared, dtype=bool)
        return np.isin(self.places[0], self.candidate.places(category))

    def sides(self, name: str, *, infra: Case = "left out") -> tuple[Column, Column]:
        """Return both runs' columns of the metric over the shared items."""
        if (name, infra) not in self._sides:
            better = self.candidate.metric(name).higher_is_better
            ends = _ends(better, infra)
            self._sides[name, infra] = (
                self._side(self.candidate, 0, name, ends[0]),
                self._side(self.base, 1, name, ends[1]),
            )
        return self._sides[name, infra]

    def _side(self, frame: Frame, side: int, name: str, infra: Infra) -> Column:
        column, places = frame.column(name, infra=infra), self.places[side]
        return Column(column.values[places], column.weights[places])

    def pairs(self, name: str, category: str | None = None, *, infra: Case = "left out") -> Pairs:
        """Return the metric's pairs over the category's shared items, None being the whole task.

        Item means count every item the same and need both sides; ratios weigh trials, and a side
        without any weighs nothing. For the mean over categories, each counts the same.
        """
        candidate, base = self.sides(name, infra=infra)
        metric, chosen = self.candidate.metric(name), self.chosen(category)
        weights = (candidate.weights, base.weights)
        if metric.ratio:
            chosen &= (weights[0] > 0) | (weights[1] > 0)
        else:
            chosen &= (weights[0] > 0) & (weights[1] > 0)
            even = self._even(chosen) if isinstance(metric, Macro) else np.ones(self.shared)
            weights = (even, even)
        clusters = self.candidate.clusters[self.places[0]]
        return Pairs(
            candidate.values[chosen],
            base.values[chosen],
            clusters[chosen],
            weights[0][chosen],
            weights[1][chosen],
        )

    def _even(self, chosen: npt.NDArray[np.bool_]) -> Floats:
        """Return weights by which every category counts the same, one on average."""
        strata = self.candidate.strata[self.places[0]]
        _, index = np.unique(strata, return_inverse=True)
        sizes = np.bincount(index, weights=chosen.astype(np.float64))
        kept = np.count_nonzero(sizes)
        share: Floats = chosen.sum() / np.maximum(sizes, 1.0)[index] / max(kept, 1)
        return share

    def alone(self, name: str, category: str | None = None) -> tuple[Items, Items]:
        """Return both runs' items, shared or not, for runs that share none."""
        return self.candidate.items(name, category), self.base.items(name, category)

    def failed(self, category: str | None = None) -> bool:
        """Return True when a trial of a shared item failed for reasons of plumbing, on any side."""
        chosen, sides = self.chosen(category), self.sides("infra_error")
        return any(bool(np.any(side.values[chosen] > 0)) for side in sides)

    def changed(self, name: str, category: str | None = None) -> list[Changed]:
        """Return the items on which the runs differ, those where the candidate lost most first."""
        candidate, base = self.sides(name)
        known = self.chosen(category) & (candidate.weights > 0) & (base.weights > 0)
        sign = 1.0 if self.candidate.metric(name).higher_is_better else -1.0
        change = sign * (candidate.values - base.values)
        places = np.flatnonzero(known & (change != 0))
        order = places[np.argsort(change[places], kind="stable")]
        ids = self.candidate.ids
        return [
            Changed(ids[self.places[0][i]], float(candidate.values[i]), float(base.values[i]))
            for i in order
        ]

    def unscored(self, name: str, category: str | None = None) -> int:
        """Return how many shared items are left out because a side has no value.

        An item that the score is not of, on either side, lacks none.
        """
        here, there = (list(frame.spared(name)) for frame in (self.candidate, self.base))
        none = np.isin(self.places[0], here) & np.isin(self.places[1], there)
        chosen = self.chosen(category) & ~none
        return int(chosen.sum()) - len(np.asarray(self.pairs(name, category)[0]))


def _ends(higher_is_better: bool, infra: Case) -> tuple[Infra, Infra]:
    """Return where the failed trials of candidate and base are put."""
    if infra == "left out":
        return "left out", "left out"
    low_first = (infra == "worst") == higher_is_better
    return ("lowest", "highest") if low_first else ("highest", "lowest")
