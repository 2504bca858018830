"""Ratings laid out as counts: what every measure of agreement begins with.

>>> rated = rated_of([["yes", "no"], ["yes", "yes"], ["no", None]], numeric=False)
>>> table_of(rated, rated.code, None).unequal.tolist()
[2.0, 0.0]
"""

from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

Rows = Sequence[Sequence[Hashable | None]]
MOST_PATTERNS = 1_000  # sets of ratings, beyond which units are kept one by one


class Rated(NamedTuple):
    """The ratings that can be compared, in order of units, and the distinct values behind `code`.

    `place` says which of the `given` units each unit is, `raters` how many the longest one has.
    """

    unit: np.ndarray
    rater: np.ndarray
    code: np.ndarray
    values: np.ndarray
    place: np.ndarray
    given: int
    raters: int


class Table(NamedTuple):
    """Ratings counted: row `row[t]` has `number[t]` ratings with code `code[t]`, in row order.

    A row is a unit, or all units with the same ratings: `copies` says how many. `cluster` maps rows
    to clusters 0..clusters-1, and is None where a row may be several units. `sizes` counts the
    ratings of one unit of a row, `unequal` those that differ, pair by pair: sum over values of
    n (size - n) / (size - 1). `usual` says where all ratings are the value that is commonest.
    """

    row: np.ndarray
    code: np.ndarray
    number: np.ndarray
    codes: int
    sizes: np.ndarray
    unequal: np.ndarray
    usual: np.ndarray
    copies: np.ndarray
    cluster: np.ndarray | None
    clusters: int

    def margins(self, weights: np.ndarray) -> np.ndarray:
        """Return how many ratings have each code where row i counts weights[i] times."""
        return np.bincount(self.code, self.number * weights[self.row], minlength=self.codes)


def rated_of(ratings: Rows, *, numeric: bool) -> Rated:
    """Return the ratings of units with at least two, None being a missing one.

    ValueError for NaN, and for numbers that are not numbers or not finite.
    """
    rows = [[(j, v) for j, v in enumerate(row) if v is not None] for row in ratings]
    place = [i for i, row in enumerate(rows) if len(row) > 1]
    found = [value for i in place for _, value in rows[i]]
    if any(value != value for value in found):
        raise ValueError("a rating is not NaN: None stands for a missing one")
    if numeric:
        values, code = np.unique(np.array(found, dtype=np.float64), return_inverse=True)
        if not np.all(np.isfinite(values)):
            raise ValueError("a rating on a scale of numbers is finite")
    else:
        names = {value: k for k, value in enumerate(dict.fromkeys(found))}
        code = np.array([names[value] for value in found], dtype=np.int64)
        values = np.arange(len(names), dtype=np.float64)
    return Rated(
        unit=np.repeat(np.arange(len(place)), [len(rows[i]) for i in place]),
        rater=np.array([j for i in place for j, _ in rows[i]], np.int64),
        code=code,
        values=values,
        place=np.array(place, np.int64),
        given=len(rows),
        raters=max((len(row) for row in ratings), default=0),
    )


def table_of(rated: Rated, key: np.ndarray, clusters: Sequence[Hashable] | None) -> Table:
    """Return the ratings of each unit counted by `key`, units that are alike put together.

    The key is the code, or code and rater in one. `clusters` names what binds the units given
    together; ValueError unless it is one name a unit.
    """
    units = len(rated.place)
    row, code, count = _counted(rated.unit, key)
    sizes = np.bincount(rated.unit, minlength=units).astype(np.float64)
    owner, _, same = _counted(rated.unit, rated.code)
    alike = np.bincount(owner, same**2, minlength=units)
    commonest = np.bincount(rated.code).argmax() if len(rated.code) else 0
    others = np.bincount(rated.unit, rated.code != commonest, minlength=units)
    unequal = (sizes**2 - alike) / (sizes - 1)
    cluster, found = _clusters(rated, clusters)
    codes = int(key.max()) + 1 if len(key) else 0
    usual, copies = others == 0, np.ones(units)
    table = Table(row, code, count, codes, sizes, unequal, usual, copies, cluster, found)
    return table if clusters is not None or not units else _patterns(table)


def _counted(unit: np.ndarray, key: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    base = int(key.max(initial=0)) + 1
    pairs, count = np.unique(unit * base + key, return_counts=True)
    return pairs // base, pairs % base, count.astype(np.float64)


def _clusters(rated: Rated, clusters: Sequence[Hashable] | None) -> tuple[np.ndarray, int]:
    if clusters is None:
        return np.arange(len(rated.place)), len(rated.place)
    if len(clusters) != rated.given:
        raise ValueError(f"{rated.given} units need a cluster each, got {len(clusters)}")
    names = [clusters[i] for i in rated.place]
    index = {name: k for k, name in enumerate(dict.fromkeys(names))}
    return np.array([index[name] for name in names], np.int64), len(index)


def _patterns(table: Table) -> Table:
    """Return the table with a row for each distinct set of ratings, where these are few."""
    units = len(table.sizes)
    ends = np.searchsorted(table.row, np.arange(units + 1))
    held = np.stack([table.code, table.number.astype(np.int64)], axis=1)
    seen: dict[bytes, int] = {}
    rows = [seen.setdefault(held[a:b].tobytes(), len(seen)) for a, b in pairwise(ends)]
    if len(seen) > min(MOST_PATTERNS, units // 4):
        return table
    first = np.unique(rows, return_index=True)[1]
    kept = np.isin(table.row, first)
    return table._replace(
        row=np.array(rows)[table.row[kept]],
        code=table.code[kept],
        number=table.number[kept],
        sizes=table.sizes[first],
        unequal=table.unequal[first],
        usual=table.usual[first],
        copies=np.bincount(rows).astype(np.float64),
        cluster=None,
    )


def centred(values: np.ndarray, margins: np.ndarray) -> np.ndarray:
    """Return values shifted and scaled, which no ratio of squared distances feels."""
    if not len(values):
        return values
    shifted = values - np.average(values, weights=margins)
    found: np.ndarray = shifted / max(float(np.abs(shifted).max()), 1e-300)
    return found


def square_sum(margins: np.ndarray, points: np.ndarray, total: float) -> float:
    """Return the squared distances of all pairs of ratings, each pair in both orders."""
    return 2 * (total * float(margins @ points**2) - float(margins @ points) ** 2)


def squares(table: Table, points: np.ndarray) -> np.ndarray:
    """Return each unit's squared distances of pairs, in both orders, by its ratings less one."""
    rows, held = len(table.sizes), points[table.code]
    sums = np.bincount(table.row, table.number * held, minlength=rows)
    powers = np.bincount(table.row, table.number * held**2, minlength=rows)
    found = 2 * (table.sizes * powers - sums**2) / (table.sizes - 1)
    return np.where(table.unequal > 0, found, 0.0)


def ratio_gaps(values: np.ndarray) -> np.ndarray:
    """Return ((c - k) / (c + k))^2 for all pairs of values of at least 0; 0 for two zeros."""
    sums = values[:, None] + values
    found: np.ndarray = (np.subtract.outer(values, values) / np.where(sums > 0, sums, 1)) ** 2
    return found


def pair_sums(table: Table, gaps: np.ndarray) -> np.ndarray:
    """Return what `squares` does for any distances `gaps` between values."""
    row, code, count = table.row, table.code, table.number
    found = np.zeros(len(table.sizes))
    for lag in range(1, int(np.bincount(row).max(initial=0))):
        same = row[lag:] == row[:-lag]
        far = (count[lag:] * count[:-lag] * gaps[code[lag:], code[:-lag]])[same]
        found += 2 * np.bincount(row[lag:][same], far, minlength=len(found))
    totals: np.ndarray = found / (table.sizes - 1)
    return totals
