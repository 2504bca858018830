"""Bounds for the mean of values in [0, 1] that hold for any number of them, whatever their law.

For values that are all 0 or all 1 they are the exact ones (0 in 299 shows less than 1 % at alpha
0.05), otherwise a little wider than Clopper and Pearson's. They do not depend on the order.

Hoeffding, JASA 58 (1963) 13-30, theorem 1, eq. 2.1: the chance that the mean of n independent
values in [0, 1] with expectation m comes to at least y > m is at most exp(-n KL(y, m)), with
KL(y, m) = y log(y / m) + (1 - y) log((1 - y) / (1 - m)).

>>> round(hoeffding_bound(np.zeros(299), np.ones(299), 0.05, side="upper"), 5)
0.00997
"""

from math import exp, inf, log
from statistics import NormalDist
from typing import Literal

import numpy as np

from statera.stats.crossing import crossing, fewest

MOST = 10**9
HOEFFDING = "Hoeffding, JASA 58 (1963) 13-30, theorem 1"


def hoeffding_p(
    values: np.ndarray, stakes: np.ndarray, limit: float, *, side: Literal["above", "below"]
) -> float:
    """Return the one-sided p value of a limit in [0, 1] for the mean sum(stakes * values) / sum.

    `values` in [0, 1] and `stakes` > 0 have shape (n,), n >= 1, and are independent of each other.
    With unequal stakes h, scaled to at most 1, a limit m is tested on h * value + (1 - h) * m,
    which lies in [0, 1] and has the mean m exactly if the ratio has. Side "above" tests "at most
    the limit". ValueError for values or a limit outside [0, 1], or stakes not above 0.
    """
    if not 0 <= limit <= 1:
        raise ValueError(f"the limit lies in [0, 1], got {limit}")
    _check(values, stakes)
    if side == "below":
        return hoeffding_p(1 - values, stakes, 1 - limit, side="above")
    return exp(-_evidence(*_sums(values, stakes), limit))


def hoeffding_bound(
    values: np.ndarray, stakes: np.ndarray, alpha: float, *, side: Literal["lower", "upper"]
) -> float:
    """Return the one-sided bound of that mean, wrong with probability at most `alpha`.

    The limit at which the p value is alpha. ValueError as there, or for alpha outside (0, 1).
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies in (0, 1), got {alpha}")
    _check(values, stakes)
    if side == "upper":
        return 1 - hoeffding_bound(1 - values, stakes, alpha, side="lower")
    count, gained, stake = _sums(values, stakes)
    top = min(1.0, gained / stake)
    return crossing(lambda m: _evidence(count, gained, stake, m) + log(alpha), 0.0, top)


def hoeffding_clusters(
    shares: tuple[np.ndarray, np.ndarray],
    limit: float,
    *,
    side: Literal["above", "below"],
    alpha: float,
    power: float,
) -> int | None:
    """Return how many values like these are surely on that side of the limit, by `hoeffding_p`.

    `shares` holds values and stakes. The mean of n is about normal round the mean of these: the
    fewest n at which its 1 - `power` quantile has a p value below `alpha`. None beyond 1e9.
    ValueError as there, and for alpha or power outside (0, 1).
    """
    if not (0 < alpha < 1 and 0 < power < 1 and 0 <= limit <= 1):
        raise ValueError(f"alpha, power and the limit are shares, got {alpha}, {power}, {limit}")
    values, stakes = shares
    _check(values, stakes)
    if side == "below":
        values, limit = 1 - values, 1 - limit
    _, gained, stake = _sums(values, stakes)
    spread = float(np.std(stakes / stakes.max() * (values - limit)))
    reach = NormalDist().inv_cdf(power) * spread

    def shown(count: int) -> bool:
        likely = max(0.0, gained - reach / count**0.5)
        return _evidence(count, likely, stake, limit) > log(1 / alpha)

    return fewest(shown, most=MOST)


def _sums(values: np.ndarray, stakes: np.ndarray) -> tuple[int, float, float]:
    """Return the count, the mean of stake * value and the mean stake, the largest stake being 1."""
    scaled = stakes / stakes.max()
    return len(values), float(np.mean(scaled * values)), float(scaled.mean())


def _evidence(count: int, gained: float, stake: float, limit: float) -> float:
    """Return n KL(y, limit) with y = gained + (1 - stake) * limit, 0 unless y is above the limit.

    It falls in the limit, as 1 - y is at least (1 - stake) (1 - limit).
    """
    y = min(1.0, gained + (1 - stake) * limit)
    if y <= limit:
        return 0.0
    if limit <= 0:
        return inf
    rest = (1 - y) * log((1 - y) / (1 - limit)) if y < 1 else 0.0
    return max(0.0, count * (y * log(y / limit) + rest))


def _check(values: np.ndarray, stakes: np.ndarray) -> None:
    if not len(values) or not np.all((values >= 0) & (values <= 1)) or not np.all(stakes > 0):
        raise ValueError("values lie in [0, 1] and stakes above 0, and there is at least one")
