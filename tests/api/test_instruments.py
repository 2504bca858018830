from pathlib import Path

import pytest

from statera.analysis.instrument import is_imported
from statera.api.comparisons import compare
from statera.api.instruments import changes, import_command
from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.interop.importing.formats import logs
from statera.interop.importing.imported import Wanted
from statera.interop.importing.intake import take_in
from statera.store.runstore import RunStore
from tests.runs_made import alternating, stored


def imported(folder: Path, store: RunStore, name: str, rows: list[str]) -> Run:
    path = folder / f"{name}.csv"
    path.write_text("\n".join(["id,prompt,correct", *rows]) + "\n")
    wanted = Wanted(task="t", model=name)
    (kept,) = take_in(logs([path], wanted), store.path.parent, tag=name)
    return Run(store, store.find(name if kept else ""))


def test_an_import_of_fewer_items_is_compared_on_the_shared_ones(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "store")
    rows = [f"q{i},question {i},{i % 2}" for i in range(40)]
    whole, part = (imported(tmp_path, store, n, r) for n, r in (("a", rows), ("b", rows[:30])))
    assert is_imported(whole.info)
    assert changes(part, whole) == ()
    assert compare(part, whole).pairing("t").shared == 30


def test_items_that_were_asked_otherwise_are_another_instrument(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "store")
    rows = [f"q{i},question {i},{i % 2}" for i in range(40)]
    other = [rows[0].replace("question", "quiz"), *rows[1:]]
    first, second = (imported(tmp_path, store, n, r) for n, r in (("a", rows), ("b", other)))
    (change,) = changes(second, first)
    assert str(change) == "t items: 40 shared -> 1 asked otherwise"
    with pytest.raises(DeclarationError, match="not the same instrument: t items"):
        compare(second, first)


def test_logs_without_a_shared_item_have_other_data(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "store")
    first = imported(tmp_path, store, "a", ["q1,one,1"])
    second = imported(tmp_path, store, "b", ["q2,two,1"])
    assert [change.what for change in changes(second, first)] == ["t data"]


def test_ordinary_runs_are_told_by_their_records(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    first, second = (stored(store, alternating(2, 2), data=name) for name in ("d", "e"))
    assert [str(change) for change in changes(second, first)] == ["t data: d -> e"]


def test_an_imported_run_is_read_again_and_not_asked(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "store")
    found = imported(tmp_path, store, "a", ["q1,one,1"])
    assert import_command(found.info) == "statera import csv a.csv --task t --model-name a"
    take_in(logs([tmp_path / "a.csv"], Wanted()), store.path.parent, tag="unnamed")
    unnamed = store.find("unnamed")
    assert import_command(unnamed) == "statera import csv a.csv --task a"
    changed = compare(Run(store, unnamed), Run(store, unnamed)).system
    assert changed == ()


def test_models_without_a_name_are_told_by_their_files(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "store")
    for name, right in (("a", 1), ("b", 0)):
        (tmp_path / f"{name}.csv").write_text(f"id,correct\nq1,{right}\n")
        take_in(logs([tmp_path / f"{name}.csv"], Wanted(task="t")), store.path.parent, tag=name)
    (change,) = compare(Run(store, store.find("b")), Run(store, store.find("a"))).system
    assert str(change).startswith("model: a.csv (model not named, ")
    assert " -> b.csv (model not named, " in str(change)
