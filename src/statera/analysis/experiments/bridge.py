"""Do our offline numbers predict what users did? Sign agreement and slope, by offline metric.

found = bridge(pairs)
found.metrics[0].verdict, found.metrics[0].slope, found.metrics[0].agreement

A pair is one arm of one past experiment: its offline difference to the base in one metric, and its
online difference in the primary outcome, both turned so that above 0 is better.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from statera.stats.noisyslope import LEAST, Slope, noisy_slope, sign_agreement
from statera.stats.results import LEVEL, Estimate

Trust = Literal["predicts", "does not predict", "not known"]


class Pair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was measured of one arm before and after; errors are standard errors above 0."""

    experiment: str
    metric: str
    offline: float
    offline_error: float
    online: float
    online_error: float
    arm: str = ""
    outcome: str = ""


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """An arm that a release ruling allowed, and how it then stood with users."""

    experiment: str
    arm: str
    ruling: str
    gate: str
    online: str


class MetricBridge(msgspec.Struct, frozen=True, kw_only=True):
    """One offline metric over past experiments.

    `agreement` is the share of arms whose two differences have the same sign, `slope` what a gain
    of 1 offline went with online. `predicts` where the slope's interval lies above 0, `does not
    predict` where it lies at or below 0; else `not known`.
    """

    metric: str
    n: int
    agreement: Estimate
    slope: Slope
    verdict: Trust
    told: str


class Bridge(msgspec.Struct, frozen=True, kw_only=True):
    """All metrics, the arms that gates allowed, and the pairs behind."""

    metrics: tuple[MetricBridge, ...]
    allowed: tuple[Allowed, ...]
    pairs: tuple[Pair, ...]


def bridge(
    pairs: Sequence[Pair], allowed: Sequence[Allowed] = (), *, level: float = LEVEL
) -> Bridge:
    """Return what past experiments say of each offline metric, in the order of first mention."""
    names = dict.fromkeys(pair.metric for pair in pairs)
    return Bridge(
        metrics=tuple(_metric(name, pairs, level) for name in names),
        allowed=tuple(allowed),
        pairs=tuple(pairs),
    )


def _metric(name: str, pairs: Sequence[Pair], level: float) -> MetricBridge:
    own = [pair for pair in pairs if pair.metric == name]
    x, x_error = np.array([(pair.offline, pair.offline_error) for pair in own]).T
    y, y_error = np.array([(pair.online, pair.online_error) for pair in own]).T
    slope = noisy_slope(x, x_error, y, y_error, level=level)
    verdict = _verdict(slope)
    return MetricBridge(
        metric=name,
        n=len(own),
        agreement=sign_agreement(x, y, level=level),
        slope=slope,
        verdict=verdict,
        told=_told(slope, verdict),
    )


def _verdict(slope: Slope) -> Trust:
    if slope.low is not None and slope.low > 0:
        return "predicts"
    if slope.high is not None and slope.high <= 0:
        return "does not predict"
    return "not known"


def _told(slope: Slope, verdict: Trust) -> str:
    if slope.value is None:
        return f"{slope.n} of the {LEAST} experiments that a slope needs"
    if verdict == "predicts":
        return "a gain offline went with a gain for users"
    if verdict == "does not predict":
        return "a gain offline went with no gain for users, or with a loss"
    return "these experiments do not tell; gains offline may or may not reach users"
