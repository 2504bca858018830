"""The difference of two runs that share no items: wider than a paired one, and it says so.

Which method is used, and the region where it is valid:

| each side | interval | p value |
|---|---|---|
| right or wrong, independent items of one weight | Newcombe's method 10 | chi-squared, N - 1 |
| the same, fewer than 1 expected in a cell | Newcombe's method 10 | Fisher-Irwin exact |
| anything else, at least 8 clusters a side, which vary | Welch's t, cluster-robust | the same |
| anything else | none, and why | none |
"""

from math import erfc, sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, stdtr, stdtrit

from statera.stats.clusterrobust import MIN_CLUSTERS, ClusterMean, cluster_mean
from statera.stats.proportion import normal_quantile, wilson
from statera.stats.results import LEVEL, Difference, Items

NEWCOMBE = "Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10"
CAMPBELL = "Campbell, Statistics in Medicine 26 (2007) 3661-3675"
WELCH = "Welch, Biometrika 34 (1947) 28-35"
SAME = 1e-7


class Share(NamedTuple):
    """How many of `n` independent items are right."""

    right: int
    n: int


class Side(NamedTuple):
    """One run's items as arrays; `cluster` maps each item to its cluster 0..clusters-1."""

    values: np.ndarray
    weights: np.ndarray
    cluster: np.ndarray

    @property
    def clusters(self) -> int:
        """Return how many independent units there are."""
        return int(self.cluster.max()) + 1 if len(self.cluster) else 0

    def share(self) -> Share | None:
        """Return the count of right items, or None unless right or wrong, alone and alike."""
        alone = self.clusters == len(self.values) and bool(np.all(self.weights == self.weights[:1]))
        if not alone or not np.all((self.values == 0) | (self.values == 1)):
            return None
        return Share(int(self.values.sum()), len(self.values))


class Answer(NamedTuple):
    """What one method says; `method` tells why where there is no interval."""

    low: float | None
    high: float | None
    method: str
    source: str
    p: float | None
    test: str


def unpaired_difference(candidate: Items, base: Items, *, level: float = LEVEL) -> Difference:
    """Return candidate minus base of independent runs, with an interval and a two-sided p value.

    `n` and `clusters` count both sides together; wins, losses and ties are 0, as nothing is paired.
    ValueError: NaN, negative weights, a level outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie in (0, 1), got {level}")
    sides = (_side(candidate), _side(base))
    if not all(len(side.values) for side in sides):
        return _result(sides, level, Answer(None, None, "a side without items", "", None, "none"))
    shares = (sides[0].share(), sides[1].share())
    if shares[0] is not None and shares[1] is not None:
        return _result(sides, level, _newcombe(shares[0], shares[1], level))
    return _result(sides, level, _welch(sides, level))


def newcombe_interval(candidate: Share, base: Share, *, level: float) -> tuple[float, float]:
    """Return the hybrid score interval of the difference of two independent shares.

    Newcombe 1998, method 10: from the two Wilson intervals. ValueError without items.
    """
    if min(candidate.n, base.n) < 1:
        raise ValueError("a share needs items")
    first, second = candidate.right / candidate.n, base.right / base.n
    quantile = normal_quantile(level)
    low, high = wilson(first, candidate.n, quantile)
    under, over = wilson(second, base.n, quantile)
    gap = first - second
    down = sqrt((first - low) ** 2 + (over - second) ** 2)
    up = sqrt((high - first) ** 2 + (second - under) ** 2)
    return max(-1.0, gap - down), min(1.0, gap + up)


def chi_squared_p(candidate: Share, base: Share) -> float:
    """Return the two-sided p of the chi-squared test with N - 1 in place of N (Campbell 2007)."""
    right, total = candidate.right + base.right, candidate.n + base.n
    wrong = total - right
    if not right or not wrong:
        return 1.0
    cross = candidate.right * (base.n - base.right) - base.right * (candidate.n - candidate.right)
    found = (total - 1) * cross**2 / (right * wrong * candidate.n * base.n)
    return erfc(sqrt(found / 2))


def fisher_p(candidate: Share, base: Share) -> float:
    """Return the two-sided exact p: all tables with these margins that are no likelier (Irwin)."""
    right = candidate.right + base.right
    rights = np.arange(max(0, right - base.n), min(right, candidate.n) + 1)
    ways = _ways(candidate.n, rights) + _ways(base.n, right - rights)
    chances = np.exp(ways - ways.max())
    seen = chances[candidate.right - rights[0]]
    return min(1.0, float(chances[chances <= seen * (1 + SAME)].sum() / chances.sum()))


def _ways(n: int, right: np.ndarray) -> np.ndarray:
    return np.asarray(gammaln(n + 1) - gammaln(right + 1) - gammaln(n - right + 1))


def _newcombe(candidate: Share, base: Share, level: float) -> Answer:
    low, high = newcombe_interval(candidate, base, level=level)
    right = candidate.right + base.right
    rarer = min(right, candidate.n + base.n - right) * min(candidate.n, base.n)
    if rarer >= candidate.n + base.n:
        p, test = chi_squared_p(candidate, base), f"chi-squared, N - 1 ({CAMPBELL})"
    else:
        p, test = fisher_p(candidate, base), f"Fisher-Irwin exact ({CAMPBELL})"
    return Answer(low, high, "Newcombe hybrid score, unpaired", NEWCOMBE, p, test)


def _welch(sides: tuple[Side, Side], level: float) -> Answer:
    if min(side.clusters for side in sides) < MIN_CLUSTERS:
        why = f"fewer than {MIN_CLUSTERS} clusters"
        return Answer(None, None, why, "", None, "none")
    means = tuple(cluster_mean(side.values, side.weights, side.cluster) for side in sides)
    variance = means[0].variance + means[1].variance
    if min(mean.variance for mean in means) <= 0:
        return Answer(None, None, "a side without spread", "", None, "none")
    freedom = variance**2 / sum(mean.variance**2 / mean.freedom for mean in means)
    return _student(means[0], means[1], freedom, level)


def _student(candidate: ClusterMean, base: ClusterMean, freedom: float, level: float) -> Answer:
    gap, wide = candidate.value - base.value, sqrt(candidate.variance + base.variance)
    reach = wide * float(stdtrit(freedom, 0.5 + level / 2))
    p = 2 * float(stdtr(freedom, -abs(gap) / wide))
    method = f"Welch t, {candidate.method} and {base.method}, unpaired"
    return Answer(gap - reach, gap + reach, method, f"{WELCH}; {candidate.source}", p, method)


def _side(items: Items) -> Side:
    values = np.asarray(items.values, dtype=np.float64)
    weights = np.asarray(items.weights, dtype=np.float64)
    clusters = np.asarray(items.clusters)
    if not len(values) == len(weights) == len(clusters):
        raise ValueError("items need parts of one length")
    if not np.all(np.isfinite(values)) or not np.all(np.isfinite(weights)) or np.any(weights < 0):
        raise ValueError("values must be numbers, and weights numbers of at least 0")
    kept = weights > 0
    index = np.unique(clusters[kept], return_inverse=True)[1] if kept.any() else np.empty(0, int)
    return Side(values[kept], weights[kept], index)


def _result(sides: tuple[Side, Side], level: float, answer: Answer) -> Difference:
    means = [
        float(np.average(side.values, weights=side.weights)) if len(side.values) else None
        for side in sides
    ]
    first, second = means
    return Difference(
        value=None if first is None or second is None else first - second,
        low=answer.low,
        high=answer.high,
        level=level,
        method=answer.method,
        source=answer.source,
        n=sum(len(side.values) for side in sides),
        clusters=sum(side.clusters for side in sides),
        candidate=first,
        base=second,
        p=answer.p,
        test=answer.test,
        wins=0,
        losses=0,
        ties=0,
        paired=False,
    )
