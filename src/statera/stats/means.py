"""The weighted mean of item values in [0, 1], with the interval that their structure allows.

Which method is used, and the region where it is valid:

| items | method |
|---|---|
| one trial an item, every value 0 or 1, every item its own cluster | Wilson |
| anything else, at least 8 clusters, values that vary | Wilson on the effective sample size |
| every value 0, or every value 1, clustered | Wilson on the number of clusters |
| fewer than 8 clusters, or no spread between clusters | no interval, and why |
"""

import numpy as np

from statera.stats.clusterrobust import MIN_CLUSTERS, cluster_variance
from statera.stats.proportion import normal_quantile, student_quantile, wilson
from statera.stats.results import Estimate, Items

LEVEL = 0.95
NO_SPREAD = 1e-15


def mean(items: Items, *, level: float = LEVEL) -> Estimate:
    """Return the weighted mean of the items' values, each in [0, 1], with an interval at `level`.

    With the number of trials as weight it is a ratio over trials (right / answered), and the
    variance that of a ratio of cluster totals.
    """
    values = np.asarray(items.values, dtype=np.float64)
    if not len(values):
        return _bare(None, "no items", level, (0, 0))
    _, index = np.unique(np.asarray(items.clusters), return_inverse=True)
    n, clusters = len(values), int(index.max()) + 1
    weights = np.asarray(items.weights, dtype=np.float64)
    centre = float(np.average(values, weights=weights))
    binary = bool(np.all((values == 0) | (values == 1)))
    if binary and clusters == n and np.all(weights == 1):
        bounds = wilson(centre, n, normal_quantile(level))
        return _whole(centre, bounds, "Wilson", level, (n, clusters))
    return _clustered(values, weights, index, level)


def _clustered(
    values: np.ndarray, weights: np.ndarray, index: np.ndarray, level: float
) -> Estimate:
    centre, clusters = float(np.average(values, weights=weights)), int(index.max()) + 1
    sizes = (len(values), clusters)
    if clusters < MIN_CLUSTERS:
        return _bare(centre, f"fewer than {MIN_CLUSTERS} clusters", level, sizes)
    if np.all(values == values[0]) and values[0] in (0.0, 1.0):
        bounds = wilson(float(values[0]), clusters, normal_quantile(level))
        return _whole(centre, bounds, "Wilson on clusters", level, sizes)
    variance = cluster_variance(values, weights, index)
    if variance < NO_SPREAD:
        return _bare(centre, "no spread between clusters", level, sizes)
    size = centre * (1 - centre) / variance
    bounds = wilson(centre, size, student_quantile(level, clusters - 1))
    return _whole(centre, bounds, "Wilson, clustered", level, sizes)


def macro_mean(items: Items, *, level: float = LEVEL) -> Estimate:
    """Return the unweighted mean of the strata's means, with the strata held fixed.

    The variance is the sum of the strata's variances over their squared number (stratified
    sampling: Cochran, Sampling Techniques, 1977, eq. 5.6, with equal weights). A stratum with a
    single cluster has no variance of its own, so there is then no interval.
    """
    values, clusters = np.asarray(items.values, dtype=np.float64), np.asarray(items.clusters)
    sizes = (len(values), len(np.unique(clusters)))
    if not len(values):
        return _bare(None, "no items", level, sizes)
    weights = np.asarray(items.weights, dtype=np.float64)
    _, stratum = np.unique(np.asarray(items.strata), return_inverse=True)
    groups = [np.flatnonzero(stratum == number) for number in range(stratum.max() + 1)]
    centre = float(np.mean([np.average(values[p], weights=weights[p]) for p in groups]))
    indices = [np.unique(clusters[places], return_inverse=True)[1] for places in groups]
    if min(int(index.max()) + 1 for index in indices) < 2:
        return _bare(centre, "a category has fewer than 2 items", level, sizes)
    pairs = zip(groups, indices, strict=True)
    variance = sum(cluster_variance(values[p], weights[p], index) for p, index in pairs)
    spread = normal_quantile(level) * float(np.sqrt(variance)) / len(groups)
    if spread == 0:
        return _bare(centre, "no spread within categories", level, sizes)
    bounds = (max(0.0, centre - spread), min(1.0, centre + spread))
    return _whole(centre, bounds, "stratified by category", level, sizes)


def _whole(
    value: float, bounds: tuple[float, float], method: str, level: float, sizes: tuple[int, int]
) -> Estimate:
    return Estimate(
        value=value,
        low=bounds[0],
        high=bounds[1],
        level=level,
        method=method,
        n=sizes[0],
        clusters=sizes[1],
    )


def _bare(value: float | None, why: str, level: float, sizes: tuple[int, int]) -> Estimate:
    return Estimate(
        value=value, low=None, high=None, level=level, method=why, n=sizes[0], clusters=sizes[1]
    )
