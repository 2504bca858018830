"""What is wanted of the live store, and what it gives: plain values, so that it knows no design.

A `Wanted` is filled by `api.livereading`, which also turns `Found` into what the analysis reads.
"""

from typing import NamedTuple

import msgspec
import numpy as np

from statera.records.live import Aside, OutcomeKind, OutcomeSource


class WantedOutcome(NamedTuple):
    """One outcome: kind, source, window in seconds (0: the first answer's own), bounds or None."""

    kind: OutcomeKind
    source: OutcomeSource
    window: float
    low: float | None = None
    high: float | None = None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to read of one experiment.

    `arms` by name, in the order of their numbers; `outcomes` by name; `history` in seconds, 0 for
    none; `segments`: the declared values by name. `clustered`: exposures say what binds units.
    `shadow`: answers and scores are the shadow's, whom nobody was shown.
    """

    experiment: str
    arms: tuple[str, ...]
    outcomes: dict[str, WantedOutcome]
    history: float = 0.0
    segments: dict[str, tuple[str, ...]] = {}
    clustered: bool = False
    shadow: bool = False


class Sums(NamedTuple):
    """One outcome by unit: sum and number within the window, after it, and in the history."""

    total: np.ndarray
    number: np.ndarray
    late: np.ndarray
    late_number: np.ndarray
    before: np.ndarray
    before_number: np.ndarray


class Found(NamedTuple):
    """The units of one experiment, n rows in the order of first exposures (ties: by unit).

    `segments`: the number of the value in `Wanted.segments`, -1 for none of them.
    """

    unit: np.ndarray
    arm: np.ndarray
    slice: np.ndarray
    first: np.ndarray
    exposures: np.ndarray
    cluster: np.ndarray
    answered: np.ndarray
    outcomes: dict[str, Sums]
    segments: dict[str, np.ndarray]
    aside: Aside


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """A design as it was registered; `number` 0 is the pre-registration, later ones are edits."""

    experiment: str
    number: int
    digest: str
    text: str
    at: float
