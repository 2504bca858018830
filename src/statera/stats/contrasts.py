"""The mean of differences of two arms, item by item, with its interval.

A difference lies in [-1, 1] and is mostly 0: its mean is a share of gains minus a share of losses,
and both are often rare. Read as a share of the range it would have an interval that is too short
where few items differ, and none where none does. Each part has the interval of a mean in [0, 1]
(`stats.means`), and the two are joined by the method of variance estimates recovery with their
correlation, which is negative: an item gains or loses, never both.

Newcombe, Statistics in Medicine 17 (1998) 2635-2650; Zou, Psychological Methods 12 (2007) 399-413.
"""

import msgspec
import numpy as np

from statera.stats.hoeffding import HOEFFDING
from statera.stats.inversion import p_value
from statera.stats.meanbounds import mean_bounds
from statera.stats.means import mean, sample_of
from statera.stats.proportion import CLOPPER
from statera.stats.results import LEVEL, Bounds, Estimate, Items
from statera.stats.spans import Span

SPAN = Span(-1.0, 1.0)
"""The range of a difference of two arms, or of twins."""

MOVER = "Newcombe, Statistics in Medicine 17 (1998) 2635-2650; Zou, Psych. Methods 12 (2007) 399"


def contrast_mean(items: Items, *, level: float = LEVEL) -> Estimate:
    """Return the weighted mean of the items' differences, in [-1, 1], with an interval at `level`.

    There is no interval where either part has none (fewer than 8 clusters that are no single
    trials). ValueError as for the mean, and for a value outside [-1, 1].
    """
    values = np.asarray(items.values, np.float64)
    if values.size and np.max(np.abs(values)) > 1:
        raise ValueError("a difference of two shares lies in [-1, 1]")
    gains, losses = (mean(one, level=level) for one in _parts(items))
    whole = mean(items, level=level)
    ends = _joined(gains, losses, _correlation(items))
    if whole.value is None or ends is None:
        reason = next((one.method for one in (gains, losses) if one.low is None), whole.method)
        return _with(whole, None, None, reason, "")
    low, high = max(-1.0, whole.value - ends[0]), min(1.0, whole.value + ends[1])
    return _with(whole, low, high, f"{_method(gains, losses)}, gains minus losses", MOVER)


def contrast_bounds(items: Items, limit: float, *, alpha: float) -> Bounds:
    """Return one-sided bounds of the mean difference, each at `alpha`, and p values of `limit`.

    Those of the values as shares of the range, unless only Hoeffding's bound holds for them and
    gains and losses can be counted: then those of the exact shares of gains and of losses, each at
    half of alpha, one minus the other. ValueError as for the mean's.
    """
    shares = SPAN.bounds(mean_bounds(SPAN.items(items), SPAN.share(limit), alpha=alpha), limit)
    if shares.source != HOEFFDING or not _counted(items, alpha):
        return shares

    def bound_at(level: float, *, upper: bool) -> float:
        gains, losses = (mean_bounds(one, 0.5, alpha=level / 2) for one in _parts(items))
        if upper:
            return (gains.upper or 0.0) - (losses.lower or 0.0)
        return (gains.lower or 0.0) - (losses.upper or 0.0)

    return msgspec.structs.replace(
        shares,
        lower=bound_at(alpha, upper=False),
        upper=bound_at(alpha, upper=True),
        p_above=p_value(lambda level: bound_at(level, upper=False), limit, side="above"),
        p_below=p_value(lambda level: bound_at(level, upper=True), limit, side="below"),
        method="Clopper-Pearson, gains minus losses",
        source=CLOPPER,
    )


def _counted(items: Items, alpha: float) -> bool:
    """Return whether gains and losses are events of whole clusters, alike in weight."""
    return all(mean_bounds(one, 0.5, alpha=alpha).source == CLOPPER for one in _parts(items))


def _parts(items: Items) -> tuple[Items, Items]:
    """Return the items with what they gain, and with what they lose, in [0, 1]."""
    values = np.asarray(items.values, np.float64)
    return (
        items._replace(values=np.maximum(values, 0.0)),
        items._replace(values=np.maximum(-values, 0.0)),
    )


def _joined(gains: Estimate, losses: Estimate, correlation: float) -> tuple[float, float] | None:
    """Return how far the interval goes down and up from the mean, or None."""
    if gains.low is None or losses.low is None:
        return None
    down = _arms(gains)[0], _arms(losses)[1]
    up = _arms(gains)[1], _arms(losses)[0]
    return _root(*down, correlation), _root(*up, correlation)


def _arms(found: Estimate) -> tuple[float, float]:
    value, low, high = found.value or 0.0, found.low or 0.0, found.high or 0.0
    return value - low, high - value


def _root(one: float, other: float, correlation: float) -> float:
    return float(np.sqrt(max(0.0, one**2 + other**2 - 2 * correlation * one * other)))


def _correlation(items: Items) -> float:
    """Return the correlation of the clusters' gains and losses about their means, 0 where none."""
    sample = sample_of(items)
    if not len(sample.values):
        return 0.0
    parts = [np.maximum(sign * sample.values, 0.0) for sign in (1.0, -1.0)]
    off = [
        np.bincount(
            sample.cluster,
            weights=sample.weights * (part - np.average(part, weights=sample.weights)),
        )
        for part in parts
    ]
    scale = float(np.sqrt(np.sum(off[0] ** 2) * np.sum(off[1] ** 2)))
    return float(np.sum(off[0] * off[1])) / scale if scale else 0.0


def _method(gains: Estimate, losses: Estimate) -> str:
    return gains.method if gains.method != "Wilson" else losses.method


def _with(
    found: Estimate, low: float | None, high: float | None, method: str, source: str
) -> Estimate:
    return Estimate(
        value=found.value,
        low=low,
        high=high,
        level=found.level,
        method=method,
        n=found.n,
        clusters=found.clusters,
        source=source,
        error=found.error,
    )
