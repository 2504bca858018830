"""Intervals of a run that stopped early: its size depends on its answers, so fixed ones would lie.

Confidence sequences hold at any time, whatever ended the run (`stats.sequential`). They are wider.
"""

import msgspec
import numpy as np

from statera.analysis.frame import Early, Frame
from statera.protocols import Metric
from statera.stats.results import Difference, Estimate, Pairs
from statera.stats.sequential import mean_look, open_end, paired_look
from statera.stats.spans import Span

NO_MACRO = "no interval for a mean over categories of a run that stopped early"
MIXED = "runs that stopped early, together in no known order"
MIDDLE = 0.5


def anytime_estimate(frame: Frame, metric: Metric, category: str | None) -> Estimate:
    """Return the metric's estimate with an interval, at its own level, that holds at any time."""
    items = frame.items(metric.name, category)
    found = metric.estimate(items)
    if found.value is None:
        return found
    if not metric.by_category or frame.early == "mixed":
        why = MIXED if metric.by_category else NO_MACRO
        return msgspec.structs.replace(found, low=None, high=None, method=why, source="")
    span = Span(*metric.bounds)
    looked = mean_look(span.items(items), MIDDLE, design=open_end((1 - found.level) / 2))
    bounds = span.bounds(looked, span.value(MIDDLE))
    return msgspec.structs.replace(
        found,
        low=bounds.lower,
        high=bounds.upper,
        method=bounds.method,
        source=bounds.source,
    )


def anytime_difference(pairs: Pairs, found: Difference, *, order: Early) -> Difference:
    """Return the difference with interval and p that hold at any time, at its own level.

    p is twice the smaller one-sided p value. Pairs in no known order have neither.
    """
    if found.value is None or not len(np.asarray(pairs.candidate)):
        return found
    if order == "mixed":
        return msgspec.structs.replace(
            found, low=None, high=None, method=MIXED, source="", p=None, test="none"
        )
    bounds = paired_look(pairs, 0.0, design=open_end((1 - found.level) / 2))
    sides = [p for p in (bounds.p_above, bounds.p_below) if p is not None]
    return msgspec.structs.replace(
        found,
        low=bounds.lower,
        high=bounds.upper,
        method=bounds.method,
        source=bounds.source,
        p=min(1.0, 2 * min(sides)) if sides else None,
        test=bounds.method if sides else "none",
    )
