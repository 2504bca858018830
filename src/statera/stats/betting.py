"""Bounds for the mean of bounded observations by betting: exact at every sample size.

A gambler bets against a candidate mean m; where the capital reaches 1/alpha the candidate is
refused, and by Ville's inequality a true mean is refused with probability at most alpha, at any
time. No normal approximation, so it holds for few, skewed and graded observations.

>>> betting_bounds([1.0] * 60, 0.9, alpha=0.05).lower > 0.9
True

Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, JRSS-B 86 (2024)
1-27: capital eq. 18 and 25, predictable plug-in bets eq. 26, without replacement section 5.

Observations must be independent of each other (or drawn without replacement from `population`):
where items are clustered the observation is the cluster's value. They are read in the order given,
which must not depend on the values (the order of the data or a seeded shuffle).
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from statera.stats.bounded import ConfidenceSequence, Support, moments_before, scaled
from statera.stats.results import Bounds

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

SOURCE = "Waudby-Smith and Ramdas 2024, eq. 25 and 26"
LARGEST_SHARE = 0.9  # of the capital that one bet may lose; any value below 1 is valid
STEPS = 40
GRID = 120
HORIZONS = 4.0 ** np.arange(2, 10)
ROUNDING = 1e-12


class Capital(NamedTuple):
    """What two gamblers own after each observation, who began with 1: arrays of length n.

    `above` bets that the mean is above the limit: as long as it is not, the capital is an e-process
    (its expectation is at most 1 at any time at which one stops). `below` bets the other way.
    """

    above: np.ndarray
    below: np.ndarray


class Bets(NamedTuple):
    """What a gambler knows before each observation, who bets that the mean is higher.

    `values` are scaled to [0, 1]; `sizes` are the bets before they are cut to what the candidate
    allows, a row for each of some equal parts of the capital; `past` sums the values before each;
    `left` counts the items not yet seen (inf with replacement), itself included.
    """

    values: np.ndarray
    sizes: np.ndarray
    past: np.ndarray
    left: np.ndarray
    population: float


def betting_bounds(
    values: "ArrayLike",
    limit: float,
    *,
    alpha: float,
    support: Support = (0.0, 1.0),
    population: int | None = None,
    anytime: bool = False,
) -> Bounds:
    """Return one-sided bounds of the mean of values that lie in `support`, each at `alpha`.

    `population` is the number of items in all, where the values are drawn from them without
    replacement and their mean is what is asked for; bounds are then exact when all are seen. The
    bets are sized for the number of values given; with `anytime` they do not know it, so that
    bounds and p values hold at every look while values come in (a little wider). p is 1 / (largest
    capital so far), compared to any level; the bets are at their best for `alpha`. ValueError: NaN,
    a value outside the support, alpha outside (0, 1), more values than the population.
    """
    found = scaled(values, alpha, support=support, population=population)
    count = len(found)
    if not count:
        return _unknown(limit, alpha)
    low, width = support[0], support[1] - support[0]
    place = (limit - low) / width
    up, down = _both(found, alpha, population, horizon=None if anytime else count)
    return Bounds(
        value=low + width * float(found.mean()),
        lower=low + width * _lowest(up, alpha, float(up.values.mean())),
        upper=low + width * (1 - _lowest(down, alpha, float(down.values.mean()))),
        alpha=alpha,
        limit=limit,
        p_above=_p(up, place),
        p_below=_p(down, 1 - place),
        method="betting" if population is None else "betting without replacement",
        source=SOURCE,
        n=count,
        clusters=count,
    )


def confidence_sequence(
    values: "ArrayLike",
    *,
    alpha: float,
    support: Support = (0.0, 1.0),
    population: int | None = None,
    horizon: int | None = None,
) -> ConfidenceSequence:
    """Return bounds of the mean after each value, valid at all times together, each at `alpha`.

    `horizon` is the number of values at which the bets are best; without it they serve any time
    (a little wider everywhere). Errors as in `betting_bounds`.
    """
    found = scaled(values, alpha, support=support, population=population)
    low, width = support[0], support[1] - support[0]
    up, down = _both(found, alpha, population, horizon=horizon)
    return ConfidenceSequence(
        low + width * _running(up, alpha), low + width * (1 - _running(down, alpha))
    )


def capital(
    values: "ArrayLike",
    limit: float,
    *,
    alpha: float,
    support: Support = (0.0, 1.0),
    population: int | None = None,
) -> Capital:
    """Return the capital after each value against a mean at `limit`, without a horizon.

    `alpha` only says at which level the bets are at their best. Infinite where the population
    can no longer have such a mean. Errors as in `betting_bounds`; also a limit outside the support.
    """
    found = scaled(values, alpha, support=support, population=population)
    if not support[0] <= limit <= support[1]:
        raise ValueError(f"the limit must lie in {list(support)}, got {limit}")
    place = (limit - support[0]) / (support[1] - support[0])
    up, down = _both(found, alpha, population, horizon=None)
    return Capital(_owned(up, place), _owned(down, 1 - place))


def _owned(bets: Bets, candidate: float) -> np.ndarray:
    seen = np.cumsum(bets.values) / bets.population
    with np.errstate(over="ignore"):
        owned = np.exp(_capital(bets, candidate))
    return np.where(candidate < seen - ROUNDING, np.inf, owned)


def _both(
    values: np.ndarray, alpha: float, population: int | None, *, horizon: int | None
) -> tuple[Bets, Bets]:
    up = _bets(values, alpha, population, horizon)
    mirrored = 1 - values
    past = np.cumsum(mirrored) - mirrored
    return up, up._replace(values=mirrored, past=past)


def _bets(values: np.ndarray, alpha: float, population: int | None, horizon: int | None) -> Bets:
    """Size the bets: w_t sqrt(2 log(parts / alpha) / (variance so far * information)) (eq. 26).

    w_t = N / (items left) is 1 with replacement; without, it follows from minimising the width at
    the horizon, as a wrong candidate's conditional mean drifts off by w_t. `information` is the sum
    of w^2 up to the horizon; without one the capital is split evenly over some, a factor apart (a
    mean of test martingales is one).
    """
    times = np.arange(1, len(values) + 1)
    total = np.inf if population is None else float(population)
    left = np.full(len(values), np.inf) if population is None else total - times + 1
    drift = np.ones(len(values)) if population is None else total / left
    information = HORIZONS
    if horizon is not None:
        information = np.array([np.sum(drift**2) * max(1.0, horizon / max(1, len(values)))])
    variances = moments_before(values).variances
    wish = 2 * np.log(len(information) / alpha) / np.outer(information, variances)
    return Bets(values, drift * np.sqrt(wish), np.cumsum(values) - values, left, total)


def _capital(bets: Bets, candidate: float) -> np.ndarray:
    """Return the logarithm of the capital after each value against a mean of `candidate`.

    It falls in the candidate, so the refused candidates lie below one number. Without replacement
    the candidate must be possible given the values (see `_possible`).
    """
    if np.isinf(bets.population):
        means = np.full(len(bets.values), candidate)
    else:
        means = np.clip((bets.population * candidate - bets.past) / bets.left, 0.0, 1.0)
    most = LARGEST_SHARE / np.maximum(means, 1e-12)
    parts = np.log1p(np.minimum(bets.sizes, most) * (bets.values - means)).cumsum(axis=1)
    return np.asarray(np.logaddexp.reduce(parts) - np.log(len(parts)))


def _possible(bets: Bets) -> tuple[float, float]:
    """Return the means that the population can still have: all unseen values 0, or all 1."""
    if np.isinf(bets.population):
        return 0.0, 1.0
    seen = float(bets.values.sum())
    return seen / bets.population, (seen + bets.population - len(bets.values)) / bets.population


def _lowest(bets: Bets, alpha: float, top: float) -> float:
    """Return the largest candidate up to `top` that was refused, or the least that is possible."""
    refused, kept = _possible(bets)[0], top
    for _ in range(STEPS):
        middle = (refused + kept) / 2
        if _capital(bets, middle).max() > -np.log(alpha):
            refused = middle
        else:
            kept = middle
    return refused


def _p(bets: Bets, candidate: float) -> float:
    """Return 1 / (largest capital); 1 for a candidate that the estimate does not exceed."""
    if candidate < _possible(bets)[0] - ROUNDING:
        return 0.0
    if candidate >= float(bets.values.mean()) - ROUNDING:
        return 1.0
    return float(np.exp(-max(0.0, _capital(bets, candidate).max())))


def _running(bets: Bets, alpha: float) -> np.ndarray:
    """Return the lower bound after each value, from the first time each candidate is refused."""
    if not len(bets.values):
        return np.empty(0)
    seen = np.cumsum(bets.values) / bets.population
    candidates = np.linspace(0.0, _lowest(bets, alpha, _possible(bets)[1]), GRID)
    bounds = np.zeros(len(bets.values))
    for candidate in candidates:
        refused = np.flatnonzero(_capital(bets, candidate) > -np.log(alpha))
        if len(refused):
            bounds[refused[0]] = max(bounds[refused[0]], candidate)
    return np.maximum.accumulate(np.maximum(bounds, seen))


def _unknown(limit: float, alpha: float) -> Bounds:
    return Bounds(
        value=None,
        lower=None,
        upper=None,
        alpha=alpha,
        limit=limit,
        p_above=None,
        p_below=None,
        method="no items",
        source=SOURCE,
        n=0,
        clusters=0,
    )
