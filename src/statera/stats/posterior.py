"""What a normal prior makes of an estimate: the chance that it is above 0, the cost of an error.

>>> found = posterior(0.02, 0.01, prior=0.02)
>>> round(found.mean, 4), round(found.above, 3)
(0.016, 0.963)
"""

from math import exp, pi, sqrt
from typing import NamedTuple

from scipy.special import ndtr, ndtri

SOURCE = "Gelman et al., Bayesian Data Analysis, 3rd edition, 2013, eq. 2.10; normal model"


class Posterior(NamedTuple):
    """A normal posterior: mean, standard deviation, P(above 0), E[max(0, -x)], central interval."""

    mean: float
    deviation: float
    above: float
    loss: float
    low: float
    high: float


def posterior(value: float, error: float, *, prior: float, level: float = 0.95) -> Posterior:
    """Return the posterior of an effect estimated by `value` +- `error` under N(0, prior^2).

    ValueError: an error or a prior that is not above 0, a level outside (0, 1).
    """
    if not (error > 0 and prior > 0 and 0 < level < 1):
        raise ValueError("error and prior must lie above 0, and the level in (0, 1)")
    kept = prior**2 / (prior**2 + error**2)
    mean, deviation = kept * value, sqrt(kept) * error
    score = mean / deviation
    density = exp(-score * score / 2) / sqrt(2 * pi)
    reach = deviation * float(ndtri((1 + level) / 2))
    return Posterior(
        mean=mean,
        deviation=deviation,
        above=float(ndtr(score)),
        loss=deviation * (density - score * float(ndtr(-score))),
        low=mean - reach,
        high=mean + reach,
    )
