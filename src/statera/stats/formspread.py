"""How much the accuracy of one system moves with the form of the question, over the same items.

The spread, the greatest less the smallest mean of several formats, is a maximum of noisy numbers:
it is above 0 even where all formats are alike, and the more so the more formats and the fewer items
there are. So it comes with what it would be by chance.

>>> rng = np.random.default_rng(1)
>>> found = spread(np.tile([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]], (40, 1)), rng=rng)
>>> found.spread.value, found.worst, found.p < 0.01
(0.5, 2, True)
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from statera.stats.bootstrap import resampled_means
from statera.stats.clusterrobust import MIN_CLUSTERS
from statera.stats.results import LEVEL, Estimate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

SOURCE = (
    "Sclar et al., ICLR 2024, arXiv 2310.11324, section 3; "
    "Beran, JASA 83 (1988) 679-686, simultaneous bootstrap limits"
)
RESAMPLES = 4000
SHUFFLES = 1999
SAME = 1e-12


class FormSpread(NamedTuple):
    """The spread of formats over items, with what chance makes of formats that are all alike.

    `means` (formats,) are their accuracies, `best` and `worst` the places of the extremes (the
    first of equals). `expected` is the mean spread where the answers of each item are shuffled over
    its formats, `excess` the spread above it, `p` the share of shuffles with a spread at least so
    great (Phipson and Smyth, SAGMB 9 (2010) 39, eq. 2). `agreement` (formats, formats)
    is the share of items on which two formats have the same value.
    """

    spread: Estimate
    means: np.ndarray
    best: int
    worst: int
    expected: float
    excess: float
    p: float
    agreement: np.ndarray


def spread(
    values: "ArrayLike",
    clusters: "ArrayLike | None" = None,
    *,
    level: float = LEVEL,
    rng: np.random.Generator,
) -> FormSpread:
    """Return the spread of `values` (items, formats), each item's value in [0, 1] in each format.

    `clusters` (items,) says what binds items together (None: nothing); whole clusters are drawn.
    The interval holds for the spread itself and has 0 in it where no two formats surely differ:
    with q the `level` quantile, over resamples, of the range over formats of (resampled mean -
    mean), it is spread - q to spread + q, cut at 0 and 1. For the spread of the true means is never
    further from the one seen than the range of (mean - true mean). None with fewer than 8 clusters
    or where no resample moves it.
    ValueError: no items, fewer than two formats, NaN, or a level outside (0, 1).
    """
    table = np.asarray(values, dtype=np.float64)
    if not 0 < level < 1:
        raise ValueError(f"a level lies in (0, 1), got {level}")
    if table.ndim != 2 or not len(table) or table.shape[1] < 2 or not np.all(np.isfinite(table)):
        raise ValueError("a spread needs items, two formats or more, and numbers")
    index = _index(clusters, len(table))
    means = table.mean(axis=0)
    seen = float(np.ptp(means))
    shuffled = _shuffled(table, index, rng)
    expected = float(shuffled.mean())
    further = int(np.sum(shuffled >= seen - SAME))
    return FormSpread(
        spread=_interval(table, index, seen, level, rng),
        means=means,
        best=int(means.argmax()),
        worst=int(means.argmin()),
        expected=expected,
        excess=seen - expected,
        p=(further + 1) / (len(shuffled) + 1),
        agreement=_agreement(table),
    )


def _interval(
    table: np.ndarray, index: np.ndarray, seen: float, level: float, rng: np.random.Generator
) -> Estimate:
    groups = int(index.max()) + 1
    low, high, method, source = None, None, f"fewer than {MIN_CLUSTERS} clusters", ""
    if groups >= MIN_CLUSTERS:
        draws = resampled_means(table, index, resamples=RESAMPLES, rng=rng) - table.mean(axis=0)
        reach = float(np.quantile(np.ptp(draws, axis=1), level)) * np.sqrt(groups / (groups - 1))
        method = "no spread between clusters"
        if reach > SAME:
            low, high = max(0.0, seen - float(reach)), min(1.0, seen + float(reach))
            method, source = "simultaneous cluster bootstrap", SOURCE
    return Estimate(
        value=seen,
        low=low,
        high=high,
        level=level,
        method=method,
        n=len(table),
        clusters=groups,
        source=source,
    )


def _shuffled(table: np.ndarray, index: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the spreads (SHUFFLES,) of tables whose formats are shuffled, alike in a cluster."""
    count, formats = int(index.max()) + 1, table.shape[1]
    sums = np.zeros((count, formats))
    np.add.at(sums, index, table)
    found = np.empty(SHUFFLES)
    for place in range(SHUFFLES):
        order = np.argsort(rng.random((count, formats)), axis=1)
        found[place] = np.ptp(np.take_along_axis(sums, order, axis=1).sum(axis=0)) / len(table)
    return found


def _agreement(table: np.ndarray) -> np.ndarray:
    same: np.ndarray = (np.abs(table[:, :, None] - table[:, None, :]) < SAME).mean(axis=0)
    return same


def _index(clusters: "ArrayLike | None", count: int) -> np.ndarray:
    if clusters is None:
        return np.arange(count)
    _, index = np.unique(np.asarray(clusters), return_inverse=True)
    found: np.ndarray = index
    return found
