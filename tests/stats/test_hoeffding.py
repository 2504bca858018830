from itertools import pairwise
from math import log
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import special, stats

from statera.stats.hoeffding import hoeffding_bound, hoeffding_clusters, hoeffding_p


def relative_entropy(y: float, m: float) -> float:
    return float(special.rel_entr(y, m) + special.rel_entr(1 - y, 1 - m))


@pytest.mark.parametrize("n", [20, 299])
@pytest.mark.parametrize("alpha", [0.05, 1e-4])
def test_nothing_seen_gives_the_exact_bound(n: int, alpha: float) -> None:
    found = hoeffding_bound(np.zeros(n), np.ones(n), alpha, side="upper")
    assert found == pytest.approx(1 - alpha ** (1 / n), abs=1e-10)
    assert hoeffding_bound(np.ones(n), np.ones(n), alpha, side="lower") == pytest.approx(1 - found)


def test_p_is_the_formula_of_the_theorem() -> None:
    values = np.array([0.2, 0.9, 0.4, 0.7, 0.8])
    found = hoeffding_p(values, np.ones(5), 0.3, side="above")
    assert log(found) == pytest.approx(-5 * relative_entropy(0.6, 0.3))
    assert hoeffding_p(values, np.ones(5), 0.6, side="above") == 1.0
    assert hoeffding_p(values, np.ones(5), 0.3, side="below") == 1.0


@given(some.integers(1, 200), some.floats(0, 1), some.floats(0.01, 0.99))
def test_counts_are_never_closer_than_the_exact_test(n: int, share: float, limit: float) -> None:
    count = round(n * share)
    values = np.repeat([1.0, 0.0], [count, n - count])
    exact = float(stats.binom.sf(count - 1, n, limit))
    assert hoeffding_p(values, np.ones(n), limit, side="above") >= exact - 1e-12


pairs = some.lists(some.tuples(some.floats(0, 1), some.floats(0.1, 1)), min_size=1, max_size=40)


@given(pairs, some.floats(0.001, 0.5))
def test_the_bound_is_where_p_is_alpha(pairs: list[tuple[float, float]], alpha: float) -> None:
    values, stakes = np.array(pairs).T
    mean = float(values @ stakes / stakes.sum())
    lower = hoeffding_bound(values, stakes, alpha, side="lower")
    upper = hoeffding_bound(values, stakes, alpha, side="upper")
    assert 0 <= lower <= mean + 1e-9
    assert mean - 1e-9 <= upper <= 1
    if lower > 1e-6:
        assert hoeffding_p(values, stakes, lower, side="above") == pytest.approx(alpha, rel=1e-3)
    ps = [hoeffding_p(values, stakes, m, side="above") for m in np.linspace(0, 1, 21)]
    assert all(a <= b + 1e-12 for a, b in pairwise(ps))


@given(pairs)
def test_only_the_ratios_of_the_stakes_count(pairs: list[tuple[float, float]]) -> None:
    values, stakes = np.array(pairs).T
    found = hoeffding_bound(values, 7 * stakes, 0.05, side="upper")
    assert found == pytest.approx(hoeffding_bound(values, stakes, 0.05, side="upper"), abs=1e-9)


@pytest.mark.parametrize("spread", [0.2, 1.0, 5.0])
def test_it_errs_at_most_so_often(spread: float) -> None:
    """Skewed values with unequal stakes: at most alpha, plus 4 Monte Carlo errors."""
    generator, draws, wrong = np.random.default_rng(1), 2000, 0
    for _ in range(draws):
        values = generator.beta(0.05 * spread, 0.95 * spread, size=60)
        stakes = generator.integers(1, 6, size=60).astype(float)
        wrong += hoeffding_p(values, stakes, 0.05, side="below") < 0.05
    assert wrong / draws <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / draws)


def test_what_is_out_of_range_is_refused() -> None:
    half, one = np.array([0.5]), np.ones(1)
    with pytest.raises(ValueError, match="limit"):
        hoeffding_p(half, one, 1.5, side="above")
    with pytest.raises(ValueError, match="alpha"):
        hoeffding_bound(half, one, 0.0, side="lower")
    for values, stakes in (([2.0], [1.0]), ([float("nan")], [1.0]), ([0.5], [0.0]), ([], [])):
        with pytest.raises(ValueError, match="stakes"):
            hoeffding_p(np.array(values), np.array(stakes), 0.5, side="above")


def test_a_clean_rate_needs_299() -> None:
    clean = (np.zeros(100), np.ones(100))
    assert hoeffding_clusters(clean, 0.01, side="below", alpha=0.05, power=0.8) == 299
    assert hoeffding_clusters(clean, 0.0, side="below", alpha=0.05, power=0.8) is None
    with pytest.raises(ValueError, match="power"):
        hoeffding_clusters(clean, 0.5, side="below", alpha=0.05, power=1.0)


@pytest.mark.parametrize("side", ["above", "below"])
def test_so_many_show_it_in_80_percent_of_draws(side: Literal["above", "below"]) -> None:
    """2,000 draws from the values seen, with their stakes; three Monte Carlo errors and 1 %."""
    rng = np.random.default_rng(5)
    values, stakes = rng.choice([0.0, 0.5, 1.0], 40, p=[0.2, 0.3, 0.5]), rng.integers(1, 4, 40)
    mean = float(np.average(values, weights=stakes))
    limit = mean - 0.1 if side == "above" else mean + 0.1
    needed = hoeffding_clusters((values, stakes), limit, side=side, alpha=0.05, power=0.8)
    assert needed is not None
    shown = 0
    for _ in range(2000):
        drawn = rng.integers(0, 40, needed)
        shown += hoeffding_p(values[drawn], stakes[drawn], limit, side=side) < 0.05
    assert shown / 2000 == pytest.approx(0.8, abs=3 * (0.16 / 2000) ** 0.5 + 0.01)
