"""Amounts of an outcome as texts: as many decimals as its interval and its limit deserve."""

from math import floor, isfinite, log10

from statera.analysis.experiments.result import Contrast
from statera.report.numbers import NONE, minus

_LEAST, _MOST = 1, 8
_SHARE = 3


def decimals(contrast: Contrast) -> int:
    """Return how many decimals tell the contrast's bounds, its limit and 0 apart.

    Two digits of whichever is smaller, the interval's width or the limit; three decimals at least
    where all numbers are at most 1. At most two more where a bound would else look like 0 or like
    the limit, as it is the side on which it lies that decides.
    """
    low, high, limit = contrast.low, contrast.high, abs(contrast.limit)
    width = None if low is None or high is None else high - low
    steps = [step for step in (width, limit) if step and isfinite(step)]
    needed = max((1 - floor(log10(step)) for step in steps), default=_SHARE)
    small = all(abs(v) <= 1 for v in (contrast.base.value, contrast.candidate.value) if v)
    places = max(needed, _SHARE if small else _LEAST)
    gaps = [abs(b - edge) for b in (low, high) if b is not None for edge in (0.0, limit, -limit)]
    close = [-floor(log10(gap)) for gap in gaps if 0 < gap < 0.5 * 10.0**-places]
    return min(_MOST, max([places, *(min(one, places + 2) for one in close)]))


def amount(value: float | None, places: int) -> str:
    """Return a value of an arm."""
    return NONE if value is None else minus(f"{value:z,.{places}f}")


def change(value: float | None, places: int) -> str:
    """Return a difference, with its sign."""
    return NONE if value is None else minus(f"{value:+z,.{places}f}")


def span(low: float | None, high: float | None, places: int) -> str:
    """Return `+0.010 to +0.048`, `at most +0.003`, `at least …`, or "" without any bound."""
    if low is None and high is None:
        return ""
    if low is None:
        return f"at most {change(high, places)}"
    if high is None:
        return f"at least {change(low, places)}"
    return f"{change(low, places)} to {change(high, places)}"


def share(part: float | None) -> str:
    """Return a share as a percentage with one decimal: `49.8 %`."""
    return NONE if part is None else f"{100 * part:.1f} %"


def probability(value: float | None) -> str:
    """Return a p value: four decimals, or `< 0.0001`."""
    if value is None:
        return NONE
    return "< 0.0001" if value < 1e-4 else f"{value:.4f}"
