"""The weighted mean of item values, with the interval that their structure allows.

Which method is used, and the region where it is valid:

| items | method |
|---|---|
| one trial an item, every value 0 or 1, every item its own cluster | Wilson |
| fewer than 8 clusters | no interval, and why |
| every value 0, or every value 1, clustered | Wilson on the clusters' worth |
| values that vary within [0, 1], at least 40 clusters | Wilson on the effective size, CR1 |
| the same, fewer clusters | the same, CR2 and Satterthwaite's degrees of freedom |
| values outside [0, 1] | Student's t on the same variances |
| no spread between clusters | no interval, and why |
"""

from typing import NamedTuple

import msgspec
import numpy as np

from statera.stats.clusterrobust import MIN_CLUSTERS, ClusterMean, cluster_mean
from statera.stats.proportion import WILSON, normal_quantile, student_quantile, wilson
from statera.stats.results import LEVEL, Estimate, Items

NO_SPREAD = 1e-15
WHOLE = 1e-7
ENOUGH_EVENTS = 10.0
DEAN = f"{WILSON}; Dean and Pagano, JSSAM 3 (2015) 484-503"
STUDENT = "Student, Biometrika 6 (1908) 1-25"
COCHRAN = "Cochran, Sampling Techniques, 1977, eq. 5.6 and 5.16"


class Sample(NamedTuple):
    """Items as arrays (n,), those without weight left out; `cluster` numbers them from 0.

    `strata` numbers their categories.
    """

    values: np.ndarray
    weights: np.ndarray
    cluster: np.ndarray
    strata: np.ndarray

    @property
    def sizes(self) -> tuple[int, int]:
        """The numbers of items and of clusters."""
        return len(self.values), int(self.cluster.max()) + 1 if len(self.cluster) else 0

    @property
    def worth(self) -> float:
        """How many clusters as heavy as the heaviest carry the same weight; at most their number.

        A number that is safe to count where nothing varies: a rare event may sit in the heaviest.
        """
        weights = np.bincount(self.cluster, weights=self.weights)
        return float(weights.sum() / weights.max())

    @property
    def single(self) -> bool:
        """True if every item is its own cluster and all weigh the same."""
        n, clusters = self.sizes
        return n == clusters and bool(np.all(self.weights == self.weights[0]))


def sample_of(items: Items) -> Sample:
    """Return the items as arrays. ValueError for NaN, infinity or a weight below 0."""
    values, weights = np.asarray(items.values, np.float64), np.asarray(items.weights, np.float64)
    if not (np.all(np.isfinite(values)) and np.all(np.isfinite(weights)) and np.all(weights >= 0)):
        raise ValueError("values must be numbers, and weights numbers of at least 0")
    kept = weights > 0
    _, cluster = np.unique(np.asarray(items.clusters)[kept], return_inverse=True)
    _, strata = np.unique(np.asarray(items.strata)[kept], return_inverse=True)
    return Sample(values[kept], weights[kept], cluster, strata)


def effective_size(sample: Sample, found: ClusterMean) -> float:
    """Return how many independent trials vary as much as the mean, for values in [0, 1].

    value (1 - value) / variance; 0 without spread between clusters. Where every value is a share
    of whole trials right it is at most their number.
    """
    if found.variance < NO_SPREAD:
        return 0.0
    size = found.value * (1 - found.value) / found.variance
    right = sample.values * sample.weights
    whole = bool(np.all(np.abs(right - np.rint(right)) < WHOLE))
    return min(size, float(sample.weights.sum())) if whole else size


def too_rare(sample: Sample, found: ClusterMean) -> bool:
    """Return True for values in [0, 1] with fewer than `ENOUGH_EVENTS` events in effect.

    The effective size times the share of the rarer side: with fewer, the resampled means are too
    discrete and too skewed for a bootstrap interval.
    """
    if sample.values.min() < 0 or sample.values.max() > 1:
        return False
    rarer = min(found.value, 1 - found.value)
    return effective_size(sample, found) * rarer < ENOUGH_EVENTS


def mean(items: Items, *, level: float = LEVEL) -> Estimate:
    """Return the weighted mean of the items' values with an interval at `level`.

    With the number of trials as weight it is a ratio over trials (right / answered), and the
    variance that of a ratio of cluster totals. Items without weight are left out. ValueError for
    NaN, a weight below 0, or a level outside (0, 1).
    """
    _check(level)
    sample = sample_of(items)
    return msgspec.structs.replace(_mean(sample, level), error=_standard_error(sample))


def _mean(sample: Sample, level: float) -> Estimate:
    n, clusters = sample.sizes
    if not n:
        return _bare(None, "no items", level, (0, 0))
    centre = float(np.average(sample.values, weights=sample.weights))
    binary = bool(np.all((sample.values == 0) | (sample.values == 1)))
    if binary and sample.single and sample.weights[0] == 1:
        bounds = wilson(centre, n, normal_quantile(level))
        return _whole(centre, bounds, ("Wilson", WILSON), level, sample.sizes)
    if clusters < MIN_CLUSTERS:
        return _bare(centre, f"fewer than {MIN_CLUSTERS} clusters", level, sample.sizes)
    if binary and centre in (0.0, 1.0):
        bounds = wilson(centre, sample.worth, normal_quantile(level))
        named = ("Wilson", WILSON) if sample.single else ("Wilson on clusters", DEAN)
        return _whole(centre, bounds, named, level, sample.sizes)
    return _varied(sample, level)


def _standard_error(sample: Sample) -> float | None:
    """Return the cluster-robust standard error of the mean; None where nothing varies, or few do.

    Of independent items it is the usual one, with n - 1.
    """
    if sample.sizes[1] < MIN_CLUSTERS:
        return None
    variance = cluster_mean(sample.values, sample.weights, sample.cluster).variance
    scale = max(1.0, float(np.abs(sample.values).max()))
    return None if variance < NO_SPREAD * scale**2 else float(variance**0.5)


def _varied(sample: Sample, level: float) -> Estimate:
    found = cluster_mean(sample.values, sample.weights, sample.cluster)
    scale = max(1.0, float(np.abs(sample.values).max()))
    if found.variance < NO_SPREAD * scale**2:
        return _bare(found.value, "no spread between clusters", level, sample.sizes)
    quantile = student_quantile(level, found.freedom)
    how = "" if found.method == "CR1" else ", CR2 with Satterthwaite"
    if sample.values.min() < 0 or sample.values.max() > 1:
        spread = quantile * found.variance**0.5
        plain = ("t", STUDENT) if sample.single else (f"t, clustered{how}", found.source)
        bounds = (found.value - spread, found.value + spread)
        return _whole(found.value, bounds, plain, level, sample.sizes)
    size = found.value * (1 - found.value) / found.variance
    bounds = wilson(found.value, size, quantile)
    alone = sample.sizes[0] == sample.sizes[1]
    kind = "Wilson on the effective size" if alone else "Wilson, clustered"
    named = (f"{kind}{how}", f"{DEAN}; {found.source}")
    return _whole(found.value, bounds, named, level, sample.sizes)


def macro_mean(items: Items, *, level: float = LEVEL) -> Estimate:
    """Return the unweighted mean of the strata's means, with the strata held fixed.

    The variance is the sum of the strata's variances over their squared number (stratified
    sampling: Cochran, Sampling Techniques, 1977, eq. 5.6, with equal weights), its degrees of
    freedom Satterthwaite's (eq. 5.16). A stratum with a single cluster has no variance of its own,
    so there is then no interval. ValueError as for the mean.
    """
    _check(level)
    sample = sample_of(items)
    if not len(sample.values):
        return _bare(None, "no items", level, (0, 0))
    places = [np.flatnonzero(sample.strata == each) for each in range(sample.strata.max() + 1)]
    centre = float(
        np.mean([np.average(sample.values[p], weights=sample.weights[p]) for p in places])
    )
    indices = [np.unique(sample.cluster[p], return_inverse=True)[1] for p in places]
    if min(int(index.max()) + 1 for index in indices) < 2:
        return _bare(centre, "a category has fewer than 2 items", level, sample.sizes)
    pairs = zip(places, indices, strict=True)
    parts = [cluster_mean(sample.values[p], sample.weights[p], index) for p, index in pairs]
    spread = _stratified_spread(parts, level)
    error = float(sum(part.variance for part in parts) ** 0.5) / len(parts)
    if spread == 0:
        return _bare(centre, "no spread within categories", level, sample.sizes)
    bounds = (max(0.0, centre - spread), min(1.0, centre + spread))
    named = ("stratified by category", COCHRAN)
    found = _whole(centre, bounds, named, level, sample.sizes)
    return msgspec.structs.replace(found, error=error)


def _stratified_spread(parts: list[ClusterMean], level: float) -> float:
    variance = sum(part.variance for part in parts)
    if variance == 0:
        return 0.0
    freedom = variance**2 / sum(part.variance**2 / part.freedom for part in parts)
    return student_quantile(level, freedom) * float(variance**0.5) / len(parts)


def _whole(
    value: float,
    bounds: tuple[float, float],
    named: tuple[str, str],
    level: float,
    sizes: tuple[int, int],
) -> Estimate:
    return Estimate(
        value=value,
        low=bounds[0],
        high=bounds[1],
        level=level,
        method=named[0],
        n=sizes[0],
        clusters=sizes[1],
        source=named[1],
    )


def _bare(value: float | None, why: str, level: float, sizes: tuple[int, int]) -> Estimate:
    return Estimate(
        value=value, low=None, high=None, level=level, method=why, n=sizes[0], clusters=sizes[1]
    )


def _check(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"a level lies in (0, 1), got {level}")
