"""The GitHub action's own script, run by bash as a runner runs it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.commands.gates import Made, make

ACTION = yaml.safe_load((Path(__file__).parents[1] / "action.yml").read_text(encoding="utf-8"))
STEP: dict[str, Any] = next(s for s in ACTION["runs"]["steps"] if s.get("id") == "gate")
INPUT = re.compile(r"\$\{\{ inputs\.(\w+) \}\}")


@pytest.fixture
def runs(tmp_path: Path) -> Made:
    return make(tmp_path)


def decide(folder: Path, **stated: str) -> tuple[int, dict[str, str], str]:
    """Return the step's exit code, its outputs and the summary."""
    inputs = {name: about.get("default", "") for name, about in ACTION["inputs"].items()} | stated
    given = {key: INPUT.sub(lambda m: inputs[m[1]], text) for key, text in STEP["env"].items()}
    output, summary = folder / "output", folder / "summary"
    files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", STEP["run"]],
        cwd=folder,
        env=os.environ | given | files | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told = dict(line.split("=", 1) for line in output.read_text().splitlines())
    return done.returncode, told, summary.read_text() if summary.exists() else done.stderr


def test_a_pass_is_a_step_that_succeeds_with_a_summary(runs: Made, tmp_path: Path) -> None:
    code, told, summary = decide(tmp_path, policy="gate.yaml", run=runs.good, base=runs.base)
    assert (code, told) == (0, {"verdict": "pass", "comment": "statera-gate.md"})
    assert summary.startswith("### ✓ PASS `release`")
    assert (tmp_path / "statera-gate.xml").is_file()


def test_inconclusive_fails_unless_it_may_warn(runs: Made, tmp_path: Path) -> None:
    stated = {"policy": "critical.yaml", "run": runs.failing}
    assert decide(tmp_path, **stated)[0] == 3
    code, told, _ = decide(tmp_path, **stated, inconclusive="warn")
    assert (code, told["verdict"]) == (0, "inconclusive")


def test_what_is_declared_wrong_is_an_error(runs: Made, tmp_path: Path) -> None:
    code, told, stderr = decide(tmp_path, policy="gate.yaml", run="--help; exit 0")
    assert (code, told["verdict"]) == (2, "error")
    assert "unknown run" in stderr


def test_inputs_reach_the_shell_as_variables_only() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
