"""Bounds for a mean difference by spread bets: exact for any number of clusters and any spread.

Gamblers bet fixed shares of their capital that the difference lies above a candidate; if it does
not, their mean capital exceeds 1 / alpha with probability at most alpha (Markov). No order of the
clusters is needed, and the capital falls in the candidate, so bounds and p values agree.

>>> ones = np.ones(400)
>>> wager_p(Stakes(np.zeros(400), ones, ones), -0.02) < 0.05
True
"""

from math import exp, log
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from statera.stats.crossing import Search, climb, fewest

SOURCE = (
    "Waudby-Smith and Ramdas, JRSS-B 86 (2024) 1-27, diversified Kelly betting; "
    "Cover, Mathematical Finance 1 (1991) 1-29"
)
GAMBLERS = 24
BOLDEST = 0.99  # the largest share of the capital that one bet can lose
TIMID = 0.3
SMALLEST = 1e-12
FINE = 1e-3
ROUNDING = 1e-9
SHARES = 9
MOST = 10**9


class Stakes(NamedTuple):
    """What each independent cluster adds up to, three arrays of shape (clusters,).

    `gained` is what the candidate got right less what the base did, `candidate` and `base` the
    trials (weights) of each side, so that `gained` lies in [-base, candidate].
    """

    gained: np.ndarray
    candidate: np.ndarray
    base: np.ndarray

    def swapped(self) -> "Stakes":
        """Return what is at stake when candidate and base change places."""
        return Stakes(-self.gained, self.base, self.candidate)


def wager_p(stakes: Stakes, limit: float) -> float:
    """Return the p value of "candidate less base, each a share of its trials, is at most `limit`".

    With a base share s the stake of a cluster is gained - limit candidate - s (candidate - base),
    over the most trials times (1 + limit): at least -1, and at most 0 on average if the claim is
    true. Where trials differ s is put where it is worst. `limit` in [-1, 1]; for "at least" swap
    and negate. ValueError for gains beyond the trials.
    """
    return exp(-max(0.0, _gain(_kinds(stakes), limit)))


def wager_lower(stakes: Stakes, *, alpha: float) -> float:
    """Return the lower bound of the difference at `alpha`: where `wager_p` reaches it, to 0.1 %."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie in (0, 1), got {alpha}")
    kinds = _kinds(stakes)
    gained, candidate, base, counts = kinds.T
    trials = float(np.maximum(candidate, base) @ counts)
    spread = float(np.sqrt(gained**2 @ counts + 1)) / trials
    search = Search(float(gained @ counts) / trials - 3 * spread, spread, -1.0, 1.0)
    return climb(lambda place: log(1 / alpha) - _gain(kinds, place), search, within=FINE)


def wager_clusters(stakes: Stakes, limit: float, *, alpha: float, power: float) -> int | None:
    """Return how many clusters like these show "above `limit`" with probability `power`.

    A gambler's log capital after n clusters is about normal, with n times the mean and the variance
    that one cluster shows here: the fewest n at which the mean capital of all, each at its 1 -
    `power` quantile, exceeds 1 / alpha. None beyond 1e9. ValueError as `wager_p`, and for alpha or
    power outside (0, 1).
    """
    if not (0 < alpha < 1 and 0 < power < 1):
        raise ValueError(f"alpha and power must lie in (0, 1), got {alpha} and {power}")
    kinds, quantile = _kinds(stakes), NormalDist().inv_cdf(power)
    return fewest(lambda count: _likely(kinds, limit, count, quantile) > log(1 / alpha), most=MOST)


def _likely(kinds: np.ndarray, limit: float, clusters: int, quantile: float) -> float:
    """Return the log capital that so many clusters surpass, for the base share that is worst."""
    shares = kinds[:, 3] / kinds[:, 3].sum()
    bets = _bets(clusters)[:, None]
    found = []
    for returns in _returns(kinds, limit):
        gains = np.log1p(bets * np.maximum(returns, -1.0))
        drift = gains @ shares
        spread = np.sqrt(np.maximum((gains - drift[:, None]) ** 2 @ shares, 0.0))
        found.append(_pooled(clusters * drift - quantile * spread * clusters**0.5))
    return min(found)


def _kinds(stakes: Stakes) -> np.ndarray:
    """Return the distinct (gained, candidate, base, how many), trials over the most, (kinds, 4)."""
    gained, candidate, base = stakes
    most = float(max(candidate.max(initial=0), base.max(initial=0)))
    if not most > 0:
        raise ValueError("bets need clusters with trials")
    if not np.all((gained <= candidate + most * ROUNDING) & (-gained <= base + most * ROUNDING)):
        raise ValueError("what a cluster gains cannot exceed its trials")
    gained = np.clip(gained, -base, candidate)
    if np.array_equal(candidate, base):
        found, counts = np.unique((gained + 1j * candidate) / most, return_counts=True)
        return np.column_stack([found.real, found.imag, found.imag, counts])
    table = np.stack([gained, candidate, base], axis=1) / most
    kinds, counts = np.unique(table, axis=0, return_counts=True)
    return np.column_stack([kinds, counts])


def _gain(kinds: np.ndarray, limit: float) -> float:
    """Return the logarithm of the gamblers' mean capital, where it is least: falling in the limit.

    For trials that differ the least over base shares, possible ones of which make both in [0, 1].
    """
    return min(_capital(returns, kinds[:, 3]) for returns in _returns(kinds, limit))


def _returns(kinds: np.ndarray, limit: float) -> list[np.ndarray]:
    """Return what a bet of 1 on each kind of cluster brings, for each base share in question."""
    gained, candidate, base, _ = kinds.T
    plain, surplus = gained - limit * candidate, candidate - base
    shares = np.linspace(max(0.0, -limit), min(1.0, 1 - limit), SHARES if surplus.any() else 1)
    scale = max(1 + limit, SMALLEST)
    return [(plain - share * surplus) / scale for share in shares]


def _capital(returns: np.ndarray, counts: np.ndarray) -> float:
    bets = _bets(float(counts.sum()))
    return _pooled(np.log1p(bets[:, None] * np.maximum(returns, -1.0)) @ counts)


def _bets(clusters: float) -> np.ndarray:
    return np.geomspace(BOLDEST, min(0.5, TIMID / clusters**0.5), GAMBLERS)


def _pooled(capital: np.ndarray) -> float:
    """Return the logarithm of the mean of capitals given by their logarithms."""
    most = float(capital.max())
    return most + log(float(np.mean(np.exp(capital - most))))
