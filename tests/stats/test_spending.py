from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from statera.stats.spending import (
    asked_again_alpha,
    boundaries,
    crossing,
    cubic,
    nominal_alphas,
    obrien_fleming,
    pocock,
)

FIFTHS = (0.2, 0.4, 0.6, 0.8, 1.0)


@pytest.mark.parametrize(
    ("spent", "published"),
    [
        # Lan and DeMets's programme, two-sided 0.05, five equal looks
        (obrien_fleming(FIFTHS, 0.025), (4.877, 3.357, 2.680, 2.290, 2.031)),
        (pocock(FIFTHS, 0.025), (2.438, 2.427, 2.410, 2.397, 2.386)),
    ],
)
def test_boundaries_are_as_published(
    spent: tuple[float, ...], published: tuple[float, ...]
) -> None:
    assert boundaries(spent, range(1, 6)) == pytest.approx(published, abs=6e-4)


@pytest.mark.parametrize(
    ("looks", "published"), [(1, 0.05), (2, 0.083), (3, 0.107), (4, 0.126), (5, 0.142), (10, 0.193)]
)
def test_repeated_significance_tests_are_as_published(looks: int, published: float) -> None:
    # Armitage, McPherson and Rowe 1969, table 2: two-sided 5 % tests after each group
    found = crossing([1.959964] * looks, range(1, looks + 1))[-1]
    assert 2 * found == pytest.approx(published, abs=8e-4)


@pytest.mark.parametrize(
    ("looks", "constant"), [(2, 1.875), (3, 1.992), (4, 2.067), (5, 2.122), (10, 2.270)]
)
def test_pocock_constants(looks: int, constant: float) -> None:
    # Jennison and Turnbull 2000, table 2.1, alpha 0.1
    assert 2 * crossing([constant] * looks, range(1, looks + 1))[-1] == pytest.approx(0.1, abs=2e-4)


@pytest.mark.parametrize(
    ("looks", "constant"), [(2, 1.678), (3, 1.710), (4, 1.733), (5, 1.751), (10, 1.801)]
)
def test_obrien_fleming_constants(looks: int, constant: float) -> None:
    # Jennison and Turnbull 2000, table 2.3, alpha 0.1: constant over sqrt(share of the looks)
    limits = [constant * sqrt(looks / look) for look in range(1, looks + 1)]
    assert 2 * crossing(limits, range(1, looks + 1))[-1] == pytest.approx(0.1, abs=3e-4)


def test_agrees_with_the_multivariate_normal() -> None:
    information, limits = (120.0, 300.0, 1000.0), (2.5, 1.9, 1.7)
    root = np.sqrt(np.minimum.outer(information, information))
    covariance = root**2 / np.sqrt(np.outer(information, information))
    inside = multivariate_normal(cov=covariance).cdf(limits)
    assert crossing(limits, information)[-1] == pytest.approx(1 - float(inside), abs=2e-5)


def test_four_fixed_looks_pass_wrongly_too_often_and_asking_again_does_not() -> None:
    information = (500, 1000, 2000, 4000)
    fixed = [float(norm.isf(0.05))] * 4
    assert crossing(fixed, information)[-1] == pytest.approx(0.1319, abs=5e-4)
    levels = [asked_again_alpha(information[:look], 0.05) for look in range(1, 5)]
    assert levels[0] == pytest.approx(0.05)
    assert levels == sorted(levels, reverse=True)
    limits = [float(norm.isf(level)) for level in levels]
    assert crossing(limits, information)[-1] == pytest.approx(0.05 * (1 + 0.1 * 3 / 4), abs=1e-6)


def test_two_simulated_looks_again_pass_wrongly_as_said() -> None:
    rng, draws = np.random.default_rng(17), 200_000
    first = rng.standard_normal(draws)
    second = first * sqrt(0.5) + rng.standard_normal(draws) * sqrt(0.5)
    levels = [asked_again_alpha((500, 1000)[:look], 0.05) for look in (1, 2)]
    passed = (first > norm.isf(levels[0])) | (second > norm.isf(levels[1]))
    assert abs(passed.mean() - 0.0525) < 3 * sqrt(0.0525 * 0.9475 / draws)


def test_many_looks_again_stay_under_a_tenth_more() -> None:
    information = range(100, 4100, 100)
    limits = [
        float(norm.isf(asked_again_alpha(information[: look + 1], 0.05))) for look in range(40)
    ]
    assert 0.05 < crossing(limits, information)[-1] < 0.055


@settings(max_examples=60)
@given(
    st.lists(st.floats(0.02, 1), min_size=1, max_size=8),
    st.floats(1e-4, 0.2),
    st.booleans(),
)
def test_crossing_undoes_boundaries(gaps: list[float], alpha: float, flat: bool) -> None:
    information = np.cumsum(gaps)
    fractions = [float(each) for each in information / information[-1]]
    spent = (pocock if flat else obrien_fleming)(fractions, alpha)
    limits = boundaries(spent, list(information))
    assert crossing(limits, list(information)) == pytest.approx(spent, rel=1e-5, abs=1e-10)


def test_shapes_end_at_alpha_and_the_cubic_is_close_to_obrien_fleming() -> None:
    for shape in (obrien_fleming, pocock, cubic):
        assert shape((0.5, 1.0), 0.05)[-1] == pytest.approx(0.05)
    assert cubic((0.5,), 0.05)[0] == pytest.approx(0.00625)
    # Jennison and Turnbull 2000, section 7.2.1: rho = 3 is similar to O'Brien and Fleming
    gaps = np.subtract(
        boundaries(cubic(FIFTHS, 0.025), FIFTHS)[1:],
        boundaries(obrien_fleming(FIFTHS, 0.025), FIFTHS)[1:],
    )
    assert np.all(np.abs(gaps) < [0.6, 0.25, 0.1, 0.05])


def test_a_look_that_spends_nothing_has_no_boundary() -> None:
    assert boundaries((0.0, 0.05), (1, 2))[0] == inf
    assert nominal_alphas((0.0, 0.05), (1, 2)) == pytest.approx((0.0, 0.05), abs=1e-9)


def test_early_spending_too_small_to_integrate_is_its_own_tail() -> None:
    limits = boundaries(obrien_fleming((0.02, 1.0), 0.05), (0.02, 1.0))
    assert norm.sf(limits[0]) == pytest.approx(obrien_fleming((0.02,), 0.05)[0], rel=1e-6)


@pytest.mark.parametrize(
    ("spent", "information"),
    [
        ((), ()),
        ((0.05,), (1, 2)),
        ((0.05, 0.01), (1, 2)),
        ((0.05, 1.0), (1, 2)),
        ((float("nan"), 0.05), (1, 2)),
        ((0.01, 0.05), (2, 2)),
        ((0.01, 0.05), (0, 2)),
        ((0.01, 0.05), (1, inf)),
    ],
)
def test_refuses_looks_that_make_no_sense(
    spent: tuple[float, ...], information: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match=r"look|spent"):
        boundaries(spent, information)


def test_refuses_levels_and_fractions_out_of_range() -> None:
    with pytest.raises(ValueError, match="alpha"):
        asked_again_alpha((100,), 1.0)
    with pytest.raises(ValueError, match="fractions"):
        obrien_fleming((0.0, 1.0), 0.05)
    with pytest.raises(ValueError, match="limit for each look"):
        crossing((1.0,), (1, 2))
