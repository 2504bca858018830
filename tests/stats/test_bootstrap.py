from typing import Literal

import numpy as np
import pytest
from scipy import stats

from statera.stats.bootstrap import (
    bca_interval,
    bootstrap_mean,
    jackknife_means,
    percentile_interval,
    resampled_means,
)
from statera.stats.results import Items


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def items_of(values: np.ndarray, size: int = 1) -> Items:
    n = len(values)
    return Items(values, np.arange(n) // size, [""] * n, np.ones(n))


def test_binary_scores_follow_the_binomial() -> None:
    values = np.repeat([1.0, 0.0], [30, 20])
    draws = resampled_means(values, resamples=50_000, rng=rng())
    found = np.bincount(np.rint(draws * 50).astype(int), minlength=51)
    expected = stats.binom.pmf(np.arange(51), 50, 0.6) * 50_000
    kept = expected > 10
    scale = found[kept].sum() / expected[kept].sum()
    assert stats.chisquare(found[kept], expected[kept] * scale).pvalue > 0.001


def test_real_scores_follow_a_plain_loop() -> None:
    values = rng(2).exponential(size=60)
    draws = resampled_means(values, resamples=20_000, rng=rng())
    rows = rng(3).integers(0, 60, size=(20_000, 60))
    assert stats.ks_2samp(draws, values[rows].mean(axis=1)).pvalue > 0.001


def test_ratios_of_clusters_follow_a_plain_loop() -> None:
    generator = rng(4)
    values, weights = generator.random(90), generator.integers(1, 4, 90).astype(float)
    index = np.repeat(np.arange(40), generator.multinomial(50, np.full(40, 1 / 40)) + 1)
    index = np.minimum(index, 39)[:90]
    draws = resampled_means(values, index, weights=weights, resamples=20_000, rng=rng())
    sums, sizes = np.bincount(index, weights * values), np.bincount(index, weights)
    rows = rng(5).integers(0, len(sizes), size=(20_000, len(sizes)))
    plain = sums[rows].sum(axis=1) / sizes[rows].sum(axis=1)
    assert stats.ks_2samp(draws, plain).pvalue > 0.001


def test_few_distinct_ratios_are_the_same_as_many() -> None:
    """The way by kinds against the way by clusters: a tiny shake makes every value distinct."""
    generator = rng(6)
    values, weights = generator.integers(0, 2, 400) * 1.0, generator.integers(1, 3, 400) * 1.0
    by_kind = resampled_means(values, weights=weights, resamples=20_000, rng=rng(7))
    shaken = values + 1e-9 * generator.random(400)
    by_cluster = resampled_means(shaken, weights=weights, resamples=20_000, rng=rng(8))
    assert stats.ks_2samp(by_kind, by_cluster).pvalue > 0.001


@pytest.mark.parametrize("decimals", [0, 9])
def test_metrics_share_their_resamples(decimals: int) -> None:
    values = np.round(rng(9).random(300), decimals)
    draws = resampled_means(np.column_stack([values, 1 - values]), resamples=500, rng=rng())
    assert draws.shape == (500, 2)
    assert draws.sum(axis=1) == pytest.approx(1.0, abs=1e-6)


def test_large_values_keep_their_digits() -> None:
    values = 1e9 + rng(10).random(2000)
    draws = resampled_means(values, resamples=400, rng=rng())
    assert draws.std() == pytest.approx(values.std() / np.sqrt(2000), rel=0.15)


def test_a_cluster_without_weight_is_left_out() -> None:
    weights = np.array([1.0] * 30 + [0.0] * 30)
    draws = resampled_means(np.arange(60.0), weights=weights, resamples=200, rng=rng())
    assert np.all(draws < 30)


@pytest.mark.parametrize("values", [[], [1.0, float("nan")], [float("inf"), 0.0]])
def test_what_cannot_be_resampled_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="bootstrap needs"):
        resampled_means(np.array(values), rng=rng())


def test_bca_is_that_of_scipy_on_the_same_draws() -> None:
    values = rng(11).exponential(size=50)
    draws = resampled_means(values, resamples=20_000, rng=rng())
    jackknife = jackknife_means(values, np.ones(50), np.arange(50))
    found = bca_interval(draws, float(values.mean()), jackknife, level=0.9)
    peer = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=0,
        confidence_level=0.9,
        bootstrap_result=_Result(draws),  # scipy takes earlier draws and adds none
    ).confidence_interval
    assert found == pytest.approx((peer.low, peer.high), abs=1e-4)
    low, high = percentile_interval(draws, 0.9)
    assert found[0] > low
    assert found[1] > high


class _Result:
    def __init__(self, draws: np.ndarray) -> None:
        self.bootstrap_distribution = draws


@pytest.mark.parametrize("kind", ["percentile", "bca"])
def test_coverage_of_shares_by_enumeration(kind: Literal["percentile", "bca"]) -> None:
    """200 items, n min(p, 1 - p) >= 20: exact but for the noise of 4,000 resamples."""
    n, bounds = 200, []
    for count in range(n + 1):
        values = np.repeat([1.0, 0.0], [count, n - count])
        found = bootstrap_mean(items_of(values), level=0.95, resamples=4000, rng=rng(), kind=kind)
        bounds.append((found.low, found.high) if found.low is not None else (0.0, 1.0))
    low, high = np.array(bounds, dtype=float).T
    for share in np.linspace(0.1, 0.9, 81):
        law = stats.binom.pmf(np.arange(n + 1), n, share)
        covered = law[(low <= share + 1e-9) & (share - 1e-9 <= high)].sum()
        assert 0.93 <= covered <= 0.97


@pytest.mark.parametrize("kind", ["percentile", "bca"])
def test_coverage_of_clustered_scores(kind: Literal["percentile", "bca"]) -> None:
    """100 clusters of 3, graded scores: 95 % within 3 Monte Carlo errors of 300 draws."""
    generator, hits = rng(13), 0
    for _ in range(300):
        level = generator.beta(2, 2, size=100)
        values = generator.beta(3 * level, 3 * (1 - level), size=(3, 100)).T.ravel()
        found = bootstrap_mean(items_of(values, 3), level=0.95, resamples=599, rng=rng(), kind=kind)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0.5 <= found.high
    assert abs(hits / 300 - 0.95) <= 3 * np.sqrt(0.95 * 0.05 / 300)


def test_draws_on_one_side_are_refused() -> None:
    with pytest.raises(ValueError, match="one side"):
        bca_interval(np.ones(10), 2.0, np.arange(3.0), level=0.95)


@pytest.mark.parametrize("kind", ["percentile", "bca"])
def test_an_interval_holds_its_estimate(kind: Literal["percentile", "bca"]) -> None:
    found = bootstrap_mean(items_of(rng(12).random(120), 2), level=0.95, rng=rng(), kind=kind)
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    assert found.method == f"cluster bootstrap, {kind}"
    assert "Efron" in found.source


@pytest.mark.parametrize(
    ("items", "why"),
    [
        (items_of(np.zeros(0)), "no items"),
        (items_of(np.arange(39.0)), "fewer than 40 clusters"),
        (items_of(np.full(50, 0.3)), "no spread between clusters"),
        (items_of(np.tile([0.0, 1.0], 50), 2), "no spread between clusters"),
        (items_of(np.repeat([1.0, 0.0], [9, 91])), "fewer than 10 events in effect"),
    ],
)
def test_where_there_is_no_interval_it_says_why(items: Items, why: str) -> None:
    found = bootstrap_mean(items, level=0.95, rng=rng())
    assert found.low is None
    assert found.method == why


def test_a_level_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        bootstrap_mean(items_of(np.arange(50.0)), level=1.0, rng=rng())
