import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from statera.cli.guarding.tune import command
from statera.errors import DeclarationError
from statera.guard.policy import SHIPPED
from tests.guards_made import POLICY, policy_file

GRADED = """\
detectors:
  - name: bombs
    use: judge
    with: {judge: own.yaml, model: "scripted:replies.yaml"}
    threshold: 0.5
"""
JUDGE = """\
judge: own
kind: checklist
points: ["Is it harmless?", "Is it polite?"]
"""
REPLIES = """\
rules: [{contains: bombs, reply: "1: no\\n2: yes"}]
default: "1: yes\\n2: yes"
"""
"""Bombs score 0.5, anything else 0."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [{"text": f"bombs {at}", "label": 1} for at in range(10)]
    rows += [{"text": f"flowers {at}", "label": 0} for at in range(320)]
    (tmp_path / "mixed.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    policy_file(tmp_path, GRADED)
    policy_file(tmp_path, JUDGE, name="own.yaml")
    policy_file(tmp_path, REPLIES, name="replies.yaml")
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
    assert "bombs: threshold: 0.001  (now 0.5) blocks at most 1 % of harmless texts" in found.stdout
    assert "with 95 % confidence" in found.stdout
    table = [" ".join(line.split()) for line in found.stdout.splitlines()]
    assert "mixed 320 0.001 0" in table
    assert "0.001 0.000 0.009 mixed 0.000 mixed found" in table
    assert "0.500 0.000 0.009 mixed 0.000 mixed now" in table


def test_it_is_written_only_where_that_is_asked_for(folder: Path) -> None:
    said()
    assert (folder / "policy.yaml").read_text() == GRADED
    said("--write")
    assert (folder / "policy.yaml").read_text() == GRADED.replace(
        "threshold: 0.5", "threshold: 0.001"
    )


def test_too_few_texts_are_told_and_nothing_is_written(folder: Path) -> None:
    found = said("--max-false-block", "0.001", "--write")
    assert found.exit_code == 3
    assert "needs at least 2995 harmless texts" in found.stderr
    assert (folder / "policy.yaml").read_text() == GRADED


def test_without_a_harmless_text_there_is_no_threshold(folder: Path) -> None:
    (folder / "bad.jsonl").write_text('{"text": "bombs", "label": 1}\n')
    found = said(data="bad.jsonl")
    assert (found.exit_code, found.stderr) == (3, "no threshold: no harmless texts (label 0)\n")


def test_machines_get_the_curve() -> None:
    told = json.loads(said("--json", "--confidence", "0.9").stdout)
    assert (told["schema"], told["before"], told["threshold"]) == (1, 0.5, 0.001)
    assert told["sources"][0]["source"] == "mixed"
    assert len(told["curve"]) > 20


def test_a_detector_that_the_policy_does_not_have_is_told() -> None:
    with pytest.raises(DeclarationError, match="unknown detector 'bmobs'"):
        said("--detector", "bmobs")
    with pytest.raises(DeclarationError, match=r"none\.jsonl: no such file"):
        said(data="none.jsonl")


@pytest.mark.parametrize("policy", ["light", "default", str(SHIPPED / "light.yaml")])
def test_what_ships_is_not_written_to(policy: str) -> None:
    before = {path: path.read_bytes() for path in SHIPPED.glob("*.yaml")}
    with pytest.raises(DeclarationError, match=r"part of statera and stays as it is. Copy it, cp "):
        said("--policy", policy, "--write")
    assert {path: path.read_bytes() for path in SHIPPED.glob("*.yaml")} == before
    assert not Path(".statera").exists()


def test_conversations_are_promised_where_they_are_counted(folder: Path) -> None:
    rows = [{"text": f"flowers {at}", "label": 0, "conversation": at // 2} for at in range(640)]
    (folder / "talk.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = said(data="talk.jsonl").stdout
    assert "blocks at most 1 % of harmless conversations, all together" in found
    assert "a conversation is blocked when any of its texts is" in found


@pytest.mark.parametrize(
    ("terms", "flagged", "fate"),
    [("", "5", "are blocked at any threshold"), ("\n    beyond: allow", "0", "pass unread")],
)
def test_texts_that_are_too_long_count_as_what_becomes_of_them(
    folder: Path, terms: str, flagged: str, fate: str
) -> None:
    policy_file(
        folder, "longest: 60\n" + POLICY.replace("threshold: 0.5", f"threshold: 0.5{terms}")
    )
    rows = [{"text": f"flowers {at} {'x' * 60 * (at < 5)}", "label": 0} for at in range(320)]
    (folder / "long.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = said("--max-false-block", "0.05", data="long.jsonl").stdout
    table = [" ".join(line.split()) for line in found.splitlines()]
    assert f"long 320 any {flagged} 5" in table
    assert f"texts beyond what it can examine {fate}" in found


def test_scopes_that_say_otherwise_are_pointed_at(folder: Path) -> None:
    policy_file(folder, GRADED + "scopes:\n  - {detectors: {bombs: {threshold: 0.3}}}\n")
    assert "scopes of the policy change this detector" in said().stdout


def test_a_detector_that_scores_0_or_1_keeps_its_threshold(folder: Path) -> None:
    policy_file(folder, POLICY.replace("threshold: 0.5", "threshold: 0.4567"))
    before = (folder / "policy.yaml").read_text()
    found = said("--write")
    assert (found.exit_code, (folder / "policy.yaml").read_text()) == (0, before)
    assert found.stderr == "policy.yaml: stays as it is\n"
    table = [" ".join(line.split()) for line in found.stdout.splitlines()]
    assert "mixed 320 any 0" in table
    assert "0.457 0.000 0.009 mixed 0.000 mixed now, kept" in table
    assert "bombs scored 0 or 1 only: every threshold above 0 flags the same" in table
    assert "bombs: threshold: 0.4567 (kept) blocks at most 1 % of harmless texts" in " ".join(table)
    told = json.loads(said("--json").stdout)
    assert (told["binary"], told["threshold"]) == (True, 0.4567)
