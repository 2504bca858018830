import pytest

from statera.api.plans import existing, pilot_assumptions
from statera.store.runstore import RunStore
from tests.gate.made import rules
from tests.runs_made import alternating, stored


def test_a_pilot_shows_spread_and_price(store: RunStore) -> None:
    pilot = stored(store, alternating(60, 40))
    base = stored(store, alternating(70, 30), model="base")
    alone = pilot_assumptions(rules(), pilot, discordance=0.3)
    both = pilot_assumptions(rules(), pilot, base)
    assert alone.rules[0].between == 0.3
    assert both.rules[0].between == pytest.approx(0.09 * 100 / 99)
    assert both.rules[0].value == pytest.approx(-0.1)
    assert both.price == pytest.approx(1e-5)
    assert both.cost(1000, 2) == pytest.approx(0.04)


def test_the_sizes_of_tasks_that_are_known_by_name() -> None:
    assert existing(["starter_knowledge", "mine"]) == {"starter_knowledge": 96}
