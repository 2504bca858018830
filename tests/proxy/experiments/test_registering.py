"""What is registered is what is served; a database that is away bars and is looked for again."""

from pathlib import Path
from typing import Any

import pytest

from statera.errors import DeclarationError
from statera.experiment.opened import open_design
from statera.proxy.experiments.registering import CHANGED, UNREGISTERED, Ledger
from statera.store.live.backend import LiveStoreAway
from tests.proxy.experiments.times import Standing
from tests.proxy.experiments.tried import written


def ledger(folder: Path, live: str = "", **more: Any) -> Ledger:
    opened = open_design(written(folder, **more))
    return Ledger(live or str(folder / "live.sqlite"), [opened], Standing())


def test_a_new_design_is_registered_once(tmp_path: Path) -> None:
    for _ in range(2):
        one = ledger(tmp_path)
        assert one.barred("tone") == UNREGISTERED
        one.begin()
        assert one.barred("tone") == ""
        assert [found.kind for found in one.occurrences("tone")] == ["started"]
        assert len(one.store.designs("tone")) == 1
        one.close()


def test_a_new_design_that_sets_what_a_running_one_sets_is_refused(tmp_path: Path) -> None:
    parameters = [{"name": "base", "weight": 0.5},
                  {"name": "warm", "weight": 0.5, "parameters": {"temperature": 0.2}}]  # fmt: skip
    first = ledger(tmp_path, arms=parameters)
    first.begin()
    (tmp_path / "other").mkdir()
    live = str(tmp_path / "live.sqlite")
    second = ledger(tmp_path / "other", live, experiment="topic", arms=parameters)
    with pytest.raises(DeclarationError, match=r"both set parameters\.temperature"):
        second.begin()
    assert second.store.designs("topic") == ()
    for one in (first, second):
        one.close()


def test_a_changed_design_is_refused_with_the_remedy(tmp_path: Path) -> None:
    first = ledger(tmp_path)
    first.begin()
    second = ledger(tmp_path, alpha=0.01)
    with pytest.raises(DeclarationError, match=r"statera experiment start --edit .*tone\.yaml"):
        second.begin()
    assert second.barred("tone") == CHANGED
    first.store.register("tone", "0" * 32, "experiment: tone", 1.0)
    assert first.barred("tone") == ""
    first.occurrences("tone")
    assert first.barred("tone") == CHANGED
    for one in (first, second):
        one.close()


def test_who_serves_the_design_before_an_edit_is_told_to_start_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    served = ledger(tmp_path)
    served.begin()
    served.store.register("tone", "0" * 32, "experiment: tone", 1.0)
    served.occurrences("tone")
    assert "was edited on" in caplog.text
    assert "started again with the edited file" in caplog.text
    assert "--edit" not in caplog.text
    served.close()


def test_without_its_database_nobody_takes_part_until_it_is_there(tmp_path: Path) -> None:
    away = ledger(tmp_path, live="postgresql://statera@127.0.0.1:1/none?connect_timeout=1")
    with pytest.raises(LiveStoreAway):
        away.begin()
    assert away.barred("tone") == UNREGISTERED
    with pytest.raises(LiveStoreAway):
        away.occurrences("tone")
    away.close()
