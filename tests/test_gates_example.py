"""The worked example of docs/gates.md prints what the page says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from statera.gate.policy import policy

PAGE = (Path(__file__).parents[1] / "docs" / "gates.md").read_text(encoding="utf-8")
ID = re.compile(r"\b[0-9a-f]{8}\b")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of that language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


def statera(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "statera", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(("place", "code"), [(0, 3), (1, 0)])
def test_82_against_80_on_500(tmp_path: Path, place: int, code: int) -> None:
    subprocess.run([sys.executable, "-c", blocks("python")[0]], cwd=tmp_path, check=True)
    for line in blocks("sh")[0].splitlines()[:2]:
        done = statera(tmp_path, *line.split()[1:])
        assert done.returncode == 0, done.stderr
    (tmp_path / "gate.yaml").write_text(blocks("yaml")[place])
    done = statera(tmp_path, "gate", "new", "old", "--policy", "gate.yaml")
    assert done.returncode == code
    assert ID.sub("ID", done.stdout) == ID.sub("ID", blocks("text")[place])


def test_the_policy_of_the_page_is_read() -> None:
    found = policy(yaml.safe_load(blocks("yaml")[2]))
    assert (found.gate, len(found.rules), found.anchor) == ("support-release", 4, "v1.0")
