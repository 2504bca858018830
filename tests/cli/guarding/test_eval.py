import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from statera.cli.guarding.eval import command
from statera.errors import DeclarationError
from statera.store.runstore import RunStore
from tests.guards_made import POLICY, policy_file


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [{"text": f"bombs {at}", "label": 1} for at in range(10)]
    rows += [{"text": f"flowers {at}", "label": 0} for at in range(10)]
    (tmp_path / "mixed.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    policy_file(tmp_path)
    return tmp_path


def said(*arguments: str) -> str:
    found = CliRunner().invoke(command, (*arguments, "-q"), standalone_mode=False)
    if found.exception is not None:
        raise found.exception
    return found.stdout


def test_a_policy_is_measured_and_kept_as_a_run() -> None:
    out = said("--policy", "policy.yaml", "--data", "bombs=mixed.jsonl", "--tag", "mine")
    assert "mixed" in out
    assert "bombs" in out
    assert "mails" not in out
    info = RunStore(".statera").find("mine")
    assert f"statera show {info.id[:8]}" in out


def test_two_policies_are_compared_and_the_newer_is_the_latest(folder: Path) -> None:
    policy_file(folder, POLICY.replace("bombs?", "flowers"), name="new.yaml")
    arguments = ("--policy", "new.yaml", "--base", "policy.yaml", "--data", "mixed.jsonl")
    out = said(*arguments)
    store = RunStore(".statera")
    latest = store.find("latest")
    assert out.startswith(latest.spec.system.model)
    assert "mixed/recall" in out
    told = json.loads(said(*arguments, "--json"))
    assert told["run"] == latest.id
    rows = {row["metric"]: row["difference"] for row in told["comparison"]["metrics"]}
    assert rows["mixed/recall"] == -1


def test_evasions_and_a_limit_are_asked_for_with_flags() -> None:
    out = said("--policy", "policy.yaml", "mixed.jsonl", "--evasions", "2", "--limit", "6")
    assert "6 texts of 1 source" in out
    assert "every verdict stayed as it is plain under" in out


def test_mistakes_are_told_before_anything_is_decided(folder: Path) -> None:
    with pytest.raises(DeclarationError, match="--tag names one run"):
        said("--policy", "light", "--base", "light", "--data", "mixed.jsonl", "--tag", "x")
    with pytest.raises(DeclarationError, match=r"none\.jsonl: no such file"):
        said("--policy", "light", "--data", "none.jsonl")
    with pytest.raises(DeclarationError, match=r"polcy\.yaml: no such file"):
        said("--policy", "polcy.yaml", "--data", "mixed.jsonl")
