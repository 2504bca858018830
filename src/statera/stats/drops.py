"""PDR, the performance drop rate: the share of its accuracy that a system loses when perturbed.

    PDR = 1 - accuracy perturbed / accuracy as it stands

0 is no loss, 1 all, below 0 a gain. Its denominator is the accuracy as it stands: a drop from 0.10
to 0.05 is as great a PDR as one from 0.90 to 0.45. Two readings differ and are named apart: the
mean of the rates of several prompts (PromptBench), and one rate of two means over items (GSM-Plus).

>>> round(drop_rate(0.80, 0.60), 6), round(mean_drop_rate([0.8, 0.5], [0.6, 0.5]), 6)
(0.25, 0.125)
"""

from math import isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from statera.stats.clusterrobust import MIN_CLUSTERS
from statera.stats.results import LEVEL, Estimate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

SOURCE = (
    "Zhu et al., PromptBench, 2023, arXiv 2306.04528, section 3.3; "
    "Fieller, JRSS B 16 (1954) 175-185"
)
ENOUGH_CHANGED = 5
SAME = 1e-12


def drop_rate(before: float, after: float) -> float:
    """Return 1 - after / before. ValueError where `before` is not above 0, or a number is none."""
    if not (isfinite(before) and isfinite(after)) or before <= 0:
        raise ValueError(f"a drop rate needs an accuracy above 0 to drop from, got {before}")
    return 1 - after / before


def mean_drop_rate(before: "ArrayLike", after: "ArrayLike") -> float:
    """Return the mean of the drop rates of pairs (n,), each weighing the same, as PromptBench does.

    ValueError for no pairs, unequal lengths, or an accuracy to drop from that is not above 0.
    """
    first, then = np.asarray(before, np.float64), np.asarray(after, np.float64)
    if first.shape != then.shape or not first.size:
        raise ValueError("a mean drop rate needs pairs of accuracies")
    return float(np.mean([drop_rate(*pair) for pair in zip(first, then, strict=True)]))


def performance_drop(
    before: "ArrayLike",
    after: "ArrayLike",
    clusters: "ArrayLike | None" = None,
    *,
    level: float = LEVEL,
) -> Estimate:
    """Return 1 - mean(after) / mean(before) over the same items (n,), each value in [0, 1].

    Fieller's interval of the ratio, with variances over clusters (`clusters` (n,), None: every item
    its own) and Student's t. There is none with fewer than 8 clusters, fewer than 5 clusters in
    which anything changed, or where `before` is not surely above 0. No value at all where no item
    was right before. ValueError: unequal lengths, NaN, or a level outside (0, 1).
    """
    first, then = np.asarray(before, np.float64), np.asarray(after, np.float64)
    if not 0 < level < 1:
        raise ValueError(f"a level lies in (0, 1), got {level}")
    if first.shape != then.shape or not np.all(np.isfinite(first) & np.isfinite(then)):
        raise ValueError("a drop needs two numbers an item")
    _, index = np.unique(
        np.arange(len(first)) if clusters is None else np.asarray(clusters), return_inverse=True
    )
    sums = np.stack([np.bincount(index, weights=one) for one in (first, then)], axis=1)
    sizes = np.bincount(index).astype(np.float64)
    value = 1 - float(then.sum() / first.sum()) if first.sum() > 0 else None
    bounds, method = _bounds(sums, sizes, level) if value is not None else (None, _NONE)
    low, high = bounds or (None, None)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        method=method,
        n=len(first),
        clusters=len(sizes),
        source=SOURCE if bounds else "",
    )


def _bounds(
    sums: np.ndarray, sizes: np.ndarray, level: float
) -> tuple[tuple[float, float] | None, str]:
    """Return the interval of 1 - ratio, or None, and the method or why there is none."""
    count = len(sizes)
    if count < MIN_CLUSTERS:
        return None, f"fewer than {MIN_CLUSTERS} clusters"
    if int(np.sum(np.abs(sums[:, 0] - sums[:, 1]) > SAME)) < ENOUGH_CHANGED:
        return None, f"fewer than {ENOUGH_CHANGED} clusters changed"
    means = sums.sum(axis=0) / sizes.sum()
    rest = sums - sizes[:, None] * means
    cov = count / (count - 1) * rest.T @ rest / sizes.sum() ** 2
    reach = float(stdtrit(count - 1, (1 + level) / 2)) ** 2
    roots = _roots(means, cov, reach)
    return (None, _UNSURE) if roots is None else ((1 - roots[1], 1 - roots[0]), _METHOD)


def _roots(means: np.ndarray, cov: np.ndarray, reach: float) -> tuple[float, float] | None:
    """Return the ratios r with (after - r before)^2 = reach * its variance; None if unbounded."""
    square = means[0] ** 2 - reach * cov[0, 0]
    middle = means[0] * means[1] - reach * cov[0, 1]
    rest = means[1] ** 2 - reach * cov[1, 1]
    inside = middle**2 - square * rest
    if square <= 0 or inside < 0:
        return None
    width = sqrt(inside)
    return float((middle - width) / square), float((middle + width) / square)


_METHOD = "Fieller, cluster-robust"
_NONE = "no item was right as it stands"
_UNSURE = "the accuracy to drop from is not surely above 0"
