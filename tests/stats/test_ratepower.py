"""Exact power of one proportion: clean items, published designs, and every n tried one by one."""

import doctest
import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

import statera.stats.ratepower as module
from statera.stats.power import Claim
from statera.stats.ratepower import (
    allowed_events,
    kish_effect,
    rate_detectable,
    rate_items,
    rate_power,
)

SIDES = st.sampled_from(["above", "below"])


def claimed(limit: float, side: str, alpha: float = 0.05) -> Claim:
    return Claim(limit=limit, side="above" if side == "above" else "below", alpha=alpha)


@pytest.mark.parametrize(("limit", "items"), [(0.01, 299), (0.001, 2995)])
def test_clean_items_needed(limit: float, items: int) -> None:
    claim = Claim(limit=limit, side="below")
    answer = rate_items(claim, rate=0.0)
    assert (answer.items, answer.fewest, answer.power) == (items, items, 1.0)
    assert (allowed_events(claim, items), allowed_events(claim, items - 1)) == (0, -1)


# A'Hern, Statistics in Medicine 20 (2001) 859-866: responses / patients, alpha 0.05.
@pytest.mark.parametrize(
    ("limit", "rate", "power", "responses", "patients"),
    [
        (0.05, 0.25, 0.8, 3, 16),
        (0.10, 0.30, 0.8, 6, 25),
        (0.20, 0.40, 0.8, 12, 35),
        (0.20, 0.40, 0.9, 15, 47),
        (0.30, 0.50, 0.8, 17, 39),
    ],
)
def test_published_single_stage_designs(
    limit: float, rate: float, power: float, responses: int, patients: int
) -> None:
    answer = rate_items(Claim(limit=limit), rate=rate, power=power)
    assert answer.fewest == patients
    assert patients - allowed_events(Claim(limit=limit), patients) == responses


@settings(max_examples=30)
@given(
    st.floats(0.05, 0.95), st.floats(0.1, 0.6), SIDES,
    st.sampled_from([0.5, 0.8, 0.95]), st.sampled_from([0.1, 0.05, 0.01]),
)  # fmt: skip
def test_the_saw_tooth_is_the_one_of_every_n(
    limit: float, gap: float, side: str, power: float, alpha: float
) -> None:
    rate = min(1.0, limit + gap) if side == "above" else max(0.0, limit - gap)
    claim = claimed(limit, side, alpha)
    answer = rate_items(claim, rate=rate, power=power)
    assert answer.items is not None
    sizes = np.arange(1, min(2 * answer.items + 100, 2000))
    against, seen = (limit, rate) if side == "below" else (1 - limit, 1 - rate)
    tails = scipy.stats.binom.cdf(np.arange(len(sizes) + 1), sizes[:, None], against)
    allowed = (tails < alpha).sum(axis=1) - 1
    reached = np.where(allowed >= 0, scipy.stats.binom.cdf(allowed, sizes, seen), 0.0)
    enough = reached >= power
    assert answer.fewest == sizes[int(np.argmax(enough))]
    assert answer.items == sizes[int(np.flatnonzero(~enough)[-1]) + 1 if not enough.all() else 0]
    one = rate_power(claim, answer.items, rate=rate).power
    assert one == pytest.approx(reached[answer.items - 1], abs=1e-9)
    assert one == pytest.approx(answer.power, abs=1e-9)


@pytest.mark.parametrize("rate", [0.56, 0.57])
def test_large_numbers_have_the_same_saw_tooth(rate: float) -> None:
    claim = Claim(limit=0.55)
    answer = rate_items(claim, rate=rate)
    assert answer.items is not None
    assert answer.fewest is not None
    sizes = np.arange(answer.fewest - 300, answer.items + 1500)
    allowed = scipy.stats.binom.ppf(0.05, sizes, 0.45).astype(int)
    allowed -= scipy.stats.binom.cdf(allowed, sizes, 0.45) >= 0.05
    enough = scipy.stats.binom.cdf(allowed, sizes, 1 - rate) >= 0.8
    assert sizes[int(np.argmax(enough))] == answer.fewest
    assert sizes[int(np.flatnonzero(~enough)[-1]) + 1] == answer.items


@given(st.integers(1, 3000), st.floats(0.001, 0.999), SIDES)
def test_what_is_detectable_has_the_power(items: int, limit: float, side: str) -> None:
    claim = claimed(limit, side)
    answer = rate_detectable(claim, items)
    if answer.effect is None:
        assert answer.method == f"no result of {items:,} items shows it"
        assert allowed_events(claim, items) == -1
    else:
        assert claim.beyond(answer.effect) > 0
        back = rate_power(claim, items, rate=answer.effect)
        assert back.power == pytest.approx(0.8, abs=1e-5)


@given(st.integers(1, 500), st.floats(0.01, 0.99), SIDES)
def test_a_wrong_pass_at_the_limit_has_at_most_alpha(items: int, limit: float, side: str) -> None:
    wrong = rate_power(claimed(limit, side), items, rate=limit).power
    assert wrong is not None
    assert wrong < 0.05


def test_298_clean_items_show_nothing() -> None:
    assert rate_power(Claim(limit=0.01, side="below"), 298, rate=0.0).power == 0.0
    answer = rate_detectable(Claim(limit=0.01, side="below"), 298)
    assert str(answer) == "no number of items, no power: no result of 298 items shows it"


def test_clusters_weigh_less() -> None:
    claim = Claim(limit=0.01, side="below")
    assert rate_items(claim, rate=0.0, design_effect=1.5).items == 449
    assert rate_power(claim, 449, rate=0.0, design_effect=1.5).power == 1.0
    assert rate_power(claim, 448, rate=0.0, design_effect=1.5).power == 0.0
    assert rate_power(claim, 1, rate=0.0, design_effect=1.5).power == 0.0
    assert kish_effect(5, 0.1) == pytest.approx(1.4)
    assert kish_effect(5, 0.1, variation=1.0) == pytest.approx(1.9)


def test_what_never_decides_says_so() -> None:
    answer = rate_items(Claim(limit=0.55), rate=0.55)
    assert (answer.items, answer.method) == (None, "the true value is not above the limit")
    assert rate_items(Claim(limit=0.5), rate=0.5 + 1e-7).method == "more than 1,000,000,000 items"


def test_wrong_questions_are_refused() -> None:
    claim = Claim(limit=0.01, side="below")
    with pytest.raises(ValueError, match=r"a rate lies in \[0, 1\]"):
        rate_items(claim, rate=math.nan)
    with pytest.raises(ValueError, match="the limit of a rate lies between 0 and 1"):
        rate_power(Claim(limit=-0.02), 10, rate=0.5)
    with pytest.raises(ValueError, match="a design effect is at least 1"):
        rate_items(claim, rate=0.0, design_effect=0.5)
    with pytest.raises(ValueError, match="items is at least 1"):
        rate_detectable(claim, 0)
    with pytest.raises(ValueError, match="clusters have a size"):
        kish_effect(0.5, 0.1)


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0
