import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from statera.cli.experimenting.offline import command
from statera.errors import DeclarationError
from statera.experiment.opened import open_design
from statera.records.live import Exposure, Fact, Feedback
from statera.store.live.opening import open_live
from tests.experiment import designs

POLICY = "policy: all_warm\nchoose: [{arm: warm}]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(POLICY)
    rows = [
        {"unit": str(n), "action": ("base", "warm")[n % 2], "propensity": 0.5, "reward": n % 2}
        for n in range(400)
    ]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def _said(*arguments: str) -> str:
    found = CliRunner().invoke(command, arguments, standalone_mode=False)
    if found.exception is not None:
        raise found.exception
    return found.output


def test_a_log_is_read_and_told() -> None:
    told = _said("log.jsonl", "--policy", "p.yaml")
    assert "policy all_warm on 400 logged rows" in told
    assert "it would choose base 0% (log 50%), warm 100% (log 50%)" in told
    found = json.loads(_said("log.jsonl", "--policy", "p.yaml", "--json"))
    assert found["values"]["dr"]["value"] == pytest.approx(1.0)
    assert found["logged"]["value"] == pytest.approx(0.5)


def test_an_experiment_is_read_by_its_name(folder: Path) -> None:
    live = open_live(".statera/live.sqlite")
    opened = open_design(designs.write(folder, guardrails=""))
    live.register("tone", opened.digest, opened.text, 0.0)
    facts: list[Fact] = []
    for n in range(400):
        arm = ("base", "warm")[n % 2]
        facts.append(Exposure(decision=n, experiment="tone", unit=n, arm=arm, slice=0, at=n))
        value = float(n % 2 == 1 and n % 4 == 1)
        facts.append(Feedback(id=n, at=n + 1.0, outcome="solved", value=value, decision=n))
    live.write(facts)
    found = json.loads(_said("tone", "--policy", "p.yaml", "--json"))
    assert found["values"]["snips"]["value"] == pytest.approx(0.5)
    with pytest.raises(DeclarationError, match=r"unknown experiment 'tune'.*'tone'"):
        _said("tune", "--policy", "p.yaml")
    with pytest.raises(DeclarationError, match="name a --policy FILE"):
        _said("tone")


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(DeclarationError, match=r"none\.jsonl"):
        _said("none.jsonl", "--policy", "p.yaml")
