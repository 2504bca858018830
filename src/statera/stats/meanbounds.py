"""One-sided bounds of a mean against a limit: what a gate reads, so valid near 0 and 1 too.

Which method is used, and the region where it is valid:

| items | method |
|---|---|
| fewer than 2 clusters | no bound, and why |
| one trial an item, every value 0 or 1, every item its own cluster | Clopper-Pearson |
| every cluster 0 or 1, all of one weight | Clopper-Pearson on clusters |
| every value 0, or every value 1, any weights | Clopper-Pearson on the clusters' worth |
| in [0, 1], >= 8 clusters, >= 10 events, little skewness | Clopper-Pearson on the effective size |
| any other values in [0, 1] | Hoeffding's bound for any law, on clusters |
| values outside [0, 1], at least 8 clusters that vary | Student's t, clustered |
| other values outside [0, 1] | no bound, and why |

Events: the effective sample size times the share of the rarer side. Little skewness means about 14
events at alpha 0.05 and 70 at 0.0001 where all clusters are alike, more where they are not; for
levels beyond that the p value on the side of the long tail is that of Hoeffding's bound. Bounds and
p values come from the same method, so that they cannot disagree.
"""

from math import sqrt
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np

from statera.stats.clusterrobust import MIN_CLUSTERS, ClusterMean, cluster_mean
from statera.stats.hoeffding import HOEFFDING, hoeffding_bound, hoeffding_p
from statera.stats.inversion import p_value
from statera.stats.means import (
    ENOUGH_EVENTS,
    NO_SPREAD,
    STUDENT,
    Sample,
    effective_size,
    sample_of,
)
from statera.stats.proportion import (
    CLOPPER,
    clopper_pearson_bound,
    clopper_pearson_p,
    student_point,
    student_tail,
    upper_normal,
)
from statera.stats.results import Bounds, Items

MOST_SKEWNESS = 0.2
KORN = "Korn and Graubard, Survey Methodology 24 (1998) 193-201"
Side = Literal["lower", "upper"]


class Sides(NamedTuple):
    """The two bounds and the two p values, by one method."""

    lower: float
    upper: float
    p_above: float
    p_below: float
    method: str
    source: str


class Clusters(NamedTuple):
    """The weighted mean of each cluster, and its weight, both (G,)."""

    values: np.ndarray
    stakes: np.ndarray


class Question(NamedTuple):
    """What is asked of a mean: bounds each at `alpha`, and p values against `limit`."""

    limit: float
    alpha: float


def mean_bounds(items: Items, limit: float, *, alpha: float) -> Bounds:
    """Return one-sided bounds of the weighted mean, each at `alpha`, and p values of `limit`.

    Items without weight are left out. ValueError for NaN, a weight below 0, a limit that is no
    number, or alpha outside (0, 1).
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies in (0, 1), got {alpha}")
    if not np.isfinite(limit):
        raise ValueError(f"a limit is a number, got {limit}")
    sample, asked = sample_of(items), Question(limit, alpha)
    n, clusters = sample.sizes
    if not n:
        return _bounds(None, "no items", asked, sample)
    value = float(np.average(sample.values, weights=sample.weights))
    if clusters < 2:
        return _bounds(value, "one cluster", asked, sample)
    if sample.values.min() < 0 or sample.values.max() > 1:
        return _bounds(value, _unbounded(sample, asked), asked, sample)
    return _bounds(value, _within(_shares(sample, asked), limit), asked, sample)


def _shares(sample: Sample, asked: Question) -> Sides:
    shares = _clusters(sample)
    count, n = float(shares.values.sum()), len(shares.values)
    if np.all((shares.values == 0) | (shares.values == 1)):
        if np.all(shares.stakes == shares.stakes[0]):
            lone = sample.single and sample.weights[0] == 1
            return _exact(count, n, asked, "Clopper-Pearson" + ("" if lone else " on clusters"))
        if count in (0, n):
            worth = sample.worth
            return _exact(worth * count / n, worth, asked, "Clopper-Pearson on clusters")
    found = cluster_mean(sample.values, sample.weights, sample.cluster)
    size = effective_size(sample, found)
    events = size * min(found.value, 1 - found.value)
    sure = _any_law(shares, asked)
    if n < MIN_CLUSTERS or events < ENOUGH_EVENTS:
        return sure
    skewness = _skewness(shares, found.value)
    floor = NormalDist().cdf(-sqrt(MOST_SKEWNESS / max(skewness**2, 1e-300)))
    if min(asked.alpha, 0.05) < floor:
        return sure
    near = _on_effective_size(found, size, asked)
    if skewness < 0:
        return near._replace(p_above=_careful(near.p_above, sure.p_above, floor))
    return near._replace(p_below=_careful(near.p_below, sure.p_below, floor))


def _skewness(shares: Clusters, value: float) -> float:
    """Return the skewness of the mean: 1 / sqrt(events) for rare independent events.

    Its square times z^2 is the first error of a normal law (Hall, The Bootstrap and Edgeworth
    Expansion, 1992, eq. 2.17); up to `MOST_SKEWNESS` the bounds err as often as they say. The side
    of the long tail is the one in danger: what is rare and large may not have been seen.
    """
    pulls = shares.stakes * (shares.values - value)
    return float(np.sum(pulls**3) / np.sum(pulls**2) ** 1.5)


def _careful(near: float, sure: float, floor: float) -> float:
    """Return the p value of a test that takes the sure method at all levels below `floor`."""
    return near if near >= floor else min(floor, max(near, sure))


def _clusters(sample: Sample) -> Clusters:
    stakes = np.bincount(sample.cluster, weights=sample.weights)
    gained = np.bincount(sample.cluster, weights=sample.weights * sample.values)
    return Clusters(np.clip(gained / stakes, 0.0, 1.0), stakes)


def _exact(count: float, n: float, asked: Question, method: str) -> Sides:
    return Sides(
        clopper_pearson_bound(count, n, asked.alpha, side="lower"),
        clopper_pearson_bound(count, n, asked.alpha, side="upper"),
        clopper_pearson_p(count, n, asked.limit, side="above"),
        clopper_pearson_p(count, n, asked.limit, side="below"),
        method,
        CLOPPER,
    )


def _on_effective_size(found: ClusterMean, size: float, asked: Question) -> Sides:
    """Clopper-Pearson on the effective size times (z / t)^2 (Korn and Graubard 1998, eq. 2)."""

    def bound_at(alpha: float, side: Side) -> float:
        tail = min(alpha, 0.4)  # z / t has no value at 0.5
        shrunk = size * (upper_normal(tail) / student_point(1 - tail, found.freedom)) ** 2
        return clopper_pearson_bound(found.value * shrunk, shrunk, alpha, side=side)

    how = "" if found.method == "CR1" else ", CR2 with Satterthwaite"
    return Sides(
        bound_at(asked.alpha, "lower"),
        bound_at(asked.alpha, "upper"),
        p_value(lambda alpha: bound_at(alpha, "lower"), asked.limit, side="above"),
        p_value(lambda alpha: bound_at(alpha, "upper"), asked.limit, side="below"),
        f"Clopper-Pearson on the effective size{how}",
        f"{KORN}; {found.source}",
    )


def _any_law(shares: Clusters, asked: Question) -> Sides:
    limit = min(max(asked.limit, 0.0), 1.0)
    return Sides(
        hoeffding_bound(*shares, asked.alpha, side="lower"),
        hoeffding_bound(*shares, asked.alpha, side="upper"),
        hoeffding_p(*shares, limit, side="above"),
        hoeffding_p(*shares, limit, side="below"),
        "Hoeffding on clusters",
        HOEFFDING,
    )


def _unbounded(sample: Sample, asked: Question) -> Sides | str:
    if sample.sizes[1] < MIN_CLUSTERS:
        return f"fewer than {MIN_CLUSTERS} clusters, and values outside [0, 1]"
    found = cluster_mean(sample.values, sample.weights, sample.cluster)
    if found.variance < NO_SPREAD * float(np.abs(sample.values).max()) ** 2:
        return "no spread between clusters"
    error = found.variance**0.5
    spread = student_point(1 - asked.alpha, found.freedom) * error
    p_below = student_tail((found.value - asked.limit) / error, found.freedom)
    named = ("t", STUDENT) if sample.single else (f"t, clustered, {found.method}", found.source)
    return Sides(
        found.value - spread,
        found.value + spread,
        student_tail((asked.limit - found.value) / error, found.freedom),
        p_below,
        *named,
    )


def _within(sides: Sides, limit: float) -> Sides:
    """No share lies beyond [0, 1]: such a limit is surely missed, whatever was seen."""
    if limit < 0:
        return sides._replace(p_above=0.0, p_below=1.0)
    if limit > 1:
        return sides._replace(p_above=1.0, p_below=0.0)
    return sides


def _bounds(value: float | None, sides: Sides | str, asked: Question, sample: Sample) -> Bounds:
    known = None if isinstance(sides, str) else sides
    return Bounds(
        value=value,
        lower=known.lower if known else None,
        upper=known.upper if known else None,
        alpha=asked.alpha,
        limit=asked.limit,
        p_above=known.p_above if known else None,
        p_below=known.p_below if known else None,
        method=known.method if known else str(sides),
        source=known.source if known else "",
        n=sample.sizes[0],
        clusters=sample.sizes[1],
    )
