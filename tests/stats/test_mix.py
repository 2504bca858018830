"""The cheapest items x epochs: every mix tried, and the textbook's optimum."""

import doctest
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import statera.stats.mix as module
from statera.stats.mix import Market, cheapest_mix, ideal_epochs, mix_for_error
from statera.stats.pilot import Pilot
from statera.stats.power import Claim, mean_power

PILOT = Pilot(between=0.159, within=0.092, items=100, epochs=5)
CLAIM = Claim(limit=0.5)


@settings(max_examples=40)
@given(st.floats(0, 20), st.floats(0.1, 5), st.integers(300, 900))
def test_no_other_mix_with_the_power_is_cheaper(item: float, trial: float, most: int) -> None:
    market = Market(item=item, trial=trial, items=most, epochs=6)
    best = cheapest_mix(CLAIM, PILOT, effect=0.56, market=market)
    costs = []
    for epochs in range(1, 7):
        for items in range(250, most + 1, 10):
            told = mean_power(CLAIM, PILOT, effect=0.56, items=items, epochs=epochs).power
            if (told or 0) >= 0.8:
                costs.append(market.cost(items, epochs))
                break
    if best.cost is None:
        assert not costs
    else:
        assert best.items is not None
        assert best.items <= most
        assert not costs or best.cost <= min(costs) + 1e-9
        assert (best.power or 0) >= 0.8


def test_free_and_plenty_items_are_asked_once() -> None:
    best = cheapest_mix(CLAIM, PILOT, effect=0.55, market=Market())
    assert best.epochs == 1


def test_few_items_are_asked_more_often() -> None:
    best = cheapest_mix(CLAIM, PILOT, effect=0.55, market=Market(items=450))
    assert best.items is not None
    assert best.items <= 450
    assert best.epochs == 5


def test_items_that_do_not_suffice_at_any_epochs_say_how_many_would() -> None:
    best = cheapest_mix(CLAIM, PILOT, effect=0.55, market=Market(items=300))
    assert best.cost is None
    assert str(best) == (
        "no mix of items and epochs: needs 409 items x 16 epochs, there are 300 items"
    )


def test_the_textbooks_optimum_is_found() -> None:
    # Cochran: sqrt(w / b * item / trial) = sqrt(4 * 9) = 6 epochs.
    pilot, market = Pilot(0.05, 0.2, 100, 5), Market(item=9, trial=1)
    assert ideal_epochs(pilot, market) == pytest.approx(6)
    best = mix_for_error(0.005, pilot, market=market)
    assert best.epochs == 6
    assert best.items == math.ceil((0.05 + 0.2 / 6) / 0.005**2)
    assert best.standard_error == pytest.approx(0.005, rel=1e-3)
    assert str(best).startswith("3,334 items x 6 epochs for 50,010: standard error 0.005")


def test_the_ideal_at_the_edges() -> None:
    assert ideal_epochs(PILOT, Market()) == 1
    assert ideal_epochs(Pilot(0.1, None, 9), Market(item=5)) == 1
    assert ideal_epochs(Pilot(0.0, 0.1, 9, 3), Market(item=5)) == math.inf


def test_a_pilot_of_one_epoch_knows_only_one_epoch() -> None:
    best = mix_for_error(0.02, Pilot(0.25, None, 50), market=Market(item=100))
    assert (best.items, best.epochs) == (625, 1)


def test_a_design_effect_is_paid_in_items() -> None:
    plain = mix_for_error(0.02, PILOT, market=Market(epochs=1))
    doubled = mix_for_error(0.02, PILOT._replace(design_effect=2), market=Market(epochs=1))
    assert plain.items is not None
    assert doubled.items is not None
    assert abs(doubled.items - 2 * plain.items) <= 1


def test_what_cannot_be_told_says_why() -> None:
    flat = Pilot(0.0, 0.0, 12, 2)
    why = "no spread in a pilot of 12 items"
    assert mix_for_error(0.1, flat, market=Market()).method == why
    assert cheapest_mix(CLAIM, flat, effect=0.6, market=Market()).method == why
    wrong = cheapest_mix(CLAIM, PILOT, effect=0.5, market=Market())
    assert wrong.method == "the true value is not above the limit"


@pytest.mark.parametrize(
    "market", [Market(item=-1), Market(item=0, trial=0), Market(trial=math.nan)]
)
def test_wrong_prices_are_refused(market: Market) -> None:
    with pytest.raises(ValueError, match="prices are at least 0"):
        cheapest_mix(CLAIM, PILOT, effect=0.55, market=market)


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 item and 1 epoch"):
        mix_for_error(0.1, PILOT, market=Market(items=0))
    with pytest.raises(ValueError, match="a standard error is above 0"):
        mix_for_error(0.0, PILOT, market=Market())


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0
