"""One outcome of the closed units: what each one adds to the sums.

A unit is closed when the outcome's window after its first exposure has passed; it then enters once.
Units are in the order of first exposures, so the closed ones are the first so many.
"""

from typing import NamedTuple

import numpy as np

from statera.analysis.experiments.units import Reports, Units, chosen
from statera.experiment.design import Design
from statera.experiment.outcomes import Outcome
from statera.records.live import OutcomeKind

WAIT = 60.0
"""Seconds after which a first exposure without an answer counts as one that will have none."""


class Column(NamedTuple):
    """One outcome of the closed units, arrays of length n.

    `total` over `number` is what is compared: for an event or a total `number` is 1, for a mean the
    reports (0: left out). Shares of answers (errors, refusals) count once a unit, each by its own
    share: so they have exact bounds, in arms without an error or with nothing else too. `reported`
    says who reported. `sign` is 1 where higher is better, else -1. `bounds` of one report, None
    where they are not known; `single` where a unit of a mean has one value within them.
    """

    name: str
    kind: OutcomeKind
    sign: int
    total: np.ndarray
    number: np.ndarray
    reported: np.ndarray
    bounds: tuple[float, float] | None
    single: bool

    @property
    def closed(self) -> int:
        """The number of closed units."""
        return len(self.total)


class Known(NamedTuple):
    """Units of arms and slices that the design knows, and how many others there were."""

    units: Units
    foreign: int


def known(design: Design, units: Units) -> Known:
    """Return the units of known arms and slices: an edited design may lack some."""
    arms, slices = len(design.arms), max(1, len(design.ramp))
    inside = (units.arm >= 0) & (units.arm < arms) & (units.slice >= 0) & (units.slice < slices)
    if inside.all():
        return Known(units, 0)
    return Known(chosen(units, inside), int((~inside).sum()))


def closed(design: Design, units: Units, name: str, *, now: float) -> int:
    """Return how many units have closed for an outcome at `now` (seconds since 1970).

    With window `0s` those before the first whose answer is still awaited: so that slow answers are
    not left out because they are slow. One that is older than WAIT is awaited no longer.
    """
    window = design.window_of(name)
    count = int(np.searchsorted(units.first, now - window, side="right"))
    if window:
        return count
    awaited = ~units.answered[:count] & (units.first[:count] > now - WAIT)
    found = np.flatnonzero(awaited)
    return int(found[0]) if len(found) else count


def column(design: Design, units: Units, name: str, *, now: float, late: bool = False) -> Column:
    """Return an outcome of the units closed at `now`; `late` adds what came after the window.

    KeyError for an outcome that the units do not have.
    """
    count = closed(design, units, name, now=now)
    outcome, reports = design.outcome(name), units.outcomes[name]
    total, number = reports.total[:count], reports.number[:count]
    if late:
        total, number = total + reports.late[:count], number + reports.late_number[:count]
    reported = number > 0
    total, number = _values(outcome.kind, total, number)
    known = bounded(outcome)
    if outcome.kind == "mean" and outcome.source == "answer" and known:
        total, number = total / np.maximum(number, 1), np.minimum(number, 1)
    return Column(
        name=name,
        kind=outcome.kind,
        sign=1 if outcome.better == "higher" else -1,
        total=total,
        number=number,
        reported=reported,
        bounds=(outcome.low, outcome.high) if known else None,  # type: ignore[arg-type]
        single=alone(design, name),
    )


def bounded(outcome: Outcome) -> bool:
    """Return whether both bounds of one report are known."""
    return outcome.low is not None and outcome.high is not None


def alone(design: Design, name: str) -> bool:
    """Return whether a unit of a mean has one value: a share of answers, or the first answer's."""
    outcome = design.outcome(name)
    share = outcome.source == "answer" and bounded(outcome)
    return outcome.kind == "mean" and (share or design.window_of(name) == 0)


def history(reports: Reports, kind: OutcomeKind, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what the first `count` units had before, and who had something; as in the outcome.

    0 where there was nothing: the indicator says so. For an event and a total too, as the history
    of a unit that was never seen is not known to be empty.
    """
    total, number = reports.before[:count], reports.before_number[:count]
    known = number > 0
    if kind == "event":
        value = (total > 0).astype(np.float64)
    elif kind == "total":
        value = np.asarray(total, np.float64)
    else:
        value = np.divide(total, number, out=np.zeros(count), where=known)
    return np.where(known, value, 0.0), known


def _values(
    kind: OutcomeKind, total: np.ndarray, number: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    if kind == "event":
        return ((number > 0) & (total > 0)).astype(np.float64), np.ones(len(total))
    if kind == "total":
        return np.asarray(total, np.float64), np.ones(len(total))
    return np.asarray(total, np.float64), np.asarray(number, np.float64)
