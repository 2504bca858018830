import sqlite3

import pytest

from statera.api.decisions import decide
from statera.api.releases import releases, verified
from statera.errors import DeclarationError
from statera.gate.judging import Gate
from statera.store.runstore import RunStore
from tests.gate.made import rules
from tests.runs_made import alternating, stored

GATE = Gate(rules({"metric": "t/accuracy", "min": 0.5}))


def test_rulings_are_listed_in_order_and_stand(store: RunStore) -> None:
    run = stored(store, alternating(60, 40))
    decide(GATE, run)
    decide(Gate(rules({"metric": "t/accuracy", "min": 0.9})), run)
    assert [kept.release.ruling.verdict for kept in releases(store)] == ["pass", "fail"]
    assert [kept.since for kept in verified(store)] == ["", ""]


def test_a_run_that_grew_and_scores_that_changed_are_told(store: RunStore) -> None:
    run = stored(store, alternating(60, 40))
    decide(GATE, run)
    grown = stored(store, alternating(70, 40))
    assert verified(store)[0].since == f"{run.info.id[:8]}: has grown from 100 to 110 trials"
    decide(GATE, grown)
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE scores SET outcome = 'right'")
    connection.close()
    assert verified(store)[1].since == f"{run.info.id[:8]}: its scores were changed"


def test_a_changed_ledger_is_an_error_that_names_the_ruling(store: RunStore) -> None:
    decide(GATE, stored(store, alternating(40, 60)))
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE rulings SET content = replace(content, 'fail', 'pass')")
    connection.close()
    with pytest.raises(DeclarationError, match="ruling 1 is not what its hash says"):
        verified(store)
