"""The commands below `statera experiment`, one file each, as a user meets them."""

from pathlib import Path

from tests.cli.commands.conftest import Cli
from tests.experiment.designs import write


def test_its_help_says_what_experiments_are_for(cli: Cli) -> None:
    said = cli("experiment", "--help")
    assert said.returncode == 0
    assert "Prove with live traffic that a change helps people" in said.stdout.replace("\n", " ")
    for name in ("plan", "start", "stop", "list", "assign"):
        assert f"\n  {name} " in said.stdout


def test_a_wrong_design_is_one_line_and_exit_2(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, primary="{outcome: sovled, minimum: 0.02}")
    said = cli("experiment", "start", "tone.yaml")
    assert said.returncode == 2
    assert said.stderr.startswith("statera: tone.yaml: primary.outcome: unknown outcome 'sovled'.")
    assert said.stderr.count("\n") == 1
    assert not (tmp_path / ".statera").exists()
