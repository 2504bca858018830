import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.stats import t, ttest_1samp

from statera.stats.clusterrobust import cluster_mean
from statera.stats.hall import SkewedMean, hall_bounds, hall_p, skewed_mean

MEANS = some.builds(
    SkewedMean,
    some.floats(-0.5, 0.5),
    some.floats(0.001, 0.1),
    some.floats(-5, 5),
    some.integers(10, 2000),
    some.floats(9, 2000),
)


def of(values: np.ndarray) -> SkewedMean:
    mean = cluster_mean(values, np.ones(len(values)), np.arange(len(values)))
    return skewed_mean(mean, values - mean.value)


def test_without_skewness_it_is_students_t() -> None:
    values = np.concatenate([np.arange(-30, 31), np.arange(-30, 31)]) / 100 + 0.03
    found = hall_p(of(values), 0.0)
    assert found[0] == pytest.approx(ttest_1samp(values, 0, alternative="greater").pvalue, rel=1e-6)
    low, high = hall_bounds(of(values), alpha=0.05)
    assert (low + high) / 2 == pytest.approx(0.03)


def test_the_transformation_is_halls() -> None:
    """His formula written out: U + a k U^2 + a^2 k^2 U^3 / 3 + b k / n with a = 1/3, b = 1/6."""
    mean = SkewedMean(0.02, 0.01, 1.5, 64, 63.0)
    u = 0.03 / (0.01 * 8)
    moved = u + 1.5 * u**2 / 3 + 1.5**2 * u**3 / 27 + 1.5 / (6 * 64)
    assert hall_p(mean, -0.01)[0] == pytest.approx(float(t.sf(8 * moved, 63)), rel=1e-9)


@given(MEANS, some.floats(1e-5, 0.3))
def test_bounds_are_where_p_reaches_alpha(mean: SkewedMean, alpha: float) -> None:
    low, high = hall_bounds(mean, alpha=alpha)
    assert hall_p(mean, low)[0] == pytest.approx(alpha, rel=1e-5)
    assert hall_p(mean, high)[1] == pytest.approx(alpha, rel=1e-5)


@given(MEANS, some.floats(-0.6, 0.6))
def test_swapping_sides_mirrors(mean: SkewedMean, limit: float) -> None:
    above, below = hall_p(mean, limit)
    swapped = hall_p(mean._replace(value=-mean.value, skewness=-mean.skewness), -limit)
    assert swapped == pytest.approx((below, above), abs=1e-12)


def test_the_error_with_rare_losses_is_near_alpha_where_t_is_far_above() -> None:
    """Losses of half a point in 4 % of 600 items, judged at the truth; 2,000 draws."""
    rng = np.random.default_rng(6)
    wrong = np.zeros(2)
    for _ in range(2000):
        values = -0.5 * (rng.random(600) < 0.04) + rng.normal(0, 0.02, 600)
        mean = of(values)
        wrong[0] += hall_p(mean, -0.02)[0] < 0.05
        wrong[1] += hall_p(mean._replace(skewness=0.0), -0.02)[0] < 0.05
    error = 3 * np.sqrt(0.05 * 0.95 / 2000)
    assert wrong[0] / 2000 <= 0.05 + error
    assert wrong[1] / 2000 > 0.05 + error


def test_no_spread_is_refused() -> None:
    with pytest.raises(ValueError, match="spread"):
        hall_p(SkewedMean(0.0, 0.0, 0.0, 50, 49.0), 0.0)
