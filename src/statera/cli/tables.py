"""What a person reads: the health line and the table of estimates, in Rich."""

import errno
from collections.abc import Collection, Sequence

from rich.console import Console

from statera.analysis.health import RETRY, WARN_SHARE, Health, not_told
from statera.analysis.measure import MetricRow
from statera.analysis.replies import AT_ZERO
from statera.cli import judgednumbers
from statera.cli.columns import Column, Line, print_table
from statera.cli.wrapping import plain, say
from statera.records.scores import Outcome
from statera.scorers.refusal import UNSURE

SHOWN: tuple[Outcome, ...] = ("right", "wrong", "unparsed", "refused", "truncated", "infra_error")
FEW = 3
_UNSURE = f"* unsure: the refusal classifier is not clear about some replies ({UNSURE})"
MARK = "°"
_MARKS = {AT_ZERO: f"repeats at {AT_ZERO}: what differs is the endpoint's own noise"}
_STANDARD_ERROR = Column("std. error")
_COLUMNS = (
    Column("metric", name=True),
    Column("estimate"),
    Column("95 % interval"),
    Column("n"),
)
_HEALTH = {
    "infra_error": "infra errors",
    "truncated": "truncated",
    "refused": "refused",
    "unparsed": "unparsed",
    "empty": "empty replies",
}


class _Printer(Console):
    """A console that lets the command line say with what a closed pipe ends."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError(errno.EPIPE, "the reader closed the pipe")


def console() -> Console:
    """Return the console for standard output; as wide as needed where there is no terminal."""
    found = _Printer(highlight=False)
    return found if found.is_terminal else _Printer(highlight=False, width=240)


def plural(count: int, noun: str) -> str:
    """Return `1 trial`, `2 trials`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def print_health(health: Health, run: str, blind: Collection[Outcome] = ()) -> None:
    """Print the shares of what is no answer, then a warning for each above 2 %.

    `run` is the name that the commands in the warnings carry. `blind` is what an imported log
    cannot tell from wrong: no share of it is printed, but what the log shows all the same.
    """
    parts, unknown = [], {*blind, *(["empty"] if "unparsed" in blind else [])}
    for name, words in _HEALTH.items():
        if name in unknown and not getattr(health, name):
            continue
        share = health.share(name)
        doubt = f", {health.unsure} unsure" if name == "refused" and health.unsure else ""
        least = "at least " if name in unknown else ""
        text = f"{words} {least}{getattr(health, name)} ({share:.1%}{doubt})"
        parts.append(f"[yellow]{text}[/]" if share > WARN_SHARE else text)
    out = console()
    parts = [plural(health.trials, "trial"), *parts]
    say(out, f"[bold]health[/] {' · '.join(parts)}")
    if blind:
        say(out, f"[yellow]imported[/] the log {not_told(blind)}")
    for warning in health.warnings:
        told = warning.removesuffix(RETRY) if blind else warning
        say(out, f"[yellow]warning[/] {told.replace('RUN', run)}")


def print_metrics(rows: Sequence[MetricRow], *, errors: bool = False) -> None:
    """Print one line a metric, with its categories below: estimate, interval, n, outcomes.

    Outcomes that never happened get no column; with `errors` standard errors have one.
    """
    seen = [outcome for outcome in SHOWN if any(row.outcomes.get(outcome) for row in rows)]
    doubted = {outcome for row in rows for outcome in row.unsure}
    judged = any(row.behind is not None for row in rows)
    beside = judgednumbers.COLUMNS if judged else ()
    measures = [*_COLUMNS[:2], *([_STANDARD_ERROR] if errors else []), *_COLUMNS[2:]]
    columns = [*measures, *beside, *(_outcome(name, doubted) for name in seen)]
    out = console()
    styles = ("" if row.category is None else "dim" for row in rows)
    cells = (_cells(row, seen, judged=judged, errors=errors) for row in rows)
    print_table(out, columns, list(map(Line, cells, styles)))
    for warning in judgednumbers.warnings(rows):
        say(out, f"[yellow]warning[/] {plain(warning)}")
    for note in _notes(rows):
        say(out, plain(note), "dim")


def headline(rows: Sequence[MetricRow]) -> list[MetricRow]:
    """Return the rows of a first look.

    Categories only for the metric that leads its task, and only those with a few items. Where a
    task was judged, a metric without any item is left out: its replies waited for the judge.
    """
    told = {_task(row) for row in rows if row.behind is not None}
    found: list[MetricRow] = []
    leads: dict[str, str] = {}
    for row in rows:
        if not row.n and row.behind is None and _task(row) in told:
            continue
        lead = leads.setdefault(_task(row), row.metric)
        if row.category is None or (row.metric == lead and row.n >= FEW):
            found.append(row)
    return found


def _task(row: MetricRow) -> str:
    return row.metric.split("/", 1)[0]


def _outcome(name: Outcome, doubted: Collection[str]) -> Column:
    mark = "*" if name in doubted else ""
    return Column(name.replace("_", " ") + mark, 2 if name in ("right", "wrong") else 1)


def _cells(row: MetricRow, seen: Sequence[Outcome], *, judged: bool, errors: bool) -> list[str]:
    name = f"{row.metric}{MARK if row.marks else ''}"
    name = name if row.category is None else f"  {row.category}"
    absent = "void" if judgednumbers.void(row) else "none"
    estimate = absent if row.estimate is None else f"{row.estimate:z.3f}"
    bounds = "none" if row.low is None else f"{row.low:z.3f} to {row.high:z.3f}"
    clusters = "" if row.clusters == row.n else f" in {row.clusters}"
    beside = judgednumbers.cells(row.behind) if judged else ()
    outcomes = (str(row.outcomes.get(o, "")) for o in seen)
    error = "none" if row.standard_error is None else f"{row.standard_error:.4f}"
    told = [error] if errors else []
    return [name, estimate, *told, bounds, f"{row.n}{clusters}", *beside, *outcomes]


def marked(marks: Collection[str]) -> str:
    """Return what the marked numbers must be read with."""
    return "; ".join(_MARKS.get(mark, mark) for mark in sorted(marks))


def _notes(rows: Sequence[MetricRow]) -> list[str]:
    """Return how the intervals were made, and what a reader must know of the names."""
    made = sorted({row.method for row in rows if row.low is not None})
    none = sorted({row.method for row in rows if row.low is None and not judgednumbers.void(row)})
    notes = [f"interval: {'; '.join(made)}"] if made else []
    if none:
        notes.append(f"no interval where: {'; '.join(none)}")
    if any(row.clusters != row.n for row in rows):
        notes.append("n in clusters: items of one cluster are not independent")
    if marks := {mark for row in rows for mark in row.marks}:
        notes.append(f"{MARK} {marked(marks)}")
    if any(row.unsure for row in rows):
        notes.append(_UNSURE)
    if any(row.metric.endswith("_macro") for row in rows):
        notes.append("_macro counts each category the same; the others count each item (micro)")
    return [*notes, *judgednumbers.notes(rows)]
