"""What a person reads of a diagnosis: causes first, then the bars, places, and what to run next."""

from collections.abc import Iterator, Sequence

import msgspec
from rich.markup import escape

from statera.analysis.comparison import Comparison
from statera.cli.columns import Column, Line, print_table
from statera.cli.controls import visible
from statera.cli.tables import console, plural
from statera.diagnosis.commands import show_command
from statera.diagnosis.decomposition import Bar, Decomposition
from statera.diagnosis.diagnosis import Diagnosis
from statera.diagnosis.evidence import Signal
from statera.diagnosis.places import Place
from statera.diagnosis.restoration import Restoration
from statera.diagnosis.signature import LOSSES, MEANING, Finding
from statera.diagnosis.slices import Slice

ANSWERS = {
    "explained": "every cause is named",
    "undetermined": "not all of it can be told",
    "better": "nothing got worse, and something got better",
    "same": "nothing moved: every signal is shown to be the same",
}
OPEN = "the answers that are given are less often right"
UNTOLD = "fewer are right; the log does not tell why"
STATES = {"untold": "not told apart by the log"}
READ = 5
MOST_PLACES = 12


def document(found: Diagnosis, restored: Sequence[Restoration]) -> dict[str, object]:
    """Return schema 1 of `diagnose --json`."""
    fields = msgspec.structs.asdict(found)
    fields["signals"] = [
        msgspec.to_builtins(signal) | {"state": signal.state} for signal in found.signals
    ]
    run = fields.pop("candidate")
    return {"schema": 1, "run": run, **fields, "restorations": list(restored)}


def print_diagnosis(found: Diagnosis, comparison: Comparison) -> None:
    """Print the diagnosis, causes first."""
    out = console()
    for line in (*_head(found, comparison), *_causes(found)):
        out.print(line, soft_wrap=True)
    if found.decompositions:
        out.print()
        print_table(out, _columns(found.decompositions[0].level), list(_bars(found)))
        for line in _bar_notes(found):
            out.print(f"[dim]{line}[/]", soft_wrap=True)
    for title, lines in (("where", _where(found)), ("read", _read(found)), ("next", _next(found))):
        _section(title, lines)


def _head(found: Diagnosis, comparison: Comparison) -> Iterator[str]:
    yield f"[bold]run {found.candidate[:8]}[/] against [bold]run {found.base[:8]}[/]"
    for change in comparison.system:
        yield f"  {_plain(str(change))}"
    for change in comparison.instrument:
        yield f"[red]not the same instrument[/]: {_plain(str(change))}"
    for pairing in comparison.pairings:
        if not pairing.shared:
            yield f"[yellow]{_plain(pairing.task)}: the runs share no item, nothing to diagnose[/]"


def _causes(found: Diagnosis) -> Iterator[str]:
    yield f"\n[bold]{found.answer}[/]: {ANSWERS[found.answer]}"
    yield from (f"[yellow]{_plain(line)}[/]" for line in found.caveats)
    for number, finding in enumerate(found.findings, 1):
        yield from _finding(number, finding)
    yield from (f"[dim]{line}[/]" for line in _beside(found))


def print_restorations(restored: Sequence[Restoration]) -> None:
    """Print what the probes showed."""
    for one in restored:
        runs = f", {plural(len(one.runs), 'run')} {' '.join(run[:8] for run in one.runs)}"
        console().print(
            f"\n[bold]probe {one.probe}[/] {_plain(one.task)}: {one.right} of {one.n} lost samples "
            f"right, {one.as_before} as before (p {one.p:.2g}{runs if one.runs else ''})\n"
            f"  [bold]{one.verdict}[/]: what remains is {_plain(one.remains)}",
            soft_wrap=True,
        )


def _plain(text: str) -> str:
    return escape(visible(text))


def _section(title: str, lines: Sequence[str]) -> None:
    if lines:
        out = console()
        out.print(f"\n[bold]{title}[/]")
        for line in lines:
            out.print(f"  {line}", soft_wrap=True)


def _finding(number: int, finding: Finding) -> Iterator[str]:
    size = "" if finding.points is None else f", {100 * finding.points:+z.1f} points"
    share = "" if finding.share is None else f", {finding.share:.0%} of the loss"
    name = " or ".join(finding.between or (finding.cause,))
    colour = "red" if finding.safety else "yellow"
    mark = "" if finding.status == "named" else " (undetermined)"
    yield f"{number}. [bold {colour}]{name}[/]{mark} · {_plain(finding.task)}{size}{share}"
    yield f"   {_meaning(finding)}"
    yield from (f"   [dim]{_plain(said)}[/]" for said in finding.evidence)
    yield from (f"   [dim]not shown to be the same: {_plain(x)}[/]" for x in finding.unsettled)


def _meaning(finding: Finding) -> str:
    if set(finding.between) & set(LOSSES.values()):
        return UNTOLD
    return OPEN if finding.between else MEANING[finding.cause]


def _beside(found: Diagnosis) -> Iterator[str]:
    """Yield one line a task for the signals that no finding speaks of."""
    for task in dict.fromkeys(signal.task for signal in found.signals):
        mine = [s for s in found.signals if s.task == task and not s.worse]
        told = any(f.task == task and f.unsettled for f in found.findings)
        parts = []
        for state in ("up", "down", "same", *(() if told else ("undetermined",)), "untold"):
            named = [_signal(s, state) for s in mine if s.state == state]
            if named:
                within = f" within {100 * found.terms.margin:g} points" if state == "same" else ""
                parts.append(f"{STATES.get(state, state)}{within}: {', '.join(named)}")
        if parts:
            yield f"{_plain(task)}: {'; '.join(parts)}"


def _signal(signal: Signal, state: str) -> str:
    name = _plain(signal.metric)
    if state != "undetermined" or signal.needed is None or signal.needed <= signal.n:
        return name
    return f"{name} ({signal.n:,} items, about {signal.needed:,} needed)"


def _columns(level: float) -> list[Column]:
    interval = f"{100 * level:g} % interval"
    numbers = [Column("base", 2), Column("run", 2), Column("points"), Column(interval, 1)]
    return [Column("accuracy", name=True), *numbers, Column("lost here", 3), Column("no longer", 3)]


def _bars(found: Diagnosis) -> Iterator[Line]:
    for one in found.decompositions:
        name, change = f"{one.task}, {plural(one.n, 'item')}", f"{100 * one.change:+z.2f}"
        shares = (f"{one.base:z.3f}", f"{one.candidate:z.3f}")
        yield Line([name, *shares, change, "", "", ""], style="bold")
        yield from (Line(_bar(bar)) for bar in one.bars)


def _bar(bar: Bar) -> list[str]:
    interval = "none" if bar.low is None or bar.high is None else _points(bar.low, bar.high)
    return [
        f"  {bar.stage}",
        _share(bar.base),
        _share(bar.candidate),
        f"{100 * bar.points:+z.2f}",
        interval,
        f"{bar.moved} {bar.lost}" if bar.moved else "0",
        str(bar.back),
    ]


def _points(low: float, high: float) -> str:
    return f"{100 * low:+z.2f} to {100 * high:+z.2f}"


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:z.3f}"


def _bar_notes(found: Diagnosis) -> Iterator[str]:
    yield "each line is a share of the line above it; the parts add up to the change in points"
    made = sorted({bar.method for one in found.decompositions for bar in one.bars})
    yield f"interval: {'; '.join(made)}"
    for one in found.decompositions:
        yield from _left_out(one)


def _left_out(one: Decomposition) -> Iterator[str]:
    if one.base_failed or one.candidate_failed:
        yield (
            f"{_plain(one.task)}: infrastructure errors are in no part: {one.base_failed} in the "
            f"base, {one.candidate_failed} in the run; {plural(one.left_out, 'item')} left out"
        )
    if one.smoothed:
        yield f"{_plain(one.task)}: a run has no right answer; for the parts half an item is right"


def _where(found: Diagnosis) -> list[str]:
    lines = [_place(place) for place in found.places[:MOST_PLACES]]
    if len(found.places) > MOST_PLACES:
        lines.append(f"{len(found.places) - MOST_PLACES} more categories in --json")
    return lines + [_slice(one) for one in found.slices]


def _place(place: Place) -> str:
    mark = "[red]safety[/] " if place.safety else ""
    bounds = ""
    if place.low is not None and place.high is not None:
        bounds = f" [{_points(place.low, place.high)}]".replace("[", r"\[")
    change = "none" if place.difference is None else f"{100 * place.difference:+z.1f} points"
    name = _plain(f"{place.task}/{place.category}")
    return f"{mark}{name}: {change}{bounds}, {place.n} items, adjusted p {place.p_adjusted:.2g}"


def _slice(one: Slice) -> str:
    where = _plain(" and ".join(one.conditions))
    return (
        f"{_plain(one.task)}, {where}: {100 * one.difference:+z.1f} points against "
        f"{100 * one.rest:+z.1f} elsewhere, on {one.n} items it was not found on "
        f"(adjusted p {one.p_adjusted:.2g})"
    )


def _read(found: Diagnosis) -> list[str]:
    lines = []
    for one in found.decompositions:
        for bar in one.bars:
            if bar.samples and bar.points < 0:
                shown = show_command(found.candidate, bar.samples[:READ])
                lines.append(f"{_plain(one.task)}, {bar.lost}: {_plain(shown)}")
    return lines


def _next(found: Diagnosis) -> list[str]:
    lines = []
    for probe in found.probes:
        asks = "asks the model" if probe.asks else "no request"
        lines.append(
            f"[bold]{probe.name}[/] {_plain(probe.task)} ({asks}): if the score comes back, "
            f"{_plain(probe.restored)}; else {_plain(probe.otherwise)}"
        )
        lines += [f"  {_plain(command)}" for command in probe.commands]
    return lines or _more(found)


def _more(found: Diagnosis) -> list[str]:
    """Return how many items would tell what is open, where there is nothing else to run."""
    open_signals = [signal for signal in found.signals if signal.state == "undetermined"]
    needed = sorted(signal.needed for signal in open_signals if signal.needed is not None)
    if not needed:
        return []
    first, last = needed[0], needed[-1]
    told = f"about {first:,} items tell the first of what is open"
    return [f"[bold]more items[/] in both runs: {told}, about {last:,} all of it"]
