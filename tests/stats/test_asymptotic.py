from math import inf, log, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from statera.stats.asymptotic import (
    group_sequential,
    limits_at,
    mixing,
    mixture_bounds,
    quantiles,
)

FIFTHS = (0.2, 0.4, 0.6, 0.8, 1.0)


def test_the_boundary_is_that_of_the_normal_mixture() -> None:
    # the mixture of exp(theta S - theta^2 V / 2) over theta ~ N(0, r2) is 1 / alpha on it
    r2, count, alpha = mixing(10_000, 0.05), 5000, 0.05
    z = float(quantiles(count, planned=10_000, alpha=alpha))
    mixture = -0.5 * log(count * r2 + 1) + z**2 * count * r2 / (2 * (count * r2 + 1))
    assert mixture == pytest.approx(log(1 / alpha))


def test_the_boundary_of_one_side_is_never_below_the_mixture_of_a_half_normal() -> None:
    for count in (100, 3000, 10_000, 500_000):
        r2, alpha = mixing(10_000, 0.05, 1), 0.05
        scaled = count * r2
        z = float(quantiles(count, planned=10_000, alpha=alpha, sides=1))
        root = sqrt(scaled / (scaled + 1))
        mixture = 2 / sqrt(scaled + 1) * np.exp((z * root) ** 2 / 2) * norm.cdf(z * root)
        assert 1 / alpha <= mixture < 1.2 / alpha


@given(st.floats(0.001, 0.2), st.integers(100, 10**6))
def test_one_side_is_nearer_than_two(alpha: float, count: int) -> None:
    one, two = (quantiles(count, planned=count, alpha=alpha, sides=sides) for sides in (1, 2))
    assert norm.ppf(1 - alpha) < one < two


@pytest.mark.parametrize("sides", [1, 2])
def test_a_sequence_is_tightest_about_where_it_was_planned(sides: int) -> None:
    near, *others = (
        float(quantiles(10_000, planned=planned, alpha=0.05, sides=1 if sides == 1 else 2))
        for planned in (10_000, 2000, 50_000)
    )
    assert near < min(others)


def test_without_an_error_there_are_no_bounds() -> None:
    low, high = mixture_bounds([0.1, 0.1, nan, 0.1], [nan, 0, 1, 0.01], 100, planned=100, alpha=0.1)
    assert low.tolist()[:3] == [-inf] * 3
    assert high.tolist()[:3] == [inf] * 3
    assert low[3] < 0.1 < high[3]


def test_looking_all_the_time_seldom_leaves_out_the_truth() -> None:
    rng = np.random.default_rng(5)
    steps, draws = 2000, 1000
    sums = rng.normal(size=(draws, steps)).cumsum(axis=1)
    counts = np.arange(1, steps + 1)
    low, high = mixture_bounds(sums / counts, 1 / np.sqrt(counts), counts, planned=500, alpha=0.1)
    wrong = np.mean(np.any((low > 0) | (high < 0), axis=1))
    assert 0.03 < wrong < 0.1 + 3 * sqrt(0.09 / draws)


def test_the_looks_of_a_group_sequential_design_are_as_published() -> None:
    found = group_sequential([0.0] * 5, [1 / sqrt(t) for t in FIFTHS], FIFTHS, 0.05)
    assert [look.high * sqrt(t) for look, t in zip(found, FIFTHS, strict=True)] == pytest.approx(
        (4.877, 3.357, 2.680, 2.290, 2.031), abs=6e-4
    )
    assert not any(look.crossed for look in found)


def test_what_a_look_without_an_error_would_spend_is_left_to_the_next() -> None:
    errors = [nan, nan, nan, nan, 1.0]
    assert limits_at(errors, FIFTHS, 0.05) == pytest.approx([inf] * 4 + [norm.ppf(0.975)])
    found = group_sequential([3.0] * 5, errors, FIFTHS, 0.05)
    assert [look.crossed for look in found] == [False] * 4 + [True]


def test_later_looks_do_not_change_an_earlier_boundary() -> None:
    errors = [2.0, 1.2, 0.9, 0.85, 0.7]
    whole = limits_at(errors, FIFTHS, 0.05)
    assert limits_at(errors[:3], FIFTHS[:3], 0.05) == pytest.approx(whole[:3])


def test_information_that_shrinks_changes_no_earlier_boundary() -> None:
    found = limits_at([2.0, 1.2, 0.5], FIFTHS[:3], 0.05)
    assert found[:2] == pytest.approx(limits_at([2.0, 1.2], FIFTHS[:2], 0.05))
    assert found[2] < found[1]


def test_the_boundary_follows_the_information_where_slices_differ() -> None:
    # twice the variance a unit in the second half: the sums' variances are 0.5 and 1.5
    limits = limits_at([sqrt(2), sqrt(1.5)], [0.5, 1.0], 0.05)
    assert limits[1] != pytest.approx(limits_at([sqrt(2), 1.0], [0.5, 1.0], 0.05)[1], abs=1e-4)
    rng = np.random.default_rng(3)
    first = rng.normal(0, sqrt(0.5), 200_000)
    second = first + rng.normal(0, 1, 200_000)
    crossed = (abs(first) / sqrt(0.5) > limits[0]) | (abs(second) / sqrt(1.5) > limits[1])
    assert crossed.mean() == pytest.approx(0.05, abs=0.0015)


def test_wrong_declarations_are_refused() -> None:
    with pytest.raises(ValueError, match="alpha"):
        mixture_bounds(0, 1, 100, planned=100, alpha=1.0)
    with pytest.raises(ValueError, match="planned"):
        mixture_bounds(0, 1, 100, planned=0, alpha=0.05)
    with pytest.raises(ValueError, match="growing"):
        group_sequential([0, 0], [1, 1], [0.5, 0.5], 0.05)
    with pytest.raises(ValueError, match="a fraction"):
        group_sequential([0], [1, 1], [0.5, 1.0], 0.05)
