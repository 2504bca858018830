from itertools import permutations
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.stats.bernstein import LARGEST_BET, bernstein_sequence


def slow(values: list[float], alpha: float, population: int | None) -> tuple[float, float]:
    """Theorem 2 (and Theorem 3 without replacement), one value at a time: the last bounds."""
    top = weight = penalty = seen = 0.0
    squares, mean, variance, best = 0.25, 0.5, 0.25, (0.0, 1.0)
    for t, value in enumerate(values, start=1):
        bet = min(LARGEST_BET, sqrt(2 * log(1 / alpha) / (variance * t * log(1 + t))))
        left = float("inf") if population is None else population - t + 1
        top += bet * (value + seen / left)
        weight += bet * (1 + (t - 1) / left)
        penalty += 4 * (value - mean) ** 2 * (-log(1 - bet) - bet) / 4
        width = (log(1 / alpha) + penalty) / weight
        best = (max(best[0], top / weight - width), min(best[1], top / weight + width))
        seen += value
        mean = (0.5 + seen) / (t + 1)
        squares += (value - mean) ** 2
        variance = squares / (t + 1)
    return best


@pytest.mark.parametrize("population", [None, 4000])
def test_is_the_published_sequence(population: int | None) -> None:
    values = np.random.default_rng(1).beta(2, 5, 600)
    found = bernstein_sequence(values, alpha=0.05, population=population)
    low, high = slow(list(values), 0.05, population)
    assert found.lower[-1] == pytest.approx(low, rel=1e-10)
    assert found.upper[-1] == pytest.approx(high, rel=1e-10)


@pytest.mark.parametrize("population", [None, 500])
def test_covers_at_all_times_at_once(population: int | None) -> None:
    rng, draws, missed = np.random.default_rng(9), 1000, np.zeros(2)
    items = rng.choice([-1.0, 0.0, 1.0], 500, p=[0.06, 0.9, 0.04])
    for _ in range(draws):
        drawn = rng.choice(items, 400) if population is None else rng.permutation(items)[:400]
        found = bernstein_sequence(drawn, alpha=0.1, support=(-1, 1), population=population)
        missed += (found.lower.max() > items.mean(), found.upper.min() < items.mean())
    assert np.all(missed / draws <= 0.1 + 3 * sqrt(0.1 * 0.9 / draws))


def test_every_order_of_a_small_population_is_covered() -> None:
    orders = [np.array(order) for order in permutations([0.0, 0.0, 0.2, 0.7, 1.0, 1.0])]
    missed = 0
    for order in orders:
        found = bernstein_sequence(order, alpha=0.2, population=6)
        missed += bool(found.lower.max() > order.mean() + 1e-12)
    assert missed / len(orders) <= 0.2


@settings(max_examples=40)
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=60), st.booleans())
def test_comes_closer_mirrors_and_ends_exact(values: list[float], finite: bool) -> None:
    size = len(values) if finite else None
    found = bernstein_sequence(values, alpha=0.05, support=(-1, 1), population=size)
    assert np.all(np.diff(found.lower) >= 0)
    assert np.all(np.diff(found.upper) <= 0)
    negated = [-value for value in values]
    mirrored = bernstein_sequence(negated, alpha=0.05, support=(-1, 1), population=size)
    assert np.allclose(mirrored.lower, -found.upper)
    if finite:
        assert found.lower[-1] >= np.mean(values) - 1e-9


def test_a_known_horizon_is_narrower_there() -> None:
    values = np.random.default_rng(6).choice([-1.0, 0.0, 1.0], 5000, p=[0.05, 0.9, 0.05])
    free = bernstein_sequence(values, alpha=0.05, support=(-1, 1))
    aimed = bernstein_sequence(values, alpha=0.05, support=(-1, 1), horizon=5000)
    assert aimed.upper[-1] - aimed.lower[-1] < free.upper[-1] - free.lower[-1]
    assert len(bernstein_sequence([], alpha=0.05).lower) == 0
