"""A diagnosis as a reader meets it: the causes, the waterfall of each task, where, what next."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from statera.diagnosis.decomposition import Bar, Decomposition
from statera.diagnosis.diagnosis import Answer, Diagnosis
from statera.diagnosis.evidence import Signal
from statera.diagnosis.places import Place
from statera.diagnosis.probes import Probe
from statera.diagnosis.signature import OPEN, Finding
from statera.diagnosis.slices import Slice
from statera.report import numbers, plaintext
from statera.report.forest import axis_row
from statera.report.scale import Scale
from statera.report.waterfall import Step, axis_of, step_row, steps

ANSWERS: dict[Answer, str] = {
    "explained": "Every cause is named.",
    "undetermined": "The evidence does not tell which cause it is; what follows says what is open.",
    "better": "What moved is better, and everything else is shown to be the same.",
    "same": "Everything is shown to be the same.",
}
_NOTHING = "No cause is shown; but with these items it cannot be said that nothing moved."
_PLACES = "Some places moved, as listed below; which cause it is, is not shown."
_NAMED = 5
_OPEN = 8


class Cause(NamedTuple):
    """A cause, with how much of the fall it explains and what shows it."""

    name: str
    task: str
    size: str
    open: bool
    safety: bool
    evidence: tuple[str, ...]


class WaterfallRow(NamedTuple):
    """A step of a waterfall: its drawing, and the same as text."""

    name: str
    drawing: Markup
    points: str
    span: str
    shares: str
    samples: str


class Waterfall(NamedTuple):
    """The change of one task, step by step."""

    caption: str
    axis: Markup
    rows: tuple[WaterfallRow, ...]
    beside: str


class Next(NamedTuple):
    """What to run next, and what it tells apart."""

    lines: tuple[str, ...]
    what: str


class Why(NamedTuple):
    """A diagnosis, ready to be set."""

    answer: str
    caveats: tuple[str, ...]
    causes: tuple[Cause, ...]
    open: tuple[str, ...]
    waterfalls: tuple[Waterfall, ...]
    places: tuple[str, ...]
    probes: tuple[Next, ...]


def why(diagnosis: Diagnosis) -> Why:
    """Return the diagnosis as a reader meets it."""
    return Why(
        answer=_answer(diagnosis),
        caveats=tuple(map(plaintext.passage, diagnosis.caveats)),
        causes=tuple(map(_cause, diagnosis.findings)),
        open=tuple(map(_open, _undetermined(diagnosis.signals))),
        waterfalls=tuple(map(waterfall, diagnosis.decompositions)),
        places=(*map(_place, diagnosis.places), *map(_slice, diagnosis.slices)),
        probes=tuple(map(_next, diagnosis.probes)),
    )


def _answer(diagnosis: Diagnosis) -> str:
    if diagnosis.answer == "undetermined" and not diagnosis.findings:
        return _PLACES if diagnosis.places or diagnosis.slices else _NOTHING
    return ANSWERS[diagnosis.answer]


def _undetermined(signals: Sequence[Signal]) -> list[Signal]:
    """Return the first of the signals that are neither shown to have moved nor to be the same."""
    known = [s for s in signals if s.needed is not None or s.low is not None or not s.told]
    return [signal for signal in known if signal.state in OPEN][:_OPEN]


def _open(signal: Signal) -> str:
    """Return what would show that it did not move, or why it is not known."""
    name, margin = plaintext.name(signal.metric), f"{100 * signal.margin:g} points"
    had = numbers.plural(signal.n, "item")
    if not signal.told:
        return f"{name}: {signal.method}"
    if signal.needed is None:
        return f"{name}: not shown to be the same within {margin} with {had}"
    return f"{name}: {had}; about {signal.needed:,} would show it the same, within {margin}"


def _cause(finding: Finding) -> Cause:
    sizes = []
    if finding.points is not None:
        sizes.append(f"{numbers.points(finding.points)} points")
    if finding.share is not None:
        sizes.append(f"{finding.share:.0%} of all that fell")
    between = [cause for cause in finding.between if cause != finding.cause]
    name = f"{finding.cause} or {', '.join(between)}" if between else finding.cause
    evidence = (*finding.evidence, *(f"open: {told}" for told in finding.unsettled))
    return Cause(
        name=name,
        task=plaintext.name(finding.task),
        size=", ".join(sizes),
        open=finding.status != "named",
        safety=finding.safety,
        evidence=tuple(map(plaintext.passage, evidence)),
    )


def waterfall(found: Decomposition) -> Waterfall:
    """Return the waterfall of one task's change."""
    rows = steps(
        found.base, [Step(0.0, b.points, b.low, b.high) for b in found.bars], found.candidate
    )
    axis = axis_of(rows)
    ends = f"{axis.label(axis.low)} to {axis.label(axis.high)}"
    drawn = [
        _row(step, bar, axis, n=found.n)
        for step, bar in zip(rows, (None, *found.bars, None), strict=True)
    ]
    last = _level("candidate", rows[-1], axis, n=found.n, last=True)
    return Waterfall(
        caption=f"{plaintext.name(found.task)}, {numbers.points(found.change)} points over "
        f"{numbers.plural(found.n, 'item')}",
        axis=axis_row(axis, title=f"axis of accuracy, {ends}"),
        rows=(*drawn[:-1], last),
        beside=_beside(found),
    )


def _row(step: Step, bar: Bar | None, axis: Scale, *, n: int) -> WaterfallRow:
    if bar is None:
        return _level("base", step, axis, n=n)
    spread = ""
    if bar.low is not None and bar.high is not None:
        spread = f"{numbers.points(bar.low)} to {numbers.points(bar.high)}"
    moved = numbers.points(bar.points)
    shares = f"{numbers.share(bar.base)} to {numbers.share(bar.candidate)}"
    return WaterfallRow(
        name=f"{bar.stage} (lost as {bar.lost})",
        drawing=step_row(step, axis, title=f"{bar.stage}: {moved} points, {spread or bar.method}"),
        points=moved,
        span=spread or f"no interval: {bar.method}",
        shares=shares,
        samples=_samples(bar),
    )


def _level(name: str, step: Step, axis: Scale, *, n: int, last: bool = False) -> WaterfallRow:
    value = numbers.share(step.level)
    return WaterfallRow(
        name=name,
        drawing=step_row(step, axis, title=f"{name}: {value}", last=last),
        points=value,
        span=numbers.plural(n, "item"),
        shares="",
        samples="",
    )


def _samples(bar: Bar) -> str:
    """Return how many items moved here, and the first of them to read."""
    if not bar.moved and not bar.back:
        return "no item moved here"
    ids = ", ".join(map(plaintext.name, bar.samples[:_NAMED]))
    moved = f"{numbers.plural(bar.moved, 'item')} lost here, {bar.back:,} back"
    return f"{moved}: {ids}" if ids else moved


def _beside(found: Decomposition) -> str:
    """Return what is in no bar."""
    said = []
    if found.base_failed or found.candidate_failed:
        said.append(
            f"infrastructure errors are in no bar: {found.base_failed:,} trials of the base, "
            f"{found.candidate_failed:,} of the candidate, {found.left_out:,} items left out"
        )
    if found.untold:
        hidden = ", ".join(found.untold).replace("infra_error", "errors")
        said.append(f"the log does not tell apart from wrong, and so in no step: {hidden}")
    if found.smoothed:
        said.append("a run has no right answer: half an item was counted as right to split it")
    return "; ".join(said)


def _place(place: Place) -> str:
    mark = "safety category " if place.safety else ""
    spread = numbers.span(place.low, place.high, signed=True) or "no interval"
    return (
        f"{mark}{plaintext.name(place.task)}, {plaintext.name(place.category)}: "
        f"{numbers.change(place.difference)} ({spread}; {numbers.plural(place.n, 'item')}, "
        f"adjusted p {numbers.probability(place.p_adjusted)})"
    )


def _slice(found: Slice) -> str:
    where = " and ".join(map(plaintext.name, found.conditions))
    return (
        f"{plaintext.name(found.task)}, where {where}: {numbers.change(found.difference)} against "
        f"{numbers.change(found.rest)} elsewhere (confirmed on {numbers.plural(found.n, 'item')}; "
        f"{_ids(found.samples)})"
    )


def _next(probe: Probe) -> Next:
    asks = "" if probe.asks else " No request is made."
    what = (
        f"{probe.name}, {plaintext.name(probe.task)}: if it brings the score back, the cause is "
        f"{probe.restored}; otherwise {probe.otherwise}.{asks}"
    )
    return Next(tuple(map(plaintext.passage, probe.commands)), what)


def _ids(samples: Sequence[str]) -> str:
    return "read " + ", ".join(map(plaintext.name, samples[:_NAMED]))
