"""The mean of differences of two arms, item by item, with its interval.

A difference lies in [-1, 1] and is mostly 0: its mean is a share of gains minus a share of losses,
and both are often rare. Read as a share of the range it would have an interval that is too short
where few items differ, and none where none does. Each part has the interval of a mean in [0, 1]
(`stats.means`), and the two are joined by the method of variance estimates recovery with their
correlation, which is negative: an item gains or loses, never both.

Newcombe, Statistics in Medicine 17 (1998) 2635-2650; Zou, Psychological Methods 12 (2007) 399-413.
"""

import numpy as np

from statera.stats.means import mean, sample_of
from statera.stats.results import LEVEL, Estimate, Items

MOVER = "Newcombe, Statistics in Medicine 17 (1998) 2635-2650; Zou, Psych. Methods 12 (2007) 399"


def contrast_mean(items: Items, *, level: float = LEVEL) -> Estimate:
    """Return the weighted mean of the items' differences, in [-1, 1], with an interval at `level`.

    There is no interval where either part has none (fewer than 8 clusters that are no single
    trials). ValueError as for the mean, and for a value outside [-1, 1].
    """
    values = np.asarray(items.values, np.float64)
    if values.size and np.max(np.abs(values)) > 1:
        raise ValueError("a difference of two shares lies in [-1, 1]")
    gains, losses = (
        mean(items._replace(values=np.maximum(sign * values, 0.0)), level=level)
        for sign in (1.0, -1.0)
    )
    whole = mean(items, level=level)
    ends = _joined(gains, losses, _correlation(items))
    if whole.value is None or ends is None:
        reason = next((one.method for one in (gains, losses) if one.low is None), whole.method)
        return _with(whole, None, None, reason, "")
    low, high = max(-1.0, whole.value - ends[0]), min(1.0, whole.value + ends[1])
    return _with(whole, low, high, f"{_method(gains, losses)}, gains minus losses", MOVER)


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
    )
