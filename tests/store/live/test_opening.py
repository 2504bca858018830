import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.records.live import Excluded, Fact, Occurrence
from statera.store.live.database import FactRefused, LiveStoreAway
from statera.store.live.opening import LiveStore, open_live
from tests.store.live.made import answer, exposure, said, scored, wants


def test_facts_are_kept_once_however_often_they_come(live: LiveStore) -> None:
    facts: list[Fact] = [
        exposure(1, 10), answer(1, response=7), said(3, 1), scored(1, 0.5),
        Excluded(id=4, experiment="tone", at=1.0, reason="no unit"),
        Occurrence(id=5, experiment="tone", at=1.0, kind="started", detail="so"),
    ]  # fmt: skip
    assert live.write(facts) == 6
    assert live.write([*facts, *facts, exposure(2, 11)]) == 1
    assert live.write([]) == 0
    found = live.units(wants())
    assert found.unit.tolist() == [10, 11]
    assert found.outcomes["solved"].number.tolist() == [1, 0]
    assert found.aside.excluded == {"no unit": 1}


def test_a_refused_fact_undoes_its_batch(live: LiveStore) -> None:
    for bad in (said(9, 1, value=float("nan")), said(2**63, 1), said(9, 1, outcome="\ud800")):
        with pytest.raises(FactRefused):
            live.write([said(1, 1), bad])
    assert live.write([said(1, 1)]) == 1


def test_the_same_decision_may_be_in_two_experiments(live: LiveStore) -> None:
    assert live.write([exposure(1, 10), exposure(1, 10, experiment="other")]) == 2
    assert live.names() == ("other", "tone")


def test_several_processes_may_open_a_new_place_at_once(place: str) -> None:
    with ThreadPoolExecutor(6) as threads:
        stores = list(threads.map(open_live, [place] * 6))
    assert sum(threads_new(stores)) == 1
    for store in stores:
        store.close()


def threads_new(stores: list[LiveStore]) -> list[int]:
    with ThreadPoolExecutor(6) as threads:
        return list(threads.map(lambda store: store.write([exposure(1, 10)]), stores))


def test_a_place_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"'mysql://' is not known. Allowed: a file's path"):
        open_live("mysql://somewhere/x")
    with pytest.raises(DeclarationError, match=r"'postgres:' is no file's path"):
        open_live("postgres:/statera@db/live")
    with pytest.raises(DeclarationError, match="has no place"):
        open_live("")
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(DeclarationError, match="not a live store of statera"):
        open_live(str(other))
    other.write_bytes(b"no database at all, but long enough" * 9)
    with pytest.raises(DeclarationError, match="not an SQLite file"):
        open_live(str(other))


def test_a_server_that_is_not_there_is_away_and_its_password_untold() -> None:
    with pytest.raises(LiveStoreAway) as told:
        open_live("postgresql://me:secret@127.0.0.1:9/none")
    assert "me:***@127.0.0.1:9/none" in str(told.value)
    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)


def test_a_store_that_must_be_there_is_not_made(place: str) -> None:
    with pytest.raises(DeclarationError, match="no live store is there"):
        open_live(place, make=False)
    if "://" not in place:
        assert not Path(place).exists()
    open_live(place).close()
    open_live(place, make=False).close()
