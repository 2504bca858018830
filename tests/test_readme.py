"""The README's examples run as they stand."""

import json
import re
import subprocess
import sys
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """Return the first fenced block of that language."""
    found = re.search(rf"```{language}\n(.*?)```", README, re.S)
    assert found is not None
    return found[1]


def test_the_python_example_prints_an_estimate(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", block("python")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "starter_knowledge/accuracy" in done.stdout
    assert "0.25" in done.stdout


def test_the_custom_task_runs(tmp_path: Path) -> None:
    (tmp_path / "refunds.yaml").write_text(block("yaml"))
    rows = [{"question": f"Refund {n}?", "answer": "yes", "topic": "money"} for n in range(9)]
    (tmp_path / "refunds.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "says.yaml").write_text("default: {text: Yes.}")
    arguments = ["run", "refunds.yaml", "-m", "scripted:says.yaml", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "statera", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["metrics"][0]["estimate"] == 1.0
