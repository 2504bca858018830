"""Whether two groups of items moved by different amounts: each item counts its own change.

Used where a slice is set against the rest, and public questions against held-out ones.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import stdtr, stdtrit

from statera.diagnosis.counts import Floats, Ints
from statera.stats.clusterrobust import MIN_CLUSTERS, cluster_mean
from statera.stats.results import LEVEL


class Changes(NamedTuple):
    """The change of each item of a group, candidate - base, and the cluster it belongs to."""

    values: Floats
    clusters: Ints


class Contrast(NamedTuple):
    """The mean change here minus that there. All but `value` are None where no test is valid.

    `p` is two-sided, `p_lower` tests "not lower here than there" (small: surely lower).
    """

    value: float | None
    low: float | None
    high: float | None
    p: float | None
    p_lower: float | None
    method: str


def contrast(here: Changes, there: Changes, *, level: float = LEVEL) -> Contrast:
    """Return the contrast of two groups that share no cluster, with its two-sided interval.

    Welch's t on cluster-robust variances of either mean (Welch, Biometrika 34 (1947) 28-35); at
    least 8 clusters a group and some spread, else no interval and no p.
    """
    if not len(here.values) or not len(there.values):
        return Contrast(None, None, None, None, None, "no items on one side")
    value = float(here.values.mean() - there.values.mean())
    sides = [_mean(group) for group in (here, there)]
    few = any(side is None for side in sides)
    variances = [side[0] for side in sides if side is not None]
    if few or sum(variances) <= 0:
        why = f"fewer than {MIN_CLUSTERS} clusters on a side" if few else "no spread"
        return Contrast(value, None, None, None, None, why)
    error = sum(variances) ** 0.5
    parts = sum(side[0] ** 2 / side[1] for side in sides if side is not None)
    freedom = sum(variances) ** 2 / parts
    half = float(stdtrit(freedom, (1 + level) / 2)) * error
    lower = float(stdtr(freedom, value / error))
    p = 2 * min(lower, 1 - lower)
    return Contrast(value, value - half, value + half, p, lower, "Welch's t, cluster-robust")


def _mean(group: Changes) -> tuple[float, float] | None:
    """Return the variance of the group's mean and its degrees of freedom, None for too few."""
    _, index = np.unique(group.clusters, return_inverse=True)
    if index.max() + 1 < MIN_CLUSTERS:
        return None
    found = cluster_mean(group.values, np.ones(len(group.values)), index)
    return float(found.variance), float(found.freedom)
