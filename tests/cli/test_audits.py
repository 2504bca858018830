"""An audit in a terminal: wide, narrow, and through a pipe."""

import os

import msgspec
import pytest
from rich.console import Console

from statera.analysis.audit import Audit, audited
from statera.cli import audits
from statera.cli.audits import print_audit
from tests.analysis.judgeaudit.audits_made import ABOUT, decided, measured


def narrow(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """Let the console be a terminal of that many columns."""
    made = Console(highlight=False, width=width, force_terminal=True, color_system=None)
    monkeypatch.setattr(audits, "console", lambda: made)


def printed(audit: Audit, capsys: pytest.CaptureFixture[str]) -> list[str]:
    print_audit(audit)
    return capsys.readouterr().out.splitlines()


def test_why_the_judge_is_void_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(measured(gets=0.9), capsys)
    assert lines[0] == "fair: VOID: this judge cannot be used here"
    assert lines[1].startswith("  open: attack reply gets 0.90")
    assert lines[2:5] == ["  void: sanity responders", "  warning: position", "  ok: verdicts"]
    assert lines[5].startswith("judge fair (pairwise) · model m")


def test_columns_stand_alike_in_every_section(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(measured(), capsys)
    heads = [line for line in lines if line.startswith("  figure")]
    assert len(heads) == 3
    assert len(set(heads)) == 1
    rows = [line for line in lines if line.endswith("]") and "." in line[:40]]
    assert len({line.index(" to ") for line in rows}) == 1


def test_each_figure_says_how_to_read_it_and_how_it_was_made(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = printed(measured(), capsys)
    at = next(i for i, line in enumerate(lines) if line.startswith("  first place named"))
    assert lines[at].split() == [
        *("first", "place", "named", "0.600", "0.556", "to", "0.665"),
        *("100", "verdicts", "[3]"),
    ]
    assert lines[at + 1].startswith("    share of single verdicts; 0.5: no lean")
    assert lines[-1].startswith("how the intervals are made: [1] Wilson; [2] Clopper-Pearson")
    assert "[3] shown first less shown second, Tango score" in lines[-1]


def test_what_to_do_is_said_where_there_is_something(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(measured(), capsys)
    told = [line for line in lines if line.startswith("  what to do: ")]
    assert len(told) == 1
    assert "both orders" in told[0]


def test_a_figure_without_an_interval_says_why_in_its_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = measured()
    lean = whole.section("position")
    bare = msgspec.structs.replace(
        lean.figures[0], low=None, high=None, method="no interval: fewer than 8 clusters"
    )
    part = msgspec.structs.replace(lean, figures=(bare,))
    lines = printed(audited(ABOUT, [part], ()), capsys)
    at = next(i for i, line in enumerate(lines) if line.startswith("  flip rate"))
    assert lines[at + 1] == "    no interval: fewer than 8 clusters"
    assert not any(line.startswith("how the intervals") for line in lines)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    narrow(monkeypatch, width)
    lines = printed(measured(gets=0.9), capsys)
    assert max(map(len, lines)) <= width
    assert any("0.900" in line for line in lines)
    assert " ".join(" ".join(lines).split()).count("share of single verdicts; 0.5: no lean") == 1


def test_without_figures_the_page_is_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(decided(("drift", "not measured")), capsys)
    assert lines[0] == "fair: no fault found in what was measured"
    assert not any("figure" in line for line in lines)
    assert lines[-1] == "  drift is not measured"


def test_names_do_not_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    about = msgspec.structs.replace(ABOUT, judge="a\x1b[2J[red]b", model="\x1b]52;c;x\x07")
    text = os.linesep.join(printed(measured(gets=0.9, about=about, task="t\x1b[31m"), capsys))
    assert "\x1b" not in text
    assert "a\\x1b[2J[red]b: VOID" in text
    assert "t\\x1b[31m: attack" in text
