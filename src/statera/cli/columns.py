"""A table in a terminal: numbers are never cut, and what has no room is left out by name.

print_table(console(), [Column("metric", name=True), Column("n")], [Line(["t/accuracy", "40"])])

In a file or a pipe every column is as wide as it needs. In a terminal names are shortened, but no
two to the same; then the columns of the highest rank are set below their row, or left out, and a
line says which.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from statera.cli.controls import visible
from statera.cli.wrapping import INDENT, say, width_of

GAP = 2
_NAME = 20
"""Columns are left out before a name gets narrower than this."""
_LEAST = 9
_SPACE = re.compile(r"[\t\n]")


class Column(NamedTuple):
    """A column: those of rank 0 stay, those of the highest rank go first where there is no room.

    A `name` stands on the left, and may be shortened. What goes is left out, but with `below` it
    stands under its row.
    """

    title: str
    rank: int = 0
    left: bool = False
    name: bool = False
    below: bool = False


class Line(NamedTuple):
    """A row: a cell for each column, each a text as it stands or one with a style."""

    cells: Sequence[str | Text]
    style: str = ""


class Fit(NamedTuple):
    """Which columns are printed, how wide, which under their row, and the titles of the others."""

    shown: tuple[int, ...]
    widths: tuple[int, ...]
    below: tuple[int, ...]
    left_out: tuple[str, ...]


def print_table(out: Console, columns: Sequence[Column], lines: Sequence[Line]) -> None:
    """Print the table, and what is left out where a terminal is narrow."""
    width = width_of(out)
    texts, left_out = table(columns, lines, width)
    for text in texts:
        out.print(text, soft_wrap=True)
    if left_out:
        said = f"no room in {width} columns: {', '.join(left_out)} (--json, a pipe, a wider window)"
        say(out, Text(said), "dim")


def print_told(
    out: Console, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, least: int = 0
) -> None:
    """Print the table without the columns that say nothing, but for the first `least`."""
    told = [at for at in range(len(columns)) if at < least or any(row[at] for row in rows)]
    lines = [Line([row[at] for at in told]) for row in rows]
    print_table(out, [columns[at] for at in told], lines)


def table(
    columns: Sequence[Column], lines: Sequence[Line], width: int | None
) -> tuple[list[Text], tuple[str, ...]]:
    """Return the head and a text for each line, and the titles of the columns left out.

    `width` is that of the terminal in cells, None without one.
    """
    rows = [tuple(map(_text, line.cells)) for line in lines]
    found = fit(columns, [tuple(cell.cell_len for cell in row) for row in rows], width)
    names = _names(columns, rows, found)
    texts = [_row(columns, tuple(Text(column.title) for column in columns), found, "bold", names)]
    for row, line in zip(rows, lines, strict=True):
        cells = list(row)
        for at in found.shown:
            if columns[at].name and row[at].plain not in names:
                texts.append(Text.assemble(row[at], style=line.style))
                cells[at] = Text("")
        texts.append(_row(columns, cells, found, line.style, names))
        texts += _under(columns, row, found, line.style, width)
    return texts, found.left_out


def fit(columns: Sequence[Column], sizes: Sequence[Sequence[int]], room: int | None) -> Fit:
    """Return what is printed of cells of those sizes; without a room, everything side by side.

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
    gone = [at for at in range(len(columns)) if at not in shown]
    below = tuple(at for at in gone if columns[at].below)
    left_out = tuple(columns[at].title for at in gone if not columns[at].below)
    return Fit(tuple(shown), tuple(widths[at] for at in shown), below, left_out)


def shortened(text: str, width: int) -> str:
    """Return the text with `…` in its middle where it is wider than that many cells."""
    if cell_len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{_upto(text, width - 1 - tail)}…{_upto(text[::-1], tail)[::-1]}"


def ended(text: str, width: int) -> str:
    """Return the text with `…` for its beginning where it is wider than that many cells."""
    return text if cell_len(text) <= width else f"…{_upto(text[::-1], width - 1)[::-1]}"


def told_apart(names: Sequence[str], width: int) -> dict[str, str]:
    """Return what stands for each name in that many cells; those that would look alike are absent.

    They are shortened in the middle, or at the beginning where that tells more of them apart.
    """
    wanted = dict.fromkeys(names)
    ways = [_unlike({name: short(name, width) for name in wanted}) for short in (shortened, ended)]
    return max(ways, key=len)


def _unlike(short: dict[str, str]) -> dict[str, str]:
    """Return the names whose short form is that of no other, or is the whole name."""
    alike = Counter(found.strip() for found in short.values())
    return {
        name: found for name, found in short.items() if alike[found.strip()] == 1 or found == name
    }


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


def _names(columns: Sequence[Column], rows: Sequence[Sequence[Text]], fit: Fit) -> dict[str, str]:
    """Return what stands for each name; one that would look like another is absent."""
    found: dict[str, str] = {}
    for at, width in zip(fit.shown, fit.widths, strict=True):
        if columns[at].name:
            found |= told_apart([row[at].plain for row in rows], width)
    return found


def _under(
    columns: Sequence[Column], row: Sequence[Text], fit: Fit, style: str, room: int | None
) -> list[Text]:
    """Return the cells that have no room in their row, with their titles, under its name."""
    told = [Text.assemble(columns[at].title, " ", row[at]) for at in fit.below if row[at].plain]
    if not told:
        return []
    name = next((place for place, at in enumerate(fit.shown) if columns[at].name), 0)
    indent = sum(fit.widths[:name]) + GAP * name + INDENT
    rows = [told[0]]
    for piece in told[1:]:
        longer = Text.assemble(rows[-1], " · ", piece)
        if room is None or indent + longer.cell_len <= room:
            rows[-1] = longer
        else:
            rows.append(piece)
    return [Text.assemble(" " * indent, found, style=style) for found in rows]


def _row(
    columns: Sequence[Column],
    cells: Sequence[Text],
    fit: Fit,
    style: str,
    names: Mapping[str, str],
) -> Text:
    found = Text(style=style)
    for place, (at, width) in enumerate(zip(fit.shown, fit.widths, strict=True)):
        column, cell = columns[at], cells[at]
        if column.name:
            cell = Text(names.get(cell.plain, shortened(cell.plain, width)), cell.style)
        space, left = " " * (width - cell.cell_len), column.name or column.left
        found.append(" " * GAP if place else "")
        found.append_text(Text.assemble(cell, space) if left else Text.assemble(space, cell))
    found.rstrip()
    return found
