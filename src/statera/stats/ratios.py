"""The difference of two arms in a ratio of sums over units, at one look or at many, by strata.

A unit brings a total and a number (sum and number of its reports; number 1 where the mean over
units is asked for). An arm's value is (sum of totals) / (sum of numbers); its variance is that of
the linearised values (total - ratio x number) / (mean number): the delta method, so that a unit
with many reports is one unit (Deng, Knoblich and Lu, KDD 2018; Cochran, Sampling Techniques, 1977,
section 6.4 to 6.5). Slices of a ramp are strata: the estimate is the sum over strata of (share of
units) x (difference there), never pooled over changing weights.

Everything is read from sums that are cumulated to each look, so that a million units at 200 looks
take a fraction of a second. Units come in the order of their exposure.

An arm's variance is drawn towards that of both arms over all strata with the weight of `DRAWN`
units, where that makes it larger: a small arm without an event would otherwise look certain. With
equal arms this changes nothing, with many units nothing either.

`ready` says from which look on the normal approximation may be trusted in the tails that looking
again and again reaches: at least `LEAST` units in each arm, and at least `SKEWED` x skewness^2:
Cochran's rule (section 2.15 there), for the skewness of both arms together (rare events: about
`SKEWED` are expected in the smaller arm) and for each arm's own. The numbers were tried by
simulation (`python -m benchmarks peeking`), also on a small arm with a heavy tail of its own.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from statera.stats.cuped import slopes

SOURCE = "Deng, Knoblich and Lu, KDD 2018; Cochran, Sampling Techniques, 1977, sections 5.5 and 6.4"
METHOD = "ratio of sums over units, delta method, stratified by slice"
DRAWN = 1000.0
LEAST = 50
SKEWED = 25.0
GROWTH = 1.05
FIRST = 100


class Columns(NamedTuple):
    """The units of an experiment in the order of exposure, all of length n.

    `total` and `number` as above (number 0: the unit reported nothing and is left out), `arm` and
    `stratum` are codes from 0. `covariates` (n, d) were known before the exposure.
    """

    total: np.ndarray
    number: np.ndarray
    arm: np.ndarray
    stratum: np.ndarray
    covariates: np.ndarray | None = None


class Sums(NamedTuple):
    """What had come in at each look, by arm and stratum: (looks, arms, strata) each.

    `units` counts those with a number above 0, `seen` all; `centre` was taken from each total as
    centre x number, so that squares stay exact. `moments` (looks, arms, strata, 9): sums of t, m,
    tt, tm, mm, ttt, ttm, tmm, mmm. `crosses` (looks, arms, strata, d + dd + 2d) of the covariates:
    x, xx, xt, xm; `covariates` is d.
    """

    looks: np.ndarray
    seen: np.ndarray
    units: np.ndarray
    moments: np.ndarray
    crosses: np.ndarray
    covariates: int
    centre: float


class Path(NamedTuple):
    """A contrast at each look, (looks,) each; NaN where an arm has nothing yet.

    `value` is candidate - base, `error` its standard error, `candidate` and `base` the two sides
    with the same shares of strata, `units` those of both arms that reported, `ready` whether the
    normal approximation may be trusted.
    """

    value: np.ndarray
    error: np.ndarray
    base: np.ndarray
    candidate: np.ndarray
    units: np.ndarray
    ready: np.ndarray


class Single(NamedTuple):
    """A contrast at one look: the difference, its standard error, and the two sides."""

    value: float
    error: float
    base: float
    candidate: float


def grid(count: int) -> np.ndarray:
    """Return at how many units to look: 100 x 1.05^k up to the count, and the count itself.

    The same whoever looks and when, but for the last.
    """
    if count < 1:
        return np.empty(0, np.int64)
    steps = np.arange(int(np.log(max(count, FIRST) / FIRST) / np.log(GROWTH)) + 2)
    places = np.ceil(FIRST * GROWTH**steps - 1e-9).astype(np.int64)
    return np.append(places[places < count], count)


def cumulated(columns: Columns, looks: Sequence[int] | np.ndarray, shape: tuple[int, int]) -> Sums:
    """Return the sums at each look, of `shape` (arms, strata).

    `looks` are growing numbers of units. ValueError: totals or numbers that are not finite, a
    number below 0, codes outside the shape, lengths that differ.
    """
    total, number = _checked(columns, shape)
    cells = _cells(columns, np.asarray(looks, np.int64), shape)
    plain = bool(np.all(number == 1))
    centre = float(total.sum() / number.sum()) if number.any() else 0.0
    shifted = total - centre * number
    seen = cells.summed(None)
    crosses = _crosses(columns.covariates, shifted, number, cells)
    return Sums(
        looks=np.asarray(looks, np.int64),
        seen=seen,
        units=seen if plain else cells.summed((number > 0).astype(np.float64)),
        moments=_moments(shifted, None if plain else number, cells),
        crosses=crosses,
        covariates=0 if columns.covariates is None else columns.covariates.shape[1],
        centre=centre,
    )


def contrast(sums: Sums, arm: int) -> Path:
    """Return an arm minus the base, which is arm 0, at each look.

    Strata in which one of the two has no unit yet are left out, and the shares are of the rest.
    With covariates the difference is adjusted by them (CUPED): see `statera.stats.cuped`.
    """
    sides = [_side(sums, place) for place in (arm, 0)]
    theta = slopes_of(sides) if sums.covariates else None
    both = (sides[0].units > 0) & (sides[1].units > 0)
    seen = np.where(both, sums.seen.sum(axis=1), 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = seen / seen.sum(axis=1, keepdims=True)
    squares = np.stack([_squares(side, theta) for side in sides])
    spread = _drawn(squares, np.stack([side.units for side in sides]))
    values = [_level(side, sides, theta) for side in sides]
    levels = [np.where(both, shares * found, 0).sum(axis=1) for found in values]
    variance = np.where(both, shares**2 * spread, 0).sum(axis=(0, 2))
    some = both.any(axis=1)
    candidate, under = (np.where(some, level + sums.centre, np.nan) for level in levels)
    return Path(
        value=candidate - under,
        error=np.where(some & (variance > 0), np.sqrt(variance), np.nan),
        base=under,
        candidate=candidate,
        units=sides[0].units.sum(axis=1) + sides[1].units.sum(axis=1),
        ready=_ready(sides),
    )


def ratio_difference(columns: Columns, *, clusters: np.ndarray | None = None) -> Single:
    """Return arm 1 minus arm 0 over all units at one look, units of other arms left out.

    `clusters` (n,) are whole numbers: what binds units together (the user of a request), over arms
    and strata; the variance is then that of sums over clusters (Liang and Zeger, Biometrika 73
    (1986) 13-22, with clusters / (clusters - 1)), and never below the one without. Errors as in
    `cumulated`; ValueError too without units.
    """
    kept = np.asarray(columns.arm) <= 1
    total, number, arm, stratum = (np.asarray(each)[kept] for each in columns[:4])
    known = None if columns.covariates is None else np.asarray(columns.covariates)[kept]
    columns = Columns(total, number, arm, stratum, known)
    strata = int(np.max(columns.stratum, initial=0)) + 1
    sums = cumulated(columns, [len(columns.total)], (2, strata))
    found = contrast(sums, 1)
    error = float(found.error[0])
    if clusters is not None:
        error = float(clustered_errors(sums, columns, np.asarray(clusters)[kept])[0])
    value, base, candidate = (float(each[0]) for each in (found.value, found.base, found.candidate))
    return Single(value, error, base, candidate)


def clustered_errors(
    sums: Sums, columns: Columns, clusters: np.ndarray, *, arm: int = 1
) -> np.ndarray:
    """Return the standard errors of `contrast` at each look, from sums over clusters: (looks,).

    `sums` are those of the columns, `clusters` as in `ratio_difference`. Never below the errors
    without clusters. Each look reads all units before it: on the grid 21 passes in all.
    """
    plain = contrast(sums, arm).error
    index = np.unique(clusters, return_inverse=True)[1]
    found = np.empty(len(sums.looks))
    for look, place in enumerate(sums.looks):
        moved = _moved(columns, sums, look, (arm, 0))
        total = np.bincount(index[:place], weights=moved)
        count = int(np.count_nonzero(np.bincount(index[:place])))
        found[look] = np.sqrt(float(total @ total) * count / max(1, count - 1))
    return np.where(np.isfinite(plain), np.fmax(plain, found), np.nan)


def effective_clusters(clusters: np.ndarray, looks: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return how many clusters of one size the units up to each look are worth (Kish): (looks,)."""
    index = np.unique(clusters, return_inverse=True)[1]
    sizes = [np.bincount(index[:place]).astype(np.float64) for place in looks]
    return np.array([each.sum() ** 2 / max(1.0, float(each @ each)) for each in sizes])


def _moved(columns: Columns, sums: Sums, look: int, pair: tuple[int, int]) -> np.ndarray:
    """Return by how much each unit up to a look moves the difference (its influence)."""
    place = sums.looks[look]
    arm, stratum = columns.arm[:place], columns.stratum[:place]
    sides = [_side(sums, each) for each in pair]
    both = np.all([side.units[look] > 0 for side in sides], axis=0)
    seen = np.where(both, sums.seen[look].sum(axis=0), 0)
    totals, numbers = sums.moments[look, ..., 0], sums.moments[look, ..., 1]
    most = np.where(numbers > 0, numbers, 1)
    weights = np.zeros(numbers.shape)
    for each, sign in zip(pair, (1.0, -1.0), strict=True):
        weights[each] = sign * seen / max(1.0, float(seen.sum())) / most[each]
    number = columns.number[:place]
    moved = columns.total[:place] - (totals / most + sums.centre)[arm, stratum] * number
    if columns.covariates is not None:
        units = np.maximum(sums.units[look], 1)
        means = sums.crosses[look, ..., : sums.covariates] / units[..., None]
        explained = (columns.covariates[:place] - means[arm, stratum]) @ slopes_of(sides)[look]
        moved = moved - explained * (number > 0) * (most / units)[arm, stratum]
    return np.asarray(moved * weights[arm, stratum])


class Side(NamedTuple):
    """One arm at each look and stratum, (looks, strata): units, ratio, sums of linearised powers.

    `squares` and `cubes` are the sums of the second and third power of the linearised values,
    `means` (looks, strata, d), `products` (looks, strata, d, d) and `mixed` (looks, strata, d) the
    covariates' means, their sums of products about them, and those with the linearised values.
    """

    units: np.ndarray
    ratio: np.ndarray
    squares: np.ndarray
    cubes: np.ndarray
    means: np.ndarray
    products: np.ndarray
    mixed: np.ndarray


def slopes_of(sides: Sequence[Side]) -> np.ndarray:
    """Return the covariates' slopes at each look, pooled within arms and strata: (looks, d)."""
    products = sum(side.products.sum(axis=1) for side in sides)
    mixed = sum(side.mixed.sum(axis=1) for side in sides)
    return slopes(products, mixed)


class _Cells(NamedTuple):
    """Which cell of (part between looks, arm, stratum) each unit is in."""

    code: np.ndarray
    looks: int
    shape: tuple[int, int]

    def summed(self, weights: np.ndarray | None) -> np.ndarray:
        """Return the sums up to each look, (looks, arms, strata)."""
        size = (self.looks + 1) * self.shape[0] * self.shape[1]
        found = np.bincount(self.code, weights=weights, minlength=size)
        return np.asarray(found.reshape(-1, *self.shape)[: self.looks].cumsum(axis=0))


def _cells(columns: Columns, looks: np.ndarray, shape: tuple[int, int]) -> _Cells:
    part = np.searchsorted(looks, np.arange(len(columns.total)), side="right")
    arm, stratum = np.asarray(columns.arm, np.int64), np.asarray(columns.stratum, np.int64)
    return _Cells((part * shape[0] + arm) * shape[1] + stratum, len(looks), shape)


def _checked(columns: Columns, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    total = np.asarray(columns.total, np.float64)
    number = np.asarray(columns.number, np.float64)
    codes = [np.asarray(columns.arm), np.asarray(columns.stratum)]
    if any(len(each) != len(total) for each in (number, *codes)):
        raise ValueError("units need parts of one length")
    if not np.all(np.isfinite(total)) or not np.all(np.isfinite(number)) or np.any(number < 0):
        raise ValueError("totals must be numbers, and numbers of reports at least 0")
    for code, size in zip(codes, shape, strict=True):
        if len(code) and not 0 <= code.min() <= code.max() < size:
            raise ValueError(f"arms and strata have codes from 0 to below {shape}")
    return total, number


def _moments(total: np.ndarray, number: np.ndarray | None, cells: _Cells) -> np.ndarray:
    """Return the sums of t, m, tt, tm, mm, ttt, ttm, tmm, mmm; `number` None stands for ones."""
    squares = total * total
    if number is None:
        ones = cells.summed(None)
        t, tt, ttt = (cells.summed(each) for each in (total, squares, squares * total))
        return np.stack([t, ones, tt, t, ones, ttt, tt, t, ones], axis=-1)
    cross, mm = total * number, number * number
    parts = (total, number, squares, cross, mm)
    cubes = (squares * total, squares * number, total * mm, mm * number)
    return np.stack([cells.summed(each) for each in (*parts, *cubes)], axis=-1)


def _crosses(
    covariates: np.ndarray | None, total: np.ndarray, number: np.ndarray, cells: _Cells
) -> np.ndarray:
    if covariates is None:
        return np.empty((cells.looks, *cells.shape, 0))
    known = np.asarray(covariates, np.float64).T
    if not np.all(np.isfinite(known)) or known.shape[1] != len(total):
        raise ValueError("covariates must be numbers, a row a unit")
    there = number > 0
    each = [column * there for column in known]
    parts = [*each, *(one * two for one in each for two in each)]
    parts += [one * total for one in each] + [one * number for one in each]
    return np.stack([cells.summed(part) for part in parts], axis=-1)


def _side(sums: Sums, place: int) -> Side:
    t, m, tt, tm, mm, ttt, ttm, tmm, mmm = np.moveaxis(sums.moments[:, place], -1, 0)
    units, width = sums.units[:, place], sums.covariates
    most = np.maximum(units, 1)
    ratio = t / np.where(m > 0, m, 1)
    mean = np.where(m > 0, m, 1) / most
    squares = np.maximum(tt - 2 * ratio * tm + ratio**2 * mm, 0) / mean**2
    cubes = (ttt - 3 * ratio * ttm + 3 * ratio**2 * tmm - ratio**3 * mmm) / mean**3
    x, xx, xt, xm = np.split(
        sums.crosses[:, place], [width, width + width**2, 2 * width + width**2], axis=-1
    )
    means = x / most[..., None]
    products = xx.reshape(*xx.shape[:2], width, width) - x[..., None] * means[..., None, :]
    mixed = (xt - ratio[..., None] * xm) / mean[..., None]
    return Side(units, ratio, squares, cubes, means, products, mixed)


def _squares(side: Side, theta: np.ndarray | None) -> np.ndarray:
    """Return the sums of squares of the linearised values, after the covariates."""
    if theta is None:
        return side.squares
    explained = 2 * np.einsum("li,lsi->ls", theta, side.mixed)
    added = np.einsum("li,lsij,lj->ls", theta, side.products, theta)
    return np.asarray(np.maximum(side.squares - explained + added, 0))


def _drawn(squares: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Return the variance of each side's mean, (2, looks, strata), drawn towards the pooled one."""
    freedom = np.maximum(units - 1, 0)
    pooled = squares.sum(axis=(0, 2)) / np.maximum(freedom.sum(axis=(0, 2)), 1)
    own = squares / np.maximum(freedom, 1)
    mixed = (units * own + DRAWN * pooled[None, :, None]) / (units + DRAWN)
    return np.asarray(np.maximum(own, mixed) / np.maximum(units, 1))


def _level(side: Side, sides: Sequence[Side], theta: np.ndarray | None) -> np.ndarray:
    """Return an arm's value in each stratum, at the covariates' mean over both arms."""
    if theta is None:
        return side.ratio
    units = sum(each.units for each in sides)
    middle = sum(each.means * each.units[..., None] for each in sides)
    off = side.means - middle / np.maximum(units, 1)[..., None]
    return np.asarray(side.ratio - np.einsum("li,lsi->ls", theta, off))


def _ready(sides: Sequence[Side]) -> np.ndarray:
    units = np.stack([side.units.sum(axis=1) for side in sides])
    squares = np.stack([side.squares.sum(axis=1) for side in sides])
    cubes = np.stack([side.cubes.sum(axis=1) for side in sides])
    smaller = units.min(axis=0)
    enough = smaller >= SKEWED * _skewed(units.sum(axis=0), squares.sum(axis=0), cubes.sum(axis=0))
    each = np.all((squares > 0) & (units >= SKEWED * _skewed(units, squares, cubes)), axis=0)
    return np.asarray(enough & each & (smaller >= LEAST))


def _skewed(units: np.ndarray, squares: np.ndarray, cubes: np.ndarray) -> np.ndarray:
    """Return the square of the skewness."""
    return np.asarray(units * cubes**2 / np.where(squares > 0, squares, 1) ** 3)
