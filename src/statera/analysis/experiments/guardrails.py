"""Guardrails: outcomes that must not become worse by more than their margin.

Always watched, whatever the primary outcome's analysis, on an alpha of their own. One-sided, turned
so that above 0 is worse. A stop is a search over guardrails and arms: its bound is at alpha over
their number. That nothing is worse is an intersection-union test: its bound is at alpha (over the
arms that may be chosen).

| outcome | bounds |
|---|---|
| event; share of answers; bounded mean, 0s | betting on inverse-propensity values: exact |
| anything else | asymptotic confidence sequence, from its burn-in on |
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from statera.analysis.experiments import looks as at
from statera.analysis.experiments.columns import Column, alone, bounded, column, known
from statera.analysis.experiments.contrasts import (
    CHANGED,
    Reading,
    Traces,
    apart,
    contrast,
    heard,
    planned,
    read,
    shown,
    turned,
)
from statera.analysis.experiments.result import Contrast, Standing
from statera.analysis.experiments.split import shares
from statera.analysis.experiments.units import Units
from statera.experiment.design import Design, Guardrail
from statera.stats import asymptotic, randomised, ratios

Bounding = Callable[[float], tuple[np.ndarray, np.ndarray]]
"""Lower and upper bounds of arm - base at the looks, each side alone at the alpha given."""


class Worsening(NamedTuple):
    """How much worse an arm surely is, and at most is, at each look; (looks,) each."""

    least: np.ndarray
    most: np.ndarray


def breaches(design: Design, units: Units, *, now: float) -> tuple[Contrast, ...]:
    """Return the guardrails that are surely breached at `now` (seconds since 1970), by arm."""
    found = guarded(design, known(design, units).units, now=now)
    return tuple(each for each in found if each.standing == "breached")


def guarded(design: Design, units: Units, *, now: float) -> tuple[Contrast, ...]:
    """Return each guardrail's contrast for each arm but the base; of known arms and slices."""
    found = []
    for guardrail in design.guardrails:
        seen = column(design, units, guardrail.outcome, now=now)
        reading = read(design, seen, at.open_looks(seen.closed, design.planned), units)
        found += [
            _contrast(design, guardrail, reading, units, arm) for arm in range(1, len(design.arms))
        ]
    return tuple(found)


def exact(design: Design, name: str) -> bool:
    """Return whether an outcome's bounds as a guardrail are exact; its declaration alone says so.

    Events; and bounded means of which a unit has one value: shares of answers, first answers.
    """
    outcome = design.outcome(name)
    return outcome.kind == "event" or (bounded(outcome) and alone(design, name))


def _contrast(
    design: Design, guardrail: Guardrail, reading: Reading, units: Units, arm: int
) -> Contrast:
    path = contrast(reading, arm)
    sure = exact(design, guardrail.outcome)
    bounding = (
        betting(design, reading.column, units, arm, reading.looks.counts)
        if sure
        else _asymptotic(design, path, reading)
    )
    arms = len(design.arms) - 1
    stop, release = design.alpha / (len(design.guardrails) * arms), design.alpha / arms
    sign = -reading.column.sign
    worsening = Worsening(turned(sign, *bounding(stop))[0], turned(sign, *bounding(release))[1])
    standing, place = _standing(worsening, guardrail.margin, reading.looks.decides)
    lows, highs = turned(sign, worsening.least, worsening.most)
    found = shown(reading, Traces(path, lows, highs), arm)
    if standing != "breached" and apart(*worsening, reading.looks.decides):
        standing, place, found = "open", None, replace(found, why=CHANGED)
    method, source = (
        (randomised.METHOD, randomised.SOURCE)
        if sure
        else (f"asymptotic confidence sequence; {ratios.METHOD}", f"{asymptotic.SOURCE}")
    )
    found = replace(
        found,
        level=1 - release,
        standing=standing,
        limit=guardrail.margin,
        decided_at=None if place is None else int(reading.looks.counts[place]),
        method=method,
        source=source,
        why=found.why if len(reading.looks.counts) else "no unit has closed yet",
        adjusted=_adjusted(design, stop, release),
    )
    return heard(design, found)


def _standing(
    worsening: Worsening, margin: float, decides: np.ndarray
) -> tuple[Standing, int | None]:
    crossings: tuple[tuple[Standing, np.ndarray], ...] = (
        ("breached", worsening.least > margin),
        ("not_worse", worsening.most < margin),
        ("worse", worsening.least > 0),
    )
    for standing, crossed in crossings:
        if (place := at.first(decides & crossed)) is not None:
            return standing, place
    return "open", None


def _adjusted(design: Design, stop: float, release: float) -> str:
    tests = len(design.guardrails) * (len(design.arms) - 1)
    if tests == 1:
        return ""
    return f"a breach at alpha over {tests} ({stop:.3g}), not worse at {release:.3g}"


def _asymptotic(design: Design, path: ratios.Path, reading: Reading) -> Bounding:
    errors = np.where(path.ready, path.error, np.nan)

    def bounds(alpha: float) -> tuple[np.ndarray, np.ndarray]:
        return asymptotic.mixture_bounds(
            path.value, errors, reading.looks.counts, planned=planned(design), alpha=alpha, sides=1
        )

    return bounds


def betting(design: Design, seen: Column, units: Units, arm: int, counts: np.ndarray) -> Bounding:
    """Return exact bounds over the units of both arms, in slices where each of the two has a share.

    With the share that the design gave the arm between the two; `counts` are the looks.
    """
    weights = shares(design)
    count = seen.closed
    pair = weights[:, [0, arm]]
    total = pair.sum(axis=1)
    chance = np.divide(pair[:, 1], total, out=np.zeros(len(pair)), where=total > 0)
    mixed = (chance > 0) & (chance < 1)
    arms, slices = units.arm[:count], units.slice[:count]
    kept = ((arms == 0) | (arms == arm)) & mixed[slices] & (seen.number > 0)
    places = np.concatenate([[0], np.cumsum(kept)])[counts]
    low, high = seen.bounds if seen.kind != "event" and seen.bounds else (0.0, 1.0)
    values = np.clip((seen.total[kept] / seen.number[kept] - low) / (high - low), 0, 1)
    treated, chances = arms[kept] == arm, chance[slices[kept]]

    def bounds(alpha: float) -> tuple[np.ndarray, np.ndarray]:
        if not len(places):
            return np.empty(0), np.empty(0)
        found = randomised.difference_bounds(values, treated, chances, alpha=alpha, looks=places)
        return (high - low) * found.lows, (high - low) * found.highs

    return bounds
