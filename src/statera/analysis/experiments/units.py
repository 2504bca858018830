"""What the analysis of an experiment reads: one row a unit, in the order of first exposures.

A unit is here once, with the arm that it was assigned to. Units that were shown more than one arm
(`crossed`), overrides and what came after a stop are counted beside, not among the rows.
"""

from typing import NamedTuple

import numpy as np


class Reports(NamedTuple):
    """One outcome of each unit; all of length n (units).

    `total` and `number`: sum and number of the reports within the window. `late`, `late_number`:
    of those that came after it. `before`, `before_number`: of those in the history before the first
    exposure. Reports outside an outcome's bounds are refused when they come in.
    """

    total: np.ndarray
    number: np.ndarray
    late: np.ndarray
    late_number: np.ndarray
    before: np.ndarray
    before_number: np.ndarray


class Codes(NamedTuple):
    """A declared segment: the number of its value for each unit (-1 for none), and the values."""

    codes: np.ndarray
    values: tuple[str, ...]


class Units(NamedTuple):
    """The units of one experiment, n rows sorted by `first`.

    `arm` (int) is the index in the design's arms, `slice` (int) the ramp's, `first` seconds since
    1970 UTC, `exposures` their number, `cluster` a whole number that binds units (the user of a
    request), the unit itself where nothing does. `answered`: the first exposure's answer is known
    (for outcomes with window 0). `outcomes` by name; `segments` by name.
    """

    unit: np.ndarray
    arm: np.ndarray
    slice: np.ndarray
    first: np.ndarray
    exposures: np.ndarray
    cluster: np.ndarray
    answered: np.ndarray
    outcomes: dict[str, Reports]
    segments: dict[str, Codes]


def chosen(units: Units, kept: np.ndarray) -> Units:
    """Return some of the units, in their order: `kept` (n,) is a mask, or their numbers."""
    return units._replace(
        unit=units.unit[kept],
        arm=units.arm[kept],
        slice=units.slice[kept],
        first=units.first[kept],
        exposures=units.exposures[kept],
        cluster=units.cluster[kept],
        answered=units.answered[kept],
        outcomes={
            name: Reports(*(each[kept] for each in reports))
            for name, reports in units.outcomes.items()
        },
        segments={
            name: Codes(codes.codes[kept], codes.values) for name, codes in units.segments.items()
        },
    )
