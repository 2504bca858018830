"""Exposures and reports as arrays -> one row a unit; arithmetic on arrays, no database."""

from typing import NamedTuple

import numpy as np


class Exposed(NamedTuple):
    """The exposures of one experiment, sorted by `decision`; `context` is its place in a list."""

    decision: np.ndarray
    unit: np.ndarray
    at: np.ndarray
    context: np.ndarray
    cluster: np.ndarray


class Rows(NamedTuple):
    """One row a unit, in the order of first exposures.

    `leading`: for each row the index of its first exposure. `row`: for each exposure the row of its
    unit, -1 where it has none or the exposure was not assigned. `crossed`: the first arm of each
    unit that saw several.
    """

    leading: np.ndarray
    exposures: np.ndarray
    row: np.ndarray
    crossed: np.ndarray


class Reported(NamedTuple):
    """Reports: the decision, when, and the value; in any order."""

    decision: np.ndarray
    at: np.ndarray
    value: np.ndarray

    def only(self, mask: np.ndarray) -> "Reported":
        """Return those of the mask, or of the indexes."""
        return Reported(self.decision[mask], self.at[mask], self.value[mask])


def sorted_by_decision(exposed: Exposed) -> Exposed:
    """Return the exposures sorted by their decision."""
    if np.all(exposed.decision[1:] > exposed.decision[:-1]):
        return exposed
    order = np.argsort(exposed.decision, kind="stable")
    return Exposed(*(column[order] for column in exposed))


def rows(exposed: Exposed, arm: np.ndarray) -> Rows:
    """Return the rows of the exposures whose `arm` is not -1: they were assigned to it.

    Ties of time go by unit, then by decision.
    """
    own = np.flatnonzero(arm >= 0)
    order = own[_ordered(exposed.unit[own], exposed.at[own])]
    unit, seen = exposed.unit[order], arm[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = unit[1:] != unit[:-1]
    starts = np.flatnonzero(fresh)
    group = np.cumsum(fresh) - 1
    count = np.diff(np.append(starts, len(order)))
    differs = np.bincount(group[seen != seen[starts][group]], minlength=len(starts)) > 0
    leading = order[starts]
    kept = np.flatnonzero(~differs)
    kept = kept[_ordered(exposed.at[leading[kept]], kept)]  # which are in the order of units
    number = np.full(len(starts), -1)
    number[kept] = np.arange(len(kept))
    row = np.full(len(exposed.unit), -1)
    row[order] = number[group]
    return Rows(leading[kept], count[kept], row, seen[starts[differs]])


def _ordered(first: np.ndarray, then: np.ndarray) -> np.ndarray:
    """Return the stable order by two keys; quick where the first has few ties."""
    order = np.argsort(first)
    same = first[order[1:]] == first[order[:-1]]
    if not np.any(same):
        return order
    tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
    part = np.sort(order[tied])
    order[tied] = part[np.lexsort((then[part], first[part]))]
    return order


def located(known: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the index of each wanted number among sorted ones, -1 where it is not there."""
    if not len(known):
        return np.full(len(wanted), -1)
    order = np.argsort(wanted)
    sought = wanted[order]
    place = np.minimum(np.searchsorted(known, sought), len(known) - 1)
    found = np.empty(len(wanted), np.int64)
    found[order] = np.where(known[place] == sought, place, -1)
    return found


def latest(reports: Reported) -> np.ndarray:
    """Return the indexes of each decision's last report; of two at one moment, the higher value."""
    plain = np.sort(reports.decision)
    if not np.any(plain[1:] == plain[:-1]):
        return np.arange(len(plain))
    order = np.lexsort((reports.value, reports.at, reports.decision))
    decision = reports.decision[order]
    last = np.ones(len(order), bool)
    last[:-1] = decision[1:] != decision[:-1]
    return order[last]


def summed(kind: str, reports: Reported, row: np.ndarray, size: int) -> list[np.ndarray]:
    """Return sum and number of the reports of each of `size` rows, by the outcome's kind.

    `event`: 1 where any value is above 0, and how many are. `mean`: the last report of each
    decision. `total`: all.
    """
    if kind == "event":
        number = np.bincount(row[reports.value > 0], minlength=size)
        return [(number > 0).astype(float), number]
    if kind == "mean":
        last = latest(reports)
        reports, row = reports.only(last), row[last]
    total = np.bincount(row, weights=reports.value, minlength=size)
    return [total, np.bincount(row, minlength=size)]
