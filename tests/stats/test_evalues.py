from itertools import product as product_of
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.stats.evalues import anytime_p, average, evidence_above, product, to_p

evalues = st.lists(st.floats(0, 1e6), min_size=1, max_size=10)


def test_known_numbers() -> None:
    assert product([4.0, 10.0]) == 40
    assert to_p(40.0) == 0.025
    assert to_p(0.5) == 1
    assert average([0.0, 40.0]) == 20
    assert average([1.0, 40.0], weights=[3, 1]) == pytest.approx(10.75)
    assert anytime_p([0.5, 4.0, 2.0, 20.0]) == pytest.approx([1, 0.25, 0.25, 0.05])
    assert product([]) == 1
    assert product([0.0, inf]) == 0
    assert average([inf, 1.0], weights=[0, 1]) == 1


@given(evalues)
def test_an_average_is_no_surer_than_the_surest(found: list[float]) -> None:
    assert to_p(average(found)) >= min(to_p(each) for each in found) - 1e-12


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.8])
def test_their_mean_is_one_if_the_limit_is_true_enumerated(rate: float) -> None:
    mean = 0.0
    for flips in product_of([0.0, 1.0], repeat=8):
        chance = float(np.prod([rate if flip else 1 - rate for flip in flips]))
        mean += chance * float(evidence_above(flips, rate, alpha=0.05)[-1])
    assert mean == pytest.approx(1, abs=1e-9)


def test_evidence_grows_where_the_limit_is_false() -> None:
    process = evidence_above(np.ones(100), 0.5, alpha=0.05)
    assert anytime_p(process)[-1] < 1e-6


@pytest.mark.parametrize("bad", [[-1.0], [float("nan")], [[1.0]]])
def test_refuses_what_is_no_evidence(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="e-values"):
        product(bad)


@pytest.mark.parametrize("weights", [[1.0], [0.0, 0.0], [-1.0, 2.0]])
def test_refuses_weights_that_are_none(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weight"):
        average([1.0, 2.0], weights=weights)
