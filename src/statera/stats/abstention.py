"""Answers that were right, wrong, or not attempted, as one number: always with its parts beside it.

>>> str(f_measure([1, 0, 0, 1], [1, 1, 0, 1], range(4), rng=np.random.default_rng(0)))
'0.571 (no interval: fewer than 40 clusters), 4 items'
"""

from typing import TYPE_CHECKING

import numpy as np

from statera.stats.bootstrap import ENOUGH
from statera.stats.confidence import NO_SPREAD, SAME
from statera.stats.multinomial import resample_counts
from statera.stats.results import LEVEL, Estimate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

SOURCE = (
    "Wei et al., arXiv 2411.04368 (2024), section 2.2; Efron and Tibshirani, An Introduction to "
    "the Bootstrap, 1993, eq. 13.3"
)


def f_measure(
    correct: "ArrayLike",
    attempted: "ArrayLike",
    clusters: "ArrayLike",
    *,
    rng: np.random.Generator,
    draws: int = 2000,
    level: float = LEVEL,
) -> Estimate:
    """Return the harmonic mean of the share correct and the accuracy when attempted, in [0, 1].

    2 C / (n + A) for C correct and A attempted of n; all arrays are (n,), of 0 and 1. None for no
    answers. A figure to read beside its parts and never to optimise: it rewards a guess that is
    right more than half of F of the time. Interval by a cluster bootstrap over items. ValueError
    where a correct answer was not attempted, or for arrays of different length.
    """
    right, tried, names = np.asarray(correct, float), np.asarray(attempted, float), clusters
    _, cluster = np.unique(np.asarray(names), return_inverse=True)
    if not (right.shape == tried.shape == cluster.shape and right.ndim == 1):
        raise ValueError("correct, attempted and a cluster for each question")
    if np.any(right > tried):
        raise ValueError("a correct answer was attempted")
    n, count = len(right), int(cluster.max()) + 1 if len(cluster) else 0
    value = 2 * float(right.sum()) / (n + float(tried.sum())) if n else None
    low = high = None
    method, source = "no questions" if not n else f"fewer than {ENOUGH} clusters", ""
    if value is not None and count >= ENOUGH:
        sums = np.zeros((count, 3))
        np.add.at(sums, cluster, np.stack([right, tried, np.ones(n)], axis=1))
        drawn = [c.astype(np.float64) @ sums for c in resample_counts(count, draws, rng)]
        totals = np.concatenate(drawn)
        seen = 2 * totals[:, 0] / (totals[:, 2] + totals[:, 1])
        method = SAME
        if np.ptp(seen) >= NO_SPREAD:
            low, high = (float(q) for q in np.quantile(seen, [(1 - level) / 2, (1 + level) / 2]))
            method, source = "cluster bootstrap, percentile", SOURCE
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        method=method,
        n=n,
        clusters=count,
        source=source,
    )
