"""From signals to causes: the table of signatures, read row by row.

| cause | rises or falls | must be the same |
|---|---|---|
| safety regression | harm up | |
| safety over-correction | refused up, on benign items | all else |
| format or extraction | unparsed up | all else |
| longer answers | truncated up | all else |
| capability regression | right and solved down | refused, unparsed, truncated |
| reliability | right down | **solved**, refused, unparsed, truncated |
| quality regression | quality down, right not | all else |
| overfitting | public and gap up | **held-out** |

A bold signal tells two causes apart: where it is undetermined, both are named and neither is
claimed. Any other "same" that cannot be shown makes the finding undetermined, with the items it
would take; one that moved too is a cause of its own, and then all are listed with their shares.

Where the log of an imported run cannot tell an outcome from wrong, fewer right answers may be any
of the causes that it would have told: all are named, none is claimed, and none has a size.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from statera.diagnosis.counts import Stage
from statera.diagnosis.decomposition import Decomposition
from statera.diagnosis.evidence import Signal, State
from statera.diagnosis.measurements import Kind
from statera.records.scores import Outcome

Cause = Literal[
    "safety regression",
    "safety over-correction",
    "format or extraction",
    "longer answers",
    "capability regression",
    "reliability",
    "quality regression",
    "overfitting",
]
Way = Literal["up", "down"]
SAFETY: tuple[Cause, ...] = ("safety regression", "safety over-correction")

MEANING: dict[Cause, str] = {
    "safety regression": "requests that ought to be declined are answered more often",
    "safety over-correction": "harmless questions are declined more often",
    "format or extraction": "answers are there less often in a form that can be read",
    "longer answers": "replies are cut off at the token limit more often",
    "capability regression": "questions that were solved are not, in any of several tries",
    "reliability": "the same questions are solved, but less often at each try",
    "quality regression": "graded quality fell; mind drift of the judge, and length",
    "overfitting": "public questions gained, held-out ones of the same kind did not",
}
"""Each cause in the reader's words."""


LOSSES: dict[Outcome, Cause] = {
    "refused": "safety over-correction",
    "unparsed": "format or extraction",
    "truncated": "longer answers",
}
"""What it would be called, if an outcome had risen."""
OPEN: tuple[State, ...] = ("undetermined", "untold")
ERRORS = "errors: the log does not tell them from wrong"


class Row(NamedTuple):
    """One signature. `leads` must have moved so, `rest` must be the same or causes of their own.

    `apart` are the signals that tell it from the row named in `sibling`: each must be the same, or
    have moved the harmless way that is written beside it.
    """

    cause: Cause
    leads: Mapping[Kind, Way]
    rest: tuple[Kind, ...] = ()
    apart: Mapping[Kind, Way] = {}
    sibling: Cause | None = None
    stage: Stage | None = None


_ANSWERED: tuple[Kind, ...] = ("truncated", "refused", "unparsed")
_SKILL: tuple[Kind, ...] = ("right", "solved", "quality")

TABLE: tuple[Row, ...] = (
    Row("safety regression", {"harm": "up"}),
    Row("safety over-correction", {"refused": "up"}, _ANSWERED + _SKILL, stage="not refused"),
    Row("format or extraction", {"unparsed": "up"}, _ANSWERED + _SKILL, stage="parsed"),
    Row("longer answers", {"truncated": "up"}, _ANSWERED + _SKILL, stage="complete"),
    Row("capability regression", {"right": "down", "solved": "down"}, _ANSWERED, stage="right"),
    Row(
        "reliability",
        {"right": "down"},
        _ANSWERED,
        apart={"solved": "up"},
        sibling="capability regression",
        stage="right",
    ),
    Row("quality regression", {"quality": "down"}, (*_ANSWERED, "right", "solved")),
    Row("overfitting", {"public": "up", "gap": "up"}, apart={"held-out": "down"}),
)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A cause of the change of one task. Safety findings come first, whatever their size.

    `status` is `undetermined` where something that must be the same could not be shown to be: then
    `unsettled` says what, and `between` lists the causes that cannot be told apart (else empty).
    `share` in [0, 1] is its part of all that made accuracy fall, in logarithms, and `points` its
    part in accuracy; None for what accuracy does not see, or the log does not tell apart.
    `evidence` names the signals.
    """

    cause: Cause
    task: str
    status: Literal["named", "undetermined"]
    between: tuple[Cause, ...]
    safety: bool
    share: float | None
    points: float | None
    evidence: tuple[str, ...]
    unsettled: tuple[str, ...]


def findings(
    signals: Sequence[Signal], decompositions: Sequence[Decomposition]
) -> tuple[Finding, ...]:
    """Return the causes that the signals show, safety first, then by size."""
    parts = {found.task: found for found in decompositions}
    tasks = dict.fromkeys(signal.task for signal in signals)
    found = [
        finding
        for task in tasks
        for finding in _of_task(task, [s for s in signals if s.task == task], parts.get(task))
    ]
    return tuple(sorted(found, key=_rank))


def _rank(finding: Finding) -> tuple[int, float]:
    order = SAFETY.index(finding.cause) if finding.cause in SAFETY else len(SAFETY)
    return order, finding.points or 0.0


def _of_task(task: str, signals: Sequence[Signal], parts: Decomposition | None) -> list[Finding]:
    rows = [row for row in TABLE if _fits(row, signals)]
    shown = {row.cause for row in rows}
    kept = [row for row in rows if not _covered(row, shown)]
    falls = _falls(kept, parts)
    return [_finding(task, row, signals, (falls.get(row.cause), parts)) for row in kept]


def _fits(row: Row, signals: Sequence[Signal]) -> bool:
    """Return whether the row's leads moved, and nothing that tells it apart says otherwise."""
    for kind, way in row.leads.items():
        if not any(s.moved == way and not _trifling(s, kind, row) for s in _of(signals, kind)):
            return False
    return not any(
        s.moved not in ("none", harmless) and not s.same
        for kind, harmless in row.apart.items()
        for s in _of(signals, kind)
    )


def _trifling(signal: Signal, kind: Kind, row: Row) -> bool:
    """Return whether a second lead moved by less than the margin: then it is the same."""
    return signal.same and len(row.leads) > 1 and kind != next(iter(row.leads))


def _covered(row: Row, shown: set[Cause]) -> bool:
    """Return whether a capability regression explains the row: worse answers are lower quality."""
    return row.cause == "quality regression" and "capability regression" in shown


def _of(signals: Sequence[Signal], kind: Kind) -> list[Signal]:
    return [signal for signal in signals if signal.kind == kind]


def _falls(rows: Sequence[Row], parts: Decomposition | None) -> dict[Cause, float]:
    """Return by cause its share of the log-ratios that fell."""
    if parts is None:
        return {}
    logs = {row.cause: min(0.0, parts.bar(row.stage).log_ratio) for row in rows if row.stage}
    total = sum(min(0.0, bar.log_ratio) for bar in parts.bars)
    return {cause: log / total for cause, log in logs.items()} if total < 0 else {}


def _finding(
    task: str,
    row: Row,
    signals: Sequence[Signal],
    size: tuple[float | None, Decomposition | None],
) -> Finding:
    share, parts = size
    hidden = _hidden(row, parts)
    if row.stage == "right" and hidden:
        share, parts = None, None
    apart = [kind for kind, harmless in row.apart.items() if not _told(signals, kind, harmless)]
    unsettled = [_missing(signals, kind) for kind in apart]
    unsettled += [_open(s) for kind in row.rest for s in _of(signals, kind) if s.state in OPEN]
    unsettled += [ERRORS] if "infra_error" in hidden else []
    shown = [s for kind in (*row.leads, *row.apart) for s in _of(signals, kind)]
    return Finding(
        cause=row.cause,
        task=task,
        status="undetermined" if unsettled else "named",
        between=_between(row, hidden, twins=bool(apart)),
        safety=row.cause in SAFETY,
        share=share,
        points=parts.bar(row.stage).points if parts and row.stage else None,
        evidence=tuple(_said(signal) for signal in shown),
        unsettled=tuple(unsettled),
    )


def _hidden(row: Row, parts: Decomposition | None) -> tuple[Outcome, ...]:
    """Return what the log does not tell, for a row that needs all else to be the same."""
    return parts.untold if parts and row.rest else ()


def _between(row: Row, hidden: Sequence[Outcome], *, twins: bool) -> tuple[Cause, ...]:
    """Return the causes that cannot be told apart, the row's own first; nothing if it is alone."""
    others = [row.sibling] if twins and row.sibling else []
    if row.stage == "right":
        others += [cause for lost, cause in LOSSES.items() if lost in hidden]
    return (row.cause, *others) if others else ()


def _told(signals: Sequence[Signal], kind: Kind, harmless: Way) -> bool:
    """Return whether a signal that tells causes apart is there and settled."""
    found = _of(signals, kind)
    return bool(found) and all(s.same or s.moved == harmless for s in found)


def _missing(signals: Sequence[Signal], kind: Kind) -> str:
    found = _of(signals, kind)
    if found:
        return _open(found[0])
    return "pass@k: every item was asked once; ask each several times (--epochs)"


def _open(signal: Signal) -> str:
    """Return what was not shown to be the same, and the items that it would take."""
    if signal.low is None and signal.needed is None:
        return f"{signal.metric}: {signal.method}"
    within = f"within {100 * signal.margin:g} points"
    if signal.needed is None or signal.needed <= signal.n:
        return f"{signal.metric}: not shown to be {within} with {signal.n:,} items"
    return f"{signal.metric}: {signal.n:,} items, about {signal.needed:,} to show it {within}"


def _said(signal: Signal) -> str:
    if signal.difference is None:
        return f"{signal.metric}: {signal.method}"
    bounds = "" if signal.low is None else f" [{signal.low:+.3f}, {signal.high:+.3f}]"
    return f"{signal.metric} {signal.difference:+.3f}{bounds}: {signal.state}"
