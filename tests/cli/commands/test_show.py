import json
from pathlib import Path

import pytest

from tests.cli.commands.conftest import Cli

SCRIPT = """
rules:
  - {contains: "photo", reply: {text: "I cannot help with that request."}}
default: {text: "Answer: B"}
"""


@pytest.fixture
def measured(cli: Cli, tmp_path: Path) -> Cli:
    (tmp_path / "script.yaml").write_text(SCRIPT)
    done = cli(
        "run", "starter_knowledge", "-m", "scripted:script.yaml", "--limit", "30", "--tag", "t",
        "-q", "-o", "out.jsonl",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return cli


def test_runs_are_named_by_prefix_tag_and_latest(measured: Cli) -> None:
    run = json.loads(measured("runs", "--json").stdout)["runs"][0]["id"]
    shown = {measured("show", name).stdout for name in (run, run[:6], "t", "latest")}
    assert len(shown) == 1
    missing = measured("show", "tt")
    assert missing.returncode == 2
    assert "unknown run 'tt'. Did you mean 't'?" in missing.stderr


def test_samples_to_read_show_what_was_asked_said_and_read(measured: Cli) -> None:
    out = measured("show", "t", "--outcome", "wrong", "--limit", "1").stdout
    assert "epoch 0 · wrong" in out
    assert "user> " in out
    assert "Answer: B" in out
    assert "read 'B'" in out
    assert "reference: " in out


def test_samples_as_json_are_export_lines(measured: Cli, tmp_path: Path) -> None:
    out = measured("show", "t", "--outcome", "right", "--json").stdout.splitlines()
    lines = [json.loads(line) for line in out]
    assert lines
    assert {line["outcome"] for line in lines} == {"right"}
    exported = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    by_id = {line["sample_id"]: line for line in exported}
    assert len(by_id) == 30
    assert all(by_id[line["sample_id"]] == line for line in lines)
