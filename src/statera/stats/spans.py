"""Values in a known range other than [0, 1], read as shares of it, and results read back.

A contrast of two arms lies in [-1, 1]. Intervals and bounds for shares never leave the range and
hold for few items; those for values of unknown range do neither.

>>> span = Span(-1.0, 1.0)
>>> span.share(0.5), span.value(0.75)
(0.75, 0.5)
"""

from typing import NamedTuple

import msgspec
import numpy as np

from statera.stats.results import Bounds, Difference, Estimate, Items, Pairs


class Span(NamedTuple):
    """The range `low` to `high` of a metric's values; `low` is less than `high`."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """The length of the range."""
        return self.high - self.low

    @property
    def plain(self) -> bool:
        """True for [0, 1], where shares are the values themselves."""
        return self.low == 0 and self.high == 1

    def share(self, value: float) -> float:
        """Return where in the range a value lies, in [0, 1]."""
        return (value - self.low) / self.width

    def value(self, share: float) -> float:
        """Return the value at a share of the range."""
        return self.low + self.width * share

    def items(self, items: Items) -> Items:
        """Return the items with shares for values."""
        return items._replace(values=_shares(items.values, self))

    def pairs(self, pairs: Pairs) -> Pairs:
        """Return the pairs with shares for values."""
        sides = _shares(pairs.candidate, self), _shares(pairs.base, self)
        return pairs._replace(candidate=sides[0], base=sides[1])

    def estimate(self, found: Estimate) -> Estimate:
        """Return an estimate of shares as one of values."""
        ends = {name: self._value(getattr(found, name)) for name in ("value", "low", "high")}
        return msgspec.structs.replace(found, **ends, error=self._gap(found.error))

    def difference(self, found: Difference) -> Difference:
        """Return a difference of shares as one of values."""
        gaps = {name: self._gap(getattr(found, name)) for name in ("value", "low", "high")}
        means = {name: self._value(getattr(found, name)) for name in ("candidate", "base")}
        return msgspec.structs.replace(found, **gaps, **means)

    def bounds(self, found: Bounds, limit: float) -> Bounds:
        """Return the bounds of a mean of shares as those of values; `limit` is a value."""
        ends = {name: self._value(getattr(found, name)) for name in ("value", "lower", "upper")}
        return msgspec.structs.replace(found, limit=limit, **ends)

    def gap_bounds(self, found: Bounds, limit: float) -> Bounds:
        """Return the bounds of a difference of shares as those of values; `limit` is a value."""
        ends = {name: self._gap(getattr(found, name)) for name in ("value", "lower", "upper")}
        return msgspec.structs.replace(found, limit=limit, **ends)

    def _value(self, share: float | None) -> float | None:
        return None if share is None else self.value(share)

    def _gap(self, share: float | None) -> float | None:
        return None if share is None else self.width * share


def _shares(values: object, span: Span) -> "np.ndarray":
    return (np.asarray(values, dtype=np.float64) - span.low) / span.width
