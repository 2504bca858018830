"""The mean of values in [0, 1] with an interval also where they are few, or all the same.

A judge that says the same of every pair leaves no spread to estimate an error from, and yet that is
what it should say of a reply beside its own padded copy.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from statera.stats.betting import betting_bounds
from statera.stats.means import mean
from statera.stats.results import LEVEL, Estimate, Items

SAME = 1e-9


def share(items: Items, *, level: float = LEVEL) -> Estimate:
    """Return the mean with the interval of `stats.means`; where it has none, with exact bounds.

    The bounds are by betting on the means of clusters, each side at (1 - level) / 2. Still without
    an interval are one cluster, and few clusters whose own mean is another than that of the items.
    ValueError for values outside [0, 1], and as `mean`.
    """
    found = mean(items, level=level)
    if found.low is not None or found.clusters < 2:
        return found
    index = np.unique(np.asarray(items.clusters), return_inverse=True)[1]
    means = np.bincount(index, np.asarray(items.values, np.float64)) / np.bincount(index)
    bounds = betting_bounds(means, 0.5, alpha=(1 - level) / 2)
    if found.value is None or abs(float(means.mean()) - found.value) > SAME:
        return found
    return msgspec.structs.replace(
        found,
        low=bounds.lower,
        high=bounds.upper,
        method=f"{found.method}: {bounds.method}",
        source=bounds.source,
    )


def shares(values: Sequence[float], units: Sequence[str], *, level: float = LEVEL) -> Estimate:
    """Return the mean of one value a judgement, clustered by unit; ValueError as `share`."""
    count = len(values)
    return share(Items(values, units, [0] * count, [1.0] * count), level=level)
