"""What the contexts of exposures say: arm, slice, entry, design, segments; counted by them."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from statera.store.live.querying import Context
from statera.store.live.wanted import Wanted

ANOTHER_ARM = "an arm that the design does not have"


class Mixes:
    """The contexts as arrays, to be indexed by an exposure's `context`.

    `assigned`: the number of the arm, -1 for overrides, what was stopped, and unknown arms.
    """

    def __init__(self, wanted: Wanted, contexts: Sequence[Context]) -> None:
        self._wanted = wanted
        self.contexts = contexts
        numbers = {name: number for number, name in enumerate(wanted.arms)}
        self.assigned = np.array(
            [numbers.get(one.arm, -1) if one.entry == "assigned" else -1 for one in contexts], int
        )
        self.slice = np.array([one.slice for one in contexts], int)

    def codes(self, segment: str) -> np.ndarray:
        """Return the number of the value of a declared segment, -1 for none of them."""
        values = self._wanted.segments[segment]
        code = {value: number for number, value in enumerate(values)}
        return np.array([code.get(one.segments.get(segment, ""), -1) for one in self.contexts], int)

    def counts(self, context: np.ndarray) -> dict[str, dict[str, int]]:
        """Return the exposures by arm for each entry, and by design."""
        names = {"assigned": "exposures", "override": "overridden", "stopped": "stopped"}
        found = {name: Counter[str]() for name in (*names.values(), "designs")}
        for one, count in self._counted(context):
            found["designs"][one.design] += count
            if one.arm in self._wanted.arms:
                found[names[one.entry]][one.arm] += count
        return {name: dict(counter) for name, counter in found.items()}

    def foreign(self, context: np.ndarray) -> dict[str, int]:
        """Return how many exposures were to arms that the design does not have."""
        arms = self._wanted.arms
        counts = (count for one, count in self._counted(context) if one.arm not in arms)
        return some([(ANOTHER_ARM, sum(counts))])

    def by_arm(self, arm: np.ndarray) -> dict[str, int]:
        """Return counts by the arms' names."""
        counts = np.bincount(arm[arm >= 0], minlength=len(self._wanted.arms))
        return some(zip(self._wanted.arms, counts.tolist(), strict=True))

    def _counted(self, context: np.ndarray) -> list[tuple[Context, int]]:
        counts = np.bincount(context, minlength=len(self.contexts)).tolist()
        return [(one, n) for one, n in zip(self.contexts, counts, strict=True) if n]


def some(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the counts that are not 0."""
    return {name: count for name, count in counts if count}
