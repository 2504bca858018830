"""What a person reads: the health line and the table of estimates, in Rich."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from statera.analysis.health import WARN_SHARE, Health
from statera.analysis.measure import MetricRow
from statera.records.scores import Outcome

SHOWN: tuple[Outcome, ...] = ("right", "wrong", "unparsed", "refused", "truncated", "infra_error")
_HEALTH = {
    "infra_error": "infra errors",
    "truncated": "truncated",
    "refused": "refused",
    "unparsed": "unparsed",
    "empty": "empty replies",
}


def console() -> Console:
    """Return the console for standard output; 120 columns where there is no terminal."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=120)


def print_health(health: Health) -> None:
    """Print the shares of what is no answer, then a warning for each above 2 %."""
    parts = []
    for name, words in _HEALTH.items():
        share = health.share(name)
        text = f"{words} {getattr(health, name)} ({share:.1%})"
        parts.append(f"[yellow]{text}[/]" if share > WARN_SHARE else text)
    out = console()
    out.print(f"[bold]health[/] {health.trials} trials · " + " · ".join(parts), soft_wrap=True)
    for warning in health.warnings:
        out.print(f"[yellow]warning[/] {warning}", soft_wrap=True)


def print_metrics(rows: Sequence[MetricRow]) -> None:
    """Print one line a metric and category: estimate, interval, n, method, outcomes."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("metric", no_wrap=True)
    table.add_column("category", no_wrap=True)
    table.add_column("estimate", justify="right")
    table.add_column("interval", justify="right", no_wrap=True)
    table.add_column("n", justify="right")
    for outcome in SHOWN:
        table.add_column(outcome.replace("_", " "), justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row), style="" if row.category is None else "dim")
    out = console()
    out.print(table)
    for method in sorted({_note(row) for row in rows}):
        out.print(f"[dim]{method}[/]", soft_wrap=True)


def headline(rows: Iterable[MetricRow]) -> list[MetricRow]:
    """Return the rows of a first look: categories only for the metrics that lead."""
    return [r for r in rows if r.category is None or not r.metric.endswith("_given_answer")]


def _cells(row: MetricRow) -> list[str]:
    estimate = "–" if row.estimate is None else f"{row.estimate:.3f}"
    bounds = "none" if row.low is None else f"[{row.low:.3f}, {row.high:.3f}]"
    clusters = "" if row.clusters == row.n else f" ({row.clusters} clusters)"
    counts = [str(row.outcomes[outcome]) for outcome in SHOWN]
    name = row.metric if row.category is None else ""
    return [
        name,
        row.category or "",
        estimate,
        bounds.replace("[", r"\["),
        f"{row.n}{clusters}",
        *counts,
    ]


def _note(row: MetricRow) -> str:
    if row.low is None:
        return f"no interval: {row.method}"
    return f"{100 * row.level:g} % interval: {row.method}"
