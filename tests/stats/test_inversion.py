from math import sqrt
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from statera.stats.inversion import SMALLEST, p_value

NORMAL = NormalDist()


@given(some.floats(-4, 4))
def test_a_normal_bound_gives_the_normal_p(distance: float) -> None:
    above = p_value(lambda alpha: distance - NORMAL.inv_cdf(1 - alpha), 0.0, side="above")
    assert above == pytest.approx(1 - NORMAL.cdf(distance), rel=1e-7)
    below = p_value(lambda alpha: distance + NORMAL.inv_cdf(1 - alpha), 0.0, side="below")
    assert below == pytest.approx(NORMAL.cdf(distance), rel=1e-7)


def test_an_exact_bound_gives_the_exact_p() -> None:
    found = p_value(lambda alpha: float(stats.beta.ppf(alpha, 7, 14)), 0.2, side="above")
    assert found == pytest.approx(float(stats.binom.sf(6, 20, 0.2)), rel=1e-7)


def test_the_ends_are_never_nought_and_at_most_one() -> None:
    assert p_value(lambda alpha: 1.0, 0.5, side="above") == SMALLEST
    assert p_value(lambda alpha: 0.2, 0.5, side="above") == 1.0
    assert p_value(lambda alpha: 1.0, 0.5, side="below") == 1.0


@given(some.floats(0.001, 0.5), some.floats(-3, 3))
def test_bound_and_p_agree(alpha: float, distance: float) -> None:
    def bound_at(each: float) -> float:
        return distance - NORMAL.inv_cdf(1 - each) * sqrt(2)

    p = p_value(bound_at, 0.0, side="above")
    if abs(p - alpha) > 1e-6 * alpha:
        assert (bound_at(alpha) > 0) == (p < alpha)
