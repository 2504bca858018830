from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from statera.stats.hoeffding import hoeffding_p
from statera.stats.meanbounds import mean_bounds
from statera.stats.results import Bounds, Items


def single(values: list[float], weight: float = 1.0) -> Items:
    n = len(values)
    return Items(values, [str(i) for i in range(n)], [""] * n, [weight] * n)


def clustered(values: list[float], size: int) -> Items:
    n = len(values)
    return Items(values, [str(i // size) for i in range(n)], [""] * n, [1.0] * n)


def ends(found: Bounds) -> tuple[float, float, float, float]:
    assert found.lower is not None
    assert found.upper is not None
    assert found.p_above is not None
    assert found.p_below is not None
    return found.lower, found.upper, found.p_above, found.p_below


@pytest.mark.parametrize(("n", "passes"), [(100, False), (298, False), (299, True)])
@pytest.mark.parametrize("epochs", [1, 5])
def test_no_failure_in_299_items_shows_one_percent(n: int, passes: bool, epochs: int) -> None:
    """Repeats of an item are no further items."""
    _, upper, _, p_below = ends(mean_bounds(single([0.0] * n, epochs), 0.01, alpha=0.05))
    assert (upper < 0.01, p_below < 0.05) == (passes, passes)
    assert upper == pytest.approx(1 - 0.05 ** (1 / n))


def test_single_binary_items_are_exact() -> None:
    found = mean_bounds(single([1.0] * 7 + [0.0] * 13), 0.2, alpha=0.1)
    lower, upper, p_above, p_below = ends(found)
    assert lower == pytest.approx(stats.beta.ppf(0.1, 7, 14))
    assert upper == pytest.approx(stats.beta.ppf(0.9, 8, 13))
    assert p_above == pytest.approx(stats.binom.sf(6, 20, 0.2))
    assert p_below == pytest.approx(stats.binom.cdf(7, 20, 0.2))
    assert (found.method, found.n, found.clusters) == ("Clopper-Pearson", 20, 20)
    assert "Clopper" in found.source


def test_epochs_without_correlation_are_worth_all_their_trials() -> None:
    """Whole clusters alike: the effective size is the number of trials at most."""
    found = mean_bounds(single([0.4, 0.6] * 50, 5.0), 0.4, alpha=0.05)
    lower, _, p_above, _ = ends(found)
    assert found.method == "Clopper-Pearson on the effective size"
    shrunk = 500 * (stats.norm.ppf(0.95) / stats.t.ppf(0.95, 99)) ** 2
    assert lower == pytest.approx(stats.beta.ppf(0.05, shrunk / 2, shrunk / 2 + 1))
    assert p_above < 0.05


def test_a_small_p_value_needs_many_events() -> None:
    """20 failures in 2,000 trials of 1,000 items: normal theory reaches to about 0.02."""
    items = single([0.5] * 20 + [0.0] * 980, 2.0)
    found = mean_bounds(items, 0.03, alpha=0.05)
    assert found.method == "Clopper-Pearson on the effective size"
    sure = hoeffding_p(np.asarray(items.values), np.ones(1000), 0.03, side="below")
    assert ends(found)[3] == pytest.approx(sure)
    assert sure < 0.02
    near = ends(mean_bounds(items, 0.0145, alpha=0.05))[3]
    assert 0.02 < near < 0.06
    assert ends(mean_bounds(items, 0.002, alpha=0.05))[2] < 1e-4
    assert mean_bounds(items, 0.03, alpha=0.001).method == "Hoeffding on clusters"


def test_copies_do_not_come_closer() -> None:
    values = [1.0, 0.0, 0.0, 1.0, 1.0] * 20
    once = ends(mean_bounds(single(values), 0.5, alpha=0.05))
    copies = [value for value in values for _ in range(10)]
    tenfold = ends(mean_bounds(clustered(copies, 10), 0.5, alpha=0.05))
    assert tenfold[0] == pytest.approx(once[0], abs=0.005)
    assert tenfold[1] == pytest.approx(once[1], abs=0.005)


@pytest.mark.parametrize(
    ("items", "method"),
    [
        (single([0.0] * 20, 3.0), "Clopper-Pearson on clusters"),
        (single([0.2, 0.8] * 15), "Clopper-Pearson on the effective size, CR2 with Satterthwaite"),
        (single([0.0] * 199 + [0.5], 2.0), "Hoeffding on clusters"),
        (single([0.2, 0.8, 0.5]), "Hoeffding on clusters"),
        (single([0.5] * 50), "Hoeffding on clusters"),
        (single([3.0, 5.0] * 10), "t"),
        (clustered([3.0, 5.0, 4.0] * 10, 2), "t, clustered, CR2"),
    ],
)
def test_each_region_has_its_method(items: Items, method: str) -> None:
    found = mean_bounds(items, 0.3, alpha=0.05)
    lower, upper, _, _ = ends(found)
    assert found.method == method
    assert found.source
    assert found.value is not None
    assert lower <= found.value <= upper
    assert lower < upper


@pytest.mark.parametrize(
    ("items", "why"),
    [
        (single([]), "no items"),
        (single([1.0, 0.0], 0.0), "no items"),
        (clustered([1.0, 0.0], 2), "one cluster"),
        (single([3.0, 5.0]), "fewer than 8 clusters, and values outside [0, 1]"),
        (single([7.0] * 30), "no spread between clusters"),
    ],
)
def test_where_there_is_no_bound_it_says_why(items: Items, why: str) -> None:
    found = mean_bounds(items, 0.3, alpha=0.05)
    assert (found.lower, found.upper, found.p_above, found.p_below) == (None,) * 4
    assert found.method == why


def test_students_bounds_are_those_of_the_t_test() -> None:
    values = np.random.default_rng(1).normal(7, 2, size=25)
    lower, upper, p_above, p_below = ends(mean_bounds(single(values.tolist()), 6.5, alpha=0.05))
    above = stats.ttest_1samp(values, 6.5, alternative="greater")
    below = stats.ttest_1samp(values, 6.5, alternative="less")
    assert (p_above, p_below) == pytest.approx((above.pvalue, below.pvalue))
    assert lower == pytest.approx(above.confidence_interval(0.95).low)
    assert upper == pytest.approx(below.confidence_interval(0.95).high)


@pytest.mark.parametrize("alpha", [0.0, 1.0, 5.0, float("nan")])
def test_strange_alphas_are_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        mean_bounds(single([1.0]), 0.5, alpha=alpha)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        mean_bounds(single([1.0]), float("nan"), alpha=0.05)
    with pytest.raises(ValueError, match="numbers"):
        mean_bounds(single([1.0, float("nan")]), 0.5, alpha=0.05)


@pytest.mark.parametrize(
    "items", [single([1.0] * 9), single([0.0, 1.0] * 9), single([0.5] * 9), single([0.1, 0.9] * 40)]
)
def test_a_limit_that_no_share_can_pass_is_surely_missed(items: Items) -> None:
    assert ends(mean_bounds(items, -0.1, alpha=0.05))[2:] == (0.0, 1.0)
    assert ends(mean_bounds(items, 1.1, alpha=0.05))[2:] == (1.0, 0.0)


structures = some.tuples(
    some.lists(some.tuples(some.integers(0, 4), some.integers(1, 4)), min_size=2, max_size=60),
    some.integers(1, 3),
)


def ratio_items(trials: list[tuple[int, int]], size: int) -> Items:
    values = [min(right, tries) / tries for right, tries in trials]
    names = [str(i // size) for i in range(len(trials))]
    return Items(values, names, [""] * len(trials), [float(tries) for _, tries in trials])


@given(structures, some.floats(0.02, 0.98), some.sampled_from([0.001, 0.05, 0.2]))
def test_bounds_hold_the_value_and_agree_with_the_p_values(
    structure: tuple[list[tuple[int, int]], int], limit: float, alpha: float
) -> None:
    found = mean_bounds(ratio_items(*structure), limit, alpha=alpha)
    if found.method == "one cluster":
        return
    lower, upper, p_above, p_below = ends(found)
    assert found.value is not None
    assert 0 <= lower <= found.value + 1e-12
    assert found.value - 1e-12 <= upper <= 1
    assert not isnan(lower + upper + p_above + p_below)
    if abs(lower - limit) > 1e-5 and abs(p_above - alpha) > 1e-5:
        assert (lower > limit) == (p_above < alpha)
    if abs(upper - limit) > 1e-5 and abs(p_below - alpha) > 1e-5:
        assert (upper < limit) == (p_below < alpha)


@given(structures)
def test_right_and_wrong_mirror_each_other(structure: tuple[list[tuple[int, int]], int]) -> None:
    items = ratio_items(*structure)
    mirrored = items._replace(values=[1 - v for v in np.asarray(items.values)])
    found = mean_bounds(items, 0.3, alpha=0.05)
    other = mean_bounds(mirrored, 0.7, alpha=0.05)
    if found.lower is None:
        return
    lower, upper, p_above, p_below = ends(found)
    assert ends(other) == pytest.approx((1 - upper, 1 - lower, p_below, p_above), abs=2e-6)


@given(structures, some.randoms())
def test_the_order_of_items_does_not_matter(
    structure: tuple[list[tuple[int, int]], int], random: np.random.RandomState
) -> None:
    items = ratio_items(*structure)
    order = list(range(len(structure[0])))
    random.shuffle(order)
    shuffled = Items(*(np.asarray(column)[order] for column in items))
    found, other = (mean_bounds(each, 0.3, alpha=0.05) for each in (items, shuffled))
    assert found.method == other.method
    if found.lower is not None:
        assert ends(other) == pytest.approx(ends(found), abs=1e-6)


def counted(generator: np.random.Generator, clusters: int, mean: float, tied: float) -> Items:
    """Trials right in clusters of 1 to 5, with correlation `tied` within a cluster."""
    sizes = generator.integers(1, 6, size=clusters)
    scale = (1 - tied) / tied
    rates = generator.beta(mean * scale, (1 - mean) * scale, size=clusters)
    values = generator.binomial(sizes, rates) / sizes
    return Items(values, np.arange(clusters), np.zeros(clusters), sizes.astype(float))


@pytest.mark.parametrize(
    ("clusters", "mean", "tied"),
    [
        (30, 0.2, 0.01),
        (100, 0.03, 0.3),
        (100, 0.1, 0.9),
        (100, 0.5, 0.3),
        (300, 0.02, 0.01),
    ],
)
def test_each_side_errs_at_most_so_often(clusters: int, mean: float, tied: float) -> None:
    """At most alpha = 0.05, plus 3 Monte Carlo errors of 400 draws, near the boundary too."""
    generator, draws = np.random.default_rng(clusters), 400
    wrong = np.zeros(2)
    for _ in range(draws):
        items = counted(generator, clusters, mean, tied)
        _, _, p_above, p_below = ends(mean_bounds(items, mean, alpha=0.05))
        wrong += (p_above < 0.05, p_below < 0.05)
    assert max(wrong) / draws <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / draws)


def test_whole_failures_stay_exact_beside_partial_ones() -> None:
    """Which exact method is used depends on whether any cluster fails in part; both together err
    at most alpha: enumerated for 300 clusters, of which a few fail wholly or by one trial in 5."""
    n, worst = 300, 0.0
    whole = np.arange(0, 12)
    upper = {
        (int(w), p): ends(
            mean_bounds(single([1.0] * w + [0.2] * p + [0.0] * (n - w - p), 5.0), 0.5, alpha=0.05)
        )[1]
        for w in whole
        for p in range(0, 12)
    }
    for rate in np.linspace(0.004, 0.03, 27):
        for share in (0.0, 0.1, 0.5, 0.9, 1.0):
            law = [share * rate, (1 - share) * rate / 0.2]
            chance = stats.multinomial(n, [*law, 1 - sum(law)])
            wrong = sum(
                chance.pmf([w, p, n - w - p]) for (w, p), bound in upper.items() if bound < rate
            )
            worst = max(worst, float(wrong))
    assert 0.03 < worst <= 0.05
