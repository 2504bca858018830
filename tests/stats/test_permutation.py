from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.stats import binomtest

from statera.stats.permutation import sign_flip

NUMBERS = some.lists(some.floats(-3, 3), min_size=1, max_size=9)


def listed(sums: list[float]) -> float:
    sizes = np.array(sums)
    totals = [abs(float(sizes @ signs)) for signs in product((-1, 1), repeat=len(sums))]
    return float(np.mean(np.array(totals) >= abs(sizes.sum()) - 1e-9))


@given(NUMBERS)
def test_enumeration_equals_the_list_of_all_signs(sums: list[float]) -> None:
    rounded = [round(value, 2) for value in sums]
    found = sign_flip(rounded)
    assert found.exact
    assert found.p == pytest.approx(listed(rounded), abs=1e-12)


@pytest.mark.parametrize(("wins", "losses"), [(4, 14), (200, 160), (0, 0), (31, 2)])
def test_wins_and_losses_are_a_binomial(wins: int, losses: int) -> None:
    found = sign_flip([1.0] * wins + [-1.0] * losses + [0.0] * 7)
    expected = binomtest(wins, wins + losses, 0.5).pvalue if wins + losses else 1.0
    assert found.exact
    assert found.flipped == wins + losses
    assert found.p == pytest.approx(expected)


def test_epochs_in_fifths_are_exact_for_many_clusters() -> None:
    rng = np.random.default_rng(5)
    sums = rng.integers(-5, 6, 300) / 5
    found = sign_flip(sums)
    drawn = np.mean(np.abs(rng.choice([-1, 1], (20_000, 300)) @ sums) >= abs(sums.sum()) - 1e-9)
    assert found.exact
    assert found.p == pytest.approx(drawn, abs=4 * np.sqrt(0.25 / 20_000))


def test_drawn_values_agree_with_the_exact_ones_and_are_never_0() -> None:
    rng = np.random.default_rng(2)
    sums = rng.normal(0.2, 1, 20)
    exact = sign_flip(sums)
    drawn = sign_flip(np.concatenate([sums, [1e-3 * np.pi]]), rng=rng, draws=4_999)
    assert exact.exact
    assert not drawn.exact
    assert exact.p is not None
    assert drawn.p == pytest.approx(exact.p, abs=0.03)
    sure = sign_flip(rng.random(400) + 0.5, rng=rng, draws=999)
    assert sure.p == pytest.approx(1 / 1000)


def test_without_a_generator_nothing_is_drawn() -> None:
    assert sign_flip(np.random.default_rng(1).random(30)).p is None


@given(NUMBERS)
def test_swapping_sides_and_order_changes_nothing(sums: list[float]) -> None:
    rounded = [round(value, 3) for value in sums]
    first = sign_flip(rounded).p
    assert sign_flip([-value for value in reversed(rounded)]).p == pytest.approx(first, abs=1e-12)


def test_under_no_difference_the_error_is_at_most_the_level() -> None:
    """7 clusters from a skewed but symmetric law; 1,000 draws, three Monte Carlo errors."""
    rng = np.random.default_rng(8)
    found = [sign_flip(rng.standard_t(2, 7)).p for _ in range(1000)]
    share = np.mean([p is not None and p <= 0.05 for p in found])
    assert share <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1000)
    assert share > 0.01


def test_rounding_dust_is_not_a_sum() -> None:
    assert sign_flip([1.0, 1e-17, 1.0, -1.0]) == sign_flip([1.0, 1.0, -1.0])


def test_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="numbers"):
        sign_flip([1.0, float("nan")])
