import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from statera.stats.kelly import Stakes, wager_clusters, wager_lower, wager_p


def even(sums: np.ndarray, trials: np.ndarray) -> Stakes:
    return Stakes(sums, trials, trials)


SUMS = some.lists(some.floats(-1, 1), min_size=1, max_size=40)


def test_nothing_seen_in_n_is_near_the_exact_bound() -> None:
    """Exact: 1 - alpha^(1/n) = 0.0030 at n = 1,000; bets pay some for covering every spread."""
    lower = wager_lower(even(np.zeros(1000), np.ones(1000)), alpha=0.05)
    assert -0.0075 < lower < -(1 - 0.05**0.001)


@given(SUMS, some.floats(-0.9, 0.9), some.floats(0.001, 0.09))
def test_the_p_value_rises_with_the_limit(sums: list[float], limit: float, more: float) -> None:
    values, ones = np.array(sums), np.ones(len(sums))
    assert wager_p(even(values, ones), limit + more) >= wager_p(even(values, ones), limit) - 1e-12


@settings(max_examples=30)
@given(SUMS, some.floats(0.001, 0.3))
def test_bounds_hold_the_mean_and_agree_with_p(sums: list[float], alpha: float) -> None:
    values, ones = np.array(sums), np.ones(len(sums))
    lower = wager_lower(even(values, ones), alpha=alpha)
    assert -1 <= lower <= values.mean() + 1e-9
    if lower > -1 + 1e-6:
        assert wager_p(even(values, ones), lower) == pytest.approx(alpha, rel=1e-3)


def test_order_and_scale_change_nothing() -> None:
    rng = np.random.default_rng(4)
    sums, sizes = rng.uniform(-1, 1, 50), rng.uniform(1, 3, 50)
    order = rng.permutation(50)
    found = wager_p(even(sums, sizes), -0.3)
    assert wager_p(even(sums[order], sizes[order]), -0.3) == pytest.approx(found, rel=1e-12)
    assert wager_p(even(7 * sums, 7 * sizes), -0.3) == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize("count", [4, 30, 200])
def test_the_error_is_at_most_alpha_for_rare_and_for_skewed_losses(count: int) -> None:
    """1,000 draws at the limit each; clusters of 1 to 5 items; three Monte Carlo errors."""
    rng = np.random.default_rng(count)
    wrong = np.zeros(2)
    for _ in range(1000):
        sizes = rng.integers(1, 6, count).astype(float)
        rare = -rng.binomial(sizes.astype(int), 0.02).astype(float)
        wrong[0] += wager_p(even(rare, sizes), -0.02) < 0.05
        skewed = sizes * np.where(rng.random(count) < 0.05, -1.0, 0.0)
        wrong[1] += wager_p(even(-skewed, sizes), 0.05) < 0.05
    assert wrong.max() / 1000 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1000)


def test_the_error_for_ratios_over_unlike_trials() -> None:
    """Answered 9 of 10 by either, rightly 7 and 6 of 10: 1,000 draws at the truth."""
    rng = np.random.default_rng(17)
    wrong = np.zeros(2)
    for _ in range(1000):
        candidate, base = (rng.random(80) < 0.9).astype(float), (rng.random(80) < 0.8).astype(float)
        right = (candidate * (rng.random(80) < 0.7), base * (rng.random(80) < 0.6))
        stakes = Stakes(right[0] - right[1], candidate, base)
        wrong += (wager_p(stakes, 0.1) < 0.05, wager_p(stakes.swapped(), -0.1) < 0.05)
    assert wrong.max() / 1000 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1000)


def test_a_few_unlike_trials_cost_little() -> None:
    ones = np.ones(1000)
    fewer = np.where(np.arange(1000) < 3, 0.0, 1.0)
    alike = wager_lower(Stakes(np.zeros(1000), ones, ones), alpha=0.05)
    unlike = wager_lower(Stakes(0.7 * (ones - fewer), ones, fewer), alpha=0.05)
    assert unlike == pytest.approx(alike, abs=0.006)


def test_gains_beyond_the_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="exceed"):
        wager_p(even(np.array([2.0]), np.ones(1)), 0.0)
    with pytest.raises(ValueError, match="with trials"):
        wager_p(even(np.array([0.0]), np.zeros(1)), 0.0)
    with pytest.raises(ValueError, match="alpha"):
        wager_lower(even(np.zeros(3), np.ones(3)), alpha=0.0)


def test_where_nothing_differs_just_so_many_clusters_show_it() -> None:
    needed = wager_clusters(even(np.zeros(20), np.ones(20)), -0.02, alpha=0.05, power=0.8)
    assert needed is not None
    for count, shown in ((needed, True), (needed - 1, False)):
        nothing = even(np.zeros(count), np.ones(count))
        assert (wager_p(nothing, -0.02) < 0.05) == shown
    assert wager_clusters(even(np.zeros(20), np.ones(20)), 0.0, alpha=0.05, power=0.8) is None
    with pytest.raises(ValueError, match="power"):
        wager_clusters(even(np.zeros(20), np.ones(20)), -0.1, alpha=0.05, power=0.0)


@pytest.mark.parametrize("uneven", [False, True])
def test_so_many_clusters_show_it_in_about_80_percent_of_draws(uneven: bool) -> None:
    """300 draws from the clusters seen; the log capital is only about normal: 8 points."""
    rng = np.random.default_rng(8)
    base = rng.integers(1, 4, 60).astype(float)
    candidate = rng.integers(1, 4, 60).astype(float) if uneven else base
    gained = np.round(candidate * rng.choice([0.0, 1.0], 60, p=[0.2, 0.8]) - 0.5 * base)
    gained = np.clip(gained, -base, candidate)
    share = float(gained.sum() / candidate.sum()) if not uneven else 0.0
    limit = share - 0.2
    needed = wager_clusters(Stakes(gained, candidate, base), limit, alpha=0.05, power=0.8)
    assert needed is not None
    drawn = rng.integers(0, 60, (300, needed))
    shown = [wager_p(Stakes(gained[d], candidate[d], base[d]), limit) < 0.05 for d in drawn]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.08)
