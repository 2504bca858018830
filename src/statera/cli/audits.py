"""What a person reads of an audit: first whether the judge stands, then figures with intervals."""

import textwrap
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from statera.analysis.audit import Audit
from statera.analysis.judgeaudit.figures import Figure, Section, State
from statera.cli.columns import Column, Line, table
from statera.cli.controls import visible
from statera.cli.tables import console
from statera.report.auditpage import about, cells_of, headline, method_of, overview, title

_COLUMNS = (
    Column("  figure", name=True),
    Column("value"),
    Column("interval"),
    Column("n", left=True),
    Column("how", 1),
)
_NONE = "no interval: "
_STYLE: dict[State, str] = {"void": "bold red", "not shown": "bold red", "warning": "bold yellow"}


def print_audit(audit: Audit) -> None:
    """Print the page: why the judge is void comes first, in words; the methods come last."""
    out = console()
    figures = [figure for section in audit.sections for figure in section.figures]
    methods = list(dict.fromkeys(method_of(figure) for figure in figures if _bounded(figure)))
    head, rows = _table(out, figures, methods)
    _say(out, headline(audit), style=_STYLE.get(audit.state, "bold green"))
    for line in audit.why:
        _say(out, line, indent=2)
    for line in overview(audit):
        _say(out, line, indent=2)
    _say(out, about(audit), style="dim")
    for section in audit.sections:
        _print(out, section, head, rows)
    if methods:
        how = "; ".join(f"[{at}] {method}" for at, method in enumerate(methods, 1))
        out.print()
        _say(out, f"how the intervals are made: {how}", style="dim")


def _table(
    out: Console, figures: Sequence[Figure], methods: Sequence[str]
) -> tuple[Text, Iterator[Text]]:
    """Return the head and the row of every figure on the page, so that all columns stand alike."""
    lines = []
    for figure in figures:
        name, *cells = cells_of(figure)
        how = f"[{methods.index(method_of(figure)) + 1}]" if _bounded(figure) else ""
        lines.append(Line([f"  {name}", *cells, how]))
    head, *rows = table(_COLUMNS, lines, _room(out))[0]
    return head, iter(rows)


def _print(out: Console, section: Section, head: Text, rows: Iterator[Text]) -> None:
    out.print()
    _say(out, title(section), style=_STYLE.get(section.state, "bold"))
    for line in section.said:
        _say(out, line, indent=2)
    if section.advice:
        _say(out, f"what to do: {section.advice}", indent=2)
    if section.figures:
        out.print(head, soft_wrap=True)
    following = [*section.figures[1:], None]
    for figure, after in zip(section.figures, following, strict=False):
        out.print(next(rows), soft_wrap=True)
        if not _bounded(figure):
            why = figure.method.removeprefix(_NONE)
            _say(out, f"{_NONE}{why}", style="dim", indent=4)
        if after is None or after.reads != figure.reads:
            _say(out, figure.reads, style="dim", indent=4)


def _bounded(figure: Figure) -> bool:
    return figure.low is not None and figure.high is not None


def _room(out: Console) -> int | None:
    return out.width if out.is_terminal else None


def _say(out: Console, text: str, *, style: str = "", indent: int = 0) -> None:
    """Print a text, broken between words where a terminal is narrow."""
    room, space = _room(out), " " * indent
    line = visible(text)
    parts = [line] if room is None else textwrap.wrap(line, max(20, room - indent))
    for part in parts:
        out.print(f"{space}{part}", style=style, markup=False, soft_wrap=True)
