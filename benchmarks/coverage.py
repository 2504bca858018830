"""How often the intervals hold: coverage over grids of size and rate, with fresh seeds.

0/1 data of independent items are summed over every count, so that only a bootstrap's own draws are
random there; everything else is simulated, and each table says its Monte Carlo error.
"""

from collections.abc import Callable, Mapping
from functools import partial
from math import sqrt

import numpy as np
from scipy.stats import binom

from benchmarks import pairedcoverage, sequencecoverage
from benchmarks.report import table
from benchmarks.setting import Setting
from statera.stats.bootstrap import (
    ENOUGH,
    bca_interval,
    bootstrap_mean,
    percentile_interval,
    resampled_means,
)
from statera.stats.clusterrobust import FEW_CLUSTERS, MIN_CLUSTERS, cluster_mean
from statera.stats.meanbounds import mean_bounds
from statera.stats.means import mean
from statera.stats.proportion import (
    beta_interval,
    clopper_pearson,
    normal_quantile,
    student_quantile,
    wilson,
)
from statera.stats.results import Items
from statera.stats.wildbootstrap import wild_interval

LEVEL, ALPHA, GATED = 0.95, 0.05, 1000
SIZES, RATES = (20, 50, 100, 300, 1000), (0.01, 0.05, 0.1, 0.3, 0.5)
GROUPS, MEANS, WITHIN = (8, 12, 20, 40, 100), (0.05, 0.3, 0.5), 0.2
DRAWS, BOOTSTRAPS, RESAMPLES, WILD = 2000, 300, 1000, 399
FAR = 1e-7

Bounds = tuple[float, float] | None
OfCount = Callable[[int, int, np.random.Generator], Bounds]
OfItems = Callable[[Items, np.random.Generator], Bounds]


def measure(setting: Setting) -> str:
    """Return every table."""
    rng = np.random.default_rng()
    parts = (proportions(rng), clustered(rng), graded(rng), gates(rng))
    return "\n\n".join([*parts, *pairedcoverage.tables(rng), *sequencecoverage.tables(rng)])


def proportions(rng: np.random.Generator) -> str:
    """One proportion of independent items."""
    rows = [
        (
            f"{size:,}",
            f"{rate:g}",
            *(
                "-" if name in DEAR and size < ENOUGH else _share(_counted(way, size, rate, rng))
                for name, way in COUNTS.items()
            ),
        )
        for size in SIZES
        for rate in RATES
    ]
    words = (
        "### A share of independent 0/1 items\n\nChance that the 95 % interval holds, summed over "
        f"every count. Percentile and BCa ({RESAMPLES:,} resamples) exist from {ENOUGH} items on; "
        "where all items are alike, they and t have no interval, which counts as a miss."
    )
    return words + "\n\n" + table(("items", "rate", *COUNTS), rows)


def clustered(rng: np.random.Generator) -> str:
    """A mean of 0/1 items in clusters of one to five."""
    rows = [
        (groups, f"{rate:g}", *_simulated(partial(_bound, groups, rate, rng), rate, rng))
        for groups in GROUPS
        for rate in MEANS
    ]
    words = (
        f"### 0/1 items in clusters of 1 to 5, correlation {WITHIN:g} within\n\nShare of {DRAWS:,} "
        f"draws ({BOOTSTRAPS} for bootstraps) in which the 95 % interval holds{_error()}; in "
        "brackets the share of draws without an interval, if any, which are left out. The wild "
        f"bootstrap ({WILD} resamples) is asked for up to {FEW_CLUSTERS} clusters."
    )
    return words + "\n\n" + table(("clusters", "mean", *CLUSTERS), rows)


def graded(rng: np.random.Generator) -> str:
    """Means of five epochs an item, independent items."""
    rows = [
        (size, f"{rate:g}", *_simulated(partial(_epochs, size, rate, rng), rate, rng))
        for size in (20, 50, 100, 300)
        for rate in MEANS
    ]
    words = f"### Independent items, each the mean of 5 epochs\n\nAs above{_error()}."
    return words + "\n\n" + table(("items", "mean", *CLUSTERS), rows)


def gates(rng: np.random.Generator) -> str:
    """One-sided bounds of a mean, near 0, where a gate reads them."""
    rows = [
        (f"{size:,}", f"{rate:g}", *_wrong(size, rate, rng))
        for size in (30, 100, 300)
        for rate in (0.01, 0.05, 0.3)
    ]
    words = (
        "### A gate's bound: at most so much of a bad thing\n\nShare of draws in % in which the "
        "bound at alpha 5 % is wrong: the upper below the truth (a wrong pass) or the lower above "
        f"it (a wrong fail). 0/1 items: summed over every count. Clusters and epochs: {GATED:,} "
        f"draws, standard error {100 * sqrt(ALPHA * (1 - ALPHA) / GATED):.1f} points. Clustered as "
        "above, so many items in expectation; epochs as above."
    )
    kinds = ("0/1", "clustered", "5 epochs")
    head = (f"{side}, {kind}" for kind in kinds for side in ("pass", "fail"))
    return words + "\n\n" + table(("items", "rate", *head), rows)


def _wrong(size: int, rate: float, rng: np.random.Generator) -> list[str]:
    counts = np.arange(size + 1)
    chances = binom.pmf(counts, size, rate)
    kept = counts[chances > FAR]
    alone = [_sides(_alone(int(count), size), rate) for count in kept]
    shares = [*(chances[kept] @ np.array(alone, dtype=float))]
    for make in (partial(_bound, size // 3), partial(_epochs, size)):
        drawn = [_sides(make(rate, rng), rate) for _ in range(GATED)]
        shares += [*np.mean(drawn, axis=0)]
    return [_share(float(share)) for share in shares]


def _sides(items: Items, truth: float) -> tuple[bool, bool]:
    found = mean_bounds(items, truth, alpha=ALPHA)
    upper, lower = found.upper, found.lower
    return upper is not None and upper < truth, lower is not None and lower > truth


def _alone(count: int, size: int) -> Items:
    return Items(_values(count, size), np.arange(size), np.zeros(size), np.ones(size))


def _error() -> str:
    cheap, dear = (100 * sqrt(LEVEL * (1 - LEVEL) / draws) for draws in (DRAWS, BOOTSTRAPS))
    return f" (standard error {cheap:.1f} points, bootstraps {dear:.1f})"


def _counted(way: OfCount, size: int, rate: float, rng: np.random.Generator) -> float:
    counts = np.arange(size + 1)
    chances = binom.pmf(counts, size, rate)
    found = [
        (chance, way(int(count), size, rng))
        for count, chance in zip(counts, chances, strict=True)
        if chance > FAR
    ]
    return float(sum(chance for chance, bounds in found if _holds(bounds, rate)))


def _holds(bounds: Bounds, truth: float) -> bool:
    return bounds is not None and bounds[0] - 1e-12 <= truth <= bounds[1] + 1e-12


def _simulated(make: Callable[[], Items], truth: float, rng: np.random.Generator) -> list[str]:
    """Return what each way covers, on the same draws."""
    hits: dict[str, list[bool]] = {name: [] for name in CLUSTERS}
    none = dict.fromkeys(CLUSTERS, 0)
    for draw in range(DRAWS):
        items = make()
        for name, way in CLUSTERS.items():
            if name in DEAR and draw >= BOOTSTRAPS:
                continue
            bounds = way(items, rng)
            none[name] += bounds is None
            hits[name] += [] if bounds is None else [_holds(bounds, truth)]
    return [_cell(hits[name], none[name]) for name in CLUSTERS]


def _cell(hits: list[bool], none: int) -> str:
    if not hits:
        return "-"
    share = _share(float(np.mean(hits)))
    return share if not none else f"{share} ({none / (none + len(hits)):.1%})"


def _share(value: float) -> str:
    return f"{100 * value:.1f}"


def _bound(groups: int, rate: float, rng: np.random.Generator) -> Items:
    sizes = rng.integers(1, 6, size=groups)
    index = np.repeat(np.arange(groups), sizes)
    strength = 1 / WITHIN - 1
    chance = rng.beta(rate * strength, (1 - rate) * strength, size=groups)
    values = (rng.random(len(index)) < chance[index]).astype(float)
    return Items(values, index, np.zeros(len(index)), np.ones(len(index)))


def _epochs(size: int, rate: float, rng: np.random.Generator) -> Items:
    chance = rng.beta(2 * rate, 2 * (1 - rate), size=size)
    values = rng.binomial(5, chance) / 5
    return Items(values, np.arange(size), np.zeros(size), np.ones(size))


def _t(count: int, size: int, _: np.random.Generator) -> Bounds:
    share = count / size
    spread = sqrt(share * (1 - share) / (size - 1)) * student_quantile(LEVEL, size - 1)
    return (share - spread, share + spread) if spread else None


def _percentile(count: int, size: int, rng: np.random.Generator) -> Bounds:
    if size < ENOUGH or count in (0, size):
        return None
    draws = resampled_means(_values(count, size), resamples=RESAMPLES, rng=rng)
    low, high = percentile_interval(draws, LEVEL)
    return float(low), float(high)


def _bca(count: int, size: int, rng: np.random.Generator) -> Bounds:
    if size < ENOUGH or count in (0, size):
        return None
    values = _values(count, size)
    draws = resampled_means(values, resamples=RESAMPLES, rng=rng)
    left = (values.sum() - values) / (size - 1)
    return bca_interval(draws, float(values.mean()), left, level=LEVEL)


def _values(count: int, size: int) -> np.ndarray:
    return (np.arange(size) < count).astype(float)


def _chosen(items: Items, _: np.random.Generator) -> Bounds:
    told = mean(items, level=LEVEL)
    return None if told.low is None or told.high is None else (told.low, told.high)


def _robust(items: Items, _: np.random.Generator) -> Bounds:
    index = np.asarray(items.clusters)
    found = cluster_mean(np.asarray(items.values), np.asarray(items.weights), index)
    if found.clusters < MIN_CLUSTERS or found.variance <= 0:
        return None
    spread = sqrt(found.variance) * student_quantile(LEVEL, found.freedom)
    return found.value - spread, found.value + spread


def _wild(items: Items, rng: np.random.Generator) -> Bounds:
    if len(np.unique(np.asarray(items.clusters))) > FEW_CLUSTERS:
        return None
    told = wild_interval(items, level=LEVEL, rng=rng, resamples=WILD)
    return None if told.low is None or told.high is None else (told.low, told.high)


def _resampled(kind: str) -> OfItems:
    def way(items: Items, rng: np.random.Generator) -> Bounds:
        told = bootstrap_mean(
            items,
            level=LEVEL,
            resamples=RESAMPLES,
            rng=rng,
            kind="bca" if kind == "bca" else "percentile",
        )
        return None if told.low is None or told.high is None else (told.low, told.high)

    return way


COUNTS: Mapping[str, OfCount] = {
    "Wilson": lambda count, size, _: wilson(count / size, size, normal_quantile(LEVEL)),
    "Clopper-Pearson": lambda count, size, _: clopper_pearson(count, size, LEVEL),
    "beta, flat prior": lambda count, size, _: beta_interval(count, size, LEVEL),
    "t": _t,
    "percentile": _percentile,
    "BCa": _bca,
}
CLUSTERS: Mapping[str, OfItems] = {
    "as chosen": _chosen,
    "cluster-robust t": _robust,
    "wild bootstrap": _wild,
    "percentile": _resampled("percentile"),
    "BCa": _resampled("bca"),
}
DEAR = frozenset(("wild bootstrap", "percentile", "BCa"))
