"""What early stopping reads: bounds and p values that hold although one looks again and again.

| design | looks | how |
|---|---|---|
| group-sequential | `looks`, or any not chosen by the values | fixed bounds at the look's level |
| confidence-sequence | any number at any time | betting on the items in the order asked |

The estimand is the population that the items stand for, or the benchmark: the mean over these very
items, when they are asked in random order. It is exact once all are asked.

>>> design = Design(total=14_042, alpha=0.05)
>>> looks(design)[:4]
(352, 703, 1054, 1405)
>>> round(look_level(design, (703,)), 7)
5e-06

A p value is the least alpha at which this look or design would have refused the limit (a repeated p
value: Jennison and Turnbull, Group Sequential Methods, 2000, section 9.2), so that it may be
compared with alpha, or after Holm with less, at every look: P(any of them < alpha) <= alpha.
"""

import sys
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import ceil, inf
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec
import numpy as np
from scipy.special import ndtr, ndtri

from statera.stats.betting import SOURCE as BETTING
from statera.stats.betting import betting_bounds, capital
from statera.stats.crossing import crossing
from statera.stats.evalues import to_p
from statera.stats.finitepopulation import (
    Fixed,
    Question,
    Sample,
    agreeing,
    all_asked,
    hypergeometric_bounds,
    shrunk,
)
from statera.stats.meanbounds import mean_bounds
from statera.stats.pairedbounds import difference_bounds
from statera.stats.results import Bounds, Items, Pairs
from statera.stats.spending import cubic, nominal_alphas, obrien_fleming

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Kind = Literal["group-sequential", "confidence-sequence"]
Estimand = Literal["population", "benchmark"]
SPENDING = "Lan and DeMets 1983; Kim and DeMets 1987"
SCHEDULE = (  # shares of the items: dense where the bad and the equal are found, sparse at the end
    *(number / 40 for number in range(1, 13)),
    *(0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.775),
)
NEARLY_ALL = (0.85, 0.925)  # of this benchmark: what is left is then nearly known
LEAST_ITEMS = 20
KNOTS = np.linspace(0.0, 5.6, 25)
SHARE = (0.0, 1.0)
DIFFERENCE = (-1.0, 1.0)


class Design(msgspec.Struct, frozen=True, kw_only=True):
    """How early stopping looks: `total` items at most, one-sided `alpha` over all looks together.

    ValueError: alpha outside (0, 1), no items.
    """

    total: int
    alpha: float
    kind: Kind = "group-sequential"
    estimand: Estimand = "population"

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha must lie in (0, 1), got {self.alpha}")
        if self.total < 1:
            raise ValueError(f"a design needs items, got {self.total}")


def open_end(alpha: float) -> Design:
    """Return the design of a confidence sequence without a last item: for whatever ended a run."""
    return Design(total=sys.maxsize, alpha=alpha, kind="confidence-sequence")


def looks(design: Design) -> tuple[int, ...]:
    """Return after how many items to look: every 2.5 % up to 30 %, then more rarely, and at all.

    Never before 20 items, where nothing could be decided.
    """
    return tuple(_planned(design.total, design.estimand == "benchmark"))


def look_level(design: Design, path: Sequence[int], alpha: float | None = None) -> float:
    """Return the one-sided level of a fixed test at the newest look of `path` (items per look).

    Spent is the O'Brien-Fleming shape in the share of items asked, or alpha share^3 where that is
    more: early, where the former would not even stop a model that is ten points worse.
    For the benchmark the information is n / (1 - n / total), which grows without end; at all items
    no error is left to make and the level is 1. `alpha` stands for the design's own. ValueError:
    looks that do not grow, or go beyond the total.
    """
    counts = [0, *path]
    if len(counts) < 2 or any(after <= before for before, after in pairwise(counts)):
        raise ValueError(f"looks must be at growing numbers of items, got {list(path)}")
    if counts[-1] > design.total:
        raise ValueError(f"a look at {counts[-1]} items of {design.total}")
    benchmark = design.estimand == "benchmark"
    if benchmark and counts[-1] == design.total:
        return 1.0
    return _levels(_shares(design, path), benchmark, alpha or design.alpha)[len(path) - 1]


def paired_look(
    pairs: Pairs, limit: float, *, design: Design, looked: Sequence[int] = ()
) -> Bounds:
    """Return bounds of candidate minus base from the pairs so far, valid over all looks.

    `looked` holds the numbers of items at earlier looks, of which not all need have been used.
    Small p_above: surely above the limit (pass for limit = -margin); small p_below: surely below.
    The pairs come in the order asked, which must be random. Errors as in `difference_bounds`.
    """

    def fixed(place: float, alpha: float) -> Bounds:
        return difference_bounds(pairs, place, alpha=alpha)

    if design.kind == "confidence-sequence":
        stream = _difference_stream(pairs)
        return (
            _uneven(fixed(limit, design.alpha))
            if stream is None
            else _wagered(stream, limit, design)
        )
    return _spent(fixed, limit, _Look(design, (*looked, _count(pairs.candidate)), DIFFERENCE))


def mean_look(items: Items, limit: float, *, design: Design, looked: Sequence[int] = ()) -> Bounds:
    """Return bounds of the mean of the items so far, valid over all looks; see `paired_look`."""

    def fixed(place: float, alpha: float) -> Bounds:
        return mean_bounds(items, place, alpha=alpha)

    stream = _stream(items.values, items.weights, items.clusters, SHARE)
    if design.kind == "confidence-sequence":
        return _wagered(stream, limit, design)
    look = _Look(design, (*looked, _count(items.values)), SHARE)
    if design.estimand == "benchmark" and look.path[-1] < design.total and stream.counted:
        sample = Sample(int(stream.values.sum()), len(stream.values), design.total)
        return _adjusted(hypergeometric_bounds(sample, limit, alpha=look.level), look)
    return _spent(fixed, limit, look)


class _Stream(NamedTuple):
    """Values in the order asked that have a weight; `span` holds the least and largest value."""

    values: np.ndarray
    weights: np.ndarray
    clusters: np.ndarray
    span: tuple[float, float]

    @property
    def mean(self) -> float:
        """The weighted mean."""
        return float(np.average(self.values, weights=self.weights))

    @property
    def separate(self) -> bool:
        """Whether each item is its own cluster and counts the same."""
        alike = bool(np.all(self.weights == self.weights[:1]))
        return alike and len(np.unique(self.clusters)) == len(self.values)

    @property
    def counted(self) -> bool:
        """Whether the items are independent, and right or wrong."""
        binary = bool(np.all((self.values == 0) | (self.values == 1)))
        return bool(len(self.values)) and binary and self.separate


def _stream(
    values: "ArrayLike", weights: "ArrayLike", clusters: "ArrayLike", span: tuple[float, float]
) -> _Stream:
    heavy = np.asarray(weights, np.float64)
    kept = heavy > 0
    found = np.asarray(values, np.float64)[kept]
    return _Stream(found, heavy[kept], np.asarray(clusters)[kept], span)


def _difference_stream(pairs: Pairs) -> _Stream | None:
    """Return the differences in the order asked; None where an item's sides differ in weight."""
    if not np.array_equal(np.asarray(pairs.candidate_weights), np.asarray(pairs.base_weights)):
        return None
    differences = np.asarray(pairs.candidate, np.float64) - np.asarray(pairs.base, np.float64)
    return _stream(differences, pairs.candidate_weights, pairs.clusters, DIFFERENCE)


def _count(values: "ArrayLike") -> int:
    return len(np.asarray(values))


class _Look(NamedTuple):
    """One look of a group-sequential design: how many items at each so far, this one included."""

    design: Design
    path: tuple[int, ...]
    span: tuple[float, float]

    @property
    def level(self) -> float:
        """The one-sided level of the fixed bounds at this look."""
        return look_level(self.design, self.path)


def _spent(fixed: Fixed, limit: float, look: _Look) -> Bounds:
    design, asked = look.design, look.path[-1]
    if not asked:
        return _at_alpha(fixed(limit, design.alpha), design)
    if design.estimand == "population":
        return _adjusted(fixed(limit, look.level), look)
    if asked == design.total:
        return _at_alpha(all_asked(fixed(limit, design.alpha)), design)
    question = Question(limit, look.level, look.span)
    return _adjusted(shrunk(fixed, question, share=asked / design.total), look)


def _adjusted(found: Bounds, look: _Look) -> Bounds:
    """Return the bounds of one look as bounds over all looks, with repeated p values."""
    number, design = len(look.path), look.design
    return msgspec.structs.replace(
        found,
        alpha=design.alpha,
        p_above=_repeated(found.p_above, look),
        p_below=_repeated(found.p_below, look),
        method=f"{found.method}, interim analysis {number} of a group-sequential design",
        source=f"{found.source}; {SPENDING}",
    )


def _repeated(p: float | None, look: _Look) -> float | None:
    """Return the alpha at which the look's level is p; 1 above one half."""
    if p is None or p == 0:
        return p
    design, path = look.design, look.path
    knots = np.unique(np.append(KNOTS, -ndtri(design.alpha)))
    levels = [look_level(design, path, float(ndtr(-knot))) for knot in knots]
    quantile = -float(ndtri(p)) if p < 1 else -inf
    limits = -ndtri(levels)
    if quantile < limits[0]:
        return 1.0
    return float(ndtr(-np.interp(quantile, limits, knots)))


def _wagered(stream: _Stream, limit: float, design: Design) -> Bounds:
    """Return the betting bounds of a confidence sequence, at any number of items."""
    low, high = stream.span
    if len(stream.values) > design.total:
        raise ValueError(f"a look at {len(stream.values)} items of {design.total}")
    if not np.all(np.isfinite(stream.values)) or not low <= limit <= high:
        raise ValueError(f"values must be numbers, not NaN, and the limit in {list(stream.span)}")
    if not len(stream.values):
        return _without(stream, limit, design.alpha, "no items")
    if not np.all((stream.values >= low) & (stream.values <= high)):
        why = f"a confidence sequence needs values in {list(stream.span)}"
        return _without(stream, limit, design.alpha, why)
    found = _separately(stream, limit, design) if stream.separate else None
    found = found or _by_cluster(stream, limit, design.alpha)
    return agreeing(msgspec.structs.replace(found, method=f"{found.method}, confidence sequence"))


def _uneven(bounds: Bounds) -> Bounds:
    return bounds.without("a confidence sequence needs sides of the same weight")


def _separately(stream: _Stream, limit: float, design: Design) -> Bounds:
    finite = design.estimand == "benchmark"
    return betting_bounds(
        stream.values,
        limit,
        alpha=design.alpha,
        support=stream.span,
        population=design.total if finite else None,
        anytime=True,
    )


def _by_cluster(stream: _Stream, limit: float, alpha: float) -> Bounds:
    """Return bounds of sum / weight from one bet a cluster, of which each limit is a test.

    If the mean is the limit, (sum - limit * weight) / (largest weight) is 0 on average.
    """
    _, first, index = np.unique(stream.clusters, return_index=True, return_inverse=True)
    order = np.argsort(first)
    weights = np.bincount(index, weights=stream.weights)[order]
    sums = np.bincount(index, weights=stream.weights * stream.values)[order]
    low, high = stream.span

    def both(place: float) -> tuple[float, float]:
        support = (low - place, high - place)
        stakes = np.clip((sums - place * weights) / weights.max(), *support)
        owned = capital(stakes, 0.0, alpha=alpha, support=support)
        return to_p(float(owned.above.max())), to_p(float(owned.below.max()))

    value, (p_above, p_below) = stream.mean, both(limit)
    return msgspec.structs.replace(
        _without(stream, limit, alpha, "betting on clusters"),
        lower=crossing(lambda place: alpha - both(place)[0], low, value),
        upper=crossing(lambda place: both(place)[1] - alpha, value, high),
        p_above=1.0 if limit >= value else p_above,
        p_below=1.0 if limit <= value else p_below,
        source=BETTING,
    )


def _without(stream: _Stream, limit: float, alpha: float, why: str) -> Bounds:
    return Bounds(
        value=stream.mean if len(stream.values) else None,
        lower=None,
        upper=None,
        alpha=alpha,
        limit=limit,
        p_above=None,
        p_below=None,
        method=why,
        source="",
        n=len(stream.values),
        clusters=len(np.unique(stream.clusters)),
    )


def _at_alpha(bounds: Bounds, design: Design) -> Bounds:
    return msgspec.structs.replace(bounds, alpha=design.alpha)


@lru_cache(maxsize=4096)
def _planned(total: int, benchmark: bool) -> dict[int, float]:
    """Return the planned looks with the share of items that each stands for."""
    shares = (*SCHEDULE, *NEARLY_ALL) if benchmark else SCHEDULE
    found = {ceil(share * total - 1e-9): share for share in shares}
    kept = {count: share for count, share in found.items() if LEAST_ITEMS <= count < total}
    return {**kept, total: 1.0}


def _shares(design: Design, path: Sequence[int]) -> tuple[float, ...]:
    """Return the shares of items at the looks; all of the plan's, where the path follows it.

    So designs of every size share their boundaries: a planned share differs from that of the whole
    numbers by less than one item.
    """
    planned = _planned(design.total, design.estimand == "benchmark")
    if tuple(path) == tuple(planned)[: len(path)]:
        return tuple(planned.values())
    return tuple(planned.get(count, count / design.total) for count in path)


@lru_cache(maxsize=8192)
def _levels(shares: tuple[float, ...], benchmark: bool, alpha: float) -> tuple[float, ...]:
    kept = [share for share in shares if share < 1 or not benchmark]
    spent = [
        max(pair) for pair in zip(obrien_fleming(kept, alpha), cubic(kept, alpha), strict=True)
    ]
    return nominal_alphas(spent, [share / (1 - share) for share in kept] if benchmark else kept)
