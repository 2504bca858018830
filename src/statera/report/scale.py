"""From numbers to places: an axis with round ticks that covers what is drawn on it."""

from collections.abc import Iterable
from math import ceil, floor, isfinite, log10
from typing import NamedTuple

from statera.report.numbers import minus

STEPS = 5
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_EDGE = 1e-9


class Scale(NamedTuple):
    """An axis from `low` to `high`; both are ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """Return the place of a value in per cent; beyond the axis it is the axis's end."""
        share = (value - self.low) / (self.high - self.low)
        return 100 * min(1.0, max(0.0, share))

    def label(self, tick: float) -> str:
        """Return a tick with as many decimals as tell all of them apart."""
        step = self.ticks[1] - self.ticks[0]
        decimals = next(d for d in range(9) if d == 8 or abs(step - round(step, d)) < _EDGE)
        return minus(f"{tick:.{decimals}f}") if abs(tick) > _EDGE else "0"


def scale(values: Iterable[float | None], *, empty: tuple[float, float] = (0.0, 1.0)) -> Scale:
    """Return the axis of at most six round ticks that covers the values.

    Values that are None or not finite do not count; without others the axis covers `empty`.
    """
    known = [value for value in values if value is not None and isfinite(value)] or list(empty)
    low, high = min(known), max(known)
    if high - low < _EDGE:
        low, high = low - 0.05, high + 0.05
    step = _step(high - low)
    first, last = floor(low / step + _EDGE), ceil(high / step - _EDGE)
    ticks = tuple(step * number for number in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], ticks)


def _step(span: float) -> float:
    """Return the least round number that divides the span into at most five."""
    power = 10.0 ** floor(log10(span / STEPS))
    return next(power * factor for factor in _ROUND if power * factor * STEPS >= span * (1 - _EDGE))
