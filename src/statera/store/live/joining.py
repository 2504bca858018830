"""Reports joined to the units that they are about; arithmetic on arrays, no database."""

from typing import NamedTuple

import numpy as np

from statera.store.live.grouping import Exposed, Reported, Rows, located, summed
from statera.store.live.wanted import Sums, WantedOutcome


class Earlier(NamedTuple):
    """Decisions of other experiments, sorted, and the row of their unit here; how far back."""

    decision: np.ndarray
    row: np.ndarray
    seconds: float


class Joined(NamedTuple):
    """An outcome's sums; `strays` are decisions of no exposure here; counts of what is aside."""

    sums: Sums
    strays: np.ndarray
    out_of_time: int
    out_of_bounds: int


class Units(NamedTuple):
    """What reports are joined to; `leads`: whether each exposure is the first of a row."""

    exposed: Exposed
    rows: Rows
    first: np.ndarray
    leads: np.ndarray


def units(exposed: Exposed, rows: Rows) -> Units:
    """Return exposures and rows, ready to be joined to."""
    leads = np.zeros(len(exposed.at), bool)
    leads[rows.leading] = True
    return Units(exposed, rows, exposed.at[rows.leading], leads)


def earlier(found: Units, decision: np.ndarray, unit: np.ndarray, seconds: float) -> Earlier:
    """Return the exposures of other experiments whose unit has a row here."""
    own = found.exposed.unit[found.rows.leading]
    order = np.argsort(own)
    place = located(own[order], unit)
    decision, first = np.unique(decision[place >= 0], return_index=True)
    return Earlier(decision, order[place[place >= 0][first]], seconds)


def joined(
    found: Units, outcome: WantedOutcome, reports: Reported, history: Earlier | None
) -> Joined:
    """Join the reports of one outcome."""
    place = located(found.exposed.decision, reports.decision)
    good = _within(outcome, reports.value)
    stray, own = place < 0, good & (place >= 0)
    row = found.rows.row[place[own]]
    return Joined(
        Sums(
            *_own(found, outcome, reports.only(own), place[own]),
            *_before(found, outcome, reports.only(good & stray), history),
        ),
        reports.decision[stray],
        int(np.sum(row < 0)),
        int(np.sum(~good & ~stray)),
    )


def _within(outcome: WantedOutcome, value: np.ndarray) -> np.ndarray:
    low = -np.inf if outcome.low is None else outcome.low
    high = np.inf if outcome.high is None else outcome.high
    return (value >= low) & (value <= high)


def _own(
    found: Units, outcome: WantedOutcome, reports: Reported, place: np.ndarray
) -> list[np.ndarray]:
    """Return sums within the window and after it; without a window, those of first exposures."""
    row, size = found.rows.row[place], len(found.first)
    inside, late = found.leads[place], np.zeros(len(row), bool)
    if outcome.window:
        end = np.append(found.first + outcome.window, np.nan)[row]  # NaN: neither, for no row
        inside, late = reports.at <= end, reports.at > end
    return [
        *summed(outcome.kind, reports.only(inside), row[inside], size),
        *summed(outcome.kind, reports.only(late), row[late], size),
    ]


def _before(
    found: Units, outcome: WantedOutcome, reports: Reported, history: Earlier | None
) -> list[np.ndarray]:
    size = len(found.first)
    if history is None or not size:
        return [np.zeros(size), np.zeros(size, np.int64)]
    place = located(history.decision, reports.decision)
    reports, row = reports.only(place >= 0), history.row[place[place >= 0]]
    start = found.first[row]
    inside = (reports.at < start) & (reports.at >= start - history.seconds)
    return summed(outcome.kind, reports.only(inside), row[inside], size)
