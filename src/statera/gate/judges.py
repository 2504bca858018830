"""What a gate reads of a judge's or a classifier's number: as labels correct it, or nothing.

| the judge | what is read |
|---|---|
| void by its audit, or without a verdict on more than 10 % of the trials | nothing |
| not shown by labels to tell more than a coin | nothing, and the labels it would take |
| a mean that leaves out more than 10 % of the replies, as empty | nothing |
| measured on these very trials (a difference: on both runs) | the corrected bounds |
| has shifted since, and was measured elsewhere or not at all | nothing |
| carried over, and the rule says `transported: true` | the corrected bounds, marked |
| not measured here, and the policy says `unvalidated: true` | the judge's own number, marked |
| not measured, or not here | nothing, and which command measures it |

A classifier of text is believed like a judge. What is published of its error was measured on other
replies, of other models: no gate reads a number by that.

Carried over is an error measured elsewhere, or by labels that nobody knows how they were drawn. A
second judge's own number is the one of two stages, where it holds, else that of its part. What a
judge said of these trials before it shifted, labels of these trials still measure. Where trials
failed, each is at its worst for the claim, as in every bound of a gate.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from statera.analysis.correction import (
    Arm,
    AtLevel,
    arm,
    arms,
    correcting,
    correcting_difference,
    labels_name,
)
from statera.analysis.frame import Frame, Places
from statera.analysis.judgeinformation import void_by_labels
from statera.analysis.pairing import Pairing
from statera.analysis.stages import staging
from statera.analysis.standing import (
    NOBODY,
    Standing,
    Standings,
    is_judged,
    told_by,
    unanswered,
    unjudged,
)
from statera.gate.rules import Target
from statera.metrics.critical import CriticalFailure
from statera.stats.corrected import Corrected
from statera.stats.inversion import p_value
from statera.stats.results import LEVEL, Bounds
from statera.stats.winrate import VOID, WARN

How = Literal["", "void", "measured", "transported", "unvalidated"]
STOPPED = "no correction holds for a run that stopped early"
UNLABELLED = "no label of a reply says what it says"
CRITICAL_TOLD = "nobody measured how often it misses a failure"


class Judges(NamedTuple):
    """What is known of the judges behind each side's scores."""

    candidate: Standings = NOBODY
    base: Standings = NOBODY
    anchor: Standings = NOBODY

    def of(self, form: str) -> Standings:
        """Return that of the run which rules of the form compare with."""
        return self.anchor if form == "anchor" else self.base


class Hearing(NamedTuple):
    """How a judge is believed. `raw` is its own number, `labels` what corrected it.

    `note` says what a reader must mind: trials without a verdict, a shift since, what is assumed.
    `seen` counts the items that a second judge saw, where its number is one of two stages.
    `audits` name judges with the faults that their audits found.
    """

    how: How = ""
    raw: float | None = None
    labels: int = 0
    note: str = ""
    seen: int = 0
    audits: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Heard(NamedTuple):
    """The bounds that a rule reads of a judged metric, and the number beside them."""

    worst: Bounds
    best: Bounds
    value: float | None
    hearing: Hearing


class Lost(NamedTuple):
    """What failed trials leave open: the number lies within `scale * it + shift`, low and high."""

    scale: float = 1.0
    low: float = 0.0
    high: float = 0.0


class Found(NamedTuple):
    """A correction, and how far lost trials could move it."""

    at: AtLevel
    lost: Lost


class Listened(NamedTuple):
    """How a judge is believed, why it is not where it is not, and the correction, if any."""

    hearing: Hearing
    why: str = ""
    found: Found | None = None


class Raw(NamedTuple):
    """The judge's own number with its bounds; `fixed` is False for bounds of early stopping."""

    worst: Bounds
    best: Bounds
    value: float | None
    fixed: bool


def judged(target: Target, judges: Judges) -> bool:
    """Return whether a target reads what a judge or a classifier says, or failures it tells."""
    metric = target.metric
    behind = judges.candidate.get((target.task, told_by(metric)))
    if behind is None:
        return is_judged(metric)
    return bool(behind.classifier) or is_judged(metric) or isinstance(metric, CriticalFailure)


def heard(target: Target, sides: Frame | Pairing, judges: Judges, raw: Raw) -> Heard:
    """Return what is read of a judged target; `sides` are its frame, or its pairs."""
    said = listened(target, sides, judges, fixed=raw.fixed)
    audits = tuple((s.judge or s.score, s.warned) for s in behind(target, judges) if s.warned)
    hearing = said.hearing._replace(raw=raw.value, audits=audits)
    if said.found is not None:
        return _read(target, said.found, raw, hearing)
    if hearing.how == "unvalidated":
        return Heard(raw.worst, raw.best, raw.value, hearing)
    value = None if hearing.how == "void" else raw.value
    return Heard(raw.worst.without(said.why), raw.best.without(said.why), value, hearing)


def listened(
    target: Target, sides: Frame | Pairing, judges: Judges, *, fixed: bool = True
) -> Listened:
    """Return how the judge of a target is believed; `fixed` is False where a run stopped early."""
    standings = behind(target, judges)
    frames = (sides,) if isinstance(sides, Frame) else (sides.candidate, sides.base)
    note, missing = _unjudged(target, frames, standings)
    if void := _void(target, sides, standings) or missing:
        return Listened(Hearing("void"), void)
    elsewhere = False
    why = STOPPED if not fixed else UNLABELLED
    why = CRITICAL_TOLD if isinstance(target.metric, CriticalFailure) else why
    shifted = next((_told(s, s.drifted) for s in standings if s.drifted), "")
    mends = fixed and _mends(target, standings)
    if mends:
        found = _corrected(target, sides, standings)
        told = found.at(LEVEL)
        how: How = "transported" if told.transported else "measured"
        refused = told.transported and (bool(shifted) or not target.rule.transported)
        if told.value is not None and not refused:
            alike = _alike(standings) if told.transported and target.paired else ""
            later = f"{shifted} (after these trials)" if shifted else ""
            instead = f"refused: {told.refused}" if told.refused else ""
            notes = "; ".join(filter(None, (note, later, alike, instead)))
            return Listened(Hearing(how, told.raw, told.labels, notes), "", found)
        elsewhere = told.value is not None
        why = _elsewhere(told) if elsewhere else told.method
    if shifted:
        again = f"statera score {standings[0].short} --judge {standings[0].judge or 'FILE'}"
        return Listened(Hearing(note=note), f"{shifted}; judge again: {again}")
    if target.rule.unvalidated:
        both = _two_stages(target, sides, standings[0]) if fixed else None
        if both is None:
            return Listened(Hearing("unvalidated", note=note), why)
        told = both.at(LEVEL)
        part = f"two stages: the judge saw {told.labels:,} of {told.n:,} items"
        notes = "; ".join(filter(None, (note, part)))
        return Listened(Hearing("unvalidated", note=notes, seen=told.labels), why, both)
    if elsewhere:
        return Listened(Hearing(note=note), _not_here(standings, why))
    return Listened(Hearing(note=note), _unmeasured(standings, why, mends=mends))


def _void(target: Target, sides: Frame | Pairing, standings: tuple[Standing, ...]) -> str:
    """Return why nothing may rest on the judge: its audit, or labels; empty where all is well."""
    if void := next((_told(s, s.void) for s in standings if s.void), ""):
        return void
    if not _mends(target, standings):
        return ""
    name = target.metric.name
    whole: tuple[Arm, ...]
    if isinstance(sides, Frame):
        whole = (arm(sides, name, standings[0], sides.places()),)
    else:
        whole = arms(sides, name, (standings[0], standings[-1]))
    chance = void_by_labels(whole, name, standings)
    return _told(standings[0], chance) if chance else ""


def behind(target: Target, judges: Judges) -> tuple[Standing, ...]:
    """Return what is known of the judges that a target reads: the candidate's, of pairs both's."""
    key = (target.task, told_by(target.metric))
    found = [judges.candidate] + ([judges.of(target.form)] if target.paired else [])
    bare = Standing(run="", task=target.task, score=target.metric.score)
    return tuple(side.get(key, bare) for side in found)


def _mends(target: Target, standings: tuple[Standing, ...]) -> bool:
    """Return whether labels could correct the number: of a classifier, those of its question."""
    if any(standing.classifier for standing in standings):
        return all(standing.asks for standing in standings) and bool(
            labels_name(target.metric, standings[0].people)
        )
    return is_judged(target.metric)


def _told(standing: Standing, what: str) -> str:
    return f"{standing.name} {_is(what)}"


def _is(what: str) -> str:
    return what if what.startswith("has ") else f"is {what}"


def _unjudged(
    target: Target, frames: tuple[Frame, ...], standings: tuple[Standing, ...]
) -> tuple[str, str]:
    """Return a note on trials without a verdict, and the same as a reason where a side is void.

    A classifier gives every reply that it is of a class.
    """
    if any(standing.classifier for standing in standings):
        return "", ""
    notes, voids = [], []
    for frame, standing in zip(frames, standings, strict=True):
        without, asked = unjudged(frame, target.metric.score, target.category)
        if without <= WARN * asked:
            continue
        told = f"no verdict on {without:,} of {asked:,} trials of run {standing.short}"
        notes.append(told)
        if without > VOID * asked:
            voids.append(_told(standing, f"void: {told}"))
    for frame, standing in zip(frames, standings, strict=True):
        empty, there = unanswered(frame, target.metric, target.category)
        if empty <= WARN * there:
            continue
        told = f"the mean leaves out {empty:,} empty of {there:,} replies of run {standing.short}"
        notes.append(told)
        if empty > VOID * there:
            voids.append(f"{told}; {target.metric.name}_good counts them")
    return "; ".join(notes), "; ".join(voids[:1])


def _alike(standings: tuple[Standing, ...]) -> str:
    """Return what a difference supposes that was corrected by labels of other replies."""
    label = _labelling(standings)
    return f"that the judge favours neither run is assumed; labels of both would show it: {label}"


def _labelling(standings: tuple[Standing, ...]) -> str:
    """Return the commands that label the runs without labels; where all have some, all."""
    bare = [standing for standing in standings if standing.labelled is None] or standings
    return " and ".join(dict.fromkeys(standing.labelling for standing in bare))


def _elsewhere(told: Corrected) -> str:
    return f"{told.labels:,} labels of other replies, or drawn nobody knows how"


def _not_here(standings: tuple[Standing, ...], why: str) -> str:
    """Return why a correction that was measured elsewhere is not read, and what to do about it."""
    label = _labelling(standings)
    return f"{standings[0].name} is unmeasured here ({why}): {label}; or say `transported: true`"


def _unmeasured(standings: tuple[Standing, ...], why: str, *, mends: bool) -> str:
    """Return why nothing is read, and what to do about it: to label, where that `mends` it."""
    label = " and ".join(dict.fromkeys(standing.labelling for standing in standings))
    what = f"{label}; or say" if mends else "say"
    if standings[0].classifier:
        why = f"{why}; what is published of its error is of other replies"
    return f"{standings[0].name} is unmeasured ({why}): {what} `unvalidated: true`"


def _corrected(target: Target, sides: Frame | Pairing, standings: tuple[Standing, ...]) -> Found:
    name, (low, high) = target.metric.name, target.metric.bounds
    if isinstance(sides, Frame):
        places = sides.places(target.category)
        found = correcting(arm(sides, name, standings[0], places), name, standings[0])
        return Found(found, _lost(target, [(sides, places)], (low, high)))
    pair = arms(sides, name, (standings[0], standings[-1]), target.category)
    chosen = sides.chosen(target.category)
    placed = [
        (frame, places[chosen])
        for frame, places in zip((sides.candidate, sides.base), sides.places, strict=True)
    ]
    at = correcting_difference(pair, name, (standings[0], standings[-1]))
    return Found(at, _lost(target, placed, (low - high, high - low)))


def _two_stages(target: Target, sides: Frame | Pairing, standing: Standing) -> Found | None:
    """Return a second judge's number over all items, from a first judge of all and its own part."""
    if standing.part is None or not isinstance(sides, Frame) or not is_judged(target.metric):
        return None
    at = staging(sides, target.metric, standing.part, target.category)
    places = sides.places(target.category)
    return None if at is None else Found(at, _lost(target, [(sides, places)], target.metric.bounds))


def _lost(target: Target, sides: Sequence[tuple[Frame, Places]], ends: tuple[float, float]) -> Lost:
    """Return how far failed trials could move the mean over the items at those places.

    An item without any verdict on a side lies anywhere between the `ends`; one of which a part of
    the trials failed moves by that part of the metric's range at most.
    """
    low, high = target.metric.bounds
    score, name = target.metric.score, target.metric.name
    shares, there = [], []
    for frame, places in sides:
        outcomes = [frame.outcomes[score][place] for place in places.tolist()]
        failed = [o.count("infra_error") / max(1, len(o)) for o in outcomes]
        shares.append(np.array(failed, dtype=np.float64))
        there.append(frame.column(name).weights[places] > 0)
    part, kept = np.sum(shares, axis=0), np.all(there, axis=0)
    total = int(kept.sum()) + int(((part > 0) & ~kept).sum())
    if not total or not part.any():
        return Lost()
    gone, moved = 1 - kept.sum() / total, part[kept].sum() / total * (high - low)
    return Lost(1 - gone, gone * ends[0] - moved, gone * ends[1] + moved)


def _read(target: Target, found: Found, raw: Raw, hearing: Hearing) -> Heard:
    """Return the corrected number and its bounds, at the alpha of the raw ones."""
    lost = found.lost
    shifts = (lost.low, lost.high) if target.side == "above" else (lost.high, lost.low)
    worst = _bounds(found, shifts[0], raw.worst)
    best = worst if shifts[0] == shifts[1] else _bounds(found, shifts[1], raw.worst)
    return Heard(worst, best, found.at(LEVEL).value, hearing)


def _bounds(found: Found, shift: float, raw: Bounds) -> Bounds:
    """Return the corrected bounds at the alpha and against the limit of the raw ones."""

    def lower(tail: float) -> float:
        return found.lost.scale * _end(found.at, tail, low=True) + shift

    def upper(tail: float) -> float:
        return found.lost.scale * _end(found.at, tail, low=False) + shift

    told = found.at(_level(raw.alpha))
    lost = "" if found.lost == Lost() else ", failed trials at their worst"
    bounds = Bounds(
        value=told.value,
        lower=lower(raw.alpha),
        upper=upper(raw.alpha),
        alpha=raw.alpha,
        limit=raw.limit,
        p_above=p_value(lower, raw.limit, side="above"),
        p_below=p_value(upper, raw.limit, side="below"),
        method=told.method + lost,
        source=told.source,
        n=told.n,
        clusters=told.clusters,
    )
    return bounds if told.low is not None else bounds.without(told.method)


def _level(tail: float) -> float:
    """Return the two-sided level whose interval has ends that err with probability `tail`."""
    return min(max(abs(1 - 2 * tail), 1e-9), 1 - 1e-15)


def _end(at: AtLevel, tail: float, *, low: bool) -> float:
    """Return a bound that errs with probability `tail`: an end of the interval at 1 - 2 tail.

    Above a half it is the other end. Without an interval at that level it rules nothing out below
    a half, and everything above.
    """
    beyond, found = tail >= 0.5, at(_level(tail))
    end = found.low if low != beyond else found.high
    if end is None:
        return float("inf") if low == beyond else float("-inf")
    return end
