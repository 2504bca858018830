"""What a person reads of a diagnosis of traffic: causes, what the mix did, parts, signals."""

from collections.abc import Iterator

import msgspec
from rich.markup import escape

from statera.cli.columns import Column, Line, print_table
from statera.cli.controls import visible
from statera.cli.tables import console
from statera.diagnosis.traffic import LeftOut, TrafficDiagnosis, TrafficFinding
from statera.diagnosis.trafficparts import DELTA, TrafficPart
from statera.diagnosis.trafficsignals import TrafficSignal

ANSWERS = {
    "worse": "something surely got worse",
    "mix": "nothing surely got worse at one mix: other requests came",
    "better": "nothing got worse, and something got better",
    "same": "nothing moved: every signal is shown to be the same",
    "inconclusive": "nothing surely got worse, and not all is shown to be the same",
}
SCHEMA = 1
MOST_LEFT = 5
_WORDS = {"right": "right, if readable", "harm": "harmful or flagged"}


def document(found: TrafficDiagnosis, names: tuple[str, str]) -> dict[str, object]:
    """Return schema 1 of `diagnose --json` for traffic."""
    fields = msgspec.structs.asdict(found)
    fields["signals"] = [
        msgspec.to_builtins(signal) | {"state": signal.state} for signal in found.signals
    ]
    return {"schema": SCHEMA, "kind": "traffic", "base": names[0], "candidate": names[1], **fields}


def print_traffic(found: TrafficDiagnosis, names: tuple[str, str]) -> None:
    """Print the diagnosis; `names` say what base and candidate are."""
    out = console()
    for line in (*_head(found, names), *_causes(found)):
        out.print(line, soft_wrap=True)
    if found.parts:
        out.print()
        columns = [Column("before", 2), Column("after", 2), Column("points"), Column("95 %", 1)]
        print_table(out, [Column("share", name=True), *columns], list(_parts(found)))
        for line in _notes(found):
            out.print(f"[dim]{line}[/]", soft_wrap=True)
    out.print()
    columns = [Column("before", 2), Column("after", 2), Column("change"), Column("95 %", 1)]
    more = [Column("mix", 3), Column("reading", 1), Column("requests", 3)]
    print_table(out, [Column("signal", name=True), *columns, *more], list(_signals(found)))
    for line in _below(found):
        out.print(f"[dim]{line}[/]", soft_wrap=True)


def _head(found: TrafficDiagnosis, names: tuple[str, str]) -> Iterator[str]:
    for which, name, side in (("before", names[0], 0), ("after", names[1], 1)):
        counted = f"{found.requests[side]:,} requests of {found.users[side]:,} users"
        yield f"[bold]{which}[/] {_plain(name)}: {counted}"
    if found.segments:
        cells = f"{found.cells} parts of the mix"
        yield f"adjusted for {_plain(', '.join(found.segments))}: {cells}"
    else:
        yield "no segments: the mix is not adjusted for (import with --segment NAME=FIELD)"


def _causes(found: TrafficDiagnosis) -> Iterator[str]:
    yield f"\n[bold]{found.answer}[/]: {ANSWERS[found.answer]}"
    yield from (f"[yellow]{_plain(line)}[/]" for line in found.caveats)
    for number, finding in enumerate(found.findings, 1):
        yield from _finding(number, finding)


def _finding(number: int, one: TrafficFinding) -> Iterator[str]:
    colour = "red" if one.cause.startswith("safety") else "yellow"
    bounds = "" if one.low is None else f" ({_points(one.low, one.high)})"
    size = f"{_plain(one.metric)} {100 * one.difference:+.1f} points{bounds}"
    part = "" if one.points is None else f"; {100 * one.points:+z.1f} points of the answers"
    yield f"{number}. [bold {colour}]{one.cause}[/] · {size}{part}"
    yield f"   {one.meaning}"


def _parts(found: TrafficDiagnosis) -> Iterator[Line]:
    last = found.parts[-1].stage
    name = "right answers" if last == "right" else "readable answers"
    change = "" if found.adjusted is None else f"{100 * found.adjusted:+z.2f}"
    yield Line([f"{name}, at one mix", "", "", change, ""], style="bold")
    yield from (Line(_part(part)) for part in found.parts)
    if found.mix is not None and found.segments:
        mix = _points(found.mix_low, found.mix_high)
        yield Line(["the mix alone", "", "", f"{100 * found.mix:+z.2f}", mix])
        raw = "" if found.raw is None else f"{100 * found.raw:+z.2f}"
        yield Line([f"{name}, as seen", "", "", raw, ""], style="bold")


def _part(part: TrafficPart) -> list[str]:
    shares = [_share(part.base), _share(part.candidate)]
    points = f"{100 * part.points:+z.2f}"
    return [f"  {part.stage}", *shares, points, _points(part.low, part.high)]


def _notes(found: TrafficDiagnosis) -> Iterator[str]:
    yield "each line is a share of the line above it; the parts add up to the change at one mix"
    why = sorted({part.method for part in found.parts if part.method != DELTA})
    if why:
        yield f"no interval: {'; '.join(why)}"


def _signals(found: TrafficDiagnosis) -> Iterator[Line]:
    for one in found.signals:
        name = _WORDS.get(one.kind, one.kind)
        if one.metric not in (one.kind, ""):
            name = f"{name} ({one.metric})"
        style = "bold" if one.worse else ""
        yield Line(
            [
                name,
                _share(one.base),
                _share(one.candidate),
                f"{100 * one.difference:+z.2f}",
                _points(one.low, one.high),
                f"{100 * one.mix:+z.2f}",
                _reading(one),
                f"{one.n[0]:,} + {one.n[1]:,}",
            ],
            style=style,
        )


def _reading(one: TrafficSignal) -> str:
    if one.state == "same":
        return f"same within {100 * one.margin:g}"
    if one.state == "undetermined" and one.needed is not None:
        return f"open: about {one.needed:,} a side"
    if one.state in ("up", "down"):
        return f"{one.state}, p {one.p_adjusted:.2g}"
    return "too few users" if one.state == "untold" else one.state


def _below(found: TrafficDiagnosis) -> Iterator[str]:
    yield (
        "change: at one mix, points; intervals: post-stratified, clustered by user; moved: Holm "
        f"over all, {found.terms.alpha:g}"
    )
    if found.left_out:
        told = "; ".join(_left(one) for one in found.left_out[:MOST_LEFT])
        more = len(found.left_out) - MOST_LEFT
        rest = f"; {more} more" if more > 0 else ""
        yield f"left out, as one side lacks it: {_plain(told)}{rest}"


def _left(one: LeftOut) -> str:
    return f"{one.cell} ({one.base:,} before, {one.candidate:,} after)"


def _points(low: float | None, high: float | None) -> str:
    return "none" if low is None or high is None else f"{100 * low:+z.2f} to {100 * high:+z.2f}"


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:z.3f}"


def _plain(text: str) -> str:
    return escape(visible(text))
