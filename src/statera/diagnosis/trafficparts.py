"""The exact decomposition of what became of traffic, at one mix of requests.

    answered well = P(complete) * P(not refused | complete) * P(parsed | …) * P(right | parsed)

Without a scorer that says right or wrong the last stage is missing, and the share is that of
readable answers. Points by logarithmic means as in `diagnosis.decomposition`; they add up to the
change at one mix. Their intervals are by the delta method on the clustered, post-stratified means.
"""

from typing import Literal, NamedTuple

import msgspec
import numpy as np

from statera.analysis.traffic import FATES, Traffic
from statera.diagnosis.counts import Stage
from statera.diagnosis.decomposition import split
from statera.stats.poststratified import (
    Floats,
    Interval,
    Ints,
    Mask,
    Sides,
    Standardised,
    shared_cells,
    standardised,
)

Lost = Literal["truncated", "refused", "unparsed", "wrong"]
STAGES: tuple[tuple[Stage, Lost], ...] = (
    ("complete", "truncated"),
    ("not refused", "refused"),
    ("parsed", "unparsed"),
    ("right", "wrong"),
)
ENOUGH_LOST = 10
"""With fewer users, on both sides, that lost a request at a stage, the delta method lies."""
FEW = f"fewer than {ENOUGH_LOST} users lost here"
DELTA = "delta method, clusters"
_STEP = 1e-6
_CODE = {name: number for number, name in enumerate(FATES)}


class TrafficPart(msgspec.Struct, frozen=True, kw_only=True):
    """One factor: `base` and `candidate` are its conditional shares, `points` its part."""

    stage: Stage
    lost: Lost
    metric: str
    base: float | None
    candidate: float | None
    points: float
    low: float | None
    high: float | None
    method: str


class Change(NamedTuple):
    """The change of the last share, raw, at one mix, and what the mix explains."""

    raw: float
    adjusted: float
    mix: Interval


class Standing(NamedTuple):
    """Where each request stands: a row a stage, over requests (n,).

    `known` are those whose fate is known; `reached` came to the stage, `passed` passed it.
    """

    known: Mask
    lost: tuple[Lost, ...]
    names: tuple[str, ...]
    reached: tuple[Mask, ...]
    passed: tuple[Mask, ...]
    scored: Mask


def standing(traffic: Traffic) -> Standing:
    """Return at which stage each request was lost, by the scores that tell it.

    An outcome of the scores of `format` and `right` counts where the lead has none against it.
    """
    lead = traffic.named("lead")
    shape = traffic.named("format")
    right = traffic.named("right")[:1]
    fate = traffic.fates[lead[0]] if lead else np.full(len(traffic), _CODE["right"], np.int8)
    through = (fate != 0) & (fate != _CODE["infra_error"])
    formed, scored = np.ones(len(traffic), np.bool_), np.ones(len(traffic), np.bool_)
    for name in shape:
        formed &= traffic.fates[name] != _CODE["wrong"]
    told = [traffic.fates[name] for name in (*shape, *right)]
    for one in told:
        scored &= (one != 0) & (one != _CODE["infra_error"])
    complete = through & ~_any([fate, *told], "truncated")
    willing = complete & ~_any([fate, *told], "refused")
    parsed = willing & formed & ~_any([fate, *told], "unparsed")
    reached: list[Mask] = [through, complete, willing & (scored if told else through)]
    passed: list[Mask] = [complete, willing, parsed]
    names = ["truncated", "refused", ", ".join(shape) or "unparsed"]
    if right:
        reached.append(parsed & scored)
        passed.append(parsed & (told[-1] == _CODE["right"]))
        names.append(right[0])
    lost = tuple(name for _, name in STAGES[: len(reached)])
    return Standing(fate != 0, lost, tuple(names), tuple(reached), tuple(passed), through & scored)


def _any(fates: list[np.ndarray], name: Lost) -> Mask:
    found: Mask = np.any([one == _CODE[name] for one in fates], axis=0)
    return found


def parts_of(
    traffic: Traffic, after: Mask, cells: Ints
) -> tuple[tuple[TrafficPart, ...], Change | None]:
    """Return the factors of the change at one mix, and the change; nothing without requests."""
    stand = standing(traffic)
    places = np.flatnonzero(stand.scored)
    shared = shared_cells(after[places], cells[places], traffic.unit[places])
    places = places[np.isin(cells[places], shared)]
    if not len(places):
        return (), None
    left = np.stack([one[places] for one in stand.passed], axis=1).astype(np.float64)
    clusters = traffic.unit[places]
    found = standardised(Sides(left, after[places], cells[places], clusters))
    base, candidate = found.adjusted
    n = min(found.n)
    points = split(candidate, base, n).points
    before = np.concatenate([np.ones((len(left), 1)), left[:, :-1]], axis=1)
    gradient = _gradient(found, n)
    parts = []
    for stage, (name, lost) in enumerate(STAGES[: left.shape[1]]):
        users = len(np.unique(clusters[before[:, stage] > left[:, stage]]))
        interval = found.linear(float(points[stage]), gradient[stage])
        few = users < ENOUGH_LOST
        parts.append(
            TrafficPart(
                stage=name,
                lost=lost,
                metric=stand.names[stage],
                base=_conditional(base, stage),
                candidate=_conditional(candidate, stage),
                points=float(points[stage]),
                low=None if few else interval.low,
                high=None if few else interval.high,
                method=FEW if few else DELTA,
            )
        )
    last = left.shape[1] - 1
    raw = float(found.raw[1, last] - found.raw[0, last])
    return tuple(parts), Change(raw, float(candidate[-1] - base[-1]), found.mix(last))


def _gradient(found: Standardised, n: int) -> Floats:
    """Return (m, 4m): how each factor's points move with every mean, by central differences."""
    m = found.adjusted.shape[1]
    gradient = np.zeros((m, 4 * m))
    for place in range(2 * m):
        ends = []
        for way in (-_STEP, _STEP):
            moved = found.adjusted.copy()
            moved[place // m, place % m] += way
            base, candidate = np.maximum(moved, _STEP)
            ends.append(split(candidate, base, n).points)
        gradient[:, place] = (ends[1] - ends[0]) / (2 * _STEP)
    return gradient


def _conditional(left: Floats, stage: int) -> float | None:
    before = 1.0 if stage == 0 else float(left[stage - 1])
    return float(left[stage]) / before if before > 0 else None
