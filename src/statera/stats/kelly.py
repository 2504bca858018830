"""Bounds for a mean difference by spread bets: exact for any number of clusters and any spread.

Gamblers bet fixed shares of their capital that the difference lies above a candidate; if it does
not, their mean capital exceeds 1 / alpha with probability at most alpha (Markov). No order of the
clusters is needed, and the capital falls in the candidate, so bounds and p values agree.

>>> even = np.zeros(400)
>>> wager_p(even, np.ones(400), -0.02) < 0.05
True
"""

from math import exp, log

import numpy as np

from statera.stats.crossing import Search, climb

SOURCE = (
    "Waudby-Smith and Ramdas, JRSS-B 86 (2024) 1-27, diversified Kelly betting; "
    "Cover, Mathematical Finance 1 (1991) 1-29"
)
GAMBLERS = 24
BOLDEST = 0.99  # the largest share of the capital that one bet can lose
TIMID = 0.3
SMALLEST = 1e-12
FINE = 1e-3


def wager_p(sums: np.ndarray, weights: np.ndarray, limit: float) -> float:
    """Return the p value of "sum of `sums` over sum of `weights` is at most `limit` on average".

    One entry per independent cluster, shape (clusters,): `sums` of weighted differences, each at
    most its weight in size, and `weights` above 0; `limit` in [-1, 1]. A cluster's stake is
    (sum - limit * weight) / (most weight * (1 + limit)), at least -1 and on average at most 0.
    For "at least" negate sums and limit. ValueError for sums beyond their weights.
    """
    return exp(-max(0.0, _gain(_kinds(sums, weights), limit)))


def wager_lower(sums: np.ndarray, weights: np.ndarray, *, alpha: float) -> float:
    """Return the lower bound of the ratio at `alpha`: where `wager_p` reaches alpha (to 0.1 %)."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie in (0, 1), got {alpha}")
    kinds = _kinds(sums, weights)
    mean = float(kinds[:, 0] @ kinds[:, 2] / (kinds[:, 1] @ kinds[:, 2]))
    spread = float(np.sqrt(kinds[:, 0] ** 2 @ kinds[:, 2] + 1)) / float(kinds[:, 2].sum())
    search = Search(mean - 3 * spread, spread, -1.0, 1.0)
    return climb(lambda place: log(1 / alpha) - _gain(kinds, place), search, within=FINE)


def _kinds(sums: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the distinct (sum, weight, how many), weights over the largest, shape (kinds, 3)."""
    if not len(weights) or not weights.min() > 0:
        raise ValueError("bets need clusters with weights above 0")
    if not np.all(np.abs(sums) <= weights * (1 + 1e-9)):
        raise ValueError("a cluster's sum cannot exceed its weight")
    pairs = (np.clip(sums, -weights, weights) + 1j * weights) / weights.max()
    kinds, counts = np.unique(pairs, return_counts=True)
    return np.column_stack([kinds.real, kinds.imag, counts])


def _gain(kinds: np.ndarray, limit: float) -> float:
    """Return the logarithm of the gamblers' mean capital: falling in the limit."""
    sums, weights, counts = kinds.T
    stakes = (sums - limit * weights) / max(1 + limit, SMALLEST)
    timid = min(0.5, TIMID / float(np.sqrt(counts.sum())))
    bets = np.geomspace(BOLDEST, timid, GAMBLERS)
    capital = np.log1p(bets[:, None] * np.maximum(stakes, -1.0)) @ counts
    most = float(capital.max())
    return most + log(float(np.mean(np.exp(capital - most))))
