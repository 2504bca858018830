"""A table in a terminal: numbers are never cut, and what has no room is left out by name.

print_table(console(), [Column("metric", name=True), Column("n")], [Line(["t/accuracy", "40"])])

In a file or a pipe every column is as wide as it needs. In a terminal names are shortened in the
middle, then the columns of the highest rank are left out, and a line says which.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from statera.cli.controls import visible

GAP = 2
_NAME = 20
"""Columns are left out before a name gets narrower than this."""
_LEAST = 9
_SPACE = re.compile(r"[\t\n]")


class Column(NamedTuple):
    """A column: those of rank 0 stay, those of the highest rank go first where there is no room.

    A `name` stands on the left, and may be shortened in the middle.
    """

    title: str
    rank: int = 0
    left: bool = False
    name: bool = False


class Line(NamedTuple):
    """A row: a cell for each column, each a text as it stands or one with a style."""

    cells: Sequence[str | Text]
    style: str = ""


class Fit(NamedTuple):
    """Which columns are printed, how wide, and the titles of those that are not."""

    shown: tuple[int, ...]
    widths: tuple[int, ...]
    left_out: tuple[str, ...]


def print_table(out: Console, columns: Sequence[Column], lines: Sequence[Line]) -> None:
    """Print the table, and what is left out where a terminal is narrow."""
    room = out.width if out.file.isatty() else None
    texts, left_out = table(columns, lines, room)
    for text in texts:
        out.print(text, soft_wrap=True)
    if left_out:
        said = f"no room in {room} columns: {', '.join(left_out)} (--json, a pipe, a wider window)"
        out.print(f"[dim]{said}[/]", soft_wrap=True)


def table(
    columns: Sequence[Column], lines: Sequence[Line], room: int | None
) -> tuple[list[Text], tuple[str, ...]]:
    """Return the head and a text for each line, and the titles of the columns left out.

    `room` is the width of the terminal in cells, None without one.
    """
    rows = [tuple(map(_text, line.cells)) for line in lines]
    found = fit(columns, [tuple(cell.cell_len for cell in row) for row in rows], room)
    head = tuple(Text(column.title) for column in columns)
    texts = [_row(columns, head, found, "bold")]
    texts += [_row(columns, row, found, line.style) for row, line in zip(rows, lines, strict=True)]
    return texts, found.left_out


def fit(columns: Sequence[Column], sizes: Sequence[Sequence[int]], room: int | None) -> Fit:
    """Return what is printed of cells of those sizes; without a room, everything.

    Numbers keep their width: what remains too wide is wrapped by the terminal.
    """
    heads = [cell_len(column.title) for column in columns]
    widths = [max(each) for each in zip(heads, *sizes, strict=True)]
    shown = list(range(len(columns)))
    while room is not None and _wide(shown, _narrowed(columns, widths, _NAME)) > room:
        rank = max(columns[at].rank for at in shown)
        if rank == 0:
            break
        shown = [at for at in shown if columns[at].rank < rank]
    while room is not None and _wide(shown, widths) > room:
        names = [at for at in shown if columns[at].name and widths[at] > _LEAST]
        if not names:
            break
        widths[max(names, key=lambda at: widths[at])] -= 1
    left_out = tuple(column.title for at, column in enumerate(columns) if at not in shown)
    return Fit(tuple(shown), tuple(widths[at] for at in shown), left_out)


def shortened(text: str, width: int) -> str:
    """Return the text with `…` in its middle where it is wider than that many cells."""
    if cell_len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{_upto(text, width - 1 - tail)}…{_upto(text[::-1], tail)[::-1]}"


def _upto(text: str, width: int) -> str:
    """Return as much of the text's start as takes no more than that many cells."""
    end = min(len(text), width)
    while cell_len(text[:end]) > width:
        end -= 1
    return text[:end]


def _text(cell: str | Text) -> Text:
    return cell if isinstance(cell, Text) else Text(_SPACE.sub(" ", visible(cell)))


def _narrowed(columns: Sequence[Column], widths: Sequence[int], name: int) -> list[int]:
    """Return the widths with no name wider than that."""
    pairs = zip(columns, widths, strict=True)
    return [min(width, name) if column.name else width for column, width in pairs]


def _wide(shown: Sequence[int], widths: Sequence[int]) -> int:
    return sum(widths[at] for at in shown) + GAP * (len(shown) - 1)


def _row(columns: Sequence[Column], cells: Sequence[Text], fit: Fit, style: str) -> Text:
    found = Text(style=style)
    for place, (at, width) in enumerate(zip(fit.shown, fit.widths, strict=True)):
        column, cell = columns[at], cells[at]
        if column.name:
            cell = Text(shortened(cell.plain, width), cell.style)
        space, left = " " * (width - cell.cell_len), column.name or column.left
        found.append(" " * GAP if place else "")
        found.append_text(Text.assemble(cell, space) if left else Text.assemble(space, cell))
    found.rstrip()
    return found
