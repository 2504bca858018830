"""Bounds for the mean of these very items, when only some of them have been asked.

Items asked in random order are drawn without replacement: what is left to learn is only the rest.
With share f of the items asked the variance of a mean is 1 - f of what it is for the population
that the items stand for (Cochran, Sampling Techniques, 1977, eq. 2.20), and right or wrong items
are hypergeometric, which needs no approximation.
"""

from collections.abc import Callable
from math import floor, inf, nextafter, sqrt
from typing import NamedTuple

import msgspec
import numpy as np
from scipy.special import gammaln

from statera.stats.results import Bounds

Fixed = Callable[[float, float], Bounds]
CORRECTION = "Cochran 1977, eq. 2.20"
WHOLE = 1e-9


class Question(NamedTuple):
    """Beyond which limit, at which one-sided error; `span` holds the least and largest mean."""

    limit: float
    alpha: float
    span: tuple[float, float]


class Sample(NamedTuple):
    """How many items were right, of how many asked, of how many in all."""

    right: int
    asked: int
    total: int


def shrunk(fixed: Fixed, question: Question, *, share: float) -> Bounds:
    """Return the bounds of `fixed(limit, alpha)` drawn closer to the value by sqrt(1 - share).

    A p value is that of the limit drawn as much away from the value; beyond the span it is taken at
    its end, where the rest of the items could not make up for it.
    """
    limit, alpha, span = question
    plain = fixed(limit, alpha)
    if plain.value is None or plain.lower is None or plain.upper is None:
        return plain
    value, scale = plain.value, sqrt(1 - share)
    place = value - (value - limit) / scale
    if span[0] <= limit <= span[1]:
        place = min(max(place, span[0]), span[1])
    found = fixed(place, alpha)
    bounds = msgspec.structs.replace(
        plain,
        lower=_drawn(value, found.lower, scale),
        upper=_drawn(value, found.upper, scale),
        p_above=found.p_above,
        p_below=found.p_below,
        method=f"{found.method}, of these items",
        source=f"{found.source}; {CORRECTION}",
    )
    return agreeing(bounds)


def all_asked(bounds: Bounds) -> Bounds:
    """Return the mean of all the items as it is: nothing is left to ask, so nothing is unsure.

    A value at the limit, but for rounding, is neither above nor below it.
    """
    value, limit = bounds.value, bounds.limit
    if value is None:
        return bounds
    known = msgspec.structs.replace(
        bounds,
        lower=value,
        upper=value,
        p_above=0.0 if value - limit > WHOLE else 1.0,
        p_below=0.0 if limit - value > WHOLE else 1.0,
        method="all items asked",
        source="",
    )
    return agreeing(known)


def hypergeometric_bounds(sample: Sample, limit: float, *, alpha: float) -> Bounds:
    """Return exact bounds of the share of all items that is right, from a random part of them.

    By inversion of the hypergeometric test, each at `alpha`. ValueError for impossible counts or
    alpha outside (0, 1).
    """
    right, asked, total = sample
    if not 0 <= right <= asked <= total or not asked:
        raise ValueError(f"{right} right of {asked} asked of {total} is impossible")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie in (0, 1), got {alpha}")
    wrong = Sample(asked - right, asked, total)
    most = floor(limit * total + WHOLE)
    least = floor((1 - limit) * total + WHOLE)
    return Bounds(
        value=right / asked,
        lower=_fewest(sample, alpha) / total,
        upper=(total - _fewest(wrong, alpha)) / total,
        alpha=alpha,
        limit=limit,
        p_above=_tail(sample, most),
        p_below=_tail(wrong, least),
        method="exact hypergeometric, of these items",
        source="Cochran 1977, section 3.5",
        n=asked,
        clusters=asked,
    )


def agreeing(bounds: Bounds) -> Bounds:
    """Return the bounds, with rounding kept from telling another tale than the p values."""
    lower, upper, limit = bounds.lower, bounds.upper, bounds.limit
    if bounds.p_above is None or bounds.p_below is None or lower is None or upper is None:
        return bounds
    above, below = bounds.p_above < bounds.alpha, bounds.p_below < bounds.alpha
    lower = max(lower, nextafter(limit, inf)) if above else min(lower, limit)
    upper = min(upper, nextafter(limit, -inf)) if below else max(upper, limit)
    return msgspec.structs.replace(bounds, lower=lower, upper=upper)


def _drawn(value: float, bound: float | None, scale: float) -> float | None:
    return None if bound is None else value - (value - bound) * scale


def _fewest(sample: Sample, alpha: float) -> int:
    """Return the least number right among all that makes so many right in the part likely."""
    low, high = sample.right - 1, sample.total - sample.asked + sample.right
    while high - low > 1:
        middle = (low + high) // 2
        if _tail(sample, middle) >= alpha:
            high = middle
        else:
            low = middle
    return high


def _tail(sample: Sample, all_right: int) -> float:
    """Return the chance of at least so many right in the part, if `all_right` are in all."""
    right, asked, total = sample
    if right <= max(0, asked - total + all_right):
        return 1.0
    if all_right < right:
        return 0.0
    found = np.arange(right, min(asked, all_right) + 1)
    ways = _ways(all_right, found) + _ways(total - all_right, asked - found)
    return min(1.0, float(np.exp(ways - _ways(total, np.array(asked))).sum()))


def _ways(size: int, chosen: np.ndarray) -> np.ndarray:
    return np.asarray(gammaln(size + 1) - gammaln(chosen + 1) - gammaln(size - chosen + 1))
