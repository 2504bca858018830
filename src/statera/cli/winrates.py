"""What a person reads of judged pairs: win rates, by labels too, flips and the lean to a place."""

from collections.abc import Iterator, Sequence

from rich.markup import escape

from statera.api.winrates import BackedRate
from statera.cli import judgednumbers
from statera.cli.columns import Column, Line, print_table
from statera.cli.tables import console
from statera.stats.results import Estimate

_COLUMNS = (
    Column("task", name=True),
    Column("win rate"),
    Column("interval"),
    Column("items"),
    Column("won", 1),
    Column("lost", 1),
    Column("tied", 2),
    Column("flips", 1),
    Column("unparsed", 1),
    Column("judged of asked", 2),
)
_BY_LABELS = 3
"""Of the columns of judged numbers those on labels: how much was judged stands here already."""


def print_win_rates(rows: Sequence[BackedRate], notes: Sequence[str]) -> None:
    """Print one line a task, its categories below, then what must be known of them."""
    out = console()
    by_labels = any(row.behind and row.behind.corrected.value is not None for row in rows)
    columns = (*_COLUMNS, *(judgednumbers.COLUMNS[:_BY_LABELS] if by_labels else ()))
    lines = []
    for row in rows:
        cells = judgednumbers.cells(row.behind)[:_BY_LABELS] if by_labels else ()
        lines.append(Line([*_cells(row), *cells], "" if row.category is None else "dim"))
    print_table(out, columns, lines)
    for row in rows:
        if row.category is None:
            out.print(f"[dim]{place(row)}[/]", soft_wrap=True)
    for warning in _warnings(rows):
        out.print(f"[yellow]warning[/] {escape(warning)}", soft_wrap=True)
    for note in [*notes, *_same(rows), *judgednumbers.notes(rows)]:
        out.print(f"[yellow]note[/] {note}", soft_wrap=True, markup=True)
    told = {row.rate.method for row in rows if row.category is None and row.rate.void}
    for method in sorted({row.rate.method for row in rows} - told):
        out.print(f"[dim]interval: {method}[/]", soft_wrap=True)


def place(row: BackedRate) -> str:
    """Return the sentence on flips, on the lean to a place and on length."""
    found = row.position
    ours, theirs = row.mean_lengths
    parts = [
        f"{row.task}: flips {shown(found.flip_rate)}",
        f"first place named {shown(found.first_share)} (0.5: no lean)",
        f"mean length {ours:,.0f} against {theirs:,.0f} characters",
    ]
    return " · ".join(parts)


def shown(estimate: Estimate) -> str:
    """Return `0.120 [0.081, 0.172]`, or why there is none."""
    if estimate.value is None:
        return f"none ({estimate.method})"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f} (no interval: {estimate.method})"
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _cells(row: BackedRate) -> list[str]:
    rate = row.rate
    name = row.task if row.category is None else f"  {row.category}"
    value = ("void" if rate.void else "none") if rate.value is None else f"{rate.value:.3f}"
    bounds = "none" if rate.low is None else f"{rate.low:.3f} to {rate.high:.3f}"
    counts = (rate.wins, rate.losses, rate.ties, rate.inconsistent, rate.unparsed)
    sizes = f"{rate.judged} of {rate.asked}"
    return [name, value, bounds, str(rate.items), *map(str, counts), sizes]


def _same(rows: Sequence[BackedRate]) -> Iterator[str]:
    for row in rows:
        if row.category is None and row.same:
            of = f"{row.same} of {row.rate.asked} pairs"
            yield f"{row.task}: {of} are of the same text on both sides: ties, not asked"


def _warnings(rows: Sequence[BackedRate]) -> list[str]:
    whole = [row for row in rows if row.category is None]
    void = [f"{row.task}: {row.rate.method}" for row in whole if row.rate.void]
    whys = ((row.task, why) for row in whole for why in (row.rate.warning, row.warning))
    return void + [f"{task}: {why}" for task, why in whys if why]
