import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from statera.cli.guarding.tune import command
from statera.errors import DeclarationError
from tests.guards_made import POLICY, policy_file


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [{"text": f"bombs {at}", "label": 1} for at in range(10)]
    rows += [{"text": f"flowers {at}", "label": 0} for at in range(320)]
    (tmp_path / "mixed.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    policy_file(tmp_path)
    return tmp_path


def said(*arguments: str, data: str = "mixed.jsonl") -> Result:
    stated = ("--policy", "policy.yaml", "--detector", "bombs", "--data", data, "-q")
    found = CliRunner().invoke(command, (*stated, *arguments), standalone_mode=False)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def test_the_threshold_its_cost_and_the_line_to_change() -> None:
    found = said()
    assert found.exit_code == 0
    assert "bombs: threshold: 1  (now 0.5) blocks at most 1 % of harmless texts" in found.stdout
    assert "with 95 % confidence" in found.stdout
    table = [" ".join(line.split()) for line in found.stdout.splitlines()]
    assert "mixed 320 0.001 0" in table
    assert "1.000 0.000 0.009 mixed 0.000 mixed found" in table
    assert "0.500 0.000 0.009 mixed 0.000 mixed now" in table


def test_it_is_written_only_where_that_is_asked_for(folder: Path) -> None:
    said()
    assert (folder / "policy.yaml").read_text() == POLICY
    said("--write")
    assert (folder / "policy.yaml").read_text() == POLICY.replace("threshold: 0.5", "threshold: 1")


def test_too_few_texts_are_told_and_nothing_is_written(folder: Path) -> None:
    found = said("--max-false-block", "0.001", "--write")
    assert found.exit_code == 3
    assert "needs at least 2995 harmless texts" in found.stderr
    assert (folder / "policy.yaml").read_text() == POLICY


def test_machines_get_the_curve() -> None:
    told = json.loads(said("--json", "--confidence", "0.9").stdout)
    assert (told["schema"], told["before"], told["threshold"]) == (1, 0.5, 1.0)
    assert told["sources"][0]["source"] == "mixed"
    assert len(told["curve"]) > 20


def test_a_detector_that_the_policy_does_not_have_is_told() -> None:
    with pytest.raises(DeclarationError, match="unknown detector 'bmobs'"):
        said("--detector", "bmobs")
    with pytest.raises(DeclarationError, match=r"none\.jsonl: no such file"):
        said(data="none.jsonl")


def test_scopes_that_say_otherwise_are_pointed_at(folder: Path) -> None:
    policy_file(folder, POLICY + "scopes:\n  - {detectors: {bombs: {threshold: 0.3}}}\n")
    assert "scopes of the policy change this detector" in said().stdout
