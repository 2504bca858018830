import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.commands.conftest import Cli
from tests.cli.commands.gates import Made, make


@pytest.fixture
def runs(tmp_path: Path) -> Made:
    return make(tmp_path)


def test_rulings_are_listed_and_verified(cli: Cli, runs: Made, tmp_path: Path) -> None:
    assert "No rulings in .statera yet" in cli("releases").stdout
    cli("gate", runs.good, runs.base, "-p", "gate.yaml")
    cli("gate", runs.bad, runs.base, "-p", "gate.yaml", "--override", "pass", "--by", "Ada",
        "--why", "agreed")  # fmt: skip
    table = cli("releases").stdout
    assert "4 of 4 pass" in table
    assert "pass by Ada: agreed" in table
    found = json.loads(cli("releases", "--json").stdout)
    assert found["schema"] == 1
    first, second = found["releases"]
    assert second["previous"] == first["hash"]
    assert first["policy"]["gate"] == "release"
    assert second["ruling"]["override"] == {"verdict": "pass", "by": "Ada", "why": "agreed"}
    verified = cli("releases", "--verify")
    assert verified.returncode == 0
    assert "the chain of 2 rulings is whole" in verified.stdout


def test_what_was_changed_by_hand_is_told(cli: Cli, runs: Made, tmp_path: Path) -> None:
    cli("gate", runs.good, runs.base, "-p", "gate.yaml")
    with sqlite3.connect(tmp_path / ".statera" / "store.sqlite") as connection:
        connection.execute("UPDATE scores SET outcome = 'wrong'")
    changed = cli("releases", "--verify")
    assert changed.returncode == 1
    assert f"{runs.good[:8]}: its scores were changed" in changed.stdout
    with sqlite3.connect(tmp_path / ".statera" / "store.sqlite") as connection:
        connection.execute("UPDATE rulings SET created = 1")
    connection.close()
    broken = cli("releases", "--verify")
    assert broken.returncode == 2
    assert "ruling 1 is not what its hash says" in broken.stderr
