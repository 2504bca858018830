from math import inf, sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some
from scipy.optimize import minimize_scalar
from scipy.special import xlogy

from statera.stats.pairedscore import (
    PairCounts,
    corrected_bounds,
    corrected_p,
    corrected_score,
    discordance_at,
    nam_p,
    score,
    tango_interval,
    upper_tail,
)

COUNTS = some.builds(
    lambda wins, losses, ties: PairCounts(wins, losses, wins + losses + ties),
    some.integers(0, 60),
    some.integers(0, 60),
    some.integers(0, 300),
).filter(lambda counts: counts.n > 0)


@pytest.mark.parametrize(
    ("counts", "level", "low", "high"),
    [
        # Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014) 2850-2875, Bentur data
        (PairCounts(1, 7, 21), 0.95, -0.517, -0.026),
        # Tango 1998, contact lenses, 90 %
        (PairCounts(0, 1, 44), 0.90, -0.096, 0.037),
        # R, PropCIs::scoreci.mp(25, 28, 618, conf.level = 0.9)
        (PairCounts(28, 25, 618), 0.90, -0.0148, 0.0247),
    ],
)
def test_published_intervals(counts: PairCounts, level: float, low: float, high: float) -> None:
    assert tango_interval(counts, level=level) == pytest.approx((low, high), abs=5e-4)


def test_without_discordant_items_the_interval_has_the_closed_form_width() -> None:
    """T^2 = n |d| / (1 - |d|), so that |d| = z^2 / (n + z^2)."""
    z = 1.959963985
    reach = z * z / (50 + z * z)
    assert tango_interval(PairCounts(0, 0, 50), level=0.95) == pytest.approx((-reach, reach))


@given(COUNTS, some.floats(-0.95, 0.95))
def test_the_discordance_is_the_likeliest_one(counts: PairCounts, difference: float) -> None:
    wins, losses, n = counts
    least = max(0.0, -difference)
    most = (1 - difference) / 2
    assume(most - least > 1e-3)

    def surprise(share: float) -> float:
        parts = xlogy(wins, share + difference) + xlogy(losses, share)
        return -float(parts + xlogy(n - wins - losses, 1 - 2 * share - difference))

    found = (discordance_at(counts, difference) - difference) / 2
    best = minimize_scalar(surprise, bounds=(least, most), method="bounded")
    assert least - 1e-9 <= found <= most + 1e-9
    assert surprise(min(max(found, least + 1e-12), most - 1e-12)) <= best.fun + 1e-4


def test_against_no_difference_it_is_mcnemars_statistic() -> None:
    assert score(PairCounts(4, 14, 500), 0.0) == pytest.approx(-10 / sqrt(18))
    assert nam_p(PairCounts(4, 14, 500), 0.0)[0] == pytest.approx(upper_tail(-10 / sqrt(18)))


@given(COUNTS, some.floats(-1, 1), some.floats(-1, 1))
def test_both_statistics_fall_in_the_difference(counts: PairCounts, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assume(high - low > 1e-6)
    assert score(counts, low) >= score(counts, high) - 1e-9
    if counts.discordant >= 10:
        assert corrected_score(counts, low) >= corrected_score(counts, high) - 1e-6


@given(COUNTS, some.floats(0.5, 0.999))
def test_intervals_mirror_hold_the_estimate_and_stay_in_bounds(
    counts: PairCounts, level: float
) -> None:
    low, high = tango_interval(counts, level=level)
    assert -1 <= low <= counts.difference <= high <= 1
    assert low < high
    mirrored = tango_interval(counts.mirrored(), level=level)
    assert mirrored == pytest.approx((-high, -low), abs=1e-9)


@given(COUNTS, some.floats(1e-6, 0.2), some.floats(-0.5, 0.5))
def test_corrected_p_values_agree_with_the_bounds(
    counts: PairCounts, alpha: float, limit: float
) -> None:
    assume(counts.discordant >= 10)
    low, high = corrected_bounds(counts, alpha=alpha)
    above, below = corrected_p(counts, limit)
    assume(min(abs(low - limit), abs(high - limit)) > 1e-9)
    assert (low > limit) == (above < alpha)
    assert (high < limit) == (below < alpha)
    assert low <= counts.difference <= high


def test_the_correction_is_small_where_counts_are_many_and_even() -> None:
    many = PairCounts(700, 700, 14042)
    assert corrected_score(many, -0.01) == pytest.approx(score(many, -0.01), abs=0.02)


def test_an_impossible_difference_is_infinitely_far() -> None:
    assert score(PairCounts(0, 0, 9), 1.0) == -inf
    assert corrected_score(PairCounts(3, 0, 9), -1.0) == inf


@pytest.mark.parametrize("counts", [(-1, 0, 5), (3, 3, 5), (0, 0, 0)])
def test_impossible_counts_are_refused(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="impossible"):
        tango_interval(PairCounts(*counts), level=0.95)


def test_levels_and_limits_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        tango_interval(PairCounts(1, 1, 5), level=1.0)
    with pytest.raises(ValueError, match="limit"):
        nam_p(PairCounts(1, 1, 5), -1.5)
