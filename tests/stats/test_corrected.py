"""The corrected number: how it prints, and its interval on the logit scale."""

import math

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from statera.stats.corrected import (
    Corrected,
    Moments,
    check_level,
    corrected_interval,
    numbers,
)


def told(value: float | None, *, transported: bool) -> Corrected:
    return Corrected(
        value=value,
        low=None if value is None else 0.05,
        high=None if value is None else 0.15,
        level=0.9,
        method="why",
        source="a paper",
        n=1000,
        clusters=1000,
        raw=0.2,
        labels=90,
        transported=transported,
    )


def test_it_prints_the_raw_number_beside() -> None:
    assert str(told(0.1, transported=False)) == (
        "0.100 [0.050, 0.150] 90 %, corrected from 0.200, 1000 trials, 90 labels"
    )
    assert str(told(None, transported=False)) == (
        "no correction of 0.200 (why), 1000 trials, 90 labels"
    )


def test_a_transported_correction_says_so() -> None:
    for value in (0.1, None):
        assert str(told(value, transported=True)).endswith(", transported: measured on other data")


def test_the_logit_interval_is_the_delta_methods() -> None:
    t = scipy.stats.t.ppf(0.975, 29)
    low, high = corrected_interval(Moments(0.2, 0.0025, 1.0), 29, level=0.95, share=True)
    half = t * 0.05 / (0.2 * 0.8)
    assert (low, high) == pytest.approx(
        [scipy.special.expit(math.log(0.25) + side * half) for side in (-1, 1)]
    )
    plain = corrected_interval(Moments(0.2, 0.0025, 1.0), 29, level=0.95, share=False)
    assert plain == pytest.approx([0.2 - t * 0.05, 0.2 + t * 0.05])


@given(st.floats(-0.5, 1.5), st.floats(1e-9, 1.0), st.integers(1, 500))
def test_the_interval_of_a_share_stays_inside(value: float, variance: float, freedom: int) -> None:
    low, high = corrected_interval(Moments(value, variance, 1.0), freedom, level=0.95, share=True)
    assert 0 <= low <= high <= 1
    if 0 <= value <= 1:
        assert low - 1e-12 <= value <= high + 1e-12


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="labels must be numbers"):
        numbers([0.0, math.nan], "labels")
    for level in (0.0, 1.0, math.nan):
        with pytest.raises(ValueError, match="a level lies between 0 and 1"):
            check_level(level)
