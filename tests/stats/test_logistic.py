"""Batched logistic fits: hand answers, another optimiser, the penalty's conditions, no fit."""

import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.optimize import minimize

import statera.stats.logistic as module
from statera.stats.logistic import Rows, chances, fit

SEED = some.integers(0, 2**32)


def drawn(rng: np.random.Generator, size: int = 60) -> tuple[Rows, np.ndarray]:
    terms = np.column_stack([rng.normal(size=size), rng.normal(size=size) * 3, np.ones(size)])
    labels = rng.choice([0.0, 0.5, 1.0, 0.3], size=size)
    return Rows(terms, labels), rng.integers(0, 4, size=(5, size)).astype(float)


def loss(weights: np.ndarray, rows: Rows, copy: np.ndarray) -> float:
    odds = rows.terms @ weights
    return float(copy @ (np.logaddexp(0, odds) - rows.labels * odds))


def slope(weights: np.ndarray, rows: Rows, copy: np.ndarray) -> np.ndarray:
    found: np.ndarray = (copy * (chances(rows.terms @ weights) - rows.labels)) @ rows.terms
    return found


def test_a_constant_and_a_yes_or_no_term_are_log_odds_by_hand() -> None:
    # 1 of 4 without the term, 6 of 8 with it: log(1/3), and log(3) - log(1/3)
    terms = np.array([[0.0, 1.0]] * 4 + [[1.0, 1.0]] * 8)
    labels = np.array([1.0, 0, 0, 0] + [1.0] * 6 + [0.0] * 2)
    found = fit(Rows(terms, labels), np.ones((1, 12)))
    assert found.found.tolist() == [True]
    assert found.weights[0] == pytest.approx([math.log(9), math.log(1 / 3)])


@given(SEED)
def test_every_copy_is_where_another_optimiser_ends(seed: int) -> None:
    rows, copies = drawn(np.random.default_rng(seed))
    found = fit(rows, copies, start=np.array([0.5, -0.2, 0.1]))
    for weights, copy, there in zip(found.weights, copies, found.found, strict=True):
        assert there
        other = minimize(loss, np.zeros(3), args=(rows, copy), jac=slope, method="BFGS")
        assert weights == pytest.approx(other.x, abs=2e-4)
        assert np.abs(slope(weights, rows, copy)).max() < 1e-6


@given(SEED, some.floats(0.1, 60))
def test_a_penalised_fit_meets_the_conditions_of_the_minimum(seed: int, penalty: float) -> None:
    rows, copies = drawn(np.random.default_rng(seed))
    found = fit(rows, copies, penalty=penalty)
    for weights, copy in zip(found.weights, copies, strict=True):
        pull = slope(weights, rows, copy)
        kept = np.abs(weights) > 1e-9
        assert pull[kept] == pytest.approx(-penalty * np.sign(weights[kept]), abs=1e-4)
        assert np.all(np.abs(pull[~kept]) <= penalty + 1e-4)


def test_a_weight_of_two_is_the_row_twice() -> None:
    rows, _ = drawn(np.random.default_rng(4))
    twice = np.ones(60)
    twice[:20] = 2
    other = Rows(
        np.concatenate([rows.terms, rows.terms[:20]]), np.append(rows.labels, rows.labels[:20])
    )
    one, two = fit(rows, twice[None, :]), fit(other, np.ones((1, 80)))
    assert one.weights[0] == pytest.approx(two.weights[0])


def test_many_copies_are_fitted_in_parts_and_stay_in_order() -> None:
    rows, copies = drawn(np.random.default_rng(5))
    many = np.tile(copies, (600, 1))
    assert many.size > module.CELLS
    assert fit(rows, many).weights == pytest.approx(np.tile(fit(rows, copies).weights, (600, 1)))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_separated_wins_have_no_fit(scale: float) -> None:
    steps = np.linspace(-1, 1, 40) * scale
    terms = np.column_stack([steps, np.ones(40)])
    found = fit(Rows(terms, (steps > 0).astype(float)), np.ones((1, 40)))
    assert found.found.tolist() == [False]
    assert fit(Rows(terms, np.ones(40)), np.ones((1, 40))).found.tolist() == [False]


def test_a_copy_whose_terms_cannot_be_told_apart_has_no_fit() -> None:
    # the second copy leaves out the only row in which the first term differs
    terms = np.column_stack([np.array([1.0] + [0.0] * 19), np.ones(20)])
    labels = np.array([0.5] + [0.0, 1.0] * 9 + [1.0])
    copies = np.ones((2, 20))
    copies[1, 0] = 0
    assert fit(Rows(terms, labels), copies).found.tolist() == [True, False]


def test_chances_do_not_overflow() -> None:
    assert chances(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0
