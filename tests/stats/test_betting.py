from itertools import combinations, product
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.stats.betting import (
    LARGEST_SHARE,
    betting_bounds,
    capital,
    confidence_sequence,
)

unit = st.floats(0, 1, allow_nan=False)


def slow_p(values: list[float], limit: float, alpha: float, population: int | None) -> float:
    """Equations 18, 25 and 26 one value at a time, with the weights N / (N - t + 1)."""
    n, top = len(values), 1.0
    drift = [1.0 if population is None else population / (population - t) for t in range(n)]
    capital, seen, variance_sum, variance = 1.0, 0.0, 0.25, 0.25
    for t, value in enumerate(values):
        mean = limit if population is None else (population * limit - seen) / (population - t)
        bet = drift[t] * sqrt(2 * log(1 / alpha) / (variance * sum(w * w for w in drift)))
        capital *= 1 + min(bet, LARGEST_SHARE / mean) * (value - mean)
        top, seen = max(top, capital), seen + value
        variance_sum += (value - (0.5 + seen) / (t + 2)) ** 2
        variance = variance_sum / (t + 2)
    return 1 / top


@pytest.mark.parametrize("population", [None, 90])
def test_is_the_published_capital(population: int | None) -> None:
    values = np.random.default_rng(3).beta(4, 1, 40)
    found = betting_bounds(values, 0.65, alpha=0.05, population=population)
    assert found.p_above == pytest.approx(slow_p(list(values), 0.65, 0.05, population), rel=1e-9)
    mirrored = slow_p(list(1 - values), 0.14, 0.05, population)
    assert betting_bounds(values, 0.86, alpha=0.05, population=population).p_below == pytest.approx(
        mirrored, rel=1e-9
    )


@pytest.mark.parametrize("rate", [0.02, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("anytime", [False, True])
def test_refuses_the_truth_with_probability_alpha_at_most_enumerated(
    rate: float, anytime: bool
) -> None:
    wrong_low = wrong_high = 0.0
    for values in product((0, 1), repeat=8):
        chance = float(np.prod([rate if value else 1 - rate for value in values]))
        found = betting_bounds(values, rate, alpha=0.1, anytime=anytime)
        assert found.p_above is not None
        assert found.p_below is not None
        wrong_low += chance * (found.p_above < 0.1)
        wrong_high += chance * (found.p_below < 0.1)
    assert max(wrong_low, wrong_high) <= 0.1


@pytest.mark.parametrize("right", [1, 4, 9])
@pytest.mark.parametrize("anytime", [False, True])
def test_without_replacement_refuses_the_truth_at_most_alpha_enumerated(
    right: int, anytime: bool
) -> None:
    size, draws, wrong = 11, 8, [0, 0]
    orders = list(combinations(range(size), right))
    for places in orders:
        values = np.isin(np.arange(size), places)[:draws].astype(float)
        found = betting_bounds(values, right / size, alpha=0.1, population=size, anytime=anytime)
        wrong[0] += found.p_above is None or found.p_above < 0.1
        wrong[1] += found.p_below is None or found.p_below < 0.1
    assert max(wrong) / len(orders) <= 0.1


@pytest.mark.parametrize("population", [None, 400])
def test_capital_seldom_grows_if_the_limit_is_true(population: int | None) -> None:
    rng, draws, grown = np.random.default_rng(11), 800, np.zeros(2)
    items = rng.beta(1, 9, 400)
    truth = 0.1 if population is None else float(items.mean())
    for _ in range(draws):
        values = rng.beta(1, 9, 300) if population is None else rng.permutation(items)[:300]
        found = capital(values, truth, alpha=0.05, population=population)
        grown += (found.above.max() >= 20, found.below.max() >= 20)
    assert np.all(grown / draws <= 0.05 + 3 * sqrt(0.05 * 0.95 / draws))


def test_capital_is_what_p_and_the_sequence_come_from() -> None:
    values = np.random.default_rng(4).choice([-1.0, 0.0, 1.0], 300, p=[0.05, 0.8, 0.15])
    owned = capital(values, 0.02, alpha=0.05, support=(-1, 1))
    found = betting_bounds(values, 0.02, alpha=0.05, support=(-1, 1), anytime=True)
    assert found.p_above == pytest.approx(1 / max(1, owned.above.max()), rel=1e-9)
    bounds = confidence_sequence(values, alpha=0.05, support=(-1, 1))
    first = int(np.flatnonzero(owned.above > 20)[0])
    step = (bounds.lower[-1] + 1) / 100
    assert bounds.lower[first - 1] <= 0.02 <= bounds.lower[first] + step
    gone = capital([1.0] * 9, 0.5, alpha=0.05, population=10)
    assert np.isinf(gone.above[-1])
    with pytest.raises(ValueError, match="limit"):
        capital(values, 1.5, alpha=0.05, support=(-1, 1))


@settings(max_examples=60)
@given(st.lists(unit, min_size=1, max_size=40), st.floats(0.01, 0.99), st.floats(0.001, 0.3))
def test_bounds_hold_the_estimate_and_agree_with_p(
    values: list[float], limit: float, alpha: float
) -> None:
    found = betting_bounds(values, limit, alpha=alpha)
    assert found.lower is not None
    assert found.upper is not None
    assert found.p_above is not None
    assert found.p_below is not None
    assert 0 <= found.lower <= np.mean(values) + 1e-12
    assert np.mean(values) - 1e-12 <= found.upper <= 1
    if abs(found.lower - limit) > 1e-9:
        assert (found.lower > limit) == (found.p_above < alpha)
    if abs(found.upper - limit) > 1e-9:
        assert (found.upper < limit) == (found.p_below < alpha)


@settings(max_examples=40)
@given(st.lists(unit, min_size=1, max_size=30), st.booleans())
def test_the_sequence_only_comes_closer_and_mirrors(values: list[float], finite: bool) -> None:
    size = len(values) + 5 if finite else None
    found = confidence_sequence(values, alpha=0.1, population=size)
    assert np.all(np.diff(found.lower) >= 0)
    assert np.all(np.diff(found.upper) <= 0)
    mirrored = confidence_sequence(1 - np.array(values), alpha=0.1, population=size)
    assert np.allclose(mirrored.lower, 1 - found.upper, atol=1e-9)


def test_a_sequence_ends_where_the_bounds_are() -> None:
    values = (np.random.default_rng(5).random(500) < 0.8).astype(float)
    found = confidence_sequence(values, alpha=0.05, horizon=500)
    whole = betting_bounds(values, 0.5, alpha=0.05)
    assert whole.lower == pytest.approx(found.lower[-1], abs=1e-9)
    assert whole.upper == pytest.approx(found.upper[-1], abs=1e-9)


def test_all_seen_is_exact() -> None:
    values = np.random.default_rng(2).choice([-1.0, 0.0, 1.0], 200)
    found = betting_bounds(values, -0.02, alpha=0.05, support=(-1, 1), population=200)
    assert found.lower == pytest.approx(values.mean(), abs=1e-12)
    assert found.upper == pytest.approx(values.mean(), abs=1e-12)
    assert {found.p_above, found.p_below} == {0.0, 1.0}


def test_fourteen_thousand_differences_are_nearly_as_sharp_as_the_theory() -> None:
    values = np.random.default_rng(8).choice([-1, 0, 1], 14042, p=[0.05, 0.9, 0.05])
    found = betting_bounds(values, -0.02, alpha=0.05, support=(-1, 1))
    assert found.lower is not None
    best = sqrt(2 * log(20) * values.var() / 14042)
    assert values.mean() - found.lower < 1.1 * best


def test_nothing_seen_fails_near_three_in_n() -> None:
    assert betting_bounds(np.zeros(300), 0.01, alpha=0.05).upper == pytest.approx(0.0112, abs=2e-4)


def test_no_items_is_said() -> None:
    found = betting_bounds([], 0.5, alpha=0.05)
    assert (found.value, found.lower, found.p_above, found.method) == (None, None, None, "no items")
    assert len(confidence_sequence([], alpha=0.05).lower) == 0


@pytest.mark.parametrize(
    ("values", "alpha", "population"),
    [([0.5, float("nan")], 0.05, None), ([1.5], 0.05, None), ([0.5], 1.0, None), ([0, 1], 0.1, 1)],
)
def test_refuses_what_it_cannot_bound(
    values: list[float], alpha: float, population: int | None
) -> None:
    with pytest.raises(ValueError, match=r"values|alpha"):
        betting_bounds(values, 0.5, alpha=alpha, population=population)
