"""What a person reads of a comparison: what else differs, the table, the items to read."""

from collections.abc import Sequence

import msgspec

from statera.analysis.comparison import Comparison, ComparisonRow
from statera.analysis.health import not_told
from statera.analysis.pairing import Changed
from statera.cli import judgednumbers
from statera.cli.columns import Column, Line, print_table
from statera.cli.controls import visible
from statera.cli.tables import FEW, console, plural
from statera.cli.wrapping import plain, say
from statera.errors import listed
from statera.records.labels import PEOPLE
from statera.records.specs import RunInfo

_NAMED = 3
"""So many metrics are named that items were left out of."""


def headline(comparison: Comparison, metric: str | None = None) -> list[ComparisonRow]:
    """Return the rows of a first look, or all of one metric.

    Categories only for the metric that leads its task, and only those with a few items. Where a
    task was judged, a metric without any item is left out: its replies waited for the judge.
    """
    if metric is not None:
        return [row for row in comparison.rows if row.metric == metric]
    told = {_task(row) for row in comparison.rows if row.behind is not None}
    leads: dict[str, str] = {}
    found = []
    for row in comparison.rows:
        if not row.n and row.behind is None and _task(row) in told:
            continue
        lead = leads.setdefault(_task(row), row.metric)
        if row.category is None or (row.metric == lead and (row.n >= FEW or not row.n)):
            found.append(row)
    return found


def _task(row: ComparisonRow) -> str:
    return row.metric.split("/", 1)[0]


def json_rows(comparison: Comparison, metric: str | None = None) -> dict[str, object]:
    """Return schema 1 of `compare --json`."""
    rows = [row for row in comparison.rows if metric in (None, row.metric)]
    return {
        "schema": 1,
        "run": comparison.candidate.id,
        "base": comparison.base.id,
        "system": [change._asdict() for change in comparison.system],
        "instrument": [change._asdict() for change in comparison.instrument],
        "left_out": [change._asdict() for change in comparison.left_out],
        "only_run": comparison.only_candidate,
        "only_base": comparison.only_base,
        "items": [
            {
                "task": pairing.task,
                "shared": pairing.shared,
                "only_run": pairing.only_candidate,
                "only_base": pairing.only_base,
            }
            for pairing in comparison.pairings
        ],
        "metrics": [msgspec.to_builtins(row) for row in rows],
    }


def print_comparison(comparison: Comparison, rows: Sequence[ComparisonRow], *, read: int) -> None:
    """Print what else differs, the table of differences, and the items that changed most."""
    out = console()
    for line in _differs(comparison):
        say(out, line)
    print_table(out, _columns(rows), _lines(rows))
    for warning in judgednumbers.warnings(rows):
        say(out, f"[yellow]warning[/] {plain(warning)}")
    for note in _notes(comparison, rows):
        say(out, plain(note), "dim")
    if read:
        for line in _to_read(comparison, read):
            out.print(line, soft_wrap=True, markup=False)


def _differs(comparison: Comparison) -> list[str]:
    lines = [f"[bold]{_run(comparison.candidate)}[/] against [bold]{_run(comparison.base)}[/]"]
    lines += [f"  {plain(str(change))}" for change in comparison.system]
    if not comparison.system:
        lines.append("  [yellow]the system under test is the same: this is a rerun[/]")
    lines += [
        f"[red]not the same instrument[/]: {plain(str(change))}" for change in comparison.instrument
    ]
    lines += [
        f"[yellow]left out, not the same instrument[/]: {plain(str(change))}"
        for change in comparison.left_out
    ]
    for pairing in comparison.pairings:
        alone = (
            ("RUN", pairing.only_candidate, pairing.base),
            ("BASE", pairing.only_base, pairing.candidate),
        )
        lines += [
            f"[yellow]{plain(pairing.task)}: {plural(count, 'item')} of {side} only, left out"
            f"{', as the other run stopped early' if other.early else ''}[/]"
            for side, count, other in alone
            if count
        ]
    for side, names in (("RUN", comparison.only_candidate), ("BASE", comparison.only_base)):
        lines += [f"[yellow]{plain(name)}: in {side} only, left out[/]" for name in names]
    return lines


def _run(info: RunInfo) -> str:
    tags = f" ({', '.join(info.tags)})" if info.tags else ""
    return f"run {info.id[:8]}{tags}"


def _columns(rows: Sequence[ComparisonRow]) -> list[Column]:
    level = min((row.level for row in rows), default=0.95)
    failed = any(row.worst is not None for row in rows)
    judged = any(row.behind is not None for row in rows)
    exact = any(row.p_exact is not None for row in rows)
    return [
        Column("metric", name=True),
        Column("base", 3),
        Column("run", 3),
        Column("difference"),
        Column(f"{100 * level:g} % interval"),
        *(judgednumbers.COLUMNS if judged else ()),
        Column("n"),
        Column("won/lost/tied", 6),
        Column("p", 4),
        *([Column("exact p", 5)] if exact else []),
        Column("p adj.", 5),
        *([Column("if infra errors", 2, below=True)] if failed else []),
    ]


def _lines(rows: Sequence[ComparisonRow]) -> list[Line]:
    size, judged = len(_columns(rows)), any(row.behind is not None for row in rows)
    exact = any(row.p_exact is not None for row in rows)
    return [
        Line(_cells(row, judged=judged, exact=exact)[:size], "" if row.category is None else "dim")
        for row in rows
    ]


def _cells(row: ComparisonRow, *, judged: bool, exact: bool) -> list[str]:
    name = row.metric if row.category is None else f"  {row.category}"
    clusters = "" if row.clusters == row.n else f" in {row.clusters}"
    return [
        name,
        _number(row.base),
        _number(row.candidate),
        _absent(row) if row.difference is None else f"{row.difference:+z.3f}",
        _span(row.low, row.high) or "none",
        *(judgednumbers.cells(row.behind, signed=True) if judged else ()),
        f"{row.n}{clusters}",
        f"{row.wins}/{row.losses}/{row.ties}",
        _p(row.p),
        *(["" if row.p_exact is None else _p(row.p_exact)] if exact else ()),
        _p(row.p_adjusted),
        _span(row.worst, row.best) if row.higher_is_better else _span(row.best, row.worst),
    ]


def _absent(row: ComparisonRow) -> str:
    return "void" if judgednumbers.void(row) else "none"


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:+z.3f} to {high:+z.3f}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:z.3f}"


def _p(value: float | None) -> str:
    if value is None:
        return "none"
    return "<.0001" if value < 0.0001 else f"{value:z.4f}"


def _notes(comparison: Comparison, rows: Sequence[ComparisonRow]) -> list[str]:
    """Return how the intervals and tests were made, and what is not shown."""
    made = sorted({row.method for row in rows if row.low is not None})
    none = sorted({row.method for row in rows if row.low is None and not judgednumbers.void(row)})
    tests = sorted({row.test for row in rows if row.p is not None})
    notes = [f"interval of the difference: {'; '.join(made)}"] if made else []
    if none:
        notes.append(f"no interval where: {'; '.join(none)}")
    if tests:
        apart = " (those of repeats apart)" if any(row.of_repeats for row in rows) else ""
        adjusted = f"adjusted by Holm over metrics{apart}, by Benjamini-Hochberg over categories"
        notes.append(f"p: {'; '.join(tests)}; {adjusted}")
    if any(row.p_exact is not None for row in rows):
        notes.append("exact p: McNemar's exact binomial test, two-sided; not adjusted")
    notes += _without_value([row for row in rows if row.category is None])
    if any(row.metric.endswith("_given_answer") for row in rows):
        notes.append(
            "_given_answer: right of what each run answered itself, so over other items where one "
            "did not answer; n counts those that either answered, won/lost/tied those that both did"
        )
    notes += [
        f"{pairing.task}: a log that was imported {not_told(pairing.blind)}"
        for pairing in comparison.pairings
        if pairing.blind
    ]
    if any(row.behind is not None and row.p is not None for row in rows):
        notes.append("p of a judged metric is of the judge's own numbers, uncorrected")
    notes += judgednumbers.notes(rows)
    if any(not row.paired for row in rows):
        notes.append("the runs share no item: unpaired, so much less certain")
    hidden = len(comparison.rows) - len(rows)
    if hidden:
        notes.append(f"{hidden} more rows in --json, or with --metric NAME")
    return notes


def _without_value(rows: Sequence[ComparisonRow]) -> list[str]:
    """Return how many items are left out of these metrics: unlabelled ones, and those that lack."""
    notes = []
    unlabelled = max((row.unscored for row in rows if _by_people(row)), default=0)
    if unlabelled:
        notes.append(f"{plural(unlabelled, 'item')} without a label on both sides, left out")
    counted = {row.metric: row.unscored for row in rows if not (_by_people(row) or row.category)}
    lacking = sorted((name for name, many in counted.items() if many), key=counted.__getitem__)
    told = [f"{name} {counted[name]}" for name in reversed(lacking)]
    if told:
        notes.append(
            "compared over the items that have a value on both sides; left out, not counted as 0: "
            f"{listed(told, _NAMED)}"
        )
    return notes


def _by_people(row: ComparisonRow) -> bool:
    """Return whether people gave the values, so that those that lack were not asked for."""
    return row.metric.removesuffix("_good").endswith(PEOPLE)


def _to_read(comparison: Comparison, count: int) -> list[str]:
    """Return, for each task's leading metric, the commands that show what changed most."""
    lines = []
    for pairing in comparison.pairings:
        if not pairing.metrics:
            continue
        lead = pairing.metrics[0]
        changed = pairing.changed(lead.name)
        better = lead.higher_is_better
        worse = [c for c in changed if (c.candidate < c.base) == better]
        gained = [c for c in reversed(changed) if (c.candidate > c.base) == better]
        for word, items in (("worse", worse), ("better", gained)):
            if items:
                lines.append(
                    _line(comparison, f"{pairing.task}: {len(items)} {word}", items[:count])
                )
    return lines


def _line(comparison: Comparison, what: str, items: Sequence[Changed]) -> str:
    ids = ",".join(item.sample_id for item in items)
    return f"{what}; read: statera show {comparison.candidate.id[:8]} --sample-id {visible(ids)}"
