"""The area under the ROC curve: how often a positive scores above a negative, ties counting half.

>>> from statera.stats.roc import auroc
>>> auroc([0.9, 0.4, 0.4, 0.1], [True, True, False, False], [0, 1, 2, 3]).value
0.875

| items | interval |
|---|---|
| fewer than 8 clusters with positives, or with negatives | none, and why |
| scores that do not overlap | none, and why |
| every item its own cluster | DeLong, DeLong and Clarke-Pearson, on the logit |
| items in clusters | Obuchowski, on the logit |
"""

from math import exp, log

import numpy as np
from numpy.typing import ArrayLike

from statera.stats.clusterrobust import MIN_CLUSTERS
from statera.stats.proportion import normal_quantile
from statera.stats.results import LEVEL, Estimate

DELONG = "DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837-845, eq. 4"
OBUCHOWSKI = "Obuchowski, Biometrics 53 (1997) 567-578, eq. 3 and 4"
PEPE = "Pepe, The Statistical Evaluation of Medical Tests, 2003, section 5.2.4"
_NO_SPREAD = 1e-15


def auroc(
    scores: ArrayLike, positive: ArrayLike, clusters: ArrayLike, *, level: float = LEVEL
) -> Estimate:
    """Return the area with its interval; all three have shape (n,).

    `clusters` names what binds items together. The value is None without a positive or without a
    negative. ValueError for NaN, shapes that differ, or a level outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies in (0, 1), got {level}")
    values, truth = np.asarray(scores, np.float64), np.asarray(positive, bool)
    names = np.asarray(clusters)
    if not (values.shape == truth.shape == names.shape and values.ndim == 1):
        raise ValueError("scores, positives and clusters have one entry an item each")
    if np.any(np.isnan(values)):
        raise ValueError("scores are numbers, not NaN")
    _, index = np.unique(names, return_inverse=True)
    sizes = len(values), int(index.max()) + 1 if len(index) else 0
    if truth.all() or not truth.any():
        return _bare(None, "no positives" if not truth.any() else "no negatives", level, sizes)
    placed = placements(values, truth)
    area = float(placed[truth].mean())
    few = min(len(np.unique(index[truth])), len(np.unique(index[~truth])))
    if few < MIN_CLUSTERS:
        why = f"fewer than {MIN_CLUSTERS} independent positives, or negatives"
        return _bare(area, why, level, sizes)
    variance = area_variance(placed, truth, index)
    if not 0 < area < 1 or variance < _NO_SPREAD:
        return _bare(area, "the scores do not overlap", level, sizes)
    single = sizes[0] == sizes[1]
    low, high = _logit_interval(area, variance, normal_quantile(level))
    return Estimate(
        value=area,
        low=low,
        high=high,
        level=level,
        method="DeLong, logit" if single else "DeLong, clustered, logit",
        n=sizes[0],
        clusters=sizes[1],
        source=f"{DELONG if single else OBUCHOWSKI}; {PEPE}",
    )


def placements(scores: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """Return for each item (n,) the share of the other kind that it is on the right side of.

    Of a positive the share of negatives that score lower, of a negative that of positives that
    score higher; ties count half. The mean over either kind is the area.
    """
    high, low = np.sort(scores[positive]), np.sort(scores[~positive])
    found = np.empty(len(scores))
    ups = scores[positive]
    below = np.searchsorted(low, ups, "left") + np.searchsorted(low, ups, "right")
    found[positive] = below / (2 * len(low))
    downs = scores[~positive]
    below = np.searchsorted(high, downs, "left") + np.searchsorted(high, downs, "right")
    found[~positive] = 1 - below / (2 * len(high))
    return found


def area_variance(placed: np.ndarray, positive: np.ndarray, index: np.ndarray) -> float:
    """Return the variance of the area for clusters 0..G-1 named by `index` (n,).

    Obuchowski 1997: the sums of placements over a cluster's positives and over its negatives, each
    less what the area lets expect, and their covariance. Without clusters it is DeLong's.
    """
    pulls = placed - float(placed[positive].mean())
    up = np.bincount(index, weights=pulls * positive)
    down = np.bincount(index, weights=pulls * ~positive)
    count = len(up)
    positives, negatives = int(positive.sum()), int((~positive).sum())
    with_up = len(np.unique(index[positive]))
    with_down = len(np.unique(index[~positive]))
    spread_up = with_up / (with_up - 1) * float(up @ up) / positives**2
    spread_down = with_down / (with_down - 1) * float(down @ down) / negatives**2
    both = count / (count - 1) * float(up @ down) / (positives * negatives)
    return max(0.0, spread_up + spread_down + 2 * both)


def _logit_interval(area: float, variance: float, quantile: float) -> tuple[float, float]:
    centre = log(area / (1 - area))
    spread = quantile * variance**0.5 / (area * (1 - area))
    low, high = (1 / (1 + exp(-one)) for one in (centre - spread, centre + spread))
    return low, high


def _bare(value: float | None, why: str, level: float, sizes: tuple[int, int]) -> Estimate:
    return Estimate(
        value=value, low=None, high=None, level=level, method=why, n=sizes[0], clusters=sizes[1]
    )
