import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.typing import ArrayLike
from scipy.stats import chi2, chi2_contingency, fisher_exact, ttest_ind

from statera.stats.results import Items
from statera.stats.unpaired import (
    Share,
    chi_squared_p,
    fisher_p,
    newcombe_interval,
    unpaired_difference,
)

SHARES = some.tuples(some.integers(0, 40), some.integers(0, 40)).filter(any)
BOTH = some.tuples(SHARES, SHARES).map(
    lambda pair: tuple(Share(right, right + wrong) for right, wrong in pair)
)


def items(values: ArrayLike, clusters: ArrayLike | None = None) -> Items:
    found = np.asarray(values, float)
    count = len(found)
    names = np.arange(count) if clusters is None else clusters
    return Items(found, names, [""] * count, np.ones(count))


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10
        (Share(56, 70), Share(48, 80), 0.0524, 0.3339),
        (Share(9, 10), Share(3, 10), 0.1705, 0.8090),
        (Share(6, 7), Share(2, 7), 0.0582, 0.8062),
        (Share(5, 56), Share(0, 29), -0.0381, 0.1926),
        (Share(10, 10), Share(0, 20), 0.6791, 1.0),
    ],
)
def test_published_intervals(first: Share, second: Share, low: float, high: float) -> None:
    assert newcombe_interval(first, second, level=0.95) == pytest.approx((low, high), abs=5e-5)


@given(BOTH)
def test_p_values_are_scipys(both: tuple[Share, Share]) -> None:
    first, second = both
    table = [[first.right, first.n - first.right], [second.right, second.n - second.right]]
    assert fisher_p(first, second) == pytest.approx(float(fisher_exact(table)[1]), rel=1e-6)
    if 0 < first.right + second.right < first.n + second.n:
        total = first.n + second.n
        found = chi2_contingency(table, correction=False).statistic * (total - 1) / total
        assert chi_squared_p(first, second) == pytest.approx(float(chi2.sf(found, 1)), rel=1e-6)


def test_the_chi_squared_value_with_n_less_one() -> None:
    """19 of 20 against 12 of 20: 7.025 * 39 / 40 = 6.849, p 0.00887."""
    assert chi_squared_p(Share(19, 20), Share(12, 20)) == pytest.approx(0.00887, abs=1e-5)


def test_binary_runs_take_newcombe_and_say_unpaired() -> None:
    found = unpaired_difference(items([1] * 56 + [0] * 14), items([1] * 48 + [0] * 32))
    assert found.low == pytest.approx(0.0524, abs=5e-5)
    assert not found.paired
    assert "unpaired" in str(found)
    assert found.test.startswith("chi-squared")
    rare = unpaired_difference(items([1] + [0] * 30), items([0] * 25))
    assert rare.test.startswith("Fisher")


def test_graded_runs_take_welch() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.random(60), rng.random(45) ** 2
    found = unpaired_difference(items(first), items(second), level=0.9)
    expected = ttest_ind(first, second, equal_var=False)
    interval = expected.confidence_interval(0.9)
    assert (found.p, found.low, found.high) == pytest.approx(
        (expected.pvalue, interval.low, interval.high)
    )


def test_clusters_are_the_units() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.random(50), rng.random(50)
    once = unpaired_difference(items(first), items(second))
    copies = unpaired_difference(
        items(np.repeat(first, 6), np.repeat(np.arange(50), 6)),
        items(np.repeat(second, 6), np.repeat(np.arange(50), 6)),
    )
    assert (copies.low, copies.high) == pytest.approx((once.low, once.high))


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (items([]), items([1, 0]), "a side without items"),
        (items([0.5] * 5), items([0.2, 0.4] * 10), "fewer than 8 clusters"),
        (items([0.5] * 20), items([0.2, 0.4] * 10), "a side without spread"),
    ],
)
def test_where_there_is_no_interval_it_says_why(first: Items, second: Items, why: str) -> None:
    found = unpaired_difference(first, second)
    assert (found.low, found.p, found.method) == (None, None, why)


@given(BOTH, some.floats(0.5, 0.999))
def test_the_interval_mirrors_and_holds_the_estimate(
    both: tuple[Share, Share], level: float
) -> None:
    first, second = both
    low, high = newcombe_interval(first, second, level=level)
    assert -1 <= low <= first.right / first.n - second.right / second.n <= high <= 1
    assert newcombe_interval(second, first, level=level) == pytest.approx((-high, -low))


def test_broken_items_are_refused() -> None:
    with pytest.raises(ValueError, match="numbers"):
        unpaired_difference(items([np.nan, 1]), items([1, 0]))
    with pytest.raises(ValueError, match="level"):
        unpaired_difference(items([1, 0]), items([1, 0]), level=1.0)
    with pytest.raises(ValueError, match="one length"):
        unpaired_difference(Items([1, 0], ["a"], ["", ""], [1, 1]), items([1, 0]))
