"""The worked example of docs/judges.md prints what the page says."""

import os
import re
import subprocess
import sys
from pathlib import Path

from statera.graders.judge import read_judge

PAGE = (Path(__file__).parents[1] / "docs" / "judges.md").read_text(encoding="utf-8")
ID = re.compile(r"\b[0-9a-f]{8}\b")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of that language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


def test_a_judge_that_favours_its_own_is_caught(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", blocks("python")[0]], cwd=tmp_path, check=True)
    gate = "statera gate new old --policy gate.yaml"
    asked, people, audit = (block.splitlines() for block in blocks("sh")[:3])
    printed = [(line, statera(tmp_path, line)) for line in [*asked, gate, *people, gate, *audit]]
    told = [done.stdout for line, done in printed if told_of(line)]
    assert [done.returncode for _, done in printed] == [0, 0, 0, 0, 0, 3, 0, 0, 0, 3, 0]
    for found, shown in zip(told, blocks("text"), strict=False):
        assert ID.sub("ID", found) == ID.sub("ID", shown)
    assert len(told) == 5


def told_of(line: str) -> bool:
    return any(word in line for word in (" compare ", " gate ", " calibrate ", " audit "))


def statera(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "statera", *line.split()[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=os.environ | {"COLUMNS": "140"},
    )
    assert done.returncode in (0, 3), f"{line}: {done.stderr}"
    return done


def test_the_judge_of_ones_own_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    judge = read_judge(str(tmp_path / "own.yaml"))
    criterion = judge.criteria[0]
    assert (judge.name, criterion.content, criterion.reference) == (
        "tone-of-support",
        False,
        "never",
    )
