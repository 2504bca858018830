"""An arm against the base in one outcome, at every look; and where the primary outcome decides.

The first look that decides keeps its answer, so that neither the number of readers nor their order
matters. Confidence sequence or group-sequential, as the design says; never both on one alpha.
"""

from typing import NamedTuple, TypeVar

import numpy as np
from msgspec.structs import replace

from statera.analysis.experiments import looks as at
from statera.analysis.experiments.columns import Column
from statera.analysis.experiments.looks import Looks
from statera.analysis.experiments.result import Contrast, Path, Point, Side, Standing
from statera.analysis.experiments.units import Units
from statera.experiment.design import Design
from statera.stats import asymptotic, ratios

UNREADY = (
    f"too early for the normal approximation: at least {ratios.LEAST} units of each arm must have"
    " reported, more where the outcome is rare or skewed"
)
CHANGED = (
    "undecided again: the bounds of early and of late looks exclude each other, so that the"
    " difference is not the same all the time"
)
UNSHOWN = "in shadow mode nobody is shown the arm: all reports are on the base's answers"
LACKING = "an arm has no unit that reported yet"
ROUNDING = 1e-12
CUPED = "Deng, Xu, Kohavi and Walker, WSDM 2013"

Ends = TypeVar("Ends", np.ndarray, float)


class Reading(NamedTuple):
    """One outcome of the closed units and its sums at the looks, `arms` by name, base first.

    `reporting` (looks, arms) counts the units that reported by each look. `clusters` binds units
    (the user of a request), None where each stands alone.
    """

    column: Column
    looks: Looks
    sums: ratios.Sums
    reporting: np.ndarray
    arms: tuple[str, ...]
    columns: ratios.Columns
    clusters: np.ndarray | None


class Traces(NamedTuple):
    """An arm's contrast at each look: what was estimated, and its bounds (infinite: none)."""

    path: ratios.Path
    lows: np.ndarray
    highs: np.ndarray


def planned(design: Design) -> int:
    """Return the units at which confidence sequences are tightest."""
    return design.planned or asymptotic.PLANNED


def looks_of(design: Design, closed: int) -> Looks:
    """Return the looks at the primary outcome by `closed` units, as the design's analysis has."""
    if design.analysis == "group-sequential":
        return at.planned_looks(closed, planned=planned(design), looks=design.looks)
    return at.open_looks(closed, design.planned)


def read(
    design: Design,
    column: Column,
    looks: Looks,
    units: Units,
    covariates: np.ndarray | None = None,
) -> Reading:
    """Return an outcome's sums at the looks, from units of known arms and slices."""
    count = int(looks.counts[-1]) if len(looks.counts) else 0
    arm, stratum = units.arm[:count], units.slice[:count]
    names = tuple(each.name for each in design.arms)
    shape = (len(names), max(1, len(design.ramp), int(stratum.max(initial=0)) + 1))
    columns = ratios.Columns(
        column.total[:count],
        column.number[:count],
        arm,
        stratum,
        None if covariates is None else covariates[:count],
    )
    part = np.searchsorted(looks.counts, np.arange(count), side="right")
    reported = np.bincount(
        part * len(names) + arm,
        weights=column.reported[:count],
        minlength=len(looks.counts) * len(names),
    )
    return Reading(
        column,
        looks,
        ratios.cumulated(columns, looks.counts, shape),
        reported.reshape(-1, len(names)).cumsum(axis=0),
        names,
        columns,
        units.cluster[:count] if design.units.cluster else None,
    )


def contrast(reading: Reading, arm: int) -> ratios.Path:
    """Return an arm minus the base at each look; where clusters bind units, with their errors.

    Requests are randomised one by one, but a user's are alike in what an arm does to them: without
    clusters the interval would hold for the users seen, not for users like them.
    """
    path = ratios.contrast(reading.sums, arm)
    if reading.clusters is None or not len(reading.looks.counts):
        return path
    errors = ratios.clustered_errors(reading.sums, reading.columns, reading.clusters, arm=arm)
    enough = ratios.effective_clusters(reading.clusters, reading.looks.counts) >= ratios.LEAST
    return path._replace(error=errors, ready=path.ready & enough)


def primary(design: Design, reading: Reading, arm: int) -> tuple[Contrast, Path]:
    """Return an arm's primary contrast, and how it moved; alpha is shared over the arms."""
    alpha = design.alpha / (len(design.arms) - 1)
    traces = _traces(design, reading, arm, alpha)
    standing, place = _standing(design, reading, traces)
    found = shown(reading, traces, arm)
    if apart(traces.lows, traces.highs, reading.looks.decides):
        standing, place, found = "open", None, replace(found, why=CHANGED)
    found = replace(
        found,
        level=1 - alpha,
        standing=standing,
        limit=design.primary.minimum,
        decided_at=None if place is None else int(reading.looks.counts[place]),
        method=_method(design, reading),
        source=_source(design, reading),
        adjusted=f"alpha over {len(design.arms) - 1} arms" if len(design.arms) > 2 else "",
    )
    if not len(reading.looks.counts):
        found = replace(found, why=_waiting(design))
    points = [_point(reading, traces, number) for number in range(len(reading.looks.counts))]
    if (told := heard(design, found)) is not found:
        points = []
    return told, Path(arm=reading.arms[arm], points=tuple(points))


def shown(reading: Reading, traces: Traces, arm: int) -> Contrast:
    """Return the numbers of the last look, undecided; without any where there was no look."""
    sides = [_side(reading, traces.path, number) for number in (0, arm)]
    value = error = low = high = None
    if len(reading.looks.counts):
        path = traces.path
        value, error = number_of(path.value[-1]), number_of(path.error[-1])
        low, high = number_of(traces.lows[-1]), number_of(traces.highs[-1])
    base = sides[0].value
    return Contrast(
        outcome=reading.column.name,
        arm=reading.arms[arm],
        base=sides[0],
        candidate=sides[1],
        value=value,
        low=low,
        high=high,
        level=0.0,
        error=error,
        standing="open",
        limit=0.0,
        why=LACKING if value is None else "" if low is not None or high is not None else UNREADY,
        relative=relative(value, base),
    )


def relative(value: float | None, base: float | None) -> float | None:
    """Return a difference as a share of the base; None where the base is 0, up to rounding."""
    if value is None or base is None or abs(base) <= ROUNDING * max(1.0, abs(value)):
        return None
    return value / base


def heard(design: Design, found: Contrast) -> Contrast:
    """Return a contrast, without numbers where nobody could tell: reports on a shadow's answers."""
    if design.mode != "shadow" or design.outcome(found.outcome).source != "feedback":
        return found
    return replace(
        found, value=None, low=None, high=None, error=None, standing="open", decided_at=None,
        relative=None, why=UNSHOWN,
    )  # fmt: skip


def apart(lows: np.ndarray, highs: np.ndarray, decides: np.ndarray) -> bool:
    """Return whether bounds of some looks that decide exclude those of others.

    With one difference all the time that happens with probability 1 - level at most. What an early
    look decided is then not what the units say: an effect wore off, or later slices differ.
    """
    return bool(np.max(lows[decides], initial=-np.inf) > np.min(highs[decides], initial=np.inf))


def turned(sign: int, lows: Ends, highs: Ends) -> tuple[Ends, Ends]:
    """Return bounds of sign x difference."""
    return (lows, highs) if sign > 0 else (-highs, -lows)


def number_of(value: float) -> float | None:
    """Return a number, or None for one that is not finite."""
    return float(value) if np.isfinite(value) else None


def _traces(design: Design, reading: Reading, arm: int, alpha: float) -> Traces:
    path = contrast(reading, arm)
    errors = np.where(path.ready, path.error, np.nan)
    counts = reading.looks.counts
    if design.analysis == "confidence-sequence":
        return Traces(
            path,
            *asymptotic.mixture_bounds(
                path.value, errors, counts, planned=planned(design), alpha=alpha
            ),
        )
    found = asymptotic.group_sequential(
        path.value.tolist(), errors.tolist(), (counts / planned(design)).tolist(), alpha
    )
    return Traces(
        path, np.array([each.low for each in found]), np.array([each.high for each in found])
    )


def _standing(design: Design, reading: Reading, traces: Traces) -> tuple[Standing, int | None]:
    """Return what the first look that decided says, and which it was."""
    lows, highs = turned(reading.column.sign, traces.lows, traces.highs)
    decides = reading.looks.decides
    better = at.first(decides & (lows > 0))
    small = at.first(decides & (highs < design.primary.minimum))
    if small is not None and (better is None or small <= better):
        worse = at.first(decides & (highs < 0))
        return ("small" if worse is None else "worse"), small
    return ("open", None) if better is None else ("better", better)


def _side(reading: Reading, path: ratios.Path, number: int) -> Side:
    name = reading.arms[number]
    if not len(reading.looks.counts):
        return Side(arm=name, value=None, units=0, reporting=0)
    value = path.candidate[-1] if number else path.base[-1]
    return Side(
        arm=name,
        value=number_of(value),
        units=int(reading.sums.seen[-1, number].sum()),
        reporting=int(reading.reporting[-1, number]),
    )


def _point(reading: Reading, traces: Traces, number: int) -> Point:
    return Point(
        units=int(reading.looks.counts[number]),
        value=number_of(traces.path.value[number]),
        low=number_of(traces.lows[number]),
        high=number_of(traces.highs[number]),
    )


def _method(design: Design, reading: Reading) -> str:
    how = (
        "asymptotic confidence sequence"
        if design.analysis == "confidence-sequence"
        else f"group-sequential, {design.looks} looks, O'Brien-Fleming-type spending"
    )
    bound = ", clustered" if reading.clusters is not None else ""
    return f"{how}; {ratios.METHOD}{bound}{', CUPED' if reading.sums.covariates else ''}"


def _source(design: Design, reading: Reading) -> str:
    sequence = design.analysis == "confidence-sequence"
    sources = [asymptotic.SOURCE if sequence else asymptotic.SPENDING, ratios.SOURCE]
    return "; ".join([*sources, CUPED] if reading.sums.covariates else sources)


def _waiting(design: Design) -> str:
    if design.analysis == "confidence-sequence":
        return "no unit has closed yet"
    look = at.every_look(planned=planned(design), looks=design.looks)[0]
    return f"the first look is at {look:,} closed units"
