"""Two sides of traffic that share no requests, brought to one mix before they are compared.

A side's mean over cells s (the declared segments) is standardised to the mean of both mixes,
W_s = (w_base,s + w_candidate,s) / 2: theta = sum of W_s y_s. What is left of the raw change,
sum of (w_candidate,s - w_base,s) (y_base,s + y_candidate,s) / 2, is what the mix alone explains;
the two add up exactly (Kitagawa, JASA 50 (1955) 1168-1194).

Errors are by linearisation, the mixes being estimated too, summed over clusters (Taylor series
variance of post-stratified means: Valliant, JASA 88 (1993) 89-96, with clusters as the units), and
a cell's residuals enlarged by u / (u - 1) for its u clusters. A cluster may be on both sides.

| number, with 8 clusters' worth a side | interval |
|---|---|
| a difference of means in [0, 1] | Wilson a side on effective size, joined by MOVER |
| what the mix explains, a smooth function of means that vary | Student's t |

Wilson on effective sizes: Dean and Pagano, JSSAM 3 (2015) 484-503. MOVER with correlation: Zou,
Psychological Methods 12 (2007) 399-413. Of a mean of 0 or 1 the size is the clusters' worth.
"""

from math import inf, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from statera.stats.clusterrobust import MIN_CLUSTERS
from statera.stats.proportion import student_quantile, student_tail, wilson

SOURCE = (
    "Kitagawa, JASA 50 (1955) 1168-1194; Valliant, JASA 88 (1993) 89-96; "
    "Zou, Psychological Methods 12 (2007) 399-413"
)
METHOD = "post-stratified, clusters, Wilson by MOVER"
LEAST_CLUSTERS = 2
"""A cell needs so many clusters a side for its spread to be known."""
_STEPS = 48
_STILL = 1e-15

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Sides(NamedTuple):
    """Requests of both sides: values (n, m), `candidate` (n,), cell and cluster numbers (n,)."""

    values: Floats
    candidate: Mask
    cells: Ints
    clusters: Ints


class Interval(NamedTuple):
    """A number with its bounds, None where there are none, and a two-sided p value against 0."""

    value: float
    low: float | None
    high: float | None
    p: float | None


class Standardised(NamedTuple):
    """The means of both sides, base first: `adjusted` (2, m) and `raw` (2, m).

    `covariance` (4m, 4m) is that of (base adjusted, candidate adjusted, base raw, candidate raw);
    `worth` is how many equal clusters each side's are worth (Kish), `clusters` and `n` count.
    """

    adjusted: Floats
    raw: Floats
    covariance: Floats
    worth: tuple[float, float]
    clusters: tuple[int, int]
    n: tuple[int, int]

    @property
    def enough(self) -> bool:
        """Whether both sides have the clusters for an interval."""
        return min(self.worth) >= MIN_CLUSTERS * (1 - 1e-9)

    def gap(self, column: int = 0, *, level: float = 0.95) -> Interval:
        """Return candidate - base of the adjusted means in [0, 1], at the two-sided `level`."""
        value = float(self.adjusted[1, column] - self.adjusted[0, column])
        if not self.enough:
            return Interval(value, None, None, None)
        low, high = self._mover(column, level)
        return Interval(value, low, high, self._p(column, value))

    def mix(self, column: int = 0, *, level: float = 0.95) -> Interval:
        """Return how much of the raw change the mix alone explains, by Student's t."""
        m = self.raw.shape[1]
        weights = np.zeros(4 * m)
        weights[[column, m + column, 2 * m + column, 3 * m + column]] = (1.0, -1.0, -1.0, 1.0)
        raw = self.raw[1, column] - self.raw[0, column]
        value = float(raw - (self.adjusted[1, column] - self.adjusted[0, column]))
        return self.linear(value, weights, level=level)

    def linear(self, value: float, weights: Floats, *, level: float = 0.95) -> Interval:
        """Return a value whose gradient in the (4m,) means is `weights`, by Student's t."""
        variance = float(weights @ self.covariance @ weights)
        if not self.enough or variance <= _STILL:
            return Interval(value, None, None, None)
        error, freedom = sqrt(variance), min(self.worth) - 1
        reach = error * student_quantile(level, freedom)
        p = 2 * student_tail(-abs(value) / error, freedom)
        return Interval(value, value - reach, value + reach, min(1.0, p))

    def _mover(self, column: int, level: float) -> tuple[float, float]:
        m = self.raw.shape[1]
        places = (column, m + column)
        spread = [float(self.covariance[at, at]) for at in places]
        both = float(self.covariance[places[0], places[1]])
        tied = both / sqrt(spread[0] * spread[1]) if min(spread) > _STILL else 0.0
        quantile = student_quantile(level, self._freedom(spread))
        ends = []
        for side, variance in enumerate(spread):
            mean = float(np.clip(self.adjusted[side, column], 0.0, 1.0))
            ends.append((mean, *wilson(mean, self._size(side, mean, variance), quantile)))
        (base, base_low, base_high), (mean, low, high) = ends
        gap = mean - base
        down = _joined(mean - low, base_high - base, tied)
        up = _joined(high - mean, base - base_low, tied)
        return max(-1.0, gap - down), min(1.0, gap + up)

    def _size(self, side: int, mean: float, variance: float) -> float:
        """Return the effective number of draws; of a mean without spread the clusters' worth."""
        if variance <= _STILL or not 0.0 < mean < 1.0:
            return self.worth[side]
        return min(mean * (1 - mean) / variance, float(self.n[side]))

    def _freedom(self, spread: list[float]) -> float:
        """Return Welch's degrees of freedom (Welch, Biometrika 34 (1947) 28-35)."""
        parts = [v * v / max(w - 1, 1.0) for v, w in zip(spread, self.worth, strict=True)]
        if sum(parts) <= _STILL**2:
            return min(self.worth) - 1
        return max(min(self.worth) - 1, float(sum(spread) ** 2 / sum(parts)))

    def _p(self, column: int, value: float) -> float:
        """Return one minus the level at which the interval first holds 0, by bisection."""
        if abs(value) < _STILL:
            return 1.0
        inside, outside = 0.0, 1.0
        for _ in range(_STEPS):
            level = (inside + outside) / 2
            low, high = self._mover(column, min(level, 1 - 1e-15))
            if low <= 0 <= high:
                outside = level
            else:
                inside = level
        return max(1.0 - inside, 1e-15)


def standardised(sides: Sides) -> Standardised:
    """Return the means of both sides, raw and at one mix, with the covariance of all.

    Every cell must have a request on both sides (`shared_cells`). ValueError where one has not, or
    for NaN.
    """
    values = np.asarray(sides.values, np.float64)
    if not np.all(np.isfinite(values)):
        raise ValueError("values must be numbers")
    cells = np.unique(sides.cells, return_inverse=True)[1]
    clusters = np.unique(sides.clusters, return_inverse=True)[1]
    which = sides.candidate.astype(np.int64)
    many = int(cells.max()) + 1 if len(cells) else 0
    count = np.bincount(which * many + cells, minlength=2 * many).reshape(2, -1).astype(np.float64)
    if not many or np.any(count == 0):
        raise ValueError("a cell without a request on one of the sides")
    total = count.sum(axis=1)
    share = count / total[:, None]
    weight = share.mean(axis=0)
    means = _cell_means(values, which * many + cells, count)
    adjusted = np.einsum("s,ksm->km", weight, means)
    raw = np.einsum("ks,ksm->km", share, means)
    found = _Influence(values, which, cells, (count, means, share, weight), raw, clusters)
    sums = found.sums()
    units = len(sums)
    covariance = sums.T @ sums * (units / max(units - 1, 1))
    worth, there = _worth(which, cells, clusters, weight / count)
    return Standardised(adjusted, raw, covariance, worth, there, (int(total[0]), int(total[1])))


def shared_cells(candidate: Mask, cells: Ints, clusters: Ints) -> Ints:
    """Return the numbers of the cells that have LEAST_CLUSTERS or more on both sides."""
    many = int(cells.max()) + 1 if len(cells) else 0
    counts = _clusters_of(candidate.astype(np.int64) * many + cells, clusters, 2 * many)
    found = counts.reshape(2, -1)
    kept: Ints = np.flatnonzero(np.all(found >= LEAST_CLUSTERS, axis=0))
    return kept


def _clusters_of(place: Ints, clusters: Ints, many: int) -> Floats:
    """Return how many clusters each of the places 0..many-1 has."""
    wide = int(clusters.max()) + 1 if len(clusters) else 1
    there = np.unique(place * wide + clusters) // wide
    found: Floats = np.bincount(there, minlength=many).astype(np.float64)
    return found


class _Influence:
    """What each request adds to every mean, summed over clusters."""

    def __init__(
        self,
        values: Floats,
        which: Ints,
        cells: Ints,
        parts: tuple[Floats, Floats, Floats, Floats],
        raw: Floats,
        clusters: Ints,
    ) -> None:
        self.values, self.which, self.cells, self.clusters = values, which, cells, clusters
        self.count, self.means, self.share, self.weight = parts
        self.raw = raw

    def sums(self) -> Floats:
        """Return the sums (clusters, 4m)."""
        own = self.values - self.means[self.which, self.cells]
        scale = (self.weight / self.count)[self.which, self.cells] * self._enlarged()
        columns = []
        for side in (0, 1):
            here = np.where(self.which == side, scale, 0.0)[:, None] * own
            columns.append(here + self._mixing(side))
        for side in (0, 1):
            inside = (self.which == side)[:, None]
            gap = (self.values - self.raw[side]) / self.count[side].sum()
            columns.append(np.where(inside, gap, 0.0))
        table = np.concatenate(columns, axis=1)
        summed = [np.bincount(self.clusters, weights=column) for column in table.T]
        return np.stack(summed, axis=1)

    def _enlarged(self) -> Floats:
        """Return, by request, sqrt(u / (u - 1)) for the u clusters of its cell on its side."""
        many = self.count.shape[1]
        place = self.which * many + self.cells
        seen = _clusters_of(place, self.clusters, 2 * many)
        factor: Floats = np.sqrt(seen / np.maximum(seen - 1, 1.0))[place]
        return factor

    def _mixing(self, side: int) -> Floats:
        """Return what a request adds to a side's mean by adding to the mix of its own."""
        of_cell = self.means[side]
        centre = self.share @ of_cell
        total = self.count.sum(axis=1)[self.which][:, None]
        found: Floats = 0.5 * (of_cell[self.cells] - centre[self.which]) / total
        return found


def _cell_means(values: Floats, place: Ints, count: Floats) -> Floats:
    sums = [np.bincount(place, weights=column, minlength=count.size) for column in values.T]
    table = np.stack(sums, axis=1) / count.reshape(-1, 1)
    return table.reshape(2, count.shape[1], -1)


def _worth(
    which: Ints, cells: Ints, clusters: Ints, scale: Floats
) -> tuple[tuple[float, float], tuple[int, int]]:
    """Return how many clusters each side is worth, and how many it has."""
    worth, there = [], []
    for side in (0, 1):
        chosen = which == side
        weights = np.bincount(clusters[chosen], weights=scale[side][cells[chosen]])
        worth.append(float(weights.sum() ** 2 / (weights @ weights)))
        there.append(int(np.count_nonzero(weights)))
    return (worth[0], worth[1]), (there[0], there[1])


def _joined(first: float, second: float, tied: float) -> float:
    inner = first * first + second * second - 2 * tied * first * second
    return sqrt(inner) if inner < inf and inner > 0 else 0.0
