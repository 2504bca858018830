import json
from pathlib import Path

import pytest

from statera.interop.importing.formats import logs
from statera.interop.importing.imported import Wanted
from statera.interop.importing.intake import take_in
from tests.cli.commands.conftest import Cli


def test_an_empty_store_says_what_to_do(cli: Cli) -> None:
    done = cli("runs")
    assert done.returncode == 0
    assert "No runs in .statera yet" in done.stdout


def test_runs_are_listed_newest_first(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text('default: {text: "A"}')
    for task in ("starter_knowledge", "starter_arithmetic"):
        done = cli("run", task, "-m", "scripted:s.yaml", "--limit", "2", "--tag", task, "-q")
        assert done.returncode == 0, done.stderr
    found = json.loads(cli("runs", "--json").stdout)
    assert found["schema"] == 1
    assert [run["spec"]["suite"] for run in found["runs"]] == [
        "starter_arithmetic",
        "starter_knowledge",
    ]
    assert "starter_knowledge" in cli("runs").stdout


def test_an_import_that_was_cut_off_is_marked(cli: Cli, tmp_path: Path) -> None:
    def stop(step: str, rows: int) -> None:
        if step == "kept":
            raise KeyboardInterrupt

    (tmp_path / "scores.csv").write_text("id,correct\na,1\nb,0\n")
    found = logs([tmp_path / "scores.csv"], Wanted("t", "m"))
    with pytest.raises(KeyboardInterrupt):
        take_in(found, tmp_path / ".statera", watch=stop)
    assert "import not ended" in cli("runs").stdout
    assert "the same import again completes it" in cli("show", "latest").stdout
    cli("import", "csv", "scores.csv", "--task", "t", "--model-name", "m")
    assert "import not ended" not in cli("runs").stdout
