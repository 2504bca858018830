from pathlib import Path

import pytest

from statera.api.runs import RunOptions
from statera.cli.stopped import rule
from statera.errors import DeclarationError
from statera.store.runstore import RunStore
from tests.runs_made import alternating, stored


def test_a_ruling_is_printed_kept_and_gives_the_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gate.yaml").write_text("gate: g\nrules: [{metric: t/accuracy, min: 0.5}]\n")
    store = RunStore(tmp_path)
    run = stored(store, alternating(30, 170))
    options = RunOptions(until=str(tmp_path / "gate.yaml"))
    assert rule(run, options, as_json=False) == 1
    assert "FAIL g" in capsys.readouterr().out
    assert rule(run, options, as_json=True) == 1
    assert capsys.readouterr().out == ""
    assert len(store.ledger.entries()) == 1
    with pytest.raises(DeclarationError, match="--until"):
        rule(run, RunOptions(), as_json=False)
