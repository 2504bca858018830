from pathlib import Path

import pytest

from tests.cli.commands.conftest import Cli
from tests.cli.commands.gates import Made, make


@pytest.fixture
def runs(tmp_path: Path) -> Made:
    return make(tmp_path)


def test_a_persons_word_decides(cli: Cli, runs: Made) -> None:
    word = (
        "confirm",
        runs.failing,
        "art/0",
        "--rule",
        "t/critical",
        "--by",
        "Ada",
        "--why",
        "read",
    )
    asked = ("gate", runs.failing, "-p", "critical.yaml")
    assert cli(*asked).returncode == 3
    told = cli(*word, "--no-failure")
    assert told.stdout == (
        f"art/0 of run {runs.failing[:8]}: no failure of critical in its trial\n"
    )
    passed = cli(*asked)
    assert passed.returncode == 0
    assert "no failure of t/critical, says Ada: art/0: read" in passed.stdout
    assert "says Ada: art/0: read" in cli("releases").stdout
    assert cli(*word, "--failure").returncode == 0
    failed = cli(*asked)
    assert failed.returncode == 1
    assert "1 certain failure: art/0" in failed.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("art/0", "--rule", "t/critical"), "--failure or --no-failure"),
        (("art/x", "--rule", "t/critical", "--failure"), "unknown sample of t 'art/x'"),
        (("art/0", "--rule", "u/critical", "--failure"), "unknown task 'u'"),
        (("art/0", "--rule", "t/criticl", "--failure"), "Did you mean 'critical'?"),
    ],
)
def test_what_is_said_wrong_is_one_line(
    cli: Cli, runs: Made, arguments: tuple[str, ...], told: str
) -> None:
    done = cli("confirm", runs.failing, *arguments, "--by", "Ada", "--why", "read")
    assert done.returncode == 2
    assert told in done.stderr
