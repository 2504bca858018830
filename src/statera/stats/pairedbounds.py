"""One-sided bounds of candidate minus base: what a gate reads to decide a release.

Which method is used, and the region where it is valid (the borders are from exact enumeration and
simulation of the error at the margin; see the tests):

| pairs | method |
|---|---|
| right or wrong, independent; under 40 discordant or 5 on a side | exact unconditional |
| the same, more discordant | score, corrected for skewness |
| anything else, 27 clusters differ at alpha 5 % (138 at 0.01 %) | t, corrected for skewness |
| fewer differ, values in [0, 1] | betting on clusters |
| one cluster, no item answered by both, or anything else | no bound, and why |

Weights that differ between the sides make a difference of two ratios, each over the run's own
answers, over items that the other may not have answered; the method's name says so.

>>> ones = [1.0] * 400
>>> pairs = Pairs(ones, ones, range(400), ones, ones)
>>> difference_bounds(pairs, -0.02, alpha=0.05).p_above < 0.05
True
"""

from math import ceil, expm1, log
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from statera.stats.clusterrobust import MIN_CLUSTERS, cluster_mean
from statera.stats.exactpaired import SOURCE as EXACT
from statera.stats.exactpaired import exact_lower, exact_p_above
from statera.stats.hall import HALL, SkewedMean, hall_bounds, hall_p, skewed_mean
from statera.stats.kelly import SOURCE as WAGER
from statera.stats.kelly import Stakes, wager_lower, wager_p
from statera.stats.pairedscore import (
    CORRECTED,
    PairCounts,
    corrected_bounds,
    corrected_p,
)
from statera.stats.pairing import SAME, Aligned, aligned
from statera.stats.results import Bounds, Pairs

MILLER = "Miller, arXiv 2411.00640 (2024), paired differences with clustered errors"
FEW_DISCORDANT = 40
ONE_SIDED = 5
DIFFER = 10  # clusters that must differ, times the squared normal quantile: 27 at 5 %
FLAT = 1e-12


class Sides(NamedTuple):
    """Both bounds and both p values, by one method."""

    lower: float
    upper: float
    p_above: float
    p_below: float
    method: str
    source: str


class Question(NamedTuple):
    """What is asked of every method: beyond which limit, at which one-sided error."""

    limit: float
    alpha: float


def difference_bounds(pairs: Pairs, limit: float, *, alpha: float) -> Bounds:
    """Return one-sided bounds of the mean difference, each at `alpha`, and p values at `limit`.

    Not worse than the base by a margin m: limit = -m and lower > limit, which is so exactly when
    p_above < alpha. ValueError: NaN, parts of different length, negative weights, a limit that is
    not a number (for values in [0, 1]: outside [-1, 1]), alpha outside (0, 1).
    """
    if not 0 < alpha < 1 or not np.isfinite(limit):
        raise ValueError(f"alpha must lie in (0, 1) and the limit be a number: {alpha}, {limit}")
    known = aligned(pairs)
    if known.n and known.bounded and abs(limit) > 1:
        raise ValueError(f"the limit of a difference of shares must lie in [-1, 1], got {limit}")
    asked = Question(limit, alpha)
    if not known.n or not known.candidate_weights.any() or not known.base_weights.any():
        return _bare(known, asked, "no shared items" if not known.n else "a side without trials")
    counts = known.counts()
    if counts is not None:
        return _whole(known, asked, _counted(counts, asked))
    found = _clustered(known, asked)
    return _bare(known, asked, found) if isinstance(found, str) else _whole(known, asked, found)


def counted_p(counts: PairCounts, limit: float, *, alpha: float) -> tuple[float, float]:
    """Return p_above and p_below of `limit` from counts alone, as `difference_bounds` does.

    `alpha` sets only what the exact test reserves (at most a thousandth of it). For simulations and
    plans, which need no bounds. ValueError for impossible counts, limit or alpha.
    """
    if _normal(counts):
        return corrected_p(counts, limit)
    above = exact_p_above(counts, limit, alpha=alpha)
    return above, exact_p_above(counts.mirrored(), -limit, alpha=alpha)


def _normal(counts: PairCounts) -> bool:
    rarer = min(counts.wins, counts.losses)
    return counts.discordant >= FEW_DISCORDANT and rarer >= ONE_SIDED


def _counted(counts: PairCounts, asked: Question) -> Sides:
    p_above, p_below = counted_p(counts, asked.limit, alpha=asked.alpha)
    if _normal(counts):
        lower, upper = corrected_bounds(counts, alpha=asked.alpha)
        method = "paired score, corrected for skewness"
        return Sides(lower, upper, p_above, p_below, method, CORRECTED)
    lower = exact_lower(counts, alpha=asked.alpha)
    upper = -exact_lower(counts.mirrored(), alpha=asked.alpha)
    return Sides(lower, upper, p_above, p_below, "exact unconditional", EXACT)


def _clustered(known: Aligned, asked: Question) -> Sides | str:
    if known.unshared or known.clusters < 2:
        return known.unshared or "one cluster"
    needed = DIFFER * NormalDist().inv_cdf(asked.alpha) ** 2
    if known.differing() >= max(needed, MIN_CLUSTERS) and _spread(known):
        return _student(known, asked)
    if known.bounded:
        return _wagered(known, asked)
    if known.differing() >= needed:
        return "no spread between clusters"
    return f"fewer than {ceil(needed)} clusters differ"


def _spread(known: Aligned) -> bool:
    """Return whether the clusters' means differ by more than rounding."""
    return cluster_mean(*known.differences(), known.cluster).variance > SAME**2


def _student(known: Aligned, asked: Question) -> Sides:
    values, weights = known.differences()
    mean = cluster_mean(values, weights, known.cluster)
    sums = np.bincount(known.cluster, weights=weights * (values - mean.value))
    skewed = skewed_mean(mean, sums)
    lower, upper = hall_bounds(skewed, alpha=asked.alpha)
    p_above, p_below = hall_p(skewed, asked.limit)
    linear = f"{known.estimand}, linearised" if known.estimand else ""
    method = f"cluster-robust t ({mean.method}), corrected for skewness{linear}"
    found = Sides(lower, upper, p_above, p_below, method, f"{MILLER}; {mean.source}; {HALL}")
    return _wary(found, skewed, asked) if known.bounded else found


def _wary(found: Sides, mean: SkewedMean, asked: Question) -> Sides:
    """Claim no more than the clusters could show if whole losses (or wins) had gone unseen.

    Losses of a whole cluster at a rate r, of which none was seen, have probability (1 - r)^G and
    take the mean from D to D - r (1 + D'), D' the mean itself.
    """
    value, count = mean.value, mean.clusters
    unseen = -expm1(log(asked.alpha) / count)
    loss = (value - asked.limit) / max(1 + asked.limit, FLAT)
    win = (asked.limit - value) / max(1 - asked.limit, FLAT)
    return found._replace(
        lower=max(-1.0, min(found.lower, (value - unseen) / (1 + unseen))),
        upper=min(1.0, max(found.upper, (value + unseen) / (1 + unseen))),
        p_above=max(found.p_above, _none_seen(loss, count)),
        p_below=max(found.p_below, _none_seen(win, count)),
    )


def _none_seen(rate: float, count: int) -> float:
    return float((1 - min(max(rate, 0.0), 1.0)) ** count)


def _wagered(known: Aligned, asked: Question) -> Sides:
    stakes = Stakes(*known.totals())
    return Sides(
        lower=wager_lower(stakes, alpha=asked.alpha),
        upper=-wager_lower(stakes.swapped(), alpha=asked.alpha),
        p_above=wager_p(stakes, asked.limit),
        p_below=wager_p(stakes.swapped(), -asked.limit),
        method=f"betting on clusters{known.estimand}",
        source=WAGER,
    )


def _whole(known: Aligned, asked: Question, sides: Sides) -> Bounds:
    """Return the bounds, with rounding kept from telling another tale than the p values."""
    means = known.means()
    lower, upper = sides.lower, sides.upper
    if sides.p_above < asked.alpha:
        lower = max(lower, float(np.nextafter(asked.limit, np.inf)))
    else:
        lower = min(lower, asked.limit)
    if sides.p_below < asked.alpha:
        upper = min(upper, float(np.nextafter(asked.limit, -np.inf)))
    else:
        upper = max(upper, asked.limit)
    return Bounds(
        value=means[0] - means[1],
        lower=lower,
        upper=upper,
        alpha=asked.alpha,
        limit=asked.limit,
        p_above=sides.p_above,
        p_below=sides.p_below,
        method=sides.method,
        source=sides.source,
        n=known.n,
        clusters=known.clusters,
    )


def _bare(known: Aligned, asked: Question, why: str) -> Bounds:
    both = known.n and known.candidate_weights.any() and known.base_weights.any()
    means = known.means() if both else None
    return Bounds(
        value=None if means is None else means[0] - means[1],
        lower=None,
        upper=None,
        alpha=asked.alpha,
        limit=asked.limit,
        p_above=None,
        p_below=None,
        method=why,
        source="",
        n=known.n,
        clusters=known.clusters,
    )
