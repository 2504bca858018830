"""What a person reads of a measured guard: rates, over-blocking, evasions, delays."""

from collections.abc import Iterable, Sequence

from statera.analysis.guarding.evading import EvasionRow
from statera.analysis.guarding.overblocking import OverBlocking
from statera.analysis.guarding.rates import RateRow
from statera.api.guardmeasure import GuardMeasured
from statera.cli.columns import Column, Line, print_table
from statera.cli.tables import console, plural
from statera.cli.wrapping import plain, say
from statera.stats.results import Difference, Estimate

FEW = 3
POLICY = "whole policy"
_RATES = (
    Column("source", name=True),
    Column("detector", left=True),
    Column("harmful"),
    Column("recall"),
    Column("95 % interval", 1),
    Column("harmless"),
    Column("false positives"),
    Column("95 % interval", 1),
    Column("AUROC"),
    Column("95 % interval", 2),
    Column("no check", 1),
    Column("beyond", 1),
)
_BLOCKED = (
    Column("harmless texts of", name=True),
    Column("n"),
    Column("blocked"),
    Column("95 % interval", 1),
    Column("redacted", 1),
    Column("no check", 1),
    Column("by", left=True, below=True),
)
_EVASIONS = (
    Column("evasion", name=True),
    Column("source", left=True),
    Column("harmful"),
    Column("recall"),
    Column("plain"),
    Column("change, 95 %", 1),
    Column("harmless"),
    Column("false positives"),
    Column("plain"),
    Column("change, 95 %", 2),
)


def document(measured: GuardMeasured) -> dict[str, object]:
    """Return schema 1 of `guard eval --json`; an empty detector is the whole policy."""
    return {
        "schema": 1,
        "run": measured.run.info.id,
        "system": measured.run.info.spec.system.model,
        "policy": {"name": measured.policy.name, "digest": measured.policy.digest},
        "detectors": measured.policy.detectors,
        "texts": len(measured.sightings),
        "rates": measured.rates,
        "over_blocking": measured.overblocking,
        "evasions": measured.evasions,
        "latency_ms": None if measured.delays is None else measured.delays._asdict(),
    }


def print_measured(measured: GuardMeasured, *, categories: bool = False) -> None:
    """Print every table; the rates of categories too where they are asked for."""
    out = console()
    info = measured.run.info
    sources = len({one.source for one in measured.sightings})
    say(
        out,
        f"[bold]{plain(info.spec.system.model)}[/] · policy {measured.policy.digest} · "
        f"{plural(len(measured.sightings), 'text')} of {plural(sources, 'source')} · "
        f"run {info.id[:8]}",
    )
    _print_rates([row for row in measured.rates if categories or row.category is None])
    _print_blocked(measured.overblocking)
    _print_evasions(measured.evasions)
    _print_notes(measured)


def _print_rates(rows: Sequence[RateRow]) -> None:
    print_table(console(), _RATES, list(_rate_lines(rows)))


def _rate_lines(rows: Sequence[RateRow]) -> Iterable[Line]:
    last: tuple[str, str | None] | None = None
    for row in rows:
        place = row.source, row.category
        name = row.source if row.category is None else f"  {row.category}"
        shown = "" if place == last else name
        last = place
        area = _value(row.auroc) + (_borrowed(row) if row.auroc.value is not None else "")
        yield Line(
            [
                shown,
                row.detector or POLICY,
                str(row.positives),
                *_cells(row.recall),
                str(row.negatives),
                *_cells(row.false_positive_rate),
                area,
                _bounds(row.auroc),
                str(row.failed + row.late or ""),
                str(row.beyond or ""),
            ],
            "" if row.category is None else "dim",
        )


def _borrowed(row: RateRow) -> str:
    """Return the mark of an AUROC with texts of other sources, or of the rest of its own."""
    if not row.against:
        return ""
    return "+" if row.against == (row.source,) else "*"


def _print_blocked(rows: Sequence[OverBlocking]) -> None:
    if not rows:
        return
    out = console()
    out.print()
    lines = [
        Line(
            [
                row.source,
                str(row.n),
                *_cells(row.blocked),
                str(row.redacted or ""),
                str(row.unchecked or ""),
                _by(row),
            ]
        )
        for row in rows
    ]
    print_table(out, _BLOCKED, lines)


def _by(row: OverBlocking) -> str:
    told = [
        f"{name} {count}" + (f" ({row.alone[name]} alone)" if row.alone.get(name, 0) else "")
        for name, count in row.by.items()
    ]
    return ", ".join([*told, *([f"shadow would block {row.shadow} more"] if row.shadow else [])])


def _print_evasions(rows: Sequence[EvasionRow]) -> None:
    """Print the forms under which a verdict of the whole policy changed, and name the others."""
    whole = sorted((row for row in rows if not row.detector), key=_by_evasion)
    if not whole:
        return
    out, moved = console(), [row for row in whole if _moved(row)]
    out.print()
    if moved:
        print_table(out, _EVASIONS, [Line(_evasion(row)) for row in moved])
    changed = {row.evasion for row in moved}
    if same := sorted({row.evasion for row in whole} - changed):
        say(out, f"every verdict stayed as it is plain under: {', '.join(same)}")
    if moved:
        say(out, "sources that are not named kept every verdict", "dim")
    if others := len(rows) - len(whole):
        say(out, f"{plural(others, 'more row')}, of single detectors, with --json", "dim")


def _moved(row: EvasionRow) -> bool:
    return any(one.wins or one.losses for one in (row.recall_change, row.false_positive_change))


def _by_evasion(row: EvasionRow) -> tuple[str, str]:
    return row.evasion, row.source


def _evasion(row: EvasionRow) -> list[str]:
    return [
        row.evasion,
        row.source,
        str(row.recall.n),
        _value(row.recall),
        *_changed(row.recall_change),
        str(row.false_positive_rate.n),
        _value(row.false_positive_rate),
        *_changed(row.false_positive_change),
    ]


def _changed(change: Difference) -> tuple[str, str]:
    base = "" if change.base is None else f"{change.base:.3f}"
    if change.low is None or change.high is None:
        return base, ""
    return base, f"{change.low:+.3f} to {change.high:+.3f}"


def _print_notes(measured: GuardMeasured) -> None:
    out = console()
    if found := measured.delays:
        say(
            out,
            f"\n[bold]latency[/] p50 {found.p50:.2f} ms · p95 {found.p95:.2f} · "
            f"p99 {found.p99:.2f} · most {found.most:.1f}, over {plural(found.n, 'text')}",
        )
    rows = measured.rates
    made = {e.method for row in rows for e in (row.recall, row.auroc) if e.low is not None}
    if made:
        say(out, f"interval: {'; '.join(sorted(made))}", "dim")
    marks = {_borrowed(row) for row in rows}
    if "*" in marks:
        told = "* one kind of text only: AUROC against the other kind of all other sources"
        say(out, plain(told), "dim")
    if "+" in marks:
        say(out, "+ one kind of text only: AUROC against the rest of the same source", "dim")
    unread = sum(row.unread for row in rows if row.category is None)
    if unread:
        told = f"{plural(unread, 'reading')} of texts beyond what a detector can examine"
        say(out, f"[yellow]warning[/] {told}: in no AUROC")
    failed = sum(row.failed + row.late for row in rows if row.category is None)
    if failed:
        say(out, "[yellow]warning[/] checks that failed or were late are in no rate; the same "
            "command asks again")  # fmt: skip
    hidden = sum(row.category is not None for row in rows)
    if hidden:
        say(out, f"{plural(hidden, 'row')} of categories with --categories or --json", "dim")
    name = measured.run.info.id[:8]
    say(out, f"Next: statera show {name} --outcome wrong · statera compare {name} RUN · "
        "statera gate", "dim")  # fmt: skip


def _cells(estimate: Estimate) -> tuple[str, str]:
    return _value(estimate), _bounds(estimate)


def _value(estimate: Estimate) -> str:
    return "" if estimate.value is None else f"{estimate.value:.3f}"


def _bounds(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{estimate.low:.3f} to {estimate.high:.3f}"
