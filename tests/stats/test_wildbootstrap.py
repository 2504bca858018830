from itertools import product

import numpy as np
import pytest

from statera.stats.results import Items
from statera.stats.wildbootstrap import SIX_POINTS, wild_interval, wild_p

RARE = "fewer than 10 events in effect"


def made(clusters: int, seed: int, shift: float = 0.0) -> Items:
    generator = np.random.default_rng(seed)
    sizes = generator.integers(1, 5, clusters)
    index = np.repeat(np.arange(clusters), sizes)
    n = len(index)
    values = shift + generator.normal(size=clusters)[index] + generator.normal(size=n)
    return Items(values, index, [""] * n, np.ones(n))


def t_squared(values: np.ndarray, index: np.ndarray, mean: float) -> float:
    """The statistic from its definition: the mean over its CR1 standard error."""
    residuals = values - values.mean()
    sums = np.bincount(index, weights=residuals)
    count = len(sums)
    variance = count / (count - 1) * np.sum(sums**2) / len(values) ** 2
    return float((values.mean() - mean) ** 2 / variance)


def test_p_is_that_of_all_sign_patterns() -> None:
    items = made(12, seed=1, shift=0.3)
    values, index = np.asarray(items.values), np.asarray(items.clusters)
    seen = t_squared(values, index, 0.0)
    patterns = np.array(list(product([-1.0, 1.0], repeat=12)))
    drawn = np.array([t_squared(signs[index] * values, index, 0.0) for signs in patterns])
    exact = float(np.mean(drawn >= seen * (1 - 1e-9)))
    found = wild_p(items, 0.0, rng=np.random.default_rng(2), resamples=20_000)
    assert found == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000) + 1e-4)


def test_six_points_have_mean_nought_and_variance_one() -> None:
    assert SIX_POINTS.mean() == pytest.approx(0.0)
    assert np.mean(SIX_POINTS**2) == pytest.approx(1.0)


@pytest.mark.parametrize("clusters", [9, 25])
def test_the_interval_holds_what_the_test_keeps(clusters: int) -> None:
    items = made(clusters, seed=3)
    found = wild_interval(items, level=0.9, rng=np.random.default_rng(4))
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    assert found.method == "wild cluster bootstrap"
    assert "Webb" in found.source
    for edge, outward in ((found.low, -1e-6), (found.high, 1e-6)):
        assert wild_p(items, edge + outward, rng=np.random.default_rng(4)) <= 0.1
        assert wild_p(items, edge - 1e3 * outward, rng=np.random.default_rng(4)) > 0.1


def test_the_same_generator_gives_the_same_interval() -> None:
    items = made(15, seed=5)
    first, second = (
        wild_interval(items, level=0.95, rng=np.random.default_rng(6)) for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize(
    ("items", "why"),
    [
        (Items([], [], [], []), "no items"),
        (made(7, seed=1), "fewer than 8 clusters"),
        (Items([0.4] * 20, range(20), [""] * 20, [1.0] * 20), "no spread between clusters"),
        (Items([0.0] * 15 + [1.0] * 5, range(20), [""] * 20, [1.0] * 20), RARE),
    ],
)
def test_where_there_is_no_interval_it_says_why(items: Items, why: str) -> None:
    found = wild_interval(items, level=0.95, rng=np.random.default_rng(1))
    assert (found.low, found.method) == (None, why)


def test_few_clusters_and_strange_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="8 clusters"):
        wild_p(made(5, seed=1), 0.0, rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="level"):
        wild_interval(made(9, seed=1), level=0.0, rng=np.random.default_rng(1))


@pytest.mark.parametrize("clusters", [9, 20])
def test_coverage(clusters: int) -> None:
    """95 % within 3.5 Monte Carlo errors of 600 draws (0.0089 each)."""
    hits = 0
    for seed in range(600):
        items = made(clusters, seed=1000 + seed)
        hits += wild_p(items, 0.0, rng=np.random.default_rng(seed), resamples=399) > 0.05
    assert 0.95 - 0.031 <= hits / 600 <= 0.95 + 0.031
