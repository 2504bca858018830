"""Where an experiment is looked at: fixed counts of closed units, whoever looks and whenever.

>>> open_looks(117).counts.tolist(), open_looks(117).decides.tolist()
([100, 105, 111, 116, 117], [True, True, True, True, False])
>>> open_looks(117, planned=117).decides.tolist()
[True, True, True, True, True]
"""

from typing import NamedTuple

import numpy as np

from statera.stats.ratios import grid


class Looks(NamedTuple):
    """Counts of closed units at which bounds are made, rising; shape (looks,).

    A look that does not `decide` only shows how things stand now.
    """

    counts: np.ndarray
    decides: np.ndarray


def open_looks(count: int, planned: int | None = None) -> Looks:
    """Return the looks at any time: the grid up to `count`, the planned end, and `count` itself.

    `count` decides only where it is on the grid: what it would decide, the next look on the grid
    will, unless that has passed. So any two readers of the same units find the same decision.
    """
    counts = grid(count + 1)[:-1]
    if planned is not None and planned <= count:
        counts = np.union1d(counts, [planned])
    decides = np.ones(len(counts), bool)
    if count and (not len(counts) or counts[-1] != count):
        return Looks(np.append(counts, count), np.append(decides, False))
    return Looks(counts, decides)


def planned_looks(count: int, *, planned: int, looks: int) -> Looks:
    """Return the looks of a group-sequential design that `count` closed units have reached.

    The k-th is at the first ceil(k planned / looks) units, exactly.
    """
    counts = every_look(planned=planned, looks=looks)
    reached = counts[counts <= count]
    return Looks(reached, np.ones(len(reached), bool))


def every_look(*, planned: int, looks: int) -> np.ndarray:
    """Return all looks of a group-sequential design, as many as differ."""
    return np.unique(-(-np.arange(1, looks + 1) * planned // looks))


def first(crossed: np.ndarray) -> int | None:
    """Return the index of the first look that crossed, None where none did."""
    found = np.flatnonzero(crossed)
    return int(found[0]) if len(found) else None
