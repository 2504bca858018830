"""How far raters, judges or repeats agree beyond chance: alpha, and Fleiss's and Cohen's kappa.

| statistic | raters | ratings |
|---|---|---|
| Krippendorff's alpha | any number, ratings may be missing | nominal, ordinal, interval, ratio |
| Fleiss's kappa | as many on every unit | nominal |
| Cohen's kappa | two | nominal, or numbers with weights |

All are 1 - (disagreement seen) / (disagreement by chance). The interval resamples units, or the
clusters that bind units together, with Efron's bias correction and acceleration (BCa): it covers
from `MIN_CLUSTERS` on, where plain percentiles do not. A resample without variation counts as full
agreement.

>>> rng = np.random.default_rng(0)
>>> found = krippendorff_alpha([[1, 1], [2, 2], [1, 2], [2, 2]], "nominal", rng=rng)
>>> str(found)
'0.533 (no interval: fewer than 20 independent units), 4 units, 8 ratings, raw agreement 0.75'
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from statera.stats.bootstrap import bca_interval
from statera.stats.multinomial import resample_counts
from statera.stats.ratings import (
    Rated,
    Rows,
    Table,
    centred,
    pair_sums,
    rated_of,
    ratio_gaps,
    square_sum,
    squares,
    table_of,
)
from statera.stats.results import LEVEL

Kind = Literal["nominal", "ordinal", "interval", "ratio"]
Weights = Literal["linear", "quadratic"]
Statistic = Callable[[np.ndarray], float]

MIN_CLUSTERS = 20
MIN_EVENTS = 3
RESAMPLES = 2_000
MOST_LEFT_OUT = 1_000  # clusters, beyond which the acceleration is too small to be worth its time
SAME = 1e-12
MOST_VALUES = 2_000  # distinct values of which the distance of every pair is held
ALPHA = "Krippendorff's alpha"
FLEISS = "Fleiss's kappa"
COHEN = "Cohen's kappa"
WEIGHTED = "Cohen's weighted kappa"
SOURCES = {
    ALPHA: "Krippendorff, Content Analysis, 4th edition, 2018, section 12.3",
    FLEISS: "Fleiss, Psychological Bulletin 76 (1971) 378-382, eq. 7",
    COHEN: "Cohen, Educational and Psychological Measurement 20 (1960) 37-46, eq. 1",
    WEIGHTED: "Cohen, Psychological Bulletin 70 (1968) 213-220, eq. 10",
}
EFRON = "interval: Efron, JASA 82 (1987) 171-185"


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Agreement beyond chance: 1 is perfect, 0 what chance gives, below 0 worse than chance.

    `value` is None where it is undefined, `low` and `high` where no valid interval exists; `method`
    then says why. `units` and `ratings` count what can be compared: units with two ratings or more.
    `clusters` are independent of each other, `raters` the most that any unit has a place for.
    `observed` is the share of pairs of ratings of one unit that are equal, chance left in.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    source: str
    units: int
    clusters: int
    raters: int
    ratings: int
    observed: float | None

    def __str__(self) -> str:
        """Return `0.743 [0.571, 0.865] 95 %, 120 units, 240 ratings, raw agreement 0.80`."""
        raw = "" if self.observed is None else f", raw agreement {self.observed:.2f}"
        sizes = f"{self.units} units, {self.ratings} ratings{raw}"
        if self.value is None:
            return f"no agreement ({self.method}), {sizes}"
        if self.low is None or self.high is None:
            return f"{self.value:.3f} ({self.method}), {sizes}"
        bounds = f"[{self.low:.3f}, {self.high:.3f}] {100 * self.level:g} %"
        return f"{self.value:.3f} {bounds}, {sizes}"


class How(NamedTuple):
    """The level of an interval, the name of what is computed, and the paper behind it."""

    level: float
    method: str
    source: str = ""


def krippendorff_alpha(
    ratings: Rows,
    kind: Kind,
    *,
    level: float = LEVEL,
    rng: np.random.Generator,
    clusters: Sequence[Hashable] | None = None,
) -> Agreement:
    """Return Krippendorff's alpha of units (rows) by raters, whose order does not matter.

    None is a missing rating; a unit with fewer than two says nothing. Ratings are any values for
    "nominal", else numbers (for "ratio" of at least 0). `clusters` names what binds units together
    (None: every unit stands on its own). ValueError for NaN, a ratio below 0, a level outside
    (0, 1), or clusters that are not one a unit.
    """
    rated = rated_of(ratings, numeric=kind != "nominal")
    table = table_of(rated, rated.code, clusters)
    if kind == "ratio" and np.any(rated.values < 0):
        raise ValueError("a ratio scale has no rating below 0")
    if kind == "ratio" and len(rated.values) > MOST_VALUES:
        return _agreement(rated, table, None, How(level, f"more than {MOST_VALUES} values"))
    how = How(level, f"{ALPHA}, {kind}", SOURCES[ALPHA])
    return _estimate(rated, table, _alpha(table, kind, rated.values), how, rng)


def fleiss_kappa(
    ratings: Rows,
    *,
    level: float = LEVEL,
    rng: np.random.Generator,
    clusters: Sequence[Hashable] | None = None,
) -> Agreement:
    """Return Fleiss's kappa of units by raters, where every unit has as many ratings.

    Where not there is no value: Krippendorff's alpha takes missing ratings. ValueError as there.
    """
    rated = rated_of(ratings, numeric=False)
    table = table_of(rated, rated.code, clusters)
    if len({sum(value is not None for value in row) for row in ratings}) > 1:
        return _agreement(rated, table, None, How(level, "unequal numbers of ratings: use alpha"))

    def statistic(weights: np.ndarray) -> float:
        margins = table.margins(weights)
        total = margins.sum()
        return _beyond(weights @ table.unequal, total - margins @ margins / total)

    return _estimate(rated, table, statistic, How(level, FLEISS, SOURCES[FLEISS]), rng)


def cohen_kappa(
    ratings: Rows,
    weights: Weights | None = None,
    *,
    level: float = LEVEL,
    rng: np.random.Generator,
    clusters: Sequence[Hashable] | None = None,
) -> Agreement:
    """Return Cohen's kappa of two raters: units by the two, None where one gave no rating.

    With weights the ratings are numbers, and a disagreement counts by their distance ("linear") or
    its square ("quadratic"). ValueError as for alpha, or for other than two raters.
    """
    if any(len(row) != 2 for row in ratings):
        raise ValueError("Cohen's kappa compares two raters")
    rated = rated_of(ratings, numeric=weights is not None)
    table = table_of(rated, rated.code + len(rated.values) * rated.rater, clusters)
    if weights is not None and len(rated.values) > MOST_VALUES:
        return _agreement(rated, table, None, How(level, f"more than {MOST_VALUES} values"))
    name = COHEN if weights is None else WEIGHTED
    how = How(level, name if weights is None else f"{name}, {weights}", SOURCES[name])
    return _estimate(rated, table, _kappa(table, rated.values, weights), how, rng)


def _beyond(seen: float, chance: float) -> float:
    return 1 - seen / chance if chance > 0 else 1.0


def _alpha(table: Table, kind: Kind, values: np.ndarray) -> Statistic:
    """Return alpha as a function of how often each row counts."""
    if kind == "ordinal":
        return _ordinal(table)
    rows, chance = _distances(table, kind, values)

    def statistic(weights: np.ndarray) -> float:
        margins = table.margins(weights)
        total = float(margins.sum())
        return _beyond(weights @ rows, chance(margins, total) / (total - 1))

    return statistic


def _distances(
    table: Table, kind: Kind, values: np.ndarray
) -> tuple[np.ndarray, Callable[[np.ndarray, float], float]]:
    """Return the distances within each row, and those of all pairs as a function of the margins."""
    if kind == "nominal":
        return table.unequal, lambda margins, total: total * total - float(margins @ margins)
    if kind == "interval":
        points = centred(values, np.ones(len(values)))
        return squares(table, points), lambda margins, total: square_sum(margins, points, total)
    gaps = ratio_gaps(values)
    return pair_sums(table, gaps), lambda margins, _: float(margins @ gaps @ margins)


def _ordinal(table: Table) -> Statistic:
    """Return ordinal alpha: the interval one of the ranks, which change with the weights.

    Krippendorff's distance of c and k, the ratings from c to k less half of those at both ends, is
    the distance of their mid-ranks.
    """

    def statistic(weights: np.ndarray) -> float:
        margins = table.margins(weights)
        total = float(margins.sum())
        ranks = centred(np.cumsum(margins) - margins / 2, margins)
        chance = square_sum(margins, ranks, total)
        return _beyond(weights @ squares(table, ranks), chance / (total - 1))

    return statistic


def _kappa(table: Table, values: np.ndarray, weights: Weights | None) -> Statistic:
    """Return Cohen's kappa as a function of how often each row counts."""
    kinds = len(values)
    first, second = table.code[0::2], table.code[1::2] - kinds
    if weights is None:
        rows = (first != second).astype(np.float64)
    else:
        gaps = np.abs(np.subtract.outer(values, values)) ** (1 if weights == "linear" else 2)
        rows = gaps[first, second]

    def statistic(counts: np.ndarray) -> float:
        margins = np.bincount(table.code, counts[table.row], minlength=2 * kinds)
        total, one, two = float(counts.sum()), margins[:kinds], margins[kinds:]
        chance = total**2 - float(one @ two) if weights is None else float(one @ gaps @ two)
        return _beyond(counts @ rows, chance / total)

    return statistic


def _estimate(
    rated: Rated, table: Table, statistic: Statistic, how: How, rng: np.random.Generator
) -> Agreement:
    if len(rated.place) < 2:
        return _agreement(rated, table, None, how._replace(method="fewer than 2 units to compare"))
    if len(rated.values) < 2:
        return _agreement(rated, table, None, how._replace(method="all ratings are the same"))
    value = float(statistic(table.copies))
    why = _refusal(table)
    draws = np.array([value] if why else [statistic(w) for w in _resamples(table, rng)])
    if not why and (np.ptp(draws) < SAME or not draws.min() <= value <= draws.max()):
        why = "no spread between units"
    if why:
        return _agreement(rated, table, value, how._replace(method=f"no interval: {why}"))
    low, high = bca_interval(draws, value, _left_out(table, statistic), level=how.level)
    named = f"{how.method}; {_resampling(table)}"
    found = _agreement(rated, table, value, How(how.level, named, f"{how.source}; {EFRON}"))
    return msgspec.structs.replace(found, low=min(low, value), high=max(high, value))


def _resampling(table: Table) -> str:
    by = "unit" if table.clusters == int(table.copies.sum()) else "cluster"
    accelerated = table.cluster is None or table.clusters <= MOST_LEFT_OUT
    return f"bootstrap by {by}, {'BCa' if accelerated else 'bias-corrected'}"


def _refusal(table: Table) -> str:
    if table.clusters < MIN_CLUSTERS:
        return f"fewer than {MIN_CLUSTERS} independent units"
    if _events(table, table.unequal > 0) < MIN_EVENTS:
        return f"fewer than {MIN_EVENTS} units with disagreement"
    if _events(table, ~table.usual) < MIN_EVENTS:
        return f"fewer than {MIN_EVENTS} units with another rating than the commonest"
    return ""


def _events(table: Table, rows: np.ndarray) -> int:
    """Return how many independent units have such rows."""
    if table.cluster is None:
        return int(table.copies[rows].sum())
    return len(np.unique(table.cluster[rows]))


def _resamples(table: Table, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield how often each row counts in each resample."""
    if table.cluster is None:
        shares = table.copies / table.copies.sum()
        yield from rng.multinomial(table.clusters, shares, size=RESAMPLES).astype(np.float64)
        return
    for counts in resample_counts(table.clusters, RESAMPLES, rng):
        for drawn in counts:
            yield drawn[table.cluster].astype(np.float64)


def _left_out(table: Table, statistic: Statistic) -> np.ndarray:
    """Return the statistic without each cluster in turn; nothing but 0 for very many."""
    if table.cluster is None:
        rows = range(len(table.copies))
        found = [statistic(table.copies - (np.arange(len(table.copies)) == p)) for p in rows]
        return np.repeat(found, table.copies.astype(np.int64))
    if table.clusters > MOST_LEFT_OUT:
        return np.zeros(2)
    return np.array(
        [statistic((table.cluster != g).astype(np.float64)) for g in range(table.clusters)]
    )


def _agreement(rated: Rated, table: Table, value: float | None, how: How) -> Agreement:
    if not 0 < how.level < 1:
        raise ValueError(f"a level lies in (0, 1), got {how.level}")
    ratings = len(rated.code)
    unequal = float(table.copies @ table.unequal)
    return Agreement(
        value=value,
        low=None,
        high=None,
        level=how.level,
        method=how.method,
        source=how.source if value is not None else "",
        units=len(rated.place),
        clusters=table.clusters,
        raters=rated.raters,
        ratings=ratings,
        observed=1 - unequal / ratings if ratings else None,
    )
