"""The wild cluster bootstrap of a mean: a choice beside CR2 where clusters are few.

Each cluster's residuals are turned by one random weight a resample, with the mean that is tested
imposed, and the t statistic is compared with those of the resamples.

| clusters | weights |
|---|---|
| at least 12 | Rademacher: -1 or 1 |
| 8 to 11 | Webb's six points, as signs alone give too few distinct resamples |
| fewer, or fewer than 10 events in effect of values in [0, 1] | no interval |
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

from statera.stats.clusterrobust import MIN_CLUSTERS, cluster_mean
from statera.stats.means import ENOUGH_EVENTS, NO_SPREAD, sample_of, too_rare
from statera.stats.results import Estimate, Items

SIGNS_FROM = 12
STEPS = 40
FURTHEST = 60.0  # standard errors
SIGNS = np.array([-1.0, 1.0])
SIX_POINTS = np.array([-sqrt(1.5), -1.0, -sqrt(0.5), sqrt(0.5), 1.0, sqrt(1.5)])
SOURCE = (
    "Cameron, Gelbach and Miller, Review of Economics and Statistics 90 (2008) 414-427, section "
    "III; Webb, Queen's Economics Department Working Paper 1315 (2014)"
)


class Wild(NamedTuple):
    """Cluster totals (G,) of weight * value and of weight, and the turns (resamples, G)."""

    sums: np.ndarray
    sizes: np.ndarray
    turns: np.ndarray


def wild_p(items: Items, mean: float, *, rng: np.random.Generator, resamples: int = 9_999) -> float:
    """Return the two-sided p value of the hypothesis that the weighted mean is `mean`.

    The share of resamples with |t| at least that observed, the observed one counted among them.
    ValueError for NaN, or fewer than `MIN_CLUSTERS` clusters with weight.
    """
    wild = _wild(items, resamples, rng)
    if len(wild.sums) < MIN_CLUSTERS:
        raise ValueError(f"a wild bootstrap needs {MIN_CLUSTERS} clusters, got {len(wild.sums)}")
    return _p(wild, mean)


def wild_interval(
    items: Items, *, level: float, rng: np.random.Generator, resamples: int = 9_999
) -> Estimate:
    """Return the weighted mean with the means that the test does not refuse at 1 - level.

    The same turns serve every mean, so that the answer depends on the generator's state only. No
    interval for fewer than `MIN_CLUSTERS` clusters, without spread, with few events, or where no
    mean within 60 standard errors is refused. ValueError for NaN or a level outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies in (0, 1), got {level}")
    sample = sample_of(items)
    if not len(sample.values):
        return _estimate(None, None, level, "no items", (0, 0))
    if sample.sizes[1] < MIN_CLUSTERS:
        value = float(np.average(sample.values, weights=sample.weights))
        why = f"fewer than {MIN_CLUSTERS} clusters"
        return _estimate(value, None, level, why, sample.sizes)
    found = cluster_mean(sample.values, sample.weights, sample.cluster)
    if found.variance < NO_SPREAD * max(1.0, float(np.abs(sample.values).max())) ** 2:
        return _estimate(found.value, None, level, "no spread between clusters", sample.sizes)
    if too_rare(sample, found):
        why = f"fewer than {ENOUGH_EVENTS:g} events in effect"
        return _estimate(found.value, None, level, why, sample.sizes)
    wild, error = _wild(items, resamples, rng), sqrt(found.variance)
    low = _edge(wild, found.value, -error, 1 - level)
    high = _edge(wild, found.value, error, 1 - level)
    if low is None or high is None:
        return _estimate(found.value, None, level, "the wild bootstrap has no end", sample.sizes)
    return _estimate(found.value, (low, high), level, "wild cluster bootstrap", sample.sizes)


def _wild(items: Items, resamples: int, rng: np.random.Generator) -> Wild:
    sample = sample_of(items)
    sizes = np.bincount(sample.cluster, weights=sample.weights)
    sums = np.bincount(sample.cluster, weights=sample.weights * sample.values)
    points = SIGNS if len(sizes) >= SIGNS_FROM else SIX_POINTS
    return Wild(sums, sizes, rng.choice(points, size=(resamples, len(sizes))))


def _p(wild: Wild, mean: float) -> float:
    shares = wild.sizes / wild.sizes.sum()
    pulls = (wild.sums - mean * wild.sizes) / wild.sizes.sum()
    seen = _squared_t(pulls[None, :], shares)[0]
    drawn = _squared_t(wild.turns * pulls, shares)
    return float((1 + np.count_nonzero(drawn >= seen * (1 - 1e-9))) / (1 + len(drawn)))


def _squared_t(pulls: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return t^2 by CR1, without the factor that is the same for all, for rows of pulls."""
    totals = pulls.sum(axis=1)
    residuals = pulls - totals[:, None] * shares
    squares = np.einsum("ij,ij->i", residuals, residuals)
    ratios: np.ndarray = totals**2 / np.maximum(squares, 1e-300)
    return ratios


def _edge(wild: Wild, value: float, step: float, alpha: float) -> float | None:
    """Return where p falls to alpha on the side of `step`, by doubling and halving."""
    kept, far = 0.0, 1.0
    while _p(wild, value + far * step) > alpha:
        kept, far = far, 2 * far
        if far > FURTHEST:
            return None
    for _ in range(STEPS):
        middle = (kept + far) / 2
        kept, far = (middle, far) if _p(wild, value + middle * step) > alpha else (kept, middle)
    return value + far * step


def _estimate(
    value: float | None,
    bounds: tuple[float, float] | None,
    level: float,
    method: str,
    sizes: tuple[int, int],
) -> Estimate:
    low, high = bounds or (None, None)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        method=method,
        n=sizes[0],
        clusters=sizes[1],
        source=SOURCE if bounds else "",
    )
