"""The worked example of docs/experiments.md prints what the page says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from statera.experiment.opened import read_design
from statera.experiment.policies import read_target

PAGE = (Path(__file__).parents[1] / "docs" / "experiments.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of that language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("example")
    subprocess.run([sys.executable, "-c", blocks("python")[1]], cwd=found, check=True)
    (found / "policy.yaml").write_text(blocks("yaml")[1])
    return found


@pytest.mark.parametrize(
    ("line", "place"),
    [("experiment show tone", 0), ("experiment offline tone --policy policy.yaml", 1)],
)
def test_a_fortnight_of_users(folder: Path, line: str, place: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "statera", *line.split()],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | {"COLUMNS": "140"},
    )
    assert done.returncode == 0, done.stderr
    shown = done.stdout.partition("\nhow the bounds were made")[0].rstrip()
    assert shown == blocks("text")[place].rstrip()


def test_the_designs_of_the_page_are_read() -> None:
    design = read_design(blocks("yaml")[0], source="tone.yaml")
    assert (design.experiment, len(design.guardrails), design.planned) == ("tone", 2, 20_000)
    assert read_target(blocks("yaml")[1], source="policy.yaml").policy == "warm_on_phone"
