import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from statera.cli.columns import (
    Column,
    Line,
    fit,
    print_table,
    print_told,
    shortened,
    table,
    told_apart,
)

COLUMNS = [Column("metric", name=True), Column("value"), Column("n", 1), Column("p", 2)]
LONG = "support/" + "very" * 48 + "/accuracy"
ROWS = [Line([LONG, "0.8125", "500", "<.0001"]), Line(["t/accuracy", "-0.0200", "40", "0.5000"])]


def printed(room: int | None) -> list[str]:
    return [text.plain for text in table(COLUMNS, ROWS, room)[0]]


def test_without_a_terminal_nothing_is_cut() -> None:
    head, long, short = printed(None)
    assert long.split() == [LONG, "0.8125", "500", "<.0001"]
    assert short.split() == ["t/accuracy", "-0.0200", "40", "0.5000"]
    assert head.split() == ["metric", "value", "n", "p"]


def test_names_are_shortened_in_the_middle_and_numbers_never() -> None:
    lines = printed(60)
    assert all(len(line) <= 60 for line in lines)
    name, *numbers = lines[1].split()
    assert name.startswith("support/very")
    assert name.endswith("y/accuracy")
    assert "…" in name
    assert numbers == ["0.8125", "500", "<.0001"]
    assert lines[2].split() == ["t/accuracy", "-0.0200", "40", "0.5000"]


def test_the_highest_rank_is_left_out_first_and_named() -> None:
    texts, left_out = table(COLUMNS, ROWS, 40)
    assert left_out == ("p",)
    assert texts[1].plain.split()[1:] == ["0.8125", "500"]
    texts, left_out = table(COLUMNS, ROWS, 30)
    assert left_out == ("n", "p")
    assert texts[1].plain.split()[1:] == ["0.8125"]


def test_in_the_narrowest_terminal_the_numbers_are_whole() -> None:
    assert printed(5)[2].split()[1] == "-0.0200"


@given(
    st.lists(st.lists(st.integers(0, 60), min_size=4, max_size=4), max_size=6), st.integers(1, 200)
)
def test_a_number_has_its_width_and_what_fits_is_shown(sizes: list[list[int]], room: int) -> None:
    found = fit(COLUMNS, sizes, room)
    heads = [len(column.title) for column in COLUMNS]
    needed = [max(each) for each in zip(heads, *sizes, strict=True)]
    for at, width in zip(found.shown, found.widths, strict=True):
        assert width == needed[at] or (at == 0 and width < needed[at])
    if sum(needed) + 6 <= room:
        assert found.left_out == ()
        assert found.widths == tuple(needed)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])), st.integers(3, 40))
def test_a_short_name_is_no_wider_than_asked(text: str, width: int) -> None:
    found = shortened(text, width)
    assert cell_len(found) <= width
    assert found == text or "…" in found


def test_a_name_with_a_line_break_stays_in_its_row() -> None:
    (_, row), _ = table(COLUMNS[:2], [Line(["a\nb\x1b[2J", "1"])], None)
    assert row.plain.split("  ")[0] == r"a b\x1b[2J"


def test_a_style_of_a_cell_covers_that_cell() -> None:
    (_, row), _ = table(COLUMNS[:2], [Line(["a", Text("fail", "bold red")], "dim")], None)
    assert [(row.plain[s.start : s.end], str(s.style)) for s in row.spans if s.style] == [
        ("fail", "bold red")
    ]


def test_a_pipe_is_as_wide_as_needed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    print_table(Console(highlight=False), COLUMNS, ROWS)
    out = capsys.readouterr().out
    assert f"{LONG}   0.8125  500  <.0001" in out
    assert "no room" not in out


def test_a_column_that_says_nothing_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [["solved", "", "40", ""], ["rating", "", "", ""]]
    print_told(Console(width=200), COLUMNS, rows, least=1)
    assert capsys.readouterr().out.split() == ["metric", "n", "solved", "40", "rating"]


def test_a_narrow_terminal_says_what_it_leaves_out() -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    code = "from tests.cli.test_columns import *; print_table(Console(), COLUMNS, ROWS)"
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
    made = subprocess.Popen(
        [sys.executable, "-c", code], stdout=theirs, env=kept | {"TERM": "xterm"}
    )
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:  # the other end is closed
        pass
    assert made.wait(30) == 0
    os.close(ours)
    lines = [Text.from_ansi(line).plain for line in said.decode().splitlines()]
    assert lines[2].split() == ["t/accuracy", "-0.0200", "40"]
    assert "no room in 40 columns: p (" in "".join(lines)


def test_a_column_that_may_stands_under_its_row() -> None:
    columns = [
        Column("rule"),
        Column("metric", name=True),
        Column("n"),
        Column("bound", 1, below=True),
        Column("claim", 2, left=True, below=True),
    ]
    row = Line(["pass", "t/accuracy", "500", "at least -0.0056 (95 %)", "difference > -0.02"])
    plain = Line(["pass", "t/refused", "40", "", ""])
    texts, left_out = table(columns, [row, plain], 50)
    assert left_out == ()
    assert [text.plain for text in texts] == [
        "rule  metric        n                    bound",
        "pass  t/accuracy  500  at least -0.0056 (95 %)",
        "        claim difference > -0.02",
        "pass  t/refused    40",
    ]
    texts, _ = table(columns, [row], 44)
    assert [text.plain.strip() for text in texts[2:]] == [
        "bound at least -0.0056 (95 %)",
        "claim difference > -0.02",
    ]


NAMES = st.lists(st.text("ab/… ", min_size=1, max_size=30), min_size=1, max_size=8)


@given(NAMES, st.integers(3, 30))
def test_no_two_names_look_alike(names: list[str], width: int) -> None:
    found = told_apart(names, width)
    assert all(cell_len(short) <= width for short in found.values())
    assert len({short.strip() for short in found.values()}) == len({n.strip() for n in found})


def test_a_name_that_would_look_like_another_has_a_line_of_its_own() -> None:
    columns = [Column("metric", name=True), Column("n")]
    stem = "support/" + "very" * 12
    ends = [f"{stem}/one/accuracy", f"{stem}/two/accuracy", "t/x"]
    middles = [f"{stem}/one/{stem}", f"{stem}/two/{stem}", "t/x"]
    for names, alone in ((ends, []), (middles, middles[:2])):
        texts, _ = table(columns, [Line([name, "40"]) for name in names], 30)
        rows = [text.plain for text in texts]
        assert [row for row in rows if row in names] == alone
        assert len(set(rows) - {rows[0]}) >= 3
        assert sum(row.endswith(" 40") for row in rows) == 3
