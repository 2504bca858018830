"""The scorecard as a person reads it: five levels, each metric beside its counter-metric."""

from collections.abc import Iterable

from rich.text import Text

from statera.api.figures import figures
from statera.api.scorecards import scorecard
from statera.api.stored import Run
from statera.cli.columns import Column, Line, print_table
from statera.cli.tables import MARK, console, marked
from statera.cli.wrapping import plain, say
from statera.report import scorecard as cards
from statera.report.scorecard import NOT_MEASURED, Figure, Scorecard

_COLUMNS = (
    Column("metric", name=True),
    Column("estimate", left=True),
    Column("n"),
    Column("counter-metric", 1, left=True, below=True),
    Column("threshold", 2, left=True),
    Column("ruling", 0, left=True),
)
_STYLES = {"pass": "green", "fail": "bold red", "inconclusive": "yellow"}
_BETTER = {True: "↑", False: "↓"}


def print_scorecard(run: Run, *, always: bool = False, live: str | None = None) -> None:
    """Print the run's scorecard where it tells more than the table of metrics, or `always`.

    Below it stand the figures that are no means over items.
    """
    found = scorecard(run, live=live)
    if not (always or found.telling):
        return
    out = console()
    say(out, "\n[bold]scorecard[/]")
    for part in found.parts:
        say(out, f"[bold]{plain(part.question)}[/]")
        if not part.lines:
            say(out, f"  {NOT_MEASURED}", "dim")
            continue
        columns = _columns(part.lines)
        room = max(len(_named(line.counter)) for line in part.lines)
        print_table(out, columns, [_line(line, len(columns), room) for line in part.lines])
    for note in _notes(found):
        say(out, plain(note), "dim")
    for task in figures(run):
        say(out, f"\n[bold]{plain(task.task)}[/] {plain(task.what)}")
        for line in task.lines:
            say(out, f"  {plain(line)}")


def _columns(lines: Iterable[cards.Line]) -> list[Column]:
    """Return the columns; of those for a gate none where no rule reads any line."""
    ruled = any(line.verdict for line in lines)
    return [column for column in _COLUMNS if ruled or column.title not in ("threshold", "ruling")]


def _line(line: cards.Line, width: int, room: int) -> Line:
    """Return the cells of a line; the counter-metric's name has so much `room`."""
    own, other = line.figure, line.counter
    cells: list[str | Text] = [
        f"  {own.metric} {_BETTER[own.higher_is_better]}{MARK if own.marks else ''}",
        estimate(own),
        f"{own.n:,}",
        "" if other is None else f"{_named(other):<{room}}  {estimate(other)}",
    ]
    if line.verdict is not None:
        cells += [line.threshold, Text(line.verdict, style=_STYLES[line.verdict])]
    return Line(cells + [""] * (width - len(cells)))


def _named(figure: Figure | None) -> str:
    if figure is None:
        return ""
    way = "" if figure.why == NOT_MEASURED else f" {_BETTER[figure.higher_is_better]}"
    return figure.metric.split("/", 1)[1] + way if way else figure.metric


def estimate(figure: Figure) -> str:
    """Return `0.120 (0.080 to 0.170)`, or why there is no number, or that there is no interval.

    Of a longer reason its beginning; the whole stands below the tables.
    """
    if figure.estimate is None:
        return figure.why.partition(":")[0] or "none"
    if figure.low is None or figure.high is None:
        return f"{figure.estimate:z.3f} (no interval)"
    return f"{figure.estimate:z.3f} ({figure.low:z.3f} to {figure.high:z.3f})"


def _notes(found: Scorecard) -> list[str]:
    lines = [line for part in found.parts for line in part.lines]
    why = sorted({line.figure.why for line in lines if line.figure.why})
    notes = [f"no interval where: {'; '.join(why)}"] if why else []
    if marks := {mark for line in lines for mark in line.figure.marks}:
        notes.append(f"{MARK} {marked(marks)}")
    notes.append("↑ more is better, ↓ less is better; there is no total")
    if found.gate:
        notes.append(f"rulings of gate {found.gate}, the last in the ledger on this run")
    return notes
