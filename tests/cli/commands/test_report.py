import json
from pathlib import Path

import pytest

from tests.cli.commands.conftest import Cli
from tests.report.made import Made, items, stored

GATE = """
gate: release
rules:
  - {metric: t/accuracy, than: baseline, margin: 0.05}
"""


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Return a folder with a policy and a store of two runs: one right, one that says nothing."""
    samples = items(40, ["a", "b"])
    silent = Made("new", samples, lambda n, _: "unparsed", reply="I am not sure at all.")
    stored(tmp_path / ".statera", Made("old", samples, lambda n, _: "right"), tag="base")
    stored(tmp_path / ".statera", silent, tag="candidate")
    (tmp_path / "gate.yaml").write_text(GATE)
    return tmp_path


def test_a_page_and_a_comment_are_written(cli: Cli, runs: Path) -> None:
    done = cli(
        "report", "candidate", "base", "--gate", "gate.yaml", "-o", "out/page.html",
        "--markdown", "comment.md",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == ["wrote out/page.html", "wrote comment.md", "release: fail"]
    page = (runs / "out" / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "FAIL <bdi>release</bdi>" in page
    assert "I am not sure at all." in page
    assert "statera report " in page
    comment = (runs / "comment.md").read_text(encoding="utf-8")
    assert comment.startswith("### ✗ FAIL `release`: `candidate` against `base`")
    assert [path.name for path in (runs / "out").iterdir()] == ["page.html"]


def test_the_command_on_the_page_makes_the_page_again(cli: Cli, runs: Path) -> None:
    cli("report", "candidate", "base", "--read", "1", "--level", "0.9", "-o", "page.html")
    first = (runs / "page.html").read_bytes()
    line = next(x for x in first.decode().splitlines() if "statera report " in x)
    again = line.partition("statera report ")[2].partition("<")[0].split()
    assert "--read=1" in again
    assert "--level=0.9" in again
    (runs / "page.html").unlink()
    assert cli("report", *again).returncode == 0
    assert (runs / "page.html").read_bytes() == first


def test_a_run_alone_and_a_comment_on_standard_output(cli: Cli, runs: Path) -> None:
    done = cli("report", "base", "--markdown")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("### statera: `base`\n")
    assert "| `t/accuracy` |" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["base"], "where to? -o PAGE.html"),
        (["base", "-o", "page.pdf"], "a page is .html"),
        (["base", "-o", "folder.html"], "a folder, not a file"),
        (["base", "base", "-o", "x.html"], "are the same run"),
        (["nobody", "-o", "x.html"], "nobody"),
        (["base", "--gate", "none.yaml", "-o", "x.html"], "no such file"),
        (["base", "--gate", "gate.yaml", "-o", "x.html"], "baseline"),
    ],
)
def test_what_is_declared_wrong_is_told_and_nothing_is_written(
    cli: Cli, runs: Path, arguments: list[str], told: str
) -> None:
    (runs / "folder.html").mkdir()
    done = cli("report", *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert not (runs / "x.html").exists()


def test_the_ruling_is_kept(cli: Cli, runs: Path) -> None:
    cli("report", "candidate", "base", "--gate", "gate.yaml", "-o", "page.html")
    kept = json.loads(cli("releases", "--json").stdout)
    assert "release" in json.dumps(kept)


def test_a_misspelt_folder_is_refused_before_anything_is_decided(cli: Cli, runs: Path) -> None:
    for command, flag in (("report", "-o"), ("report", "--markdown"), ("gate", "--junit")):
        policy = "--policy" if command == "gate" else "--gate"
        place = "nosuch/dir/x.html"
        done = cli(command, "candidate", "base", policy, "gate.yaml", flag, place)
        assert done.returncode == 2
        assert "there is no folder" in done.stderr
        assert "only the last one is made" in done.stderr
    assert not (runs / "nosuch").exists()
    assert json.loads(cli("releases", "--json").stdout)["releases"] == []
