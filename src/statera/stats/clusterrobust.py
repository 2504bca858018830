"""The variance of a weighted mean that holds under any dependence within clusters.

Which estimate is used, and the region where it is valid:

| clusters, as many equal ones as they are worth | variance | degrees of freedom |
|---|---|---|
| at least 40 | CR1 | clusters - 1 |
| fewer, at least 2 | CR2 | Satterthwaite |

Clusters of unequal weight count as fewer: (sum of weights)^2 / sum of (cluster weight)^2 (Kish).
Under `MIN_CLUSTERS` neither gives an interval that is worth printing.

>>> cluster_mean(np.array([1.0, 0.0, 1.0, 1.0]), np.ones(4), np.array([0, 0, 1, 1])).value
0.75
"""

from typing import NamedTuple

import numpy as np

MIN_CLUSTERS = 8
FEW_CLUSTERS = 40
CR1 = "Liang and Zeger, Biometrika 73 (1986) 13-22; Cochran, Sampling Techniques, 1977, eq. 6.9"
CR2 = (
    "Bell and McCaffrey, Survey Methodology 28 (2002) 169-181; "
    "Pustejovsky and Tipton, JBES 36 (2018) 672-683, eq. 5 and 11"
)


class ClusterMean(NamedTuple):
    """A weighted mean, its variance, and the degrees of freedom of that variance.

    `clusters` counts those that carry weight; `method` is CR1 or CR2.
    """

    value: float
    variance: float
    freedom: float
    clusters: int
    method: str
    source: str


def cluster_mean(values: np.ndarray, weights: np.ndarray, index: np.ndarray) -> ClusterMean:
    """Return the weighted mean with its cluster-robust variance.

    All three have shape (n,); `index` maps each value to its cluster 0..G-1, weights are at least
    0. With trial counts as weights it is the ratio over trials, and the same as if every trial
    stood on its own. ValueError for NaN, a negative weight, or fewer than 2 clusters with weight.
    """
    values, weights = np.asarray(values, np.float64), np.asarray(weights, np.float64)
    if not np.all(np.isfinite(values)) or not np.all(np.isfinite(weights)) or np.any(weights < 0):
        raise ValueError("values must be numbers, and weights numbers of at least 0")
    total = weights.sum()
    shares = np.bincount(index, weights=weights) / total if total > 0 else np.zeros(1)
    count = int(np.count_nonzero(shares))
    if count < 2:
        raise ValueError(f"a variance between clusters needs 2 of them with weight, got {count}")
    value = float(values @ weights / total)
    sums = np.bincount(index, weights=weights * (values - value)) / total
    if 1 / float(shares @ shares) >= FEW_CLUSTERS * (1 - 1e-12):
        variance = count / (count - 1) * float(sums @ sums)
        return ClusterMean(value, variance, count - 1.0, count, "CR1", CR1)
    variance = float(np.sum(sums**2 / (1 - shares)))
    return ClusterMean(value, variance, satterthwaite(shares), count, "CR2", CR2)


def satterthwaite(shares: np.ndarray) -> float:
    """Return the degrees of freedom of CR2 for clusters with these shares h of the weight, sum 1.

    Bell and McCaffrey (2002) for an intercept and independent trials of equal variance: there the
    adjusted residual sums have covariance c(diag(h) - hh')c with c = (1 - h)^-1/2, so that
    1 / freedom = sum h^2 + (sum of h^2 / (1 - h))^2 - sum of (h^2 / (1 - h))^2. Equal shares give
    G - 1.
    """
    pulled = shares**2 / (1 - shares)
    return float(1 / (shares @ shares + pulled.sum() ** 2 - pulled @ pulled))
