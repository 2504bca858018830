import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from statera.stats.proportion import (
    beta_interval,
    clean_items_needed,
    clopper_pearson,
    clopper_pearson_bound,
    clopper_pearson_p,
    normal_quantile,
    student_point,
    student_quantile,
    student_tail,
    upper_normal,
    wilson,
    zero_seen_bound,
)

Z = normal_quantile(0.95)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3 (score, uncorrected)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_intervals(right: int, n: int, low: float, high: float) -> None:
    found = wilson(right / n, n, Z)
    assert found == pytest.approx((low, high), abs=5e-5)


def test_quantiles_of_the_tables() -> None:
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=1e-6)
    assert student_quantile(0.95, 10) == pytest.approx(2.228139, abs=1e-6)
    assert student_point(0.975, 7.5) == student_quantile(0.95, 7.5)
    assert upper_normal(1e-15) == pytest.approx(7.941345, abs=1e-6)
    assert student_tail(student_quantile(0.95, 7.5), 7.5) == pytest.approx(0.975)


@given(some.integers(1, 5000), some.floats(0, 1))
def test_the_bounds_hold_the_share_and_shrink_with_n(n: int, share: float) -> None:
    low, high = wilson(share, n, Z)
    assert 0 <= low <= share <= high <= 1
    wider = wilson(share, n / 2, Z)
    assert high - low <= wider[1] - wider[0] + 1e-12


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 5 (Clopper-Pearson)
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0000, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_published_exact_intervals(right: int, n: int, low: float, high: float) -> None:
    assert clopper_pearson(right, n, 0.95) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("right", "low", "high"),
    [
        (20, 0.838902, 0.998795),
        (12, 0.384354, 0.781803),
        (0, 0.001205, 0.161098),
        (18, 0.696226, 0.969511),
    ],
)
def test_posteriors_of_twenty_items(right: int, low: float, high: float) -> None:
    assert beta_interval(right, 20, 0.95) == pytest.approx((low, high), abs=5e-7)


def test_a_prior_of_its_own() -> None:
    expected = stats.beta.ppf([0.05, 0.95], 3.5, 7.5)
    assert beta_interval(3, 10, 0.9, (0.5, 0.5)) == pytest.approx(tuple(expected))


def test_nothing_seen_says_how_little_is_known() -> None:
    assert clopper_pearson_bound(0, 100, 0.05, side="upper") == pytest.approx(0.0295, abs=5e-5)
    assert zero_seen_bound(50, 0.05) == pytest.approx(0.058, abs=5e-4)
    assert clopper_pearson_bound(0, 100, 0.05, side="lower") == 0.0
    assert clopper_pearson_bound(100, 100, 0.05, side="upper") == 1.0


@pytest.mark.parametrize(("limit", "needed"), [(0.01, 299), (0.001, 2995), (0.05, 59), (0.5, 5)])
def test_clean_items_needed_are_just_enough(limit: float, needed: int) -> None:
    assert clean_items_needed(limit, 0.05) == needed
    assert zero_seen_bound(needed, 0.05) <= limit < zero_seen_bound(needed - 1, 0.05)


@given(some.integers(1, 400), some.floats(0, 1), some.floats(0.001, 0.5))
def test_the_exact_interval_holds_the_share_and_mirrors(n: int, share: float, alpha: float) -> None:
    count = round(share * n)
    low, high = clopper_pearson(count, n, 1 - alpha)
    assert 0 <= low <= count / n <= high <= 1
    mirrored = clopper_pearson(n - count, n, 1 - alpha)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)


@given(some.integers(1, 300), some.floats(0, 1), some.floats(0.001, 0.999))
def test_p_values_are_binomial_tails_and_agree_with_the_bounds(
    n: int, share: float, limit: float
) -> None:
    count = round(share * n)
    above = clopper_pearson_p(count, n, limit, side="above")
    below = clopper_pearson_p(count, n, limit, side="below")
    assert above == pytest.approx(float(stats.binom.sf(count - 1, n, limit)), abs=1e-12)
    assert below == pytest.approx(float(stats.binom.cdf(count, n, limit)), abs=1e-12)
    for alpha in (0.001, 0.05, 0.3):
        if min(abs(above - alpha), abs(below - alpha)) > 1e-9:
            lower = clopper_pearson_bound(count, n, alpha, side="lower")
            upper = clopper_pearson_bound(count, n, alpha, side="upper")
            assert (lower > limit) == (above < alpha)
            assert (upper < limit) == (below < alpha)


def covered(n: int, share: float, bounds: np.ndarray) -> float:
    """Return the exact chance that the interval of a binomial count holds the share."""
    law = stats.binom.pmf(np.arange(n + 1), n, share)
    return float(law[(bounds[:, 0] <= share) & (share <= bounds[:, 1])].sum())


@pytest.mark.parametrize("n", [5, 20, 50, 200])
def test_exact_coverage_by_enumeration(n: int) -> None:
    """Clopper-Pearson never falls below its level; Wilson falls below, but not on average."""
    shares = np.linspace(0.001, 0.999, 399)
    exact = np.array([clopper_pearson(count, n, 0.95) for count in range(n + 1)])
    score = np.array([wilson(count / n, n, Z) for count in range(n + 1)])
    assert min(covered(n, share, exact) for share in shares) >= 0.95
    of_wilson = [covered(n, share, score) for share in shares]
    assert 0.948 <= np.mean(of_wilson) <= 0.966
    assert min(of_wilson) > 0.82


@pytest.mark.parametrize(("n", "least"), [(5, 0.8315), (20, 0.8366), (100, 0.8379)])
def test_wilson_covers_as_its_table_says(n: int, least: float) -> None:
    """Least where the share has just left the interval of a single event: 0.838 for large n.

    Brown, Cai and DasGupta, Statistical Science 16 (2001) 101-133, section 4.1.1: at a share of
    0.1765 / n the coverage tends to exp(-0.1765) = 0.838, and nowhere to less.
    """
    score = np.array([wilson(count / n, n, Z) for count in range(n + 1)])
    edges = np.concatenate([score[1:, 0] - 1e-9, score[:-1, 1] + 1e-9])
    assert min(covered(n, share, score) for share in edges) == pytest.approx(least, abs=5e-5)


@pytest.mark.parametrize(
    ("count", "n", "level"), [(3, 2, 0.95), (-1, 2, 0.95), (0, 0, 0.95), (1, 2, 1.0), (1, 2, 0.0)]
)
def test_what_is_no_count_or_level_is_refused(count: int, n: int, level: float) -> None:
    with pytest.raises(ValueError, match=r"count|alpha|level"):
        clopper_pearson(count, n, level)
    with pytest.raises(ValueError, match=r"count|level"):
        beta_interval(count, n, level)


def test_limits_and_priors_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        clean_items_needed(0.0, 0.05)
    with pytest.raises(ValueError, match="alpha"):
        zero_seen_bound(10, float("nan"))
    with pytest.raises(ValueError, match="prior"):
        beta_interval(1, 2, 0.95, (0.0, 1.0))
