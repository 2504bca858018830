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

from statera.interop.pastexperiments import PastExperiment
from statera.stats.noisyslope import LEAST, Slope, noisy_slope, sign_agreement
from statera.stats.results import Estimate

Trust = Literal["predicts", "does not predict", "not known"]


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """An arm that a release ruling allowed, and how it then stood with users."""

    experiment: str
    arm: str
    ruling: str
    gate: str
    online: str


class MetricBridge(msgspec.Struct, frozen=True, kw_only=True):
    """One offline metric and one online `outcome`, over `n` past experiments: means of their arms.

    `agreement` is the share of experiments whose two differences have the same sign, `slope` what a
    gain of 1 offline went with online. `predicts` where the slope's interval lies above 0, `does
    not predict` where it lies at or below 0; else `not known`.
    """

    metric: str
    n: int
    agreement: Estimate
    slope: Slope
    verdict: Trust
    told: str
    outcome: str = ""


class Bridge(msgspec.Struct, frozen=True, kw_only=True):
    """All metrics, the arms that gates allowed, and the pairs behind."""

    metrics: tuple[MetricBridge, ...]
    allowed: tuple[Allowed, ...]
    pairs: tuple[PastExperiment, ...]


def bridge(pairs: Sequence[PastExperiment], allowed: Sequence[Allowed] = ()) -> Bridge:
    """Return what past experiments say of each offline metric, in the order of first mention.

    Outcomes of other names have other units: each is a line of its own.
    """
    groups: dict[tuple[str, str], list[PastExperiment]] = {}
    for pair in pairs:
        groups.setdefault((pair.metric, pair.outcome), []).append(pair)
    return Bridge(
        metrics=tuple(_metric(own) for own in groups.values()),
        allowed=tuple(allowed),
        pairs=tuple(pairs),
    )


def _metric(pairs: Sequence[PastExperiment]) -> MetricBridge:
    found = _by_experiment(pairs)
    x, x_error, y, y_error = found.T
    slope = noisy_slope(x, x_error, y, y_error)
    verdict = _verdict(slope)
    return MetricBridge(
        metric=pairs[0].metric,
        outcome=pairs[0].outcome,
        n=len(found),
        agreement=sign_agreement(x, y),
        slope=slope,
        verdict=verdict,
        told=_told(slope, verdict),
    )


def _by_experiment(pairs: Sequence[PastExperiment]) -> np.ndarray:
    """Return offline, its error, online, its error, (experiments, 4): means over their arms.

    Arms of one experiment are compared with one base, whose true value and whose error they share:
    they are no experiments of their own. Half of each difference's variance is taken to be the
    base's, so that k arms have the mean variance times (1 + 1/k) / 2.
    """
    groups: dict[str, list[PastExperiment]] = {}
    for pair in pairs:
        groups.setdefault(pair.experiment, []).append(pair)
    rows = []
    for arms in groups.values():
        shared = (1 + 1 / len(arms)) / 2
        table = np.array(
            [(one.offline, one.offline_error, one.online, one.online_error) for one in arms]
        )
        errors = np.sqrt(shared * np.mean(table[:, 1::2] ** 2, axis=0))
        means = table[:, ::2].mean(axis=0)
        rows.append((means[0], errors[0], means[1], errors[1]))
    return np.array(rows)


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
