"""Wilson's score interval, for a count and for an effective sample size."""

from functools import cache
from importlib import import_module
from math import sqrt
from statistics import NormalDist


def normal_quantile(level: float) -> float:
    """Return z so that a standard normal lies in [-z, z] with probability `level` in (0, 1)."""
    return NormalDist().inv_cdf(0.5 + level / 2)


@cache
def student_quantile(level: float, freedom: float) -> float:
    """Return t so that Student's t with `freedom` degrees lies in [-t, t] with that probability.

    SciPy is loaded here, when it is first needed: it would add 0.2 s to every start.
    """
    return float(import_module("scipy.special").stdtrit(freedom, 0.5 + level / 2))


def wilson(share: float, size: float, quantile: float) -> tuple[float, float]:
    """Return the score interval of a share in [0, 1] seen in `size` > 0 independent draws.

    Wilson, JASA 22 (1927) 209-212. `size` need not be whole: for clustered data it is the effective
    sample size (Dean and Pagano, Journal of Survey Statistics and Methodology 3 (2015) 484-503).
    The bounds lie in [0, 1] and contain the share.
    """
    squared = quantile * quantile
    centre = share + squared / (2 * size)
    spread = quantile * sqrt(share * (1 - share) / size + squared / (4 * size * size))
    scale = 1 + squared / size
    low = max(0.0, (centre - spread) / scale)
    high = min(1.0, (centre + spread) / scale)
    return min(low, share), max(high, share)
