"""Slices of the items where the loss is concentrated: found on one half, confirmed on the other.

A slice is one to three features that hold together. On the first half the slices with the best
SliceLine score are sought. A loss is the drop of an item from base to candidate, not its error, or
only hard slices would be found. On the second half each is tested against the rest of the items,
with Holm over those tested: what was searched for is never its own proof. A slice of several
features must also lose more than the rest of each slice that it is cut from, so that a condition is
named only if it adds something. Single categories and groups are left to their own table.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from statera.analysis.pairing import Pairing
from statera.diagnosis.contrast import Changes, Contrast, contrast
from statera.diagnosis.counts import Floats, Ints, Mask
from statera.diagnosis.features import Feature, features
from statera.diagnosis.lattice import Found, search
from statera.diagnosis.scopes import lead
from statera.records.samples import Sample
from statera.stats.multiplicity import holm

LEAST_ITEMS = 20
LEAST_SHARE = 0.01
TRIED = 4
DECLARED = ("category", "group")
SHOWN = 5


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a task that lost more than the rest, confirmed on items it was not found on.

    `conditions` hold together. `difference` is candidate - base over the `n` items of the slice in
    the confirming half, `rest` over its other items; `low` to `high` is the 95 % interval of
    difference - rest, `p_adjusted` one-sided and by Holm over the slices tested. `samples` name
    items of the slice, of either half, that lost.
    """

    task: str
    conditions: tuple[str, ...]
    n: int
    difference: float
    rest: float
    low: float
    high: float
    p_adjusted: float
    score: float
    samples: tuple[str, ...]


class _Ground(NamedTuple):
    """The items that are sliced: names, change and cluster of each, and which are searched."""

    ids: list[str]
    change: Floats
    clusters: Ints
    searched: Mask
    table: tuple[Feature, ...]

    def holds(self, members: tuple[int, ...]) -> Mask:
        """Return of which items all these features hold."""
        every: Mask = np.all([self.table[place].holds for place in members], axis=0)
        return every

    def group(self, chosen: Mask) -> Changes:
        """Return the changes of the chosen items of the confirming half."""
        kept = chosen & ~self.searched
        return Changes(self.change[kept], self.clusters[kept])


def slices(
    pairing: Pairing,
    samples: Sequence[Sample] = (),
    *,
    alpha: float = 0.05,
    rng: np.random.Generator,
) -> tuple[Slice, ...]:
    """Return the confirmed slices of the primary metric, those that lost most first.

    `rng` draws which clusters are searched and which confirm. Without `samples` only categories and
    groups are looked at. Nothing is returned where nothing dropped or the halves are too small, nor
    where a run stopped early: the test is for a size that does not depend on the answers.
    """
    if pairing.early:
        return ()
    ground, least = _ground(pairing, samples, rng)
    loss = np.maximum(-ground.change, 0.0)[ground.searched]
    halved = [f._replace(holds=f.holds[ground.searched]) for f in ground.table]
    found = [
        one
        for one in search(halved, loss, least=least, most=TRIED)
        if len(one.members) > 1 or ground.table[one.members[0]].family not in DECLARED
    ]
    tested = [(one, _tested(ground, one)) for one in found]
    adjusted = holm([_p(ground, one, test) for one, test in tested])
    sure = [
        _slice(pairing.task, ground, one, (test, p))
        for (one, test), p in zip(tested, adjusted, strict=True)
        if p is not None and p < alpha
    ]
    return tuple(sorted(sure, key=lambda one: one.difference - one.rest))


def _ground(
    pairing: Pairing, samples: Sequence[Sample], rng: np.random.Generator
) -> tuple[_Ground, int]:
    """Return the items with a value in both runs, and the least size of a slice in a half."""
    candidate, base = pairing.sides(lead(pairing))
    known = np.flatnonzero((candidate.weights > 0) & (base.weights > 0))
    here = pairing.places[0][known]
    clusters = pairing.candidate.clusters[here]
    least = max(LEAST_ITEMS, int(LEAST_SHARE * len(known)))
    table = features(pairing.candidate, here, {s.id: s for s in samples}, 2 * least)
    ids = [pairing.candidate.ids[place] for place in here.tolist()]
    change = (candidate.values - base.values)[known]
    return _Ground(ids, change, clusters, _half(clusters, rng), table), least


def _half(clusters: Ints, rng: np.random.Generator) -> Mask:
    """Return which items are searched: all those of half of the clusters, drawn by `rng`."""
    names, index = np.unique(clusters, return_inverse=True)
    first = rng.permutation(len(names)) < len(names) // 2
    found: Mask = first[index]
    return found


def _tested(ground: _Ground, found: Found) -> Contrast:
    holds = ground.holds(found.members)
    return contrast(ground.group(holds), ground.group(~holds))


def _p(ground: _Ground, found: Found, test: Contrast) -> float | None:
    """Return the largest p of the slice against all else, and against what it is cut from."""
    values = [test.p_lower]
    holds = ground.holds(found.members)
    for member in found.members if len(found.members) > 1 else ():
        parent = ground.holds(tuple(place for place in found.members if place != member))
        values.append(contrast(ground.group(holds), ground.group(parent & ~holds)).p_lower)
    known = [value for value in values if value is not None]
    return max(known) if len(known) == len(values) else None


def _slice(task: str, ground: _Ground, found: Found, test: tuple[Contrast, float]) -> Slice:
    holds = ground.holds(found.members)
    inside, outside = ground.group(holds).values, ground.group(~holds).values
    lost = np.flatnonzero(holds & (ground.change < 0))
    order = lost[np.argsort(ground.change[lost], kind="stable")][:SHOWN]
    return Slice(
        task=task,
        conditions=tuple(ground.table[place].name for place in found.members),
        n=len(inside),
        difference=float(inside.mean()),
        rest=float(outside.mean()),
        low=float(test[0].low or 0.0),
        high=float(test[0].high or 0.0),
        p_adjusted=test[1],
        score=found.score,
        samples=tuple(ground.ids[place] for place in order),
    )
