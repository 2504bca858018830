import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.typing import ArrayLike
from scipy.stats import binom, bootstrap, ttest_1samp, ttest_rel

from statera.stats.paired import bootstrap_difference, difference, miller, paired_t
from statera.stats.pairedbounds import difference_bounds
from statera.stats.pairedscore import PairCounts, tango_interval
from statera.stats.results import Difference, Pairs


def single(candidate: ArrayLike, base: ArrayLike) -> Pairs:
    first, second = np.asarray(candidate, float), np.asarray(base, float)
    ones = np.ones(len(first))
    return Pairs(first, second, np.arange(len(first)), ones, ones)


def binary(counts: PairCounts) -> Pairs:
    wins, losses, n = counts
    sizes = [wins, losses, n - wins - losses]
    return single(np.repeat([1, 0, 1], sizes), np.repeat([0, 1, 1], sizes))


def drawn(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Two models that agree on about 80 % of the items."""
    base = rng.random(n) < 0.8
    return np.where(rng.random(n) < 0.2, rng.random(n) < 0.8, base), base


def test_82_against_80_of_500() -> None:
    """With 50 items won and 40 lost: not known to be better."""
    found = difference(binary(PairCounts(50, 40, 500)))
    assert found.method == "Tango score"
    assert (found.low, found.high) == tango_interval(PairCounts(50, 40, 500), level=0.95)
    assert (found.wins, found.losses, found.ties) == (50, 40, 410)
    assert (found.candidate, found.base) == (0.92, 0.9)
    assert found.p == pytest.approx(0.2946, abs=1e-3)
    assert str(found) == "+0.020 [-0.017, +0.058] 95 %, 500 items, p 0.29"


def test_mcnemars_exact_p_is_beside_the_mid_p() -> None:
    """LLMBar: 4 items won against 14 lost."""
    found = difference(binary(PairCounts(4, 14, 100)))
    assert found.p_exact == pytest.approx(0.0309, abs=5e-5)
    assert found.p == pytest.approx(0.0192, abs=5e-5)
    graded = single(np.linspace(0, 1, 50), np.linspace(0, 0.9, 50))
    assert difference(graded).p_exact is None


def test_few_discordant_items_are_treated_exactly() -> None:
    found = difference(binary(PairCounts(1, 7, 21)))
    assert found.method == "exact unconditional"
    assert found.test == "exact unconditional"
    assert found.p == pytest.approx(unconditional(1, 7, 21), rel=1e-3)
    assert found.low is not None
    assert found.high is not None
    assert found.low < -0.517
    assert found.high > -0.026


def unconditional(wins: int, losses: int, n: int) -> float:
    """Suissa and Shuster's p by plain enumeration: twice one side's, discordance at worst."""
    numbers = np.arange(n + 1)
    scores = (numbers[:, None] - numbers) / np.sqrt(np.maximum(numbers[:, None] + numbers, 1))
    seen = abs(wins - losses) / np.sqrt(wins + losses)
    extreme = np.zeros(n + 1)
    for m in numbers:
        won = np.arange(m + 1)
        far = scores[won, m - won] >= seen - 1e-9
        extreme[m] = binom.pmf(won[far], m, 0.5).sum()
    shares = np.linspace(0, 1, 2001)
    return float(2 * max(binom.pmf(numbers, n, share) @ extreme for share in shares))


@pytest.mark.parametrize("losses", range(1, 10))
@pytest.mark.parametrize("n", [18, 40, 500])
def test_few_discordant_items_have_one_tale_of_interval_and_test(losses: int, n: int) -> None:
    """With 4 of 40 lost McNemar's exact test says 0.125 and the interval leaves out 0."""
    for wins in range(10 - losses):
        found = difference(binary(PairCounts(wins, losses, n)))
        assert found.low is not None
        assert found.high is not None
        assert found.p is not None
        assert (found.low <= 0 <= found.high) == (found.p >= 0.05)


def test_no_discordant_item_is_not_certainty() -> None:
    found = difference(binary(PairCounts(0, 0, 100)))
    assert (found.value, found.p) == (0.0, 1.0)
    assert found.high == pytest.approx(1 - 0.025**0.01, abs=2e-3)
    assert found.low == pytest.approx(-(1 - 0.025**0.01), abs=2e-3)


def test_one_item_and_no_items() -> None:
    single_item = difference(single([1], [0]))
    assert single_item.low is not None
    assert single_item.low < -0.9
    assert single_item.p == 1.0
    nothing = difference(single([], []))
    assert (nothing.value, nothing.low, nothing.p) == (None, None, None)
    assert str(nothing) == "no difference (no shared items)"


def test_a_side_without_trials_has_no_difference() -> None:
    found = difference(Pairs([1, 0], [0, 0], ["a", "b"], [1, 1], [0, 0]))
    assert (found.value, found.method) == (None, "a side without trials")


def test_epochs_take_a_t_on_items() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.binomial(5, 0.6, 80) / 5, rng.binomial(5, 0.5, 80) / 5
    found = difference(single(first, second))
    expected = ttest_rel(first, second)
    assert found.method == "cluster-robust t, CR1"
    assert found.p == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert "2411.00640" in found.source


def test_paired_t_is_students() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.random(12), rng.random(12)
    found = paired_t(single(first, second), level=0.9)
    expected = ttest_rel(first, second)
    interval = expected.confidence_interval(0.9)
    assert (found.p, found.low, found.high) == pytest.approx(
        (expected.pvalue, interval.low, interval.high)
    )
    assert paired_t(single([1], [0])).method == "one item"
    with pytest.raises(ValueError, match="independent"):
        paired_t(Pairs([1, 0], [0, 0], ["a", "a"], [1, 1], [1, 1]))


def test_equal_clusters_are_a_t_test_on_their_means() -> None:
    """Miller's clustered standard error of paired differences, for clusters of one size."""
    rng = np.random.default_rng(3)
    gaps = rng.choice([-1.0, 0.0, 1.0], (50, 4), p=[0.1, 0.75, 0.15])
    first = np.where(gaps > 0, 1.0, 0.0).ravel()
    ones = np.ones(200)
    pairs = Pairs(first, first - gaps.ravel(), np.repeat(np.arange(50), 4), ones, ones)
    found = miller(pairs)
    interval = ttest_1samp(gaps.mean(axis=1), 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert difference(pairs) == found


def test_copies_of_items_do_not_narrow_the_interval() -> None:
    rng = np.random.default_rng(4)
    first, second = drawn(rng, 60)
    once = miller(single(first, second))
    ones = np.ones(600)
    copies = Pairs(
        np.repeat(first, 10), np.repeat(second, 10), np.repeat(np.arange(60), 10), ones, ones
    )
    tenfold = difference(copies)
    assert (tenfold.low, tenfold.high) == pytest.approx((once.low, once.high))
    assert (tenfold.n, tenfold.clusters) == (600, 60)


def test_few_clusters_have_a_p_value_and_no_interval() -> None:
    ones = np.ones(10)
    pairs = Pairs(ones, np.zeros(10), np.repeat(np.arange(5), 2), ones, ones)
    found = difference(pairs)
    assert (found.low, found.method) == (None, "fewer than 8 clusters")
    assert found.p == pytest.approx(2 / 2**5)
    assert found.test.startswith("sign flips")
    one = difference(Pairs(ones, np.zeros(10), ["a"] * 10, ones, ones))
    assert (one.value, one.low, one.p, one.method) == (1.0, None, None, "one cluster")


def test_graded_runs_that_nowhere_differ_keep_a_width() -> None:
    values = np.linspace(0, 1, 40)
    found = difference(single(values, values))
    assert found.method == "no item differs: betting on clusters"
    assert (found.value, found.p) == (0.0, 1.0)
    assert found.low is not None
    assert found.low < -0.05
    free = difference(single(values * 9, values * 9))
    assert (free.low, free.p) == (None, 1.0)
    assert free.method.startswith("no item differs: fewer than")


def test_one_constant_difference_has_no_spread() -> None:
    """The t has none; the bets that a gate reads do."""
    found = difference(single(np.full(30, 1.0), np.full(30, 0.5)))
    bounds = difference_bounds(single(np.full(30, 1.0), np.full(30, 0.5)), 0.0, alpha=0.025)
    assert found.method == "no spread of the differences: betting on clusters"
    assert (found.low, found.high) == pytest.approx((bounds.lower, bounds.upper))
    assert bounds.p_above is not None
    assert bounds.p_above < 0.001
    assert found.p == pytest.approx(2 * bounds.p_above)
    free = difference(single(np.full(30, 9.0), np.full(30, 8.0)))
    assert (free.low, free.method) == (None, "no spread of the differences")
    assert free.p == pytest.approx(2 / 2**30)


def test_ratios_that_differ_alike_on_every_item_do_differ() -> None:
    """Two epochs, one right, against three that are all right: no influence, yet no equality."""
    twos, threes = np.full(30, 2.0), np.full(30, 3.0)
    found = difference(Pairs(np.ones(30), np.full(30, 0.5), np.arange(30), threes, twos))
    assert (found.value, found.wins) == (0.5, 30)
    assert found.method.startswith("no spread of the differences: betting on clusters, ratio")
    assert found.low is not None
    assert found.low > 0
    assert found.p is not None
    assert found.p < 0.05
    same = difference(Pairs(np.full(30, 0.5), np.full(30, 0.5), np.arange(30), threes, twos))
    assert (same.p, same.test) == (1.0, "no item differs")


def test_ratios_without_an_item_answered_by_both_are_no_pairs() -> None:
    half = np.repeat([1.0, 0.0], 100)
    right = np.tile([1.0, 0.0], 100)
    pairs = Pairs(right, right, np.arange(200), half, 1 - half)
    for found in (
        difference(pairs),
        miller(pairs),
        bootstrap_difference(pairs, rng=np.random.default_rng(1)),
    ):
        assert (found.value, found.low, found.p) == (0.0, None, None)
        assert found.method == "no item was answered by both runs"
        assert (found.n, found.wins, found.losses, found.ties) == (200, 0, 0, 0)


def test_ratios_over_trials() -> None:
    """Right given an answer, where the runs answered other items: weights of 0 on one side."""
    rng = np.random.default_rng(5)
    first, second = drawn(rng, 400)
    weights = (rng.random(400) < 0.9, rng.random(400) < 0.8)
    pairs = Pairs(first, second, np.arange(400), *weights)
    found = difference(pairs)
    assert found.candidate == pytest.approx(first[weights[0]].mean())
    assert found.base == pytest.approx(second[weights[1]].mean())
    boot = bootstrap_difference(pairs, rng=rng)
    assert found.method == "cluster-robust t, CR1, ratio of each run's own answers, linearised"
    assert boot.method == "cluster bootstrap, percentile, ratio of each run's own answers"
    assert (found.low, found.high) == pytest.approx((boot.low, boot.high), abs=0.006)


@pytest.mark.parametrize("kind", ["percentile", "bca"])
def test_the_bootstrap_is_scipys(kind: str) -> None:
    rng = np.random.default_rng(6)
    first, second = rng.random(60) ** 2, rng.random(60)
    found = bootstrap_difference(
        single(first, second),
        rng=rng,
        resamples=40_000,
        kind="bca" if kind == "bca" else "percentile",
    )
    expected = bootstrap(
        (first - second,), np.mean, n_resamples=40_000, method=kind, rng=rng
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.003)
    assert found.p is None


def test_the_bootstrap_says_where_it_is_not_valid() -> None:
    rng = np.random.default_rng(7)
    few = bootstrap_difference(single(rng.random(20), rng.random(20)), rng=rng)
    assert (few.low, few.method) == (None, "fewer than 40 clusters")
    same = bootstrap_difference(single(np.ones(60), np.ones(60)), rng=rng)
    assert (same.low, same.method) == (None, "no item differs")


def negated(found: Difference) -> tuple[float | None, ...]:
    low = None if found.high is None else -found.high
    high = None if found.low is None else -found.low
    value = None if found.value is None else -found.value
    return value, low, high, found.p


VALUES = some.lists(
    some.tuples(some.sampled_from([0.0, 0.5, 1.0]), some.sampled_from([0.0, 1.0])),
    min_size=1,
    max_size=60,
)


@settings(max_examples=60)
@given(VALUES, some.integers(1, 4), some.floats(0.5, 0.99))
def test_swapping_mirrors_order_is_free_and_the_estimate_is_inside(
    values: list[tuple[float, float]], size: int, level: float
) -> None:
    first, second = (np.array(part) for part in zip(*values, strict=True))
    clusters, ones = np.arange(len(first)) // size, np.ones(len(first))
    found = difference(Pairs(first, second, clusters, ones, ones), level=level)
    swapped = difference(Pairs(second, first, clusters, ones, ones), level=level)
    expected = (found.value, found.low, found.high, found.p)
    assert negated(swapped) == pytest.approx(expected, abs=1e-7)
    if found.low is not None and found.high is not None and found.value is not None:
        assert -1 <= found.low <= found.value <= found.high <= 1
        assert found.high > found.low
    back = Pairs(first[::-1], second[::-1], clusters[::-1], ones, ones)
    moved = difference(back, level=level)
    assert (moved.value, moved.low, moved.high, moved.p) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(("clusters", "size"), [(12, 6), (60, 5), (300, 1)])
def test_coverage_of_the_clustered_interval(clusters: int, size: int) -> None:
    """2,000 draws of correlated epochs: 93.5 to 96.5 % (Monte Carlo error of 1.5 points)."""
    rng = np.random.default_rng(clusters)
    inside = 0
    index, ones = np.repeat(np.arange(clusters), size), np.ones(clusters * size)
    for _ in range(2000):
        shift = np.repeat(rng.normal(0, 0.1, clusters), size)
        first = rng.binomial(4, np.clip(0.6 + shift, 0, 1)) / 4
        second = rng.binomial(4, np.full(clusters * size, 0.6)) / 4
        found = miller(Pairs(first, second, index, ones, ones))
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= 0 <= found.high
    assert 0.935 <= inside / 2000 <= 0.965


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0])
def test_a_level_out_of_range_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        difference(single([1, 0], [0, 0]), level=level)


def test_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        difference(single([1, np.nan], [0, 0]))
