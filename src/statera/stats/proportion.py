"""Intervals and bounds of a share: Wilson's score, Clopper and Pearson's exact, the beta posterior.

| interval | valid for |
|---|---|
| Wilson | counts and effective sample sizes; covers `level` on average over shares |
| Clopper-Pearson | counts; covers at least `level` at every share |
| beta posterior | counts; a statement given the prior, not a coverage |

>>> clean_items_needed(0.01, alpha=0.05)
299
"""

from functools import cache
from importlib import import_module
from math import ceil, expm1, log, log1p, sqrt
from statistics import NormalDist
from typing import Literal

CLOPPER = "Clopper and Pearson, Biometrika 26 (1934) 404-413"
WILSON = "Wilson, JASA 22 (1927) 209-212"


def normal_quantile(level: float) -> float:
    """Return z so that a standard normal lies in [-z, z] with probability `level` in (0, 1)."""
    return NormalDist().inv_cdf(0.5 + level / 2)


@cache
def student_quantile(level: float, freedom: float) -> float:
    """Return t so that Student's t with `freedom` degrees lies in [-t, t] with that probability.

    SciPy is loaded here, when it is first needed: it would add 0.2 s to every start.
    """
    return float(import_module("scipy.special").stdtrit(freedom, 0.5 + level / 2))


def upper_normal(tail: float) -> float:
    """Return z so that a standard normal lies above z with probability `tail` in (0, 1)."""
    return -NormalDist().inv_cdf(tail)


def student_point(below: float, freedom: float) -> float:
    """Return t so that Student's t with `freedom` degrees lies below t with that probability."""
    return float(import_module("scipy.special").stdtrit(freedom, below))


def student_tail(t: float, freedom: float) -> float:
    """Return the probability that Student's t with `freedom` degrees is below `t`."""
    return float(import_module("scipy.special").stdtr(freedom, t))


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


def clopper_pearson(count: float, n: float, level: float) -> tuple[float, float]:
    """Return the exact interval of a share of which `count` were seen in `n` independent draws.

    Clopper and Pearson, Biometrika 26 (1934) 404-413: each side at (1 - level) / 2. ValueError
    unless 0 <= count <= n, n > 0 and 0 < level < 1.
    """
    _check_open(level, "a level")
    alpha = (1 - level) / 2
    low = clopper_pearson_bound(count, n, alpha, side="lower")
    return low, clopper_pearson_bound(count, n, alpha, side="upper")


def clopper_pearson_bound(
    count: float, n: float, alpha: float, *, side: Literal["lower", "upper"]
) -> float:
    """Return the exact one-sided bound, wrong with probability at most `alpha` in (0, 1).

    The upper bound is the quantile 1 - alpha of Beta(count + 1, n - count), the lower the quantile
    alpha of Beta(count, n - count + 1); 1 and 0 where there is none. ValueError as
    for the interval.
    """
    _check_count(count, n)
    _check_open(alpha, "alpha")
    special = import_module("scipy.special")
    if side == "lower":
        return 0.0 if count == 0 else float(special.betaincinv(count, n - count + 1, alpha))
    return 1.0 if count == n else float(special.betainccinv(count + 1, n - count, alpha))


def clopper_pearson_p(
    count: float, n: float, limit: float, *, side: Literal["above", "below"]
) -> float:
    """Return the exact one-sided p value of a limit in [0, 1], as the bounds above see it.

    Side "above" is the chance of at least `count` if the share is the limit, "below" of at most
    `count`. ValueError unless 0 <= count <= n and n > 0.
    """
    _check_count(count, n)
    special, place = import_module("scipy.special"), min(max(limit, 0.0), 1.0)
    if side == "above":
        return 1.0 if count == 0 else float(special.betainc(count, n - count + 1, place))
    return 1.0 if count == n else float(special.betaincc(count + 1, n - count, place))


def beta_interval(
    count: float, n: float, level: float, prior: tuple[float, float] = (1.0, 1.0)
) -> tuple[float, float]:
    """Return the central interval of the posterior of a share under a Beta(prior) prior.

    Beta(a + count, b + n - count), Gelman et al., Bayesian Data Analysis, 2013, section 2.4. (1, 1)
    is flat, (0.5, 0.5) Jeffreys'. ValueError unless 0 <= count <= n, n > 0, 0 < level < 1 and the
    prior is above 0.
    """
    _check_count(count, n)
    _check_open(level, "a level")
    if min(prior) <= 0:
        raise ValueError(f"both numbers of a beta prior are above 0, got {prior}")
    a, b, tail = prior[0] + count, prior[1] + n - count, (1 - level) / 2
    special = import_module("scipy.special")
    return float(special.betaincinv(a, b, tail)), float(special.betainccinv(a, b, tail))


def zero_seen_bound(n: float, alpha: float) -> float:
    """Return the upper bound 1 - alpha^(1/n) of a share that was never seen in n > 0 draws.

    The bound of Clopper and Pearson for a count of 0, about 3 / n at alpha 0.05 (Hanley and
    Lippman-Hand, JAMA 249 (1983) 1743-1745). ValueError for n <= 0 or alpha outside (0, 1).
    """
    _check_count(0, n)
    _check_open(alpha, "alpha")
    return -expm1(log(alpha) / n)


def clean_items_needed(limit: float, alpha: float) -> int:
    """Return how many items without a single failure show that the share is below `limit`.

    The smallest n with (1 - limit)^n <= alpha: 299 for 1 % at alpha 0.05, 2,995 for 0.1 %.
    ValueError for a limit or an alpha outside (0, 1).
    """
    _check_open(limit, "a limit")
    _check_open(alpha, "alpha")
    return ceil(log(alpha) / log1p(-limit))


def _check_count(count: float, n: float) -> None:
    if not (n > 0 and 0 <= count <= n):
        raise ValueError(f"a count lies between 0 and a number of draws above 0: {count} of {n}")


def _check_open(value: float, name: str) -> None:
    if not 0 < value < 1:
        raise ValueError(f"{name} lies in (0, 1), got {value}")
