import csv
import json
from pathlib import Path

from tests.cli.commands.conftest import Cli


def test_formats_by_extension(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text('default: {text: "Answer: A"}')
    cli("run", "starter_knowledge", "-m", "scripted:s.yaml", "--limit", "5", "-q")
    done = cli("export", "latest", "-o", "a.jsonl", "-o", "a.csv", "-o", "a.json")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert len(lines) == 5
    expected = {
        "sample_id",
        "epoch",
        "outcome",
        "reply",
        "extracted",
        "scores",
        "loglikelihoods",
        "usage",
    }
    assert expected <= set(lines[0])
    assert len(list(csv.DictReader((tmp_path / "a.csv").read_text().splitlines()))) == 5
    assert json.loads((tmp_path / "a.json").read_text())


def test_every_eval_ever(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text('default: {text: "Answer: A"}')
    cli("run", "starter_knowledge", "-m", "scripted:s.yaml", "--limit", "5", "-q")
    done = cli("export", "-o", "e.json", "-o", "e.jsonl", "--format", "eee")
    assert done.returncode == 0, done.stderr
    assert "evaluation_results" in json.loads((tmp_path / "e.json").read_text())
    assert len((tmp_path / "e.jsonl").read_text().splitlines()) == 5


def test_an_unknown_extension_is_refused_and_nothing_is_written(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text('default: {text: "Answer: A"}')
    cli("run", "starter_knowledge", "-m", "scripted:s.yaml", "--limit", "2", "-q")
    done = cli("export", "-o", "a.xls")
    assert done.returncode == 2
    assert "a.xls" in done.stderr
    assert not (tmp_path / "a.xls").exists()
