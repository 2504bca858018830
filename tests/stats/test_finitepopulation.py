from math import sqrt

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom, norm

from statera.stats.finitepopulation import (
    Question,
    Sample,
    agreeing,
    all_asked,
    hypergeometric_bounds,
    shrunk,
)
from statera.stats.results import Bounds


def normal(limit: float, alpha: float) -> Bounds:
    """Bounds of a mean of 0.1 whose standard error is 0.02."""
    wide = 0.02 * float(norm.isf(alpha))
    return Bounds(
        value=0.1,
        lower=0.1 - wide,
        upper=0.1 + wide,
        alpha=alpha,
        limit=limit,
        p_above=float(norm.sf((0.1 - limit) / 0.02)),
        p_below=float(norm.cdf((0.1 - limit) / 0.02)),
        method="normal",
        source="",
        n=100,
        clusters=100,
    )


def test_a_known_share_draws_bounds_and_p_alike() -> None:
    found = shrunk(normal, Question(0.08, 0.05, (-1, 1)), share=0.75)
    assert found.lower == pytest.approx(0.1 - 0.01 * norm.isf(0.05))
    assert found.upper == pytest.approx(0.1 + 0.01 * norm.isf(0.05))
    assert found.p_above == pytest.approx(norm.sf(2.0))
    assert found.limit == 0.08


def test_a_limit_out_of_reach_is_taken_at_the_end() -> None:
    found = shrunk(normal, Question(-0.9, 0.05, (-1, 1)), share=0.9)
    assert found.p_above == pytest.approx(norm.sf(1.1 / 0.02))
    free = shrunk(normal, Question(-7.0, 0.05, (-1, 1)), share=0.75)
    assert free.p_above == pytest.approx(norm.sf(14.2 / 0.02))


def test_bounds_that_do_not_exist_stay_so() -> None:
    def none(limit: float, alpha: float) -> Bounds:
        bare = normal(limit, alpha)
        return Bounds(
            value=bare.value, lower=None, upper=None, alpha=alpha, limit=limit, p_above=None,
            p_below=None, method="one cluster", source="", n=9, clusters=1,
        )  # fmt: skip

    assert shrunk(none, Question(0.0, 0.05, (-1, 1)), share=0.5).method == "one cluster"
    assert agreeing(none(0.0, 0.05)).lower is None


def test_all_asked_leaves_nothing_unsure() -> None:
    found = all_asked(normal(0.08, 0.05))
    assert (found.lower, found.upper, found.p_above, found.p_below) == (0.1, 0.1, 0.0, 1.0)
    assert all_asked(normal(0.1, 0.05)).p_above == 1.0


@pytest.mark.parametrize(
    ("value", "limit"), [(215 / 300 - 230 / 300, -0.05), (0.1 + 0.2, 0.3), (0.3, 0.1 + 0.2)]
)
def test_a_value_at_the_limit_is_neither_above_nor_below_it(value: float, limit: float) -> None:
    """215 against 230 right of 300: a difference of -0.05000000000000004."""
    assert value != limit
    found = all_asked(msgspec.structs.replace(normal(limit, 0.05), value=value))
    assert (found.p_above, found.p_below) == (1.0, 1.0)
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower <= limit <= found.upper


@pytest.mark.parametrize(
    ("sample", "limit"),
    [(Sample(30, 40, 60), 0.6), (Sample(0, 25, 100), 0.05), (Sample(7, 7, 7), 0.9)],
)
def test_p_is_the_hypergeometric_tail(sample: Sample, limit: float) -> None:
    right, asked, total = sample
    found = hypergeometric_bounds(sample, limit, alpha=0.05)
    most = int(np.floor(limit * total + 1e-9))
    assert found.p_above == pytest.approx(hypergeom.sf(right - 1, total, most, asked), abs=1e-12)
    least = int(np.ceil(limit * total - 1e-9))
    assert found.p_below == pytest.approx(hypergeom.cdf(right, total, least, asked), abs=1e-12)


@pytest.mark.parametrize(("total", "asked"), [(30, 12), (60, 57), (200, 50)])
def test_misses_the_truth_at_most_alpha_enumerated(total: int, asked: int) -> None:
    bounds = [
        hypergeometric_bounds(Sample(right, asked, total), 0.5, alpha=0.05)
        for right in range(asked + 1)
    ]
    for truth in range(total + 1):
        chances = hypergeom.pmf(np.arange(asked + 1), total, truth, asked)
        high = [found.lower is None or found.lower > truth / total + 1e-12 for found in bounds]
        low = [found.upper is None or found.upper < truth / total - 1e-12 for found in bounds]
        possible = chances > 0
        assert chances[possible & np.array(high)].sum() <= 0.05 + 1e-12
        assert chances[possible & np.array(low)].sum() <= 0.05 + 1e-12


@settings(max_examples=80)
@given(
    st.integers(0, 40),
    st.integers(1, 40),
    st.integers(0, 60),
    st.floats(0, 1),
    st.floats(0.01, 0.4),
)
def test_bounds_agree_with_p(right: int, asked: int, more: int, limit: float, alpha: float) -> None:
    sample = Sample(min(right, asked), asked, asked + more)
    found = hypergeometric_bounds(sample, limit, alpha=alpha)
    assert found.lower is not None
    assert found.upper is not None
    assert found.p_above is not None
    assert found.p_below is not None
    step = 1 / sample.total  # the mean of the items asked need not be a mean that all can have
    assert found.lower - step < sample.right / asked < found.upper + step
    assert found.lower <= found.upper
    if abs(limit * sample.total - round(limit * sample.total)) > 1e-6:
        assert (found.lower > limit) == (found.p_above < alpha)
        assert (found.upper < limit) == (found.p_below < alpha)


@pytest.mark.parametrize("sample", [Sample(3, 2, 9), Sample(0, 0, 9), Sample(1, 5, 4)])
def test_refuses_impossible_counts(sample: Sample) -> None:
    with pytest.raises(ValueError, match="impossible"):
        hypergeometric_bounds(sample, 0.5, alpha=0.05)
    with pytest.raises(ValueError, match="alpha"):
        hypergeometric_bounds(Sample(1, 2, 3), 0.5, alpha=0.0)


def test_sampling_without_replacement_is_as_narrow_as_the_correction_says() -> None:
    found = hypergeometric_bounds(Sample(4000, 5000, 10_000), 0.7, alpha=0.05)
    assert found.lower is not None
    normal_width = float(norm.isf(0.05)) * sqrt(0.8 * 0.2 / 5000 * 0.5)
    assert 0.8 - found.lower == pytest.approx(normal_width, rel=0.03)
