"""The search for slices: level by level, and never below a slice that cannot lead to a better one.

The score of a slice with n_s of n items and loss e_s of the total e is

    a * (e_s / n_s * n / e - 1) - (1 - a) * (n / n_s - 1)

(Sagadeeva and Boehm, SliceLine, SIGMOD 2021, eq. 1). A slice within it has at most its loss and
its items, and at most the largest loss an item: the best score within those limits is the bound by
which branches are cut (their section 3.3).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from statera.diagnosis.counts import Floats, Mask
from statera.diagnosis.features import Feature

WEIGHT = 0.95
BEAM = 60
OVERLAP = 0.5

Matrix = npt.NDArray[np.float32]


class Found(NamedTuple):
    """A slice: the numbers of the features that hold together, and its score."""

    members: tuple[int, ...]
    score: float


class Level(NamedTuple):
    """The slices with as many features: `members` of each, `holds` (n, slices), size and loss."""

    members: list[tuple[int, ...]]
    holds: Matrix
    sizes: Floats
    losses: Floats


class Scale(NamedTuple):
    """What a slice is measured against: items, loss in all, largest loss of an item, least size."""

    items: int
    total: float
    largest: float
    least: int

    def score(self, sizes: Floats, losses: Floats) -> Floats:
        """Return the score of slices of these sizes and losses."""
        share = self.items / np.maximum(sizes, 1.0)
        found: Floats = WEIGHT * (losses / self.total * share - 1) - (1 - WEIGHT) * (share - 1)
        return found

    def bound(self, sizes: Floats, losses: Floats) -> Floats:
        """Return the best score that a slice within each can have.

        At a fixed loss a smaller slice scores higher, until its items have all the largest loss.
        """
        smallest = np.clip(losses / self.largest, self.least, np.maximum(sizes, self.least))
        ends = [
            self.score(size, np.minimum(losses, size * self.largest)) for size in (smallest, sizes)
        ]
        found: Floats = np.maximum(*ends)
        return found


def search(table: Sequence[Feature], loss: Floats, *, least: int, most: int) -> list[Found]:
    """Return the slices of one to three features that score above 0, the best first.

    At most `most` of one feature and `most` of several. `loss` (n,) is at least 0; nothing is
    found where all of it is 0. A slice has at least `least` items; one that shares over half of its
    items with a better one of its kind is left out.
    """
    if not table or not np.any(loss > 0):
        return []
    holds = np.column_stack([feature.holds for feature in table]).astype(np.float32)
    scale = Scale(len(loss), float(loss.sum()), float(loss.max()), least)
    first = _measured([(place,) for place in range(len(table))], holds, loss)
    levels = [_kept(first, scale)]
    for _ in range(2):
        levels.append(_kept(_deeper(levels[-1], levels[0], table, loss), scale))
    kinds = (levels[:1], levels[1:])
    return [one for kind in kinds for one in _distinct(kind, scale, most)]


def _measured(members: list[tuple[int, ...]], holds: Matrix, loss: Floats) -> Level:
    sizes = holds.sum(axis=0, dtype=np.float64)
    losses = (loss.astype(np.float32) @ holds).astype(np.float64)
    return Level(members, holds, sizes, losses)


def _kept(level: Level, scale: Scale) -> Level:
    """Return the best `BEAM` slices that are large enough and might lead to a score above 0."""
    bounds = scale.bound(level.sizes, level.losses)
    fit = np.flatnonzero((level.sizes >= scale.least) & (bounds > 0))
    order = fit[np.argsort(-bounds[fit], kind="stable")][:BEAM]
    members = [level.members[place] for place in order]
    return Level(members, level.holds[:, order], level.sizes[order], level.losses[order])


def _deeper(level: Level, first: Level, table: Sequence[Feature], loss: Floats) -> Level:
    """Return each slice with one more feature, of another family and a higher number."""
    pairs = [
        (place, more)
        for place, members in enumerate(level.members)
        for more, (extra,) in enumerate(first.members)
        if _joins(members, extra, table)
    ]
    members = [(*level.members[place], *first.members[more]) for place, more in pairs]
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    holds = level.holds[:, both[:, 0]] * first.holds[:, both[:, 1]]
    return _measured(members, holds, loss)


def _joins(members: tuple[int, ...], extra: int, table: Sequence[Feature]) -> bool:
    families = {table[member].family for member in members}
    return extra > members[-1] and table[extra].family not in families


def _distinct(levels: Sequence[Level], scale: Scale, most: int) -> list[Found]:
    ranked = sorted(_scored(levels, scale), key=lambda pair: -pair[0].score)
    found: list[tuple[Found, Mask]] = []
    for one, holds in ranked:
        if len(found) < most and not any(_overlap(holds, other) > OVERLAP for _, other in found):
            found.append((one, holds))
    return [one for one, _ in found]


def _scored(levels: Sequence[Level], scale: Scale) -> Iterator[tuple[Found, Mask]]:
    for level in levels:
        for place, score in enumerate(scale.score(level.sizes, level.losses).tolist()):
            if score > 0:
                yield Found(level.members[place], score), level.holds[:, place] > 0


def _overlap(here: Mask, there: Mask) -> float:
    """Return the share of the smaller slice's items that both have."""
    return float(np.sum(here & there)) / max(1.0, float(min(here.sum(), there.sum())))
