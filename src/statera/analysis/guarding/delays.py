"""How long a check of one text takes."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from statera.analysis.guarding.sightings import Sighting


class Delays(NamedTuple):
    """Quantiles of the time of a check, in milliseconds, over `n` texts."""

    n: int
    p50: float
    p95: float
    p99: float
    most: float


def delays(found: Iterable[Sighting]) -> Delays | None:
    """Return the quantiles over the texts that have a decision, None where none has."""
    times = [1000 * one.seconds for one in found if one.decision is not None]
    if not times:
        return None
    middle, late, latest = np.quantile(times, [0.5, 0.95, 0.99])
    return Delays(len(times), float(middle), float(late), float(latest), max(times))
