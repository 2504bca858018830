"""The numbers of two sides of traffic, at one mix, and what each may be called.

| kind | share of | worse |
|---|---|---|
| failed | requests that got no answer for reasons of plumbing, time-outs included | up |
| slow | answered requests that took longer than 95 % of the base's | up |
| truncated, refused, unparsed | requests lost at that stage, of those that came to it | up |
| right | answers that are right, of those that could be read | down |
| quality | graded quality, a mean | down |
| harm | replies that the guard, or a scorer, calls harmful | up |
"""

from collections.abc import Sequence
from math import ceil
from statistics import NormalDist
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from statera.analysis.traffic import FATES, Traffic
from statera.diagnosis.trafficparts import standing
from statera.stats.clusterrobust import MIN_CLUSTERS
from statera.stats.multiplicity import holm
from statera.stats.poststratified import (
    METHOD,
    Floats,
    Ints,
    Mask,
    Sides,
    Standardised,
    shared_cells,
    standardised,
)

Kind = Literal["failed", "slow", "truncated", "refused", "unparsed", "right", "quality", "harm"]
State = Literal["up", "down", "same", "undetermined", "untold"]
GOOD: tuple[Kind, ...] = ("right", "quality")
"""Kinds of which more is better."""
_GRADED: tuple[Literal["quality", "harm"], ...] = ("quality", "harm")
SLOW = 0.95
POWER = 0.8
_INFRA, _RIGHT = FATES.index("infra_error"), FATES.index("right")


class Measured(NamedTuple):
    """A number of both sides; `found` is None where there is none, and `why` says so."""

    kind: Kind
    metric: str
    found: Standardised | None
    why: str = ""


class TrafficSignal(msgspec.Struct, frozen=True, kw_only=True):
    """A number of both sides; pairs are (base, candidate).

    `base`, `candidate` and `difference` are at one mix, with the 95 % interval `low` to `high`;
    `raw_base` and `raw_candidate` as they were seen. `mix` with `mix_low` and `mix_high` is what
    the mix alone explains of the raw difference. `needed` is about how many requests a side would
    show "same" with power 0.8 if nothing had moved. Bounds are None where `why` says so.
    """

    kind: Kind
    metric: str
    n: tuple[int, int]
    users: tuple[int, int]
    base: float
    candidate: float
    difference: float
    low: float | None
    high: float | None
    raw_base: float
    raw_candidate: float
    mix: float
    mix_low: float | None
    mix_high: float | None
    mix_p: float | None
    p: float | None
    p_adjusted: float | None
    moved: Literal["up", "down", "none"]
    same: bool
    mix_moved: Literal["up", "down", "none"]
    margin: float
    needed: int | None
    method: str
    why: str = ""

    @property
    def state(self) -> State:
        """What it may be called; `untold` where there are too few users."""
        if self.low is None:
            return "untold"
        if self.moved != "none":
            return self.moved
        return "same" if self.same else "undetermined"

    @property
    def worse(self) -> bool:
        """Whether it surely moved the bad way."""
        return self.moved == ("down" if self.kind in GOOD else "up")

    @property
    def better(self) -> bool:
        """Whether it surely moved the good way."""
        return self.moved == ("up" if self.kind in GOOD else "down")

    @property
    def mix_worse(self) -> bool:
        """Whether the mix alone surely made it look worse."""
        return self.mix_moved == ("down" if self.kind in GOOD else "up")


def measured(traffic: Traffic, after: Mask, cells: Ints) -> list[Measured]:
    """Return every number that the requests give; `after` and `cells` are (n,)."""
    stand = standing(traffic)
    known = stand.known
    failed = _infra(traffic)
    rows: list[tuple[Kind, str, Floats, Mask]] = [("failed", "failed", failed.astype(float), known)]
    slow = _slow(traffic, after, known & ~failed)
    if slow is not None:
        rows.append(("slow", "slow", *slow))
    for stage, lost in enumerate(stand.lost):
        kind: Kind = "right" if lost == "wrong" else lost
        name = stand.names[stage]
        reached = stand.reached[stage]
        passed = stand.passed[stage].astype(float)
        rows.append((kind, name, passed if kind == "right" else 1.0 - passed, reached))
    for graded in _GRADED:
        for name in traffic.named(graded):
            values = traffic.values[name]
            rows.append((graded, name, values, np.isfinite(values)))
    return [_measured(row, traffic, after, cells) for row in rows]


def _infra(traffic: Traffic) -> Mask:
    lead = traffic.named("lead")
    failed: Mask = (
        traffic.fates[lead[0]] == _INFRA if lead else np.zeros(len(traffic), dtype=np.bool_)
    )
    return failed


def _slow(traffic: Traffic, after: Mask, here: Mask) -> tuple[Floats, Mask] | None:
    """Return which answers took longer than 95 % of the base's, where times are known.

    The limit is drawn from the base itself: to first order that adds as much error as the base's
    share above a fixed limit has, so that the difference is tested as if it were fixed.
    """
    timed = here & np.isfinite(traffic.seconds)
    if not (timed & ~after).any() or not (timed & after).any():
        return None
    limit = float(np.quantile(traffic.seconds[timed & ~after], SLOW))
    return (traffic.seconds > limit).astype(np.float64), timed


def _measured(
    row: tuple[Kind, str, Floats, Mask], traffic: Traffic, after: Mask, cells: Ints
) -> Measured:
    kind, metric, values, chosen = row
    places = np.flatnonzero(chosen)
    shared = shared_cells(after[places], cells[places], traffic.unit[places])
    places = places[np.isin(cells[places], shared)]
    if not len(places):
        return Measured(kind, metric, None, "no request with it on both sides")
    sides = Sides(values[places][:, None], after[places], cells[places], traffic.unit[places])
    found = standardised(sides)
    few = "" if found.enough else f"worth fewer than {MIN_CLUSTERS} users a side"
    return Measured(kind, metric, found, few)


def signals_of(
    found: Sequence[Measured], *, margin: float, alpha: float
) -> tuple[TrafficSignal, ...]:
    """Return what each number may be called, by Holm over all; the mix is a family of its own."""
    raw = [_signal(one, one.found, margin, alpha) for one in found if one.found is not None]
    adjusted = holm([one.p for one in raw])
    mixed = holm([one.mix_p for one in raw])
    return tuple(
        msgspec.structs.replace(
            one,
            p_adjusted=p,
            moved=_way(one.difference, p, alpha),
            mix_moved=_way(one.mix, mix, alpha),
        )
        for one, p, mix in zip(raw, adjusted, mixed, strict=True)
    )


def _way(value: float, p: float | None, alpha: float) -> Literal["up", "down", "none"]:
    if p is None or p >= alpha or not value:
        return "none"
    return "up" if value > 0 else "down"


def _signal(one: Measured, found: Standardised, margin: float, alpha: float) -> TrafficSignal:
    gap, mix = found.gap(), found.mix()
    narrow = found.gap(level=1 - 2 * alpha)
    same = (
        narrow.low is not None
        and narrow.high is not None
        and -margin < narrow.low
        and narrow.high < margin
    )
    base, candidate = (float(found.adjusted[side, 0]) for side in (0, 1))
    return TrafficSignal(
        kind=one.kind,
        metric=one.metric,
        n=found.n,
        users=found.clusters,
        base=base,
        candidate=candidate,
        difference=gap.value,
        low=gap.low,
        high=gap.high,
        raw_base=float(found.raw[0, 0]),
        raw_candidate=float(found.raw[1, 0]),
        mix=mix.value,
        mix_low=mix.low,
        mix_high=mix.high,
        mix_p=mix.p,
        p=gap.p,
        p_adjusted=None,
        moved="none",
        same=same,
        mix_moved="none",
        margin=margin,
        needed=None if same else _needed(found, gap.low, gap.high, margin, alpha),
        method=METHOD if found.enough else "",
        why=one.why,
    )


def _needed(
    found: Standardised, low: float | None, high: float | None, margin: float, alpha: float
) -> int | None:
    """Return about how many requests a side show "same": the error shrinks with their root.

    Julious, Statistics in Medicine 23 (2004) 1921-1986, section 4.
    """
    if low is None or high is None or high <= low:
        return None
    normal = NormalDist()
    error = (high - low) / 2 / normal.inv_cdf(0.975)
    wanted = margin / (normal.inv_cdf(1 - alpha) + normal.inv_cdf((1 + POWER) / 2))
    return ceil(min(found.n) * (error / wanted) ** 2)
