"""The bootstrap distribution of a mean, and the intervals read from it.

Clusters are resampled, never the items within them. Which way is taken is a matter of speed only:
all are exact draws of the same distribution.

| clusters | resamples |
|---|---|
| few distinct (sum, size): 0/1 scores, differences in {-1, 0, 1} | counts of the distinct ones |
| anything else | counts of every cluster, by matrix product in single precision |

`bootstrap_mean` needs at least `ENOUGH` clusters and, for values in [0, 1], 10 events in effect:
with fewer the percentiles are too close together.
"""

from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np

from statera.stats.clusterrobust import cluster_mean
from statera.stats.means import ENOUGH_EVENTS, NO_SPREAD, sample_of, too_rare
from statera.stats.multinomial import resample_counts
from statera.stats.results import Estimate, Items

ENOUGH = 40
EFRON = "Efron, JASA 82 (1987) 171-185"
SOURCES = {
    "percentile": "Efron and Tibshirani, An Introduction to the Bootstrap, 1993, eq. 13.3",
    "bca": f"{EFRON}; Efron and Tibshirani 1993, eq. 14.9, 14.10, 14.14, 14.15",
}


class Totals(NamedTuple):
    """What a resample adds up, for each cluster with weight.

    `sums` (G, metrics) hold weight * (value - centre), `sizes` (G,) the weights, `centre` (metrics)
    the weighted means.
    """

    sums: np.ndarray
    sizes: np.ndarray
    centre: np.ndarray


def resampled_means(
    values: np.ndarray,
    index: np.ndarray | None = None,
    *,
    weights: np.ndarray | None = None,
    resamples: int = 10_000,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the weighted means of `resamples` resamples, shape (resamples,) or (resamples, m).

    `values` has shape (n,), or (n, m) for m metrics that share each resample; `index` maps each
    item to its cluster 0..G-1 (None: every item on its own); `weights` (n,) are at least 0.
    Clusters without weight are left out. ValueError for no items, NaN or no weight at all.
    """
    table = np.asarray(values, dtype=np.float64)
    totals = _totals(table[:, None] if table.ndim == 1 else table, index, weights)
    limit = max(16, len(totals.sizes) // 50)
    kinds = _kinds(np.column_stack([totals.sizes, totals.sums]), limit)
    draws = _by_kind(totals, kinds, resamples, rng) if kinds is not None else None
    means = draws if draws is not None else _by_cluster(totals, resamples, rng)
    means += totals.centre
    return means[:, 0] if table.ndim == 1 else means


def _totals(table: np.ndarray, index: np.ndarray | None, weights: np.ndarray | None) -> Totals:
    count = len(table)
    shares = np.ones(count) if weights is None else np.asarray(weights, dtype=np.float64)
    if not np.all(np.isfinite(table)) or not np.all(shares >= 0) or not shares.sum() > 0:
        raise ValueError("a bootstrap needs items, values without NaN and weights above 0")
    centre = shares @ table / shares.sum()
    sums = shares[:, None] * (table - centre)
    sizes: np.ndarray = shares
    if index is not None:
        sums = np.stack([np.bincount(index, weights=column) for column in sums.T], axis=1)
        sizes = np.bincount(index, weights=shares)
    kept = sizes > 0
    return Totals(sums[kept], sizes[kept], centre)


def _kinds(table: np.ndarray, limit: int) -> np.ndarray | None:
    """Return which distinct row each row is, 0..D-1, or None where there are more than `limit`."""
    kinds = np.zeros(len(table), dtype=np.int64)
    for column in table.T:
        _, place = np.unique(column, return_inverse=True)
        found, kinds = np.unique(kinds * (int(place.max()) + 1) + place, return_inverse=True)
        if len(found) > limit:
            return None
    return kinds


def _by_kind(
    totals: Totals, kinds: np.ndarray, resamples: int, rng: np.random.Generator
) -> np.ndarray:
    _, first, counts = np.unique(kinds, return_index=True, return_counts=True)
    drawn = rng.multinomial(len(kinds), counts / len(kinds), size=resamples).astype(np.float64)
    means: np.ndarray = (drawn @ totals.sums[first]) / (drawn @ totals.sizes[first])[:, None]
    return means


def _by_cluster(totals: Totals, resamples: int, rng: np.random.Generator) -> np.ndarray:
    scale = np.maximum(np.abs(totals.sums).max(axis=0), 1e-300)
    even = bool(np.all(totals.sizes == totals.sizes[0]))
    extra = totals.sizes[:, None][:, : 0 if even else 1] / totals.sizes.max()
    matrix = np.concatenate([totals.sums / scale, extra], axis=1).astype(np.float32)
    drawn = resample_counts(len(matrix), resamples, rng)
    added = np.concatenate([c.astype(np.float32) @ matrix for c in drawn]).astype(np.float64)
    metrics = len(scale)
    sizes = len(matrix) * totals.sizes[0] if even else added[:, metrics:] * totals.sizes.max()
    means: np.ndarray = added[:, :metrics] * scale / sizes
    return means


def percentile_interval(draws: np.ndarray, level: float) -> np.ndarray:
    """Return low and high, shape (2,) or (2, metrics), of draws (resamples,) or (resamples, m).

    Efron and Tibshirani 1993, eq. 13.3. ValueError for a level outside (0, 1).
    """
    _check(level)
    found: np.ndarray = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return found


def bca_interval(
    draws: np.ndarray, value: float, jackknife: np.ndarray, *, level: float
) -> tuple[float, float]:
    """Return the bias-corrected and accelerated interval of draws (resamples,) round `value`.

    `jackknife` (G,) holds the estimate without each cluster. Efron 1987; Efron and Tibshirani 1993,
    eq. 14.9, 14.10, 14.14 and 14.15, where draws equal to the value or to the quantile count half.
    ValueError where every draw lies on one side of the value, or a level outside (0, 1).
    """
    _check(level)
    near = 1e-10 * max(1.0, abs(value))
    share = (np.mean(draws < value - near) + np.mean(draws <= value + near)) / 2
    if not 0 < share < 1:
        raise ValueError("every resample lies on one side of the estimate")
    pulls = jackknife.mean() - jackknife
    spread = float(pulls @ pulls)
    skew = float(np.sum(pulls**3)) / (6 * spread**1.5) if spread > 0 else 0.0
    low, high = (_adjusted(float(share), skew, tail) for tail in ((1 - level) / 2, (1 + level) / 2))
    found = _mid_quantiles(np.round(draws / near), np.array([low, high])) * near
    return float(found[0]), float(found[1])


def _mid_quantiles(draws: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return quantiles of draws that may be tied, half of each tie counted below it.

    Ma, Genton and Parzen, AISM 63 (2011) 227-243. For 0/1 scores plain quantiles jump by a whole
    item, and the small shifts of BCa then cover too much.
    """
    values, counts = np.unique(draws, return_counts=True)
    middles = (np.cumsum(counts) - counts / 2) / len(draws)
    found: np.ndarray = np.interp(shares, middles, values)
    return found


def _adjusted(share: float, skew: float, tail: float) -> float:
    normal = NormalDist()
    bias = normal.inv_cdf(share)
    shifted = bias + normal.inv_cdf(tail)
    return normal.cdf(bias + shifted / (1 - skew * shifted))


def jackknife_means(values: np.ndarray, weights: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Return the weighted mean without each cluster in turn, (G,), for clusters with weight."""
    sizes = np.bincount(index, weights=weights)
    sums = np.bincount(index, weights=weights * values)
    kept = sizes > 0
    left: np.ndarray = (sums.sum() - sums[kept]) / (sizes.sum() - sizes[kept])
    return left


def bootstrap_mean(
    items: Items,
    *,
    level: float,
    resamples: int = 10_000,
    rng: np.random.Generator,
    kind: Literal["percentile", "bca"] = "percentile",
) -> Estimate:
    """Return the weighted mean of the items' values with a cluster bootstrap interval.

    There is none for fewer than `ENOUGH` clusters with weight, without spread between them, or for
    values in [0, 1] with fewer than 10 events in effect.
    """
    _check(level)
    sample = sample_of(items)
    if not len(sample.values):
        return _estimate(None, None, level, "no items", (0, 0))
    value, sizes = float(np.average(sample.values, weights=sample.weights)), sample.sizes
    if sizes[1] < ENOUGH:
        return _estimate(value, None, level, f"fewer than {ENOUGH} clusters", sizes)
    found = cluster_mean(sample.values, sample.weights, sample.cluster)
    if found.variance < NO_SPREAD * max(1.0, float(np.abs(sample.values).max())) ** 2:
        return _estimate(value, None, level, "no spread between clusters", sizes)
    if too_rare(sample, found):
        return _estimate(
            value, None, level, f"fewer than {ENOUGH_EVENTS:g} events in effect", sizes
        )
    values, weights, index = sample.values, sample.weights, sample.cluster
    draws = resampled_means(values, index, weights=weights, resamples=resamples, rng=rng)
    if kind == "bca":
        left = jackknife_means(values, weights, index)
        bounds = bca_interval(draws, value, left, level=level)
    else:
        low, high = percentile_interval(draws, level)
        bounds = (float(low), float(high))
    return _estimate(value, bounds, level, f"cluster bootstrap, {kind}", sizes, SOURCES[kind])


def _estimate(
    value: float | None,
    bounds: tuple[float, float] | None,
    level: float,
    method: str,
    sizes: tuple[int, int],
    source: str = "",
) -> Estimate:
    low, high = bounds or (None, None)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        method=method,
        n=sizes[0],
        clusters=sizes[1],
        source=source,
    )


def _check(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"a level lies in (0, 1), got {level}")
