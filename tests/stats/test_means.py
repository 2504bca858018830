from collections.abc import Callable
from csv import DictReader

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from statera.stats.clusterrobust import cluster_mean
from statera.stats.means import effective_size, macro_mean, mean, sample_of, too_rare
from statera.stats.proportion import student_quantile
from statera.stats.results import Estimate, Items
from tests.shared_data import shared


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
    variances = [p.var(ddof=1) / len(p) for p in parts]
    expected = np.sqrt(sum(variances)) / 2
    freedom = sum(variances) ** 2 / (variances[0] ** 2 / 99 + variances[1] ** 2 / 299)
    assert found.high is not None
    assert found.value is not None
    assert found.high - found.value == pytest.approx(student_quantile(0.95, freedom) * expected)


def test_macro_without_spread_in_a_lone_item_has_no_interval() -> None:
    found = macro_mean(Items([1.0, 0.0, 1.0], ["x", "y", "z"], ["a", "b", "b"], [1.0] * 3))
    assert found.low is None
    assert found.method == "a category has fewer than 2 items"


def test_weights_make_a_ratio_over_trials() -> None:
    """Nine items with four answers each, one with a single wrong one: 36 / 37, not 0.9."""
    items = Items([1.0] * 9 + [0.0], [str(i) for i in range(10)], [""] * 10, [4.0] * 9 + [1.0])
    found = mean(items)
    assert found.value == pytest.approx(36 / 37)
    assert found.method == "Wilson on the effective size, CR2 with Satterthwaite"


def test_only_items_that_share_a_cluster_are_called_clustered() -> None:
    values = [0.0, 0.5, 1.0, 0.25] * 20
    assert mean(single(values)).method == "Wilson on the effective size"
    assert mean(clustered(values, 2)).method == "Wilson, clustered"
    alike = single([1.0] * 50)._replace(weights=[4.0] * 50)
    assert mean(alike).method == "Wilson"


def test_the_standard_error_of_independent_items_is_the_usual_one() -> None:
    values = [0.0, 0.5, 1.0, 0.25] * 20
    assert mean(single(values)).error == pytest.approx(stats.sem(values), rel=1e-12)
    answers = [1.0] * 27 + [0.0] * 73
    assert mean(single(answers)).error == pytest.approx(stats.sem(answers), rel=1e-12)
    doubled = mean(clustered([value for value in values for _ in range(2)], 2))
    assert doubled.error == pytest.approx(stats.sem(values), rel=1e-12)


@pytest.mark.parametrize("values", [[1.0] * 50, [0.0, 1.0, 1.0]])
def test_what_does_not_vary_or_is_few_has_no_standard_error(values: list[float]) -> None:
    assert mean(single(values)).error is None


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


def test_values_outside_the_unit_interval_get_student() -> None:
    values = np.random.default_rng(4).normal(7, 2, size=30)
    found = mean(single(values.tolist()))
    peer = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((peer.low, peer.high))
    assert found.method == "t"
    assert mean(clustered([1.0, 3.0, 5.0] * 20, 2)).method == "t, clustered, CR2 with Satterthwaite"
    assert mean(clustered(values.tolist() * 3, 2)).method == "t, clustered"


def test_equal_values_outside_the_unit_interval_are_no_certainty() -> None:
    found = mean(single([1e6] * 30))
    assert found.low is None
    assert found.method == "no spread between clusters"


def test_mtbench_interval_is_clustered_by_question() -> None:
    with shared("data", "judge", "mtbench", "routers_gpt4_single.csv").open() as lines:
        rows = [row for row in DictReader(lines) if row["model"] == "martian"]
    scores = [float(row["score"]) for row in rows]
    names = [row["question_id"] for row in rows]
    found = mean(Items(scores, names, [""] * 160, [1.0] * 160))
    assert found.high is not None
    assert found.high - 8.3125 == pytest.approx(student_quantile(0.95, 79) * 0.2557, abs=2e-4)


def test_a_heavy_cluster_counts_for_what_it_hides() -> None:
    """Half of all answers in one cluster: all right says little more than two clusters would."""
    names = ["big"] * 50 + [str(i) for i in range(50)]
    found = mean(Items([1.0] * 100, names, [""] * 100, [1.0] * 100))
    assert found.low == pytest.approx(mean(single([1.0] * 2)).low)


def test_the_effective_size_is_at_most_the_trials_but_not_for_graded_values() -> None:
    whole = sample_of(Items([0.4, 0.6] * 20, list(range(40)), [""] * 40, [5.0] * 40))
    found = cluster_mean(whole.values, whole.weights, whole.cluster)
    assert effective_size(whole, found) == 200
    graded = whole._replace(values=whole.values + 0.001)
    assert effective_size(graded, found) == pytest.approx(0.25 / found.variance)
    assert not too_rare(whole, found)
    assert too_rare(whole, found._replace(value=0.04))
    assert effective_size(whole, found._replace(variance=0.0)) == 0


def test_items_without_weight_are_left_out() -> None:
    items = Items([1.0, 0.0, 0.3], ["a", "b", "c"], ["", "", ""], [1.0, 1.0, 0.0])
    found = mean(items)
    assert (found.n, found.clusters, found.value, found.method) == (2, 2, 0.5, "Wilson")
    assert mean(Items([1.0], ["a"], [""], [0.0])).method == "no items"


@pytest.mark.parametrize("estimate", [mean, macro_mean])
def test_bad_numbers_and_levels_are_refused(estimate: Callable[..., Estimate]) -> None:
    with pytest.raises(ValueError, match="numbers"):
        estimate(single([1.0, float("nan")]))
    with pytest.raises(ValueError, match="weights"):
        estimate(Items([1.0], ["a"], [""], [-1.0]))
    with pytest.raises(ValueError, match="level"):
        estimate(single([1.0]), level=95.0)


@pytest.mark.parametrize(
    ("items", "where"),
    [
        (single([1.0, 0.0]), "Wilson"),
        (single([0.5, 0.1, 0.9, 0.4] * 20), "Dean"),
        (single([5.0, 1.0] * 9), "Student"),
        (clustered([1.0] * 40, 2), "Dean"),
    ],
)
def test_every_interval_cites_its_source(items: Items, where: str) -> None:
    assert where in mean(items).source


@pytest.mark.parametrize(("clusters", "size"), [(10, 5), (20, 3), (30, 20)])
def test_coverage_with_few_clusters(clusters: int, size: int) -> None:
    """CR2 with Satterthwaite: 95 % within Monte Carlo error, on the safe side at ten clusters."""
    generator = np.random.default_rng(clusters)
    draws, hits = 1000, 0
    names = [str(place // size) for place in range(clusters * size)]
    ones = [1.0] * (clusters * size)
    for _ in range(draws):
        rates = generator.beta(1.4, 0.6, size=clusters)  # mean 0.7, correlation 1 / 3 in a cluster
        values = (generator.random((clusters, size)) < rates[:, None]).astype(float).ravel()
        found = mean(Items(values, names, [""] * len(names), ones))
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0.7 <= found.high
    assert 0.93 <= hits / draws <= 0.985
