"""Adjusted p values: other implementations' answers, what None means, and the error rates kept."""

import doctest
import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

import statera.stats.multiplicity as module
from statera.stats.multiplicity import benjamini_hochberg, holm

# Benjamini and Hochberg 1995, section 4: 15 tests of a thrombolysis trial, 4 found at 0.05 (3 by
# Bonferroni and by Holm).
TRIAL = (
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
)  # fmt: skip
# R: p.adjust(TRIAL, "BH") and p.adjust(TRIAL, "holm")
TRIAL_BH = (
    0.0015, 0.0030, 0.0095, 0.035625, 0.0603, 0.06385714286, 0.06385714286, 0.0645,
    0.0765, 0.486, 0.58118181818, 0.714875, 0.75323076923, 0.81321428571, 1.0,
)  # fmt: skip
TRIAL_HOLM = (
    0.0015, 0.0056, 0.0247, 0.1140, 0.2211, 0.2780, 0.2780, 0.2780, 0.3213, 1, 1, 1, 1, 1, 1,
)  # fmt: skip

some_p = st.lists(st.none() | st.floats(0, 1), max_size=30)


def filled(values: tuple[float | None, ...]) -> list[float]:
    return [value for value in values if value is not None]


def test_the_trial_of_benjamini_and_hochberg() -> None:
    assert benjamini_hochberg(TRIAL) == pytest.approx(TRIAL_BH, abs=1e-9)
    assert holm(TRIAL) == pytest.approx(TRIAL_HOLM, abs=1e-9)
    assert sum(value <= 0.05 for value in filled(benjamini_hochberg(TRIAL))) == 4
    assert sum(value <= 0.05 for value in filled(holm(TRIAL))) == 3


def test_the_order_is_kept() -> None:
    # R: p.adjust(c(0.04, 0.001, 0.03, 0.5), "holm"), "BH"
    given_p = (0.04, 0.001, 0.03, 0.5)
    assert holm(given_p) == pytest.approx((0.09, 0.004, 0.09, 0.5))
    assert benjamini_hochberg(given_p) == pytest.approx((0.16 / 3, 0.004, 0.16 / 3, 0.5))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_benjamini_hochberg_is_scipys(p: list[float]) -> None:
    assert benjamini_hochberg(p) == pytest.approx(scipy.stats.false_discovery_control(p), abs=1e-12)


@given(some_p)
def test_none_is_no_test(p: list[float | None]) -> None:
    made = [value for value in p if value is not None]
    for adjust in (holm, benjamini_hochberg):
        answer = adjust(p)
        assert [value is None for value in answer] == [value is None for value in p]
        assert filled(answer) == list(adjust(made))


@given(some_p)
def test_adjusting_only_raises_and_holm_raises_most(p: list[float | None]) -> None:
    made = [value for value in p if value is not None]
    by_holm, by_screen = filled(holm(p)), filled(benjamini_hochberg(p))
    rows = zip(made, by_screen, by_holm, strict=True)
    assert all(
        raw <= screened * (1 + 1e-12) and screened <= held * (1 + 1e-12)
        for raw, screened, held in rows
    )
    assert all(0 <= value <= 1 for value in by_holm)


def test_holm_rejects_what_the_written_procedure_rejects() -> None:
    rng = np.random.default_rng(3)
    for p in rng.beta(0.3, 2, size=(200, 9)):
        order, rejected = np.argsort(p), set()
        for step, place in enumerate(order):
            if p[place] > 0.05 / (len(p) - step):
                break
            rejected.add(int(place))
        assert {i for i, value in enumerate(filled(holm(p.tolist()))) if value <= 0.05} == rejected


def test_57_true_nulls_give_a_wrong_claim_in_one_of_twenty() -> None:
    rng = np.random.default_rng(5)
    draws = rng.random((4000, 57))
    wrong = np.mean([min(filled(holm(p.tolist()))) <= 0.05 for p in draws])
    exact = 1 - (1 - 0.05 / 57) ** 57
    assert abs(wrong - exact) < 4 * math.sqrt(exact * (1 - exact) / len(draws))


def test_nothing_to_adjust() -> None:
    assert holm([]) == () == benjamini_hochberg([])
    assert holm([None, None]) == (None, None)


@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan])
def test_what_is_no_p_value_is_refused(wrong: float) -> None:
    for adjust in (holm, benjamini_hochberg):
        with pytest.raises(ValueError, match=r"a p value lies in \[0, 1\]"):
            adjust([0.1, wrong])


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0
