import json
from pathlib import Path

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
