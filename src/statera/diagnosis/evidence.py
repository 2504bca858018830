"""What each number may be called: it moved, it is the same, or that cannot be told.

A signal **moved** when its p value, by Holm over all signals of the diagnosis, is below alpha: the
chance of any false alarm is at most alpha. It is the **same** when two one-sided tests say so
(Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657-680); "no significant
change" is never the same. Otherwise it is undetermined, with the number of items it would take.
What the log of an imported run cannot tell from wrong is **untold**: neither moved nor the same.
"""

from collections.abc import Sequence
from math import ceil, log
from statistics import NormalDist
from typing import Literal

import msgspec
import numpy as np

from statera.diagnosis.measurements import Kind, Measured, measurements
from statera.diagnosis.scopes import Scope, Terms
from statera.stats.clusterrobust import MIN_CLUSTERS, cluster_mean
from statera.stats.multiplicity import holm
from statera.stats.pairedbounds import difference_bounds
from statera.stats.results import Bounds, Difference, Pairs
from statera.stats.sequential import open_end, paired_look

Move = Literal["up", "down", "none"]
State = Literal["up", "down", "same", "untold", "undetermined"]
POWER = 0.8
BESIDE: tuple[Kind, ...] = ("steady", "public", "held-out")
"""Read beside a tested signal, and so no test of their own among the others."""


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One number of both runs. `difference` is candidate - base with its interval at `level`.

    `moved` says which way it surely went, `same` that it surely lies within `margin` of the base
    (both may hold of a small change). `needed` is about how many items would show "same" with power
    0.8 if the runs were alike; None where that is not known, or a run stopped early. `p_adjusted`
    is None for what is only read beside a tested signal. `told` is False for an outcome that the
    log of an imported run cannot tell from wrong: nothing else is known of it.
    """

    task: str
    kind: Kind
    metric: str
    n: int
    base: float | None
    candidate: float | None
    difference: float | None
    low: float | None
    high: float | None
    level: float
    p: float | None
    p_adjusted: float | None
    moved: Move
    same: bool
    margin: float
    needed: int | None
    method: str
    told: bool = True

    @property
    def state(self) -> State:
        """What it may be called."""
        if not self.told:
            return "untold"
        if self.moved != "none":
            return self.moved
        return "same" if self.same else "undetermined"

    @property
    def worse(self) -> bool:
        """Whether it surely moved the bad way."""
        bad = "down" if self.kind in ("right", "solved", "steady", "quality") else "up"
        return self.moved == bad and self.kind not in ("public", "held-out")


def signals(
    scopes: Sequence[Scope], terms: Terms, *, rng: np.random.Generator
) -> tuple[Signal, ...]:
    """Return every signal that the scopes can give, judged together."""
    measured = measurements(scopes, terms, rng=rng)
    raw = [_p(one, terms) for one in measured]
    tested = [p if one.kind not in BESIDE else None for one, p in zip(measured, raw, strict=True)]
    judged = zip(measured, raw, holm(tested), strict=True)
    return tuple(_judged(one, p, adjusted, terms) for one, p, adjusted in judged)


def _p(measured: Measured, terms: Terms) -> float | None:
    """Return the two-sided p value; where clusters moved all alike, that of the one-sided bounds.

    A run in which every answer became wrong has no spread, and yet nothing is surer.
    """
    if measured.found.p is not None or measured.pairs is None or measured.early:
        return measured.found.p
    bounds = difference_bounds(measured.pairs, 0.0, alpha=terms.alpha)
    if bounds.p_above is None or bounds.p_below is None:
        return None
    return min(1.0, 2 * min(bounds.p_above, bounds.p_below))


def _judged(measured: Measured, p: float | None, p_adjusted: float | None, terms: Terms) -> Signal:
    found = measured.found
    return Signal(
        task=measured.task,
        kind=measured.kind,
        metric=measured.metric,
        n=found.n,
        base=found.base,
        candidate=found.candidate,
        difference=found.value,
        low=found.low,
        high=found.high,
        level=found.level,
        p=p,
        p_adjusted=p_adjusted,
        moved=_moved(found, p if measured.kind in BESIDE else p_adjusted, terms),
        same=_same(measured, terms),
        margin=terms.margin,
        needed=needed_items(measured, terms),
        method=found.method,
        told=measured.told,
    )


def _moved(found: Difference, p: float | None, terms: Terms) -> Move:
    if p is None or not found.value or p >= terms.alpha:
        return "none"
    return "up" if found.value > 0 else "down"


def _same(measured: Measured, terms: Terms) -> bool:
    """Return whether two one-sided tests at alpha say that it lies inside the margin.

    `stats.equivalence` asks the same and makes p values too, at three times the cost.
    """
    if measured.pairs is None:
        return _same_by_interval(measured.found, terms)
    if measured.early == "mixed":
        return False
    bounds = _bounds(measured.pairs, terms, early=bool(measured.early))
    if bounds.lower is None or bounds.upper is None:
        return False
    return -terms.margin < bounds.lower and bounds.upper < terms.margin


def _bounds(pairs: Pairs, terms: Terms, *, early: bool) -> Bounds:
    """Return one-sided bounds at alpha, that hold at any time where a run stopped early."""
    if early:
        return paired_look(pairs, terms.margin, design=open_end(terms.alpha))
    return difference_bounds(pairs, terms.margin, alpha=terms.alpha)


def _same_by_interval(found: Difference, terms: Terms) -> bool:
    if found.value is None or found.low is None or found.high is None:
        return False
    one_sided = NormalDist().inv_cdf(1 - terms.alpha)
    half = one_sided * (found.high - found.low) / 2 / _width(found.level)
    return abs(found.value) + half < terms.margin


def needed_items(measured: Measured, terms: Terms) -> int | None:
    """Return about how many items would show "same" with power 0.8 if the runs were alike.

    v ((z_(1-alpha) + z_(1-beta/2)) / margin)^2 (Julious, Statistics in Medicine 23 (2004)
    1921-1986, section 4), with v the variance of an item's difference, clusters allowed for, as if
    at least one item had differed; and no less than log(1 / alpha) / margin, since so many must
    come out alike. None where the variance is not known, or a run stopped early.
    """
    variance = None if measured.early else _variance(measured)
    if variance is None:
        return None
    normal = NormalDist()
    wanted = normal.inv_cdf(1 - terms.alpha) + normal.inv_cdf((1 + POWER) / 2)
    alike = log(1 / terms.alpha) / terms.margin
    return ceil(max(variance * (wanted / terms.margin) ** 2, alike))


def _variance(measured: Measured) -> float | None:
    """Return n times the variance of the mean difference, at least that of one differing item."""
    found = measured.found
    if measured.pairs is None:
        if found.low is None or found.high is None:
            return None
        return found.n * ((found.high - found.low) / 2 / _width(found.level)) ** 2
    if found.clusters < MIN_CLUSTERS:
        return None
    change = np.asarray(measured.pairs.candidate) - np.asarray(measured.pairs.base)
    _, index = np.unique(np.asarray(measured.pairs.clusters), return_inverse=True)
    variance = found.n * cluster_mean(change, np.ones(found.n), index).variance
    return max(float(variance), 1 / found.n)


def _width(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
