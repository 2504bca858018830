"""How a target's bounds are made: for data of a fixed size, or for a run that stopped early."""

from typing import Protocol

from statera.analysis.anytime import MIXED
from statera.analysis.frame import Early
from statera.gate.rules import Target
from statera.protocols import Metric
from statera.stats.contrasts import SPAN, contrast_bounds
from statera.stats.meanbounds import mean_bounds
from statera.stats.pairedbounds import difference_bounds
from statera.stats.results import Bounds, Items, Pairs
from statera.stats.sequential import mean_look, open_end, paired_look
from statera.stats.spans import Span


class Bounding(Protocol):
    """Makes the bounds that a target is judged by."""

    def mean(self, target: Target, items: Items, *, alpha: float) -> Bounds:
        """Return the bounds of the candidate's own number."""
        ...

    def difference(self, target: Target, pairs: Pairs, *, alpha: float) -> Bounds:
        """Return the bounds of candidate minus the other run."""
        ...


class FixedSize:
    """Bounds for data whose size was not chosen by what they say."""

    def mean(self, target: Target, items: Items, *, alpha: float) -> Bounds:
        """Return the bounds of the candidate's own number."""
        return mean_bounds(items, target.limit, alpha=alpha)

    def difference(self, target: Target, pairs: Pairs, *, alpha: float) -> Bounds:
        """Return the bounds of candidate minus the other run."""
        return difference_bounds(pairs, target.limit, alpha=alpha)


class AnyTime:
    """Bounds that hold whatever made the data end where they do: confidence sequences.

    Items and pairs come in the order in which they were asked.
    """

    def mean(self, target: Target, items: Items, *, alpha: float) -> Bounds:
        """Return the bounds of the candidate's own number."""
        return mean_look(items, target.limit, design=open_end(alpha))

    def difference(self, target: Target, pairs: Pairs, *, alpha: float) -> Bounds:
        """Return the bounds of candidate minus the other run."""
        return paired_look(pairs, target.limit, design=open_end(alpha))


class NoBounds:
    """No bounds: the data ended early, and the order in which they were asked is not known."""

    def mean(self, target: Target, items: Items, *, alpha: float) -> Bounds:
        """Return the candidate's own number without bounds."""
        return mean_bounds(items, target.limit, alpha=alpha).without(MIXED)

    def difference(self, target: Target, pairs: Pairs, *, alpha: float) -> Bounds:
        """Return candidate minus the other run without bounds."""
        return difference_bounds(pairs, target.limit, alpha=alpha).without(MIXED)


class InSpan:
    """Bounds of a metric whose values lie in another range than [0, 1]: those of its shares."""

    def __init__(self, inner: Bounding, span: Span) -> None:
        self._inner, self._span = inner, span

    def mean(self, target: Target, items: Items, *, alpha: float) -> Bounds:
        """Return the bounds of the candidate's own number."""
        within = target._replace(limit=self._span.share(target.limit))
        found = self._inner.mean(within, self._span.items(items), alpha=alpha)
        return self._span.bounds(found, target.limit)

    def difference(self, target: Target, pairs: Pairs, *, alpha: float) -> Bounds:
        """Return the bounds of candidate minus the other run."""
        within = target._replace(limit=target.limit / self._span.width)
        found = self._inner.difference(within, self._span.pairs(pairs), alpha=alpha)
        return self._span.gap_bounds(found, target.limit)


class InContrast(InSpan):
    """Bounds of a difference of two arms: where they are rare, those of gains minus losses."""

    def mean(self, target: Target, items: Items, *, alpha: float) -> Bounds:
        """Return the bounds of the candidate's own number."""
        return contrast_bounds(items, target.limit, alpha=alpha)


def in_span(bounding: Bounding, metric: Metric) -> Bounding:
    """Return bounds that fit the range of the metric's values."""
    span = Span(*metric.bounds)
    if span == SPAN and isinstance(bounding, FixedSize):
        return InContrast(bounding, span)
    return bounding if span.plain else InSpan(bounding, span)


BOUNDINGS: dict[Early, Bounding] = {"": FixedSize(), "seeded": AnyTime(), "mixed": NoBounds()}
"""The bounds that fit, by how the runs came to their size."""
