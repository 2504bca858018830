"""Power of a t test: G*Power's numbers, simulated tests, and what cannot be told."""

import doctest
import math
import time

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

import statera.stats.power as module
from statera.stats.pilot import Pilot
from statera.stats.power import Claim, detectable, mean_power, needed_items

UNIT = Pilot(between=1.0, within=None, items=50)
SPLIT = Pilot(between=0.1, within=0.06, items=200, epochs=5)


def test_gpower_one_sided_paired_t_at_half_a_deviation() -> None:
    # G*Power 3 and R power.t.test(delta=.5, power=.8, type="paired", alternative="one.sided")
    answer = needed_items(Claim(limit=0.0), UNIT, effect=0.5)
    assert answer.items == answer.fewest == 27
    assert answer.power == pytest.approx(0.8118316, abs=1e-7)


def test_many_items_are_the_normal_formula_with_both_variances() -> None:
    z = scipy.stats.norm.isf(0.05) + scipy.stats.norm.isf(0.2)
    for epochs, variance in ((1, 0.16), (4, 0.115)):
        items = needed_items(Claim(limit=-0.02), SPLIT, effect=0.0, epochs=epochs).items
        assert items is not None
        assert 0 < items - z**2 * variance / 0.02**2 < 4


@pytest.mark.parametrize(("side", "effect"), [("above", 0.35), ("below", -0.35)])
def test_the_power_is_the_share_of_simulated_t_tests_that_show_it(side: str, effect: float) -> None:
    rng, draws, items = np.random.default_rng(7), 20_000, 40
    values = rng.normal(effect, 1.0, size=(draws, items))
    t = values.mean(axis=1) / values.std(axis=1, ddof=1) * math.sqrt(items)
    critical = scipy.stats.t.isf(0.05, items - 1)
    share = np.mean(t > critical) if side == "above" else np.mean(t < -critical)
    claim = Claim(limit=0.0, side="above" if side == "above" else "below")
    told = mean_power(claim, UNIT, effect=effect, items=items).power
    assert told is not None
    assert abs(share - told) < 4 * math.sqrt(told * (1 - told) / draws)


@given(st.floats(0.01, 0.5), st.floats(0.1, 2), st.sampled_from([0.01, 0.05]), st.floats(0.5, 0.95))
def test_the_fewest_items_have_the_power_and_one_less_has_not(
    effect: float, between: float, alpha: float, power: float
) -> None:
    claim, pilot = Claim(limit=0.0, alpha=alpha), Pilot(between, None, 50)
    answer = needed_items(claim, pilot, effect=effect, power=power)
    assert answer.items is not None
    assert (mean_power(claim, pilot, effect=effect, items=answer.items).power or 0) >= power
    if answer.items > 2:
        less = mean_power(claim, pilot, effect=effect, items=answer.items - 1)
        assert (less.power or 0) < power


@given(st.integers(5, 20_000), st.sampled_from(["above", "below"]), st.integers(1, 8))
def test_what_is_detectable_is_shown_with_the_power(items: int, side: str, epochs: int) -> None:
    claim = Claim(limit=-0.02, side="above" if side == "above" else "below")
    answer = detectable(claim, SPLIT, items=items, epochs=epochs)
    assert answer.effect is not None
    assert claim.beyond(answer.effect) > 0
    back = mean_power(claim, SPLIT, effect=answer.effect, items=items, epochs=epochs)
    assert back.power == pytest.approx(0.8, abs=1e-6)


def test_a_design_effect_asks_for_that_many_more_items() -> None:
    plain = needed_items(Claim(limit=-0.02), SPLIT, effect=0.0)
    doubled = needed_items(Claim(limit=-0.02), SPLIT._replace(design_effect=2.0), effect=0.0)
    assert plain.items is not None
    assert doubled.items == 2 * plain.items


def test_power_at_the_limit_is_alpha() -> None:
    told = mean_power(Claim(limit=0.1, alpha=0.03), UNIT, effect=0.1, items=30)
    assert told.power == pytest.approx(0.03, abs=1e-9)


def test_what_cannot_be_told_says_why() -> None:
    flat = Pilot(between=0.0, within=0.0, items=12, epochs=2)
    answers = [
        (needed_items(Claim(limit=0.0), flat, effect=0.1), "no spread in a pilot of 12 items"),
        (needed_items(Claim(limit=0.0), UNIT, effect=0.0), "the true value is not above the limit"),
        (needed_items(Claim(limit=0.0), UNIT, effect=1e-9), "more than 1,000,000,000 items"),
        (mean_power(Claim(limit=0.0), UNIT, effect=0.1, items=1), "fewer than 2 independent items"),
        (detectable(Claim(limit=0.0), flat, items=9), "no spread in a pilot of 12 items"),
    ]
    for answer, why in answers:
        assert answer.power is None
        assert answer.method == why
        assert str(answer) == f"no number of items, no power: {why}"


def test_wrong_questions_are_refused() -> None:
    for alpha in (0.0, 1.0, math.nan, -0.1):
        with pytest.raises(ValueError, match="alpha lies between 0 and 1"):
            Claim(limit=0.0, alpha=alpha)
    with pytest.raises(ValueError, match="a limit is a number"):
        Claim(limit=math.nan)
    for power in (0.05, 1.0, math.nan):
        with pytest.raises(ValueError, match="power lies between alpha"):
            needed_items(Claim(limit=0.0), UNIT, effect=0.1, power=power)
    with pytest.raises(ValueError, match="items is at least 1"):
        mean_power(Claim(limit=0.0), UNIT, effect=0.1, items=0)
    with pytest.raises(ValueError, match="a pilot of one epoch does not say"):
        needed_items(Claim(limit=0.0), UNIT, effect=0.1, epochs=2)
    with pytest.raises(ValueError, match="the true value is a number"):
        needed_items(Claim(limit=0.0), UNIT, effect=math.nan)


def test_a_call_takes_a_few_milliseconds() -> None:
    start = time.process_time()
    for _ in range(20):
        needed_items(Claim(limit=-0.02), SPLIT, effect=0.0)
        detectable(Claim(limit=-0.02), SPLIT, items=2000)
    assert (time.process_time() - start) / 40 < 0.005


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0
