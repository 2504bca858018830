"""What each number may be called: it moved, it is the same, or that cannot be told.

A signal **moved** when its p value, by Holm over all signals of the diagnosis, is below alpha: the
chance of any false alarm is at most alpha. It is the **same** when two one-sided tests say so
(Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657-680); "no significant
change" is never the same. Otherwise it is undetermined, with the number of items it would take.
"""

from collections.abc import Sequence
from math import ceil
from statistics import NormalDist
from typing import Literal

import msgspec
import numpy as np

from statera.diagnosis.measurements import Kind, Measured, measurements
from statera.diagnosis.scopes import Scope, Terms
from statera.stats.multiplicity import holm
from statera.stats.pairedbounds import difference_bounds
from statera.stats.results import Difference

Move = Literal["up", "down", "none"]
POWER = 0.8
BESIDE: tuple[Kind, ...] = ("steady", "public", "held-out")
"""Read beside a tested signal, and so no test of their own among the others."""


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One number of both runs. `difference` is candidate - base with its interval at `level`.

    `moved` says which way it surely went, `same` that it surely lies within `margin` of the base
    (both may hold of a small change). `needed` is about how many items would show "same" with power
    0.8 if the runs were alike; None where that is not known. `p_adjusted` is None for what is only
    read beside a tested signal.
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

    @property
    def state(self) -> Literal["up", "down", "same", "undetermined"]:
        """What it may be called."""
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
    adjusted = holm([None if m.kind in BESIDE else m.found.p for m in measured])
    return tuple(_judged(m, p, terms) for m, p in zip(measured, adjusted, strict=True))


def _judged(measured: Measured, p_adjusted: float | None, terms: Terms) -> Signal:
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
        p=found.p,
        p_adjusted=p_adjusted,
        moved=_moved(found, found.p if measured.kind in BESIDE else p_adjusted, terms),
        same=_same(measured, terms),
        margin=terms.margin,
        needed=needed_items(found, terms),
        method=found.method,
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
    bounds = difference_bounds(measured.pairs, terms.margin, alpha=terms.alpha)
    if bounds.lower is None or bounds.upper is None:
        return False
    return -terms.margin < bounds.lower and bounds.upper < terms.margin


def _same_by_interval(found: Difference, terms: Terms) -> bool:
    if found.value is None or found.low is None or found.high is None:
        return False
    one_sided = NormalDist().inv_cdf(1 - terms.alpha)
    half = one_sided * (found.high - found.low) / 2 / _width(found.level)
    return abs(found.value) + half < terms.margin


def needed_items(found: Difference, terms: Terms) -> int | None:
    """Return about how many items would show "same" with power 0.8 if the runs were alike.

    n * ((z_(1-alpha) + z_(1-beta/2)) * error / margin)^2, the error taken from the interval
    (Julious, Statistics in Medicine 23 (2004) 1921-1986, section 4). None without an interval.
    """
    if found.low is None or found.high is None or not found.n:
        return None
    normal = NormalDist()
    error = (found.high - found.low) / 2 / _width(found.level)
    wanted = normal.inv_cdf(1 - terms.alpha) + normal.inv_cdf((1 + POWER) / 2)
    return ceil(found.n * (wanted * error / terms.margin) ** 2)


def _width(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
