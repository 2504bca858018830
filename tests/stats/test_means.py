import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from statera.stats.clusterrobust import cluster_variance
from statera.stats.means import macro_mean, mean
from statera.stats.results import Items


def single(values: list[float]) -> Items:
    names = [str(place) for place in range(len(values))]
    return Items(values, names, [""] * len(values), [1.0] * len(values))


def clustered(values: list[float], size: int) -> Items:
    names = [str(place // size) for place in range(len(values))]
    return Items(values, names, [""] * len(values), [1.0] * len(values))


def test_independent_answers_get_wilson() -> None:
    found = mean(single([1.0] * 81 + [0.0] * 182))
    assert found.method == "Wilson"
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert (found.n, found.clusters) == (263, 263)


def test_no_items_is_no_number() -> None:
    assert mean(single([])).value is None


def test_few_clusters_have_no_interval() -> None:
    found = mean(clustered([1.0, 0.0] * 7, 2))
    assert found.low is None
    assert found.method == "fewer than 8 clusters"


def test_clusters_without_spread_have_no_interval() -> None:
    found = mean(clustered([1.0, 0.0] * 20, 2))
    assert found.low is None
    assert found.method == "no spread between clusters"


def test_all_right_in_clusters_counts_clusters() -> None:
    found = mean(clustered([1.0] * 100, 5))
    assert found.method == "Wilson on clusters"
    assert found.low == pytest.approx(mean(single([1.0] * 20)).low)


def test_copies_of_an_item_do_not_narrow_the_interval() -> None:
    values = [1.0, 0.0, 0.0, 1.0, 1.0] * 12
    once = mean(Items(values, [str(i) for i in range(60)], [""] * 60, [1.0] * 60))
    copies = [value for value in values for _ in range(10)]
    tenfold = mean(Items(copies, [str(i // 10) for i in range(600)], [""] * 600, [1.0] * 600))
    assert once.low is not None
    assert once.high is not None
    assert tenfold.low is not None
    assert tenfold.high is not None
    assert tenfold.value == pytest.approx(once.value)
    assert tenfold.high - tenfold.low >= once.high - once.low


def test_cluster_variance_equals_the_textbook_for_single_items() -> None:
    values = np.array([0.1, 0.5, 0.9, 0.3])
    expected = values.var(ddof=1) / len(values)
    assert cluster_variance(values, np.ones(4), np.arange(4)) == pytest.approx(expected)


@given(some.lists(some.floats(0, 1), min_size=1, max_size=80), some.integers(1, 5))
def test_the_interval_holds_the_estimate_and_stays_in_bounds(
    values: list[float], size: int
) -> None:
    found = mean(clustered(values, size))
    assert found.value is not None
    if found.low is not None and found.high is not None:
        assert 0 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize("spread", [0.0, 2.0])
def test_coverage_of_the_clustered_interval(spread: float) -> None:
    """60 clusters of 5: Monte Carlo error of 1,000 draws allows 93 to 97 %."""
    generator = np.random.default_rng(7)
    hits = 0
    draws = 1000
    names = [str(place // 5) for place in range(300)]
    truth = _true_mean(spread)
    for _ in range(draws):
        level = generator.normal(0.8, spread, size=60)
        rates = 1 / (1 + np.exp(-level))
        values = (generator.random((60, 5)) < rates[:, None]).astype(float).ravel().tolist()
        found = mean(Items(values, names, [""] * 300, [1.0] * 300))
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= truth <= found.high
    assert 0.93 <= hits / draws <= 0.97


def _true_mean(spread: float) -> float:
    level = 0.8 + spread * np.random.default_rng(1).normal(size=2_000_000)
    return float(np.mean(1 / (1 + np.exp(-level))))


def test_macro_counts_each_category_the_same() -> None:
    values = [1.0] * 10 + [0.0] * 10 + [1.0, 0.0] * 50
    strata: list[str] = [*["small"] * 20, *["large"] * 100]
    names = [str(place) for place in range(120)]
    found = macro_mean(Items(values, names, strata, [1.0] * 120))
    assert found.value == pytest.approx(0.5)
    assert found.method == "stratified by category"
    skewed = macro_mean(Items([1.0] * 20 + [0.0] * 100, names, strata, [1.0] * 120))
    assert skewed.value == pytest.approx(0.5)
    assert skewed.low is None


def test_macro_variance_is_that_of_the_strata() -> None:
    generator = np.random.default_rng(3)
    values = (generator.random(400) < 0.6).astype(float)
    strata: list[str] = [*["a"] * 100, *["b"] * 300]
    found = macro_mean(Items(values.tolist(), [str(i) for i in range(400)], strata, [1.0] * 400))
    parts = [values[:100], values[100:]]
    expected = np.sqrt(sum(p.var(ddof=1) / len(p) for p in parts)) / 2
    assert found.high is not None
    assert found.value is not None
    assert found.high - found.value == pytest.approx(1.959964 * expected, rel=1e-5)


def test_macro_without_spread_in_a_lone_item_has_no_interval() -> None:
    found = macro_mean(Items([1.0, 0.0, 1.0], ["x", "y", "z"], ["a", "b", "b"], [1.0] * 3))
    assert found.low is None
    assert found.method == "a category has fewer than 2 items"


def test_weights_make_a_ratio_over_trials() -> None:
    """Nine items with four answers each, one with a single wrong one: 36 / 37, not 0.9."""
    items = Items([1.0] * 9 + [0.0], [str(i) for i in range(10)], [""] * 10, [4.0] * 9 + [1.0])
    found = mean(items)
    assert found.value == pytest.approx(36 / 37)
    assert found.method == "Wilson, clustered"


def test_a_weighted_item_is_as_many_items_of_its_cluster() -> None:
    generator = np.random.default_rng(5)
    values = generator.integers(0, 2, 40).astype(float).tolist()
    weights = generator.integers(1, 5, 40).astype(float).tolist()
    names = [str(i) for i in range(40)]
    weighted = mean(Items(values, names, [""] * 40, weights))
    spread = [(v, n) for v, n, w in zip(values, names, weights, strict=True) for _ in range(int(w))]
    total = len(spread)
    single = Items([v for v, _ in spread], [n for _, n in spread], [""] * total, [1.0] * total)
    assert (weighted.value, weighted.low, weighted.high) == pytest.approx(
        (mean(single).value, mean(single).low, mean(single).high)
    )
