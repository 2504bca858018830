import asyncio

import pytest

from statera.api.judged import judge_run
from statera.api.plans import existing, pilot_assumptions, pilot_labels
from statera.api.stored import Run
from statera.models.script import Script
from statera.models.scripted import ScriptedModel
from statera.models.scriptedjudge import ScriptedJudge
from statera.store.runstore import RunStore
from tests.gate.made import rules
from tests.judges_made import REFERENCE, bench
from tests.judges_made import stored as judged
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


def test_a_pilot_with_a_judge_says_how_many_labels_its_rules_need(store: RunStore) -> None:
    info = judged(store, [f"reply {i} quality={1 + i * 7 % 5}" for i in range(100)])
    judging = ScriptedModel(Script(judge=ScriptedJudge(noise=0.3)))
    asyncio.run(judge_run(bench(REFERENCE, judging, store), info))
    run = Run(store, store.find(info.id))
    stated = {"metric": "open/reference", "min": 0.3}
    (need,) = pilot_labels(rules(stated), run)
    assert need.needed is not None
    assert need.labels == 0
    assert need.told.endswith("(supposed correlation with the judge 0.50)")
    assert pilot_labels(rules(), stored(store, alternating(6, 4))) == []
