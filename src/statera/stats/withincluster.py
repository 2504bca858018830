"""The difference of two arms within clusters: each user is compared with himself.

Where requests are randomised, a user has seen both arms; what differs between users then takes no
part. The estimate weighs each cluster's difference by n1 n0 / (n1 + n0), as least squares with an
intercept for each cluster does; its variance is that of clusters, so that users may differ in
their effects too.

Arellano, Oxford Bulletin of Economics and Statistics 49 (1987) 431-434, with clusters /
(clusters - 1).

>>> import numpy as np
>>> arm, cluster = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
>>> within(np.array([1.0, 2.0, 5.0, 6.5]), arm, cluster).value
1.25
"""

from typing import NamedTuple

import numpy as np

SOURCE = "Arellano, Oxford Bulletin of Economics and Statistics 49 (1987) 431-434"


class Within(NamedTuple):
    """The weighted mean difference with its standard error (NaN below two clusters).

    `base` and `candidate` are the two sides with the same weights; `clusters` saw both arms, and
    have `base_units` and `candidate_units` between them. Values are NaN without any.
    """

    value: float
    error: float
    base: float
    candidate: float
    clusters: int
    base_units: int
    candidate_units: int


def within(values: np.ndarray, arm: np.ndarray, cluster: np.ndarray) -> Within:
    """Return arm 1 minus arm 0 within clusters; values (n,), arms 0 or 1, clusters whole numbers.

    ValueError: lengths that differ.
    """
    if not len(values) == len(arm) == len(cluster):
        raise ValueError("each unit needs a value, an arm and a cluster")
    index = np.unique(cluster, return_inverse=True)[1]
    size = int(index.max(initial=-1)) + 1
    code = 2 * index + np.asarray(arm, np.int64)
    counts = np.bincount(code, minlength=2 * size).reshape(size, 2)
    sums = np.bincount(code, weights=values, minlength=2 * size).reshape(size, 2)
    both = (counts > 0).all(axis=1)
    clusters, counts = int(both.sum()), counts[both]
    if not clusters:
        return Within(np.nan, np.nan, np.nan, np.nan, 0, 0, 0)
    means = sums[both] / counts
    weights = counts.prod(axis=1) / counts.sum(axis=1)
    weights = weights / weights.sum()
    base, candidate = (float(each) for each in weights @ means)
    moved = weights * (means[:, 1] - means[:, 0] - (candidate - base))
    error = np.sqrt(moved @ moved * clusters / (clusters - 1)) if clusters > 1 else np.nan
    units = counts.sum(axis=0)
    return Within(
        candidate - base, float(error), base, candidate, clusters, int(units[0]), int(units[1])
    )
