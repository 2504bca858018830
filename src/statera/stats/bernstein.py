"""Empirical-Bernstein confidence sequences: bounds in closed form, valid at every look.

The width follows the spread that was seen: differences of two runs that mostly agree have little.
Betting (`statera.stats.betting`) is sharper; this is what can be written down and checked by hand.

Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, JRSS-B 86 (2024)
1-27, Theorem 2 (predictable plug-in); after Howard, Ramdas, McAuliffe and Sekhon, Time-uniform,
nonparametric, nonasymptotic confidence sequences, Annals of Statistics 49 (2021) 1055-1080. Without
replacement: Waudby-Smith and Ramdas, Confidence sequences for sampling without replacement, NeurIPS
2020, Theorem 3.
"""

from typing import TYPE_CHECKING

import numpy as np

from statera.stats.bounded import ConfidenceSequence, Support, moments_before, possible, scaled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LARGEST_BET = 0.5


def bernstein_sequence(
    values: "ArrayLike",
    *,
    alpha: float,
    support: Support = (0.0, 1.0),
    population: int | None = None,
    horizon: int | None = None,
) -> ConfidenceSequence:
    """Return bounds of the mean after each value in `support`, each side at `alpha`, at all times.

    For paired differences of values in [0, 1] the support is (-1, 1). `population` is the number
    of items of which these are drawn without replacement; at the last of them the bounds meet.
    `horizon` is the number of values at which the bets are best. Values are independent (for
    clustered items: one value a cluster) and in an order that does not depend on them. ValueError:
    values outside the support, NaN, alpha outside (0, 1), more values than the population.
    """
    found = scaled(values, alpha, support=support, population=population)
    means, variances = moments_before(found)
    bets = _bets(variances, alpha, horizon)
    surprise = (found - means) ** 2 * (-np.log1p(-bets) - bets)
    shift, weight = _drift(found, population)
    total = np.cumsum(bets * weight)
    centre = np.cumsum(bets * (found + shift)) / total
    width = (np.log(1 / alpha) + np.cumsum(surprise)) / total
    low, high = possible(found, population)
    lower = np.maximum.accumulate(np.maximum(centre - width, low))
    upper = np.minimum.accumulate(np.minimum(centre + width, high))
    start, size = support[0], support[1] - support[0]
    return ConfidenceSequence(start + size * lower, start + size * upper)


def _bets(variances: np.ndarray, alpha: float, horizon: int | None) -> np.ndarray:
    times = np.arange(1, len(variances) + 1)
    span = times * np.log(1 + times) if horizon is None else np.full(len(times), horizon)
    return np.asarray(np.minimum(LARGEST_BET, np.sqrt(2 * np.log(1 / alpha) / (variances * span))))


def _drift(values: np.ndarray, population: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Return what each value stands for when the ones before it are gone: (shift, weight).

    The mean of the items left is (N m - sum before) / left, so that a value plus the shift
    (sum before) / left has conditional mean m times the weight N / left.
    """
    if population is None:
        return np.zeros(len(values)), np.ones(len(values))
    left = population - np.arange(len(values))
    return (np.cumsum(values) - values) / left, population / left
