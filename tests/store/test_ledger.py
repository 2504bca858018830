import sqlite3

import pytest

from statera.errors import DeclarationError, StoreError
from statera.store.ledger import FIRST, Confirmation, LookRow
from statera.store.runstore import RunStore
from tests.store.made import opened


def row(candidate: str = "c", items: str = "i", trials: int = 500, **other: str) -> LookRow:
    said = {"base": "b", "asked": "t/accuracy", "data": "d"} | other
    return LookRow(candidate, said["base"], said["asked"], said["data"], items, trials)


def test_rulings_form_a_chain(store: RunStore) -> None:
    first = store.ledger.record('{"a":1}', [], now=1.0)
    second = store.ledger.record('{"a":2}', [], now=2.0)
    assert (first.number, first.previous) == (1, FIRST)
    assert (second.number, second.previous) == (2, first.hash)
    assert store.ledger.entries() == [first, second]
    assert store.ledger.broken() is None


def test_the_same_content_is_one_entry(store: RunStore) -> None:
    first = store.ledger.record('{"a":1}', [row()], now=1.0)
    store.ledger.record('{"a":2}', [], now=2.0)
    assert store.ledger.record('{"a":1}', [row()], now=3.0) == first
    assert len(store.ledger.entries()) == 2
    assert store.ledger.looks("c", "b") == [row()]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE rulings SET content = '{\"a\":9}' WHERE number = 2",
        "UPDATE rulings SET created = 7 WHERE number = 2",
        "UPDATE rulings SET number = 9 WHERE number = 2",
        "DELETE FROM rulings WHERE number = 1",
    ],
)
def test_what_is_changed_by_hand_is_found(store: RunStore, change: str) -> None:
    for number in range(3):
        store.ledger.record(f'{{"a":{number}}}', [], now=float(number))
    with sqlite3.connect(store.path) as connection:
        connection.execute(change)
    connection.close()
    broken = store.ledger.broken()
    assert broken is not None
    assert broken.number >= 2


def test_looks_are_those_of_one_candidate_and_base_each_once(store: RunStore) -> None:
    store.ledger.record("1", [row(), row(asked="t/refused")], now=1.0)
    store.ledger.record("2", [row()], now=2.0)
    store.ledger.record("3", [row(items="j", trials=1000), row(candidate="other")], now=3.0)
    store.ledger.record("4", [row(base="other")], now=4.0)
    found = store.ledger.looks("c", "b")
    assert found == [row(), row(asked="t/refused"), row(items="j", trials=1000)]


def test_candidates_of_a_data_set_stand_in_the_order_in_which_they_came(store: RunStore) -> None:
    for place, candidate in enumerate(("z", "a", "z", "m")):
        store.ledger.record(str(place), [row(candidate=candidate)], now=1.0)
    store.ledger.record("9", [row(candidate="q", data="e")], now=1.0)
    assert store.ledger.candidates(["d", "e", "f"]) == {"d": ["z", "a", "m"], "e": ["q"], "f": []}


def test_what_people_said_of_a_run_is_kept_in_order(store: RunStore) -> None:
    run = opened(store, 2)
    said = Confirmation(
        task="mmlu",
        sample_id="mmlu/test/0",
        metric="critical",
        failure=True,
        trials=1,
        by="Ada",
        why="the allergy is missing",
        created=5.0,
    )
    store.ledger.confirm(run.id, said)
    assert store.ledger.confirmations(run.id) == [said]
    with pytest.raises(DeclarationError, match="no run"):
        store.ledger.confirm("nothing", said)


def test_what_was_asked_of_a_candidate_names_its_rulings(store: RunStore) -> None:
    store.ledger.record("1", [row(), row(candidate="other")], now=1.0)
    second = store.ledger.record("2", [row(base="other")], now=2.0)
    assert store.ledger.asked("c") == [(1, row()), (2, row(base="other"))]
    assert store.ledger.entry(2) == second
    with pytest.raises(StoreError, match="no ruling 3"):
        store.ledger.entry(3)
