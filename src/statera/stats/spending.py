"""How much error each look at growing data may spend, and the boundary that spends just that.

>>> [round(z, 3) for z in boundaries(obrien_fleming((0.2, 0.4, 0.6, 0.8, 1.0), 0.025), range(1, 6))]
[4.877, 3.357, 2.68, 2.29, 2.031]

Spending functions: Lan and DeMets, Biometrika 70 (1983) 659-663. Boundaries: the recursive
integration of Armitage, McPherson and Rowe, JRSS-A 132 (1969) 235-244, as in Jennison and Turnbull,
Group Sequential Methods, 2000, ch. 19. All levels are one-sided. A look's statistic is a z value;
z_1, z_2, ... are jointly normal with covariance sqrt(I_i / I_j) for i < j, where the information I
is the number of items (or anything proportional to 1 / variance of the estimate).
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from math import ceil, exp, inf, isfinite, log, log1p, sqrt
from typing import NamedTuple

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.special import ndtr, ndtri

AGAIN = 0.1  # what all later unplanned looks together may add, as a share of alpha
REACH = 7.5  # standard deviations that the integration goes below the mean, and above it
TINY = 1e-13  # below this, the look's own tail is taken for what it spends: never too little
NODES = 40
NODES_PER_STEP = 2.0
NEWTON_STEPS = 60


def obrien_fleming(fractions: Sequence[float], alpha: float) -> tuple[float, ...]:
    """Return the error spent up to each information fraction: 2 (1 - Phi(z_(alpha/2) / sqrt(t))).

    Almost nothing early, so that the last look is almost as good as a single one (Lan and DeMets
    1983, alpha_1*). Fractions lie in (0, 1]; else ValueError.
    """
    _check(fractions, alpha)
    quantile = float(ndtri(alpha / 2))
    return tuple(2 * float(ndtr(quantile / sqrt(fraction))) for fraction in fractions)


def pocock(fractions: Sequence[float], alpha: float) -> tuple[float, ...]:
    """Return the error spent up to each information fraction: alpha log(1 + (e - 1) t).

    Nearly the same boundary at every look (Lan and DeMets 1983, alpha_2*). Errors likewise.
    """
    _check(fractions, alpha)
    return tuple(alpha * log1p((exp(1) - 1) * fraction) for fraction in fractions)


def cubic(fractions: Sequence[float], alpha: float) -> tuple[float, ...]:
    """Return the error spent up to each information fraction: alpha t^3.

    Like O'Brien-Fleming in the middle and at the end, with enough early to stop where the answer is
    plain (Kim and DeMets, Biometrika 74 (1987) 149-154, alpha_3*). Errors likewise.
    """
    _check(fractions, alpha)
    return tuple(alpha * fraction**3 for fraction in fractions)


def boundaries(spent: Sequence[float], information: Sequence[float]) -> tuple[float, ...]:
    """Return the upper z at each look, so that crossing by look k has probability spent[k].

    `spent` is cumulative in [0, 1), `information` positive and growing (both scales are free). A
    look that spends nothing has the boundary infinity. ValueError for anything else.
    """
    if len(spent) != len(information) or not spent:
        raise ValueError("one level spent for each look, and at least one look")
    if not spent[0] >= 0 or not spent[-1] < 1 or not np.all(np.diff(spent) >= 0):
        raise ValueError(f"what is spent must grow in [0, 1), got {list(spent)}")
    found: list[float] = []
    path = _Path.start()
    for total, before, now in zip(spent, (0.0, *spent[:-1]), _scaled(information), strict=True):
        path = path.to(now)
        found.append(path.boundary(total - before))
        path = path.below(found[-1])
    return tuple(found)


def crossing(limits: Sequence[float], information: Sequence[float]) -> tuple[float, ...]:
    """Return the probability that z has crossed one of the upper limits by each look, if mu = 0.

    Four looks at 1.645 after 500, 1,000, 2,000 and 4,000 items: 0.135 by the last.
    """
    if len(limits) != len(information) or not limits:
        raise ValueError("one limit for each look, and at least one look")
    crossed, found = 0.0, []
    path = _Path.start()
    for limit, now in zip(limits, _scaled(information), strict=True):
        path = path.to(now)
        crossed += path.tail(limit)
        found.append(crossed)
        path = path.below(limit)
    return tuple(found)


def nominal_alphas(spent: Sequence[float], information: Sequence[float]) -> tuple[float, ...]:
    """Return the one-sided level of a fixed test that each look's boundary amounts to."""
    return tuple(float(ndtr(-limit)) for limit in boundaries(spent, information))


def asked_again_alpha(information: Sequence[float], alpha: float) -> float:
    """Return the one-sided level at which the newest of some unplanned looks is to be tested.

    `information` is the number of items at each look so far, growing. The first look has the full
    alpha; look k >= 2 spends alpha / 10 / (k (k - 1)) more, so that a wrong pass at any of any
    number of looks has probability at most 1.1 alpha.
    """
    _check((), alpha)
    spent = [alpha * (1 + AGAIN * (1 - 1 / look)) for look in range(1, len(information) + 1)]
    return nominal_alphas(spent, information)[-1]


class _Path(NamedTuple):
    """Where the score B = z sqrt(I) may be, with the chance that it is there and never crossed.

    `places` and `masses` are nodes of an integral over B at the look before, `spread` the standard
    deviation of what is added since; `information` is that of the present look, `following` the
    standard deviation of what the next look adds.
    """

    places: np.ndarray
    masses: np.ndarray
    spread: float
    information: float
    following: float

    @classmethod
    def start(cls) -> "_Path":
        return cls(np.zeros(1), np.ones(1), 0.0, 0.0, 0.0)

    def to(self, step: "_Step") -> "_Path":
        """Move on to a look."""
        spread = sqrt(step.information - self.information)
        return self._replace(spread=spread, information=step.information, following=step.following)

    def tail(self, limit: float) -> float:
        """Return the chance to be above z = limit now, having never crossed before."""
        distances = (self.places - limit * sqrt(self.information)) / self.spread
        return float(self.masses @ ndtr(distances))

    def boundary(self, chance: float) -> float:
        """Return the z above which that chance lies (Newton on the concave log tail, from above).

        What has crossed before is left out of the tail, so the look's own quantile is above it.
        """
        if chance <= 0:
            return inf
        limit = -float(ndtri(chance))
        if chance < TINY:
            return limit
        root = sqrt(self.information)
        for _ in range(NEWTON_STEPS):
            distances = (self.places - limit * root) / self.spread
            tail = float(self.masses @ ndtr(distances))
            slope = float(self.masses @ _density(distances)) * root / self.spread
            change = tail / slope * log(chance / tail)
            limit -= change
            if abs(change) < 1e-10:
                break
        return limit

    def below(self, limit: float) -> "_Path":
        """Keep what has not crossed z = limit, as nodes for the next look."""
        root = sqrt(self.information)
        low, high = -REACH * root, min(limit, REACH) * root
        steps = (high - low) / self.following if self.following else 1.0
        nodes, weights = _legendre(NODES * (1 + ceil(NODES_PER_STEP * steps / NODES)))
        places = low + (high - low) * (nodes + 1) / 2
        density = _density((places[:, None] - self.places) / self.spread) @ self.masses
        masses = weights * (high - low) / 2 * density / self.spread
        return self._replace(places=places, masses=masses)


class _Step(NamedTuple):
    """A look's information, and the standard deviation of what the next look adds (0: none)."""

    information: float
    following: float


def _scaled(information: Sequence[float]) -> list[_Step]:
    found = [float(each) for each in information]
    if not found[0] > 0 or not isfinite(found[-1]) or not np.all(np.diff(found) > 0):
        raise ValueError(f"information must be positive and grow from look to look, got {found}")
    shares = [each / found[-1] for each in found]
    gaps = [sqrt(after - now) for now, after in pairwise(shares)]
    return [_Step(*pair) for pair in zip(shares, [*gaps, 0.0], strict=True)]


@cache
def _legendre(count: int) -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = leggauss(count)
    return nodes, weights


def _density(distances: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(-0.5 * distances * distances) / sqrt(2 * np.pi))


def _check(fractions: Sequence[float], alpha: float) -> None:
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie in (0, 1), got {alpha}")
    if any(not 0 < fraction <= 1 for fraction in fractions):
        raise ValueError(f"information fractions must lie in (0, 1], got {list(fractions)}")
