"""By how much a judge exceeds people on the mean, on one run, and by how much more than on another.

    bias(side)                       # +0.105 [+0.061, +0.149]: it is kinder than people
    bias_gap((ours, theirs))         # above 0: it favours the first of two runs

Values are shares of the judge's scale, so that a bias lies in [-1, 1]; an item counts once.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import sqrt

import msgspec

from statera.analysis.labelledtrials import Seen, Side
from statera.stats.carrying import mean_error
from statera.stats.clusterrobust import MIN_CLUSTERS
from statera.stats.means import STUDENT
from statera.stats.paired import miller
from statera.stats.proportion import student_quantile
from statera.stats.results import LEVEL, Difference, Estimate, Items, Pairs
from statera.stats.unpaired import unpaired_difference

FLAT = 1e-24
"""A variance that is nothing but rounding."""


def bias(side: Side, *, level: float = LEVEL) -> Estimate:
    """Return the mean of judge less people, with a t interval: it may lie on either side of 0."""
    gaps = list(_gaps(side).values())
    found = mean_error(
        [value for _, value, _ in gaps],
        [0.0] * len(gaps),
        clusters=[unit for unit, _, _ in gaps],
        weights=[weight for _, _, weight in gaps],
    )
    clusters = len({unit for unit, _, _ in gaps})
    bare = Estimate(
        value=None if found is None else found.value,
        low=None,
        high=None,
        level=level,
        method=f"fewer than {MIN_CLUSTERS} clusters",
        n=len(gaps),
        clusters=clusters,
    )
    if found is None or clusters < MIN_CLUSTERS:
        return bare
    if found.variance < FLAT:
        return msgspec.structs.replace(bare, method="judge and people never differ, or by the same")
    reach = student_quantile(level, found.freedom) * sqrt(found.variance)
    return msgspec.structs.replace(
        bare,
        low=found.value - reach,
        high=found.value + reach,
        method="cluster-robust t",
        source=STUDENT,
    )


def bias_gap(sides: Sequence[Side], *, level: float = LEVEL) -> Difference:
    """Return the bias on the first run less that on the second, item by item where they share any.

    What an item lacks on one side weighs nothing there.
    """
    ours, theirs = _gaps(sides[0]), _gaps(sides[1])
    if ours.keys().isdisjoint(theirs):
        return unpaired_difference(_items(sides[0]), _items(sides[1]), level=level)
    names = list(dict.fromkeys([*ours, *theirs]))
    nothing = ("", 0.0, 0.0)
    first = [ours.get(name, nothing) for name in names]
    second = [theirs.get(name, nothing) for name in names]
    return miller(
        Pairs(
            [value for _, value, _ in first],
            [value for _, value, _ in second],
            [(ours.get(name) or theirs[name])[0] for name in names],
            [weight for _, _, weight in first],
            [weight for _, _, weight in second],
        ),
        level=level,
    )


def _gaps(side: Side) -> dict[str, tuple[str, float, float]]:
    """Return by item its cluster, its mean of judge less people, and 1 / its chance of a label."""
    found: dict[str, list[Seen]] = defaultdict(list)
    for seen in side.seen:
        if seen.said is not None:
            found[seen.item].append(seen)
    weights = _weights(side)
    return {
        item: (
            trials[0].unit,
            sum((t.said or 0.0) - t.label for t in trials) / len(trials),
            weights.get(item, 1.0),
        )
        for item, trials in found.items()
    }


def _weights(side: Side) -> Mapping[str, float]:
    """Return by item 1 / its chance of a label where those differ, nothing where they are one."""
    labelled = side.standing.labelled
    if labelled is None:
        return {}
    known = labelled.probabilities.get(side.frame.task, {})
    return {item: 1 / probability for item, probability in known.items()}


def _items(side: Side) -> Items:
    gaps = list(_gaps(side).values())
    return Items(
        [value for _, value, _ in gaps],
        [unit for unit, _, _ in gaps],
        [0] * len(gaps),
        [weight for _, _, weight in gaps],
    )
