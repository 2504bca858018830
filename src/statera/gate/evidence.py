"""What is known of a candidate, and what it says about one rule.

A pass reads the bound with infrastructure errors at their worst for the candidate, a fail the bound
with them at their best for it, so that neither rests on what plumbing lost.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from statera.analysis.comparison import Comparison
from statera.analysis.frame import Early, Frame, Infra
from statera.analysis.health import not_told
from statera.analysis.pairing import Pairing
from statera.analysis.standing import NOBODY
from statera.analysis.understanding import why_unknown
from statera.gate.bounding import BOUNDINGS, Bounding, FixedSize, in_span
from statera.gate.failures import Confirmations, Failures, failures, items
from statera.gate.judges import Hearing, Judges, Raw, heard, judged
from statera.gate.rules import KnownTask, Target, known_frames
from statera.metrics.outcomes import OutcomeShare
from statera.records.scores import Outcome
from statera.stats.results import Bounds, Items, Pairs


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The candidate's frames by task, and its pairs with the base and with the anchor.

    `base` and `anchor` are None where there is no such run. `others` are their frames, also those
    of tasks that the candidate lacks. `declared` names, by task, the categories that the
    candidate's data have, answered or not. `confirmed` is what people said of single failures,
    `judges` what is known of the judges behind judged metrics.
    """

    candidate: Mapping[str, Frame]
    base: Mapping[str, Pairing] | None = None
    anchor: Mapping[str, Pairing] | None = None
    others: tuple[Frame, ...] = ()
    declared: Mapping[str, frozenset[str]] = field(default_factory=dict)
    confirmed: Confirmations = field(default_factory=dict)
    judges: Judges = field(default_factory=Judges)

    @classmethod
    def of(cls, comparison: Comparison, anchor: Comparison | None = None) -> "Evidence":
        """Return what a comparison holds; tasks of one run alone are not part of it."""
        compared = [c for c in (comparison, anchor) if c is not None]
        return cls(
            candidate={p.task: p.candidate for c in reversed(compared) for p in c.pairings},
            base={pairing.task: pairing for pairing in comparison.pairings},
            anchor=None if anchor is None else {p.task: p for p in anchor.pairings},
            others=tuple(p.base for c in compared for p in c.pairings),
            judges=Judges(*comparison.judges, NOBODY if anchor is None else anchor.judges[1]),
        )

    @property
    def known(self) -> list[KnownTask]:
        """What rules may name: all that any of the runs has."""
        return known_frames([*self.candidate.values(), *self.others], self.declared)

    def pairing(self, target: Target) -> Pairing | None:
        """Return the target's pairs, None where a side lacks the task or the metric.

        There are none either of a score that was not made alike on both sides.
        """
        pairings = (self.anchor if target.form == "anchor" else self.base) or {}
        found, name = pairings.get(target.task), target.metric.name
        if found is None or name not in found.candidate.names or name not in found.base.names:
            return None
        return None if target.metric.score in found.without else found

    def unlike(self, target: Target) -> bool:
        """Return whether another scorer or judge gave the target's score on the other side."""
        pairings = (self.anchor if target.form == "anchor" else self.base) or {}
        found = pairings.get(target.task)
        return found is not None and target.metric.score in found.without

    def early(self, target: Target) -> Early:
        """Return whether a run that the target reads stopped early."""
        if target.paired:
            pairing = self.pairing(target)
            return "" if pairing is None else pairing.early
        frame = self.candidate.get(target.task)
        return "" if frame is None else frame.early


class Measured(NamedTuple):
    """One target's numbers; `worst` is what a pass reads, `best` what a fail reads.

    `data` and the means are without infrastructure errors, of which there are `infra` (for pairs:
    1 when there is any); `missing` counts items in the target's scope that another run has and the
    candidate lacks. `hearing` says how a judge is believed whose number it is: then the means are
    corrected, where they can be.
    """

    worst: Bounds
    best: Bounds
    data: Items | Pairs | None = None
    value: float | None = None
    candidate: float | None = None
    base: float | None = None
    infra: int = 0
    missing: int = 0
    failures: Failures = Failures()
    hearing: Hearing | None = None


def measured(
    target: Target, evidence: Evidence, *, alpha: float, bounding: Bounding | None = None
) -> Measured:
    """Return what the evidence says about the target, at one-sided `alpha`.

    Without a `bounding`, the bounds are those that fit how the runs came to their size.
    """
    bounding = bounding or BOUNDINGS[evidence.early(target)]
    fitting = in_span(bounding, target.metric)
    found = (_against if target.paired else _alone)(target, evidence, alpha, fitting)
    if found.data is None or not judged(target, evidence.judges):
        return found
    return _heard(target, evidence, found, fixed=isinstance(bounding, FixedSize))


def _heard(target: Target, evidence: Evidence, found: Measured, *, fixed: bool) -> Measured:
    """Return what is read of a judge's number: corrected, unvalidated as it is, or nothing."""
    sides = evidence.pairing(target) if target.paired else evidence.candidate[target.task]
    if sides is None:
        return found
    raw = Raw(found.worst, found.best, found.value, fixed)
    worst, best, value, hearing = heard(target, sides, evidence.judges, raw)
    if hearing.how in ("", "unvalidated") and not hearing.seen:
        return found._replace(worst=worst, best=best, hearing=hearing)
    alone = None if target.paired else value
    return Measured(
        worst,
        best,
        value=value,
        candidate=alone,
        infra=found.infra,
        missing=found.missing,
        failures=found.failures,
        hearing=hearing,
    )


def _alone(target: Target, evidence: Evidence, alpha: float, bounding: Bounding) -> Measured:
    frame, name = evidence.candidate.get(target.task), target.metric.name
    if frame is None or name not in frame.names or not len(frame.places(target.category)):
        return nothing(target, alpha, _absent(target, evidence))
    if unknown := untold(target, frame.blind) or why_unknown(frame, target.metric):
        return nothing(target, alpha, unknown)
    found = Failures()
    if target.rule.critical:
        told = judged(target, evidence.judges)
        found = failures(target, frame, evidence.confirmed, judged=told)

    def bounds(infra: Infra) -> Bounds:
        chosen = items(target, frame, infra, found.cleared)
        return bounding.mean(target, chosen, alpha=alpha)

    infra = _infra(target, frame)
    ends: tuple[Infra, Infra] = ("lowest", "highest")
    worst, best = ends if target.side == "above" else ends[::-1]
    plain = items(target, frame, "left out", found.cleared)
    value = _mean(plain.values, plain.weights)
    low = bounds(worst if infra else "left out")
    high = bounds(best) if infra else low
    lost = _lost(target, frame, evidence.others)
    return Measured(low, high, plain, value, value, infra=infra, missing=lost, failures=found)


def _against(target: Target, evidence: Evidence, alpha: float, bounding: Bounding) -> Measured:
    pairing, name = evidence.pairing(target), target.metric.name
    if pairing is None or not pairing.chosen(target.category).any():
        return nothing(target, alpha, _absent(target, evidence))
    sides = (pairing.candidate, pairing.base)
    unread = [why_unknown(frame, target.metric) for frame in sides]
    if unknown := untold(target, pairing.blind) or max(unread):
        return nothing(target, alpha, unknown)
    plain = pairing.pairs(name, target.category)
    worst = best = bounding.difference(target, plain, alpha=alpha)
    infra = pairing.failed(target.category) or _failed(target, pairing) > 0
    infra = infra and name != "infra_error"
    if infra:
        worst, best = (
            bounding.difference(
                target, pairing.pairs(name, target.category, infra=case), alpha=alpha
            )
            for case in ("worst", "best")
        )
    candidate = _mean(plain.candidate, plain.candidate_weights)
    base = _mean(plain.base, plain.base_weights)
    return Measured(
        worst,
        best,
        plain,
        value=None if candidate is None or base is None else candidate - base,
        candidate=candidate,
        base=base,
        infra=_failed(target, pairing) if infra else 0,
        missing=_missing(target, pairing),
    )


def _infra(target: Target, frame: Frame) -> int:
    """Return how many trials failed, or nobody labelled whose label is read.

    They are no unknown for the share of just these.
    """
    if target.metric.name == "infra_error":
        return 0
    score, category = target.metric.score, target.category
    failed = frame.counts(score, category).get("infra_error", 0)
    return failed + frame.unlabelled(score, category)


def _failed(target: Target, pairing: Pairing) -> int:
    """Return how many trials have no value of the target's own score, on either side."""
    return _infra(target, pairing.candidate) + _infra(target, pairing.base)


def _missing(target: Target, pairing: Pairing) -> int:
    """Return how many of the other run's items, in the category, the candidate lacks."""
    places = pairing.base.places(target.category)
    return int(len(places) - np.isin(places, pairing.places[1]).sum())


def _lost(target: Target, frame: Frame, others: Iterable[Frame]) -> int:
    """Return how many items, of the run that has most of them, the candidate lacks."""
    known, lost = set(frame.ids), [0]
    for other in others:
        if other.task == target.task:
            places = other.places(target.category).tolist()
            lost.append(sum(other.ids[place] not in known for place in places))
    return max(lost)


def untold(target: Target, blind: Collection[Outcome]) -> str:
    """Return why the share of an outcome is not known where `blind` holds it, else nothing."""
    metric = target.metric
    if not isinstance(metric, OutcomeShare) or metric.outcome not in blind:
        return ""
    return f"the log that was imported {not_told([metric.outcome])}"


def _absent(target: Target, evidence: Evidence) -> str:
    """Return why there is nothing to judge."""
    what = "task" if target.category is None else "category"
    frame = evidence.candidate.get(target.task)
    there = _count(target, [] if frame is None else [frame])
    pairings = evidence.anchor if target.form == "anchor" else evidence.base
    if target.paired and pairings is None:
        return f"there is no {target.form}"
    elsewhere = _count(target, evidence.others)
    if not there:
        gone = f"; another run has {elsewhere}" if elsewhere else ""
        return f"the candidate has no item of this {what}{gone}"
    if target.paired and evidence.unlike(target):
        return f"not the same instrument: {target.metric.score} was not made alike on both sides"
    if not target.paired:
        return f"the candidate has no {target.metric.name} in this {what}"
    return f"no item of this {what} is shared with the {target.form}"


def _count(target: Target, frames: Iterable[Frame]) -> int:
    places = [len(f.places(target.category)) for f in frames if f.task == target.task]
    return max(places, default=0)


def nothing(target: Target, alpha: float, why: str) -> Measured:
    """Return what there is of a target without any data, and why."""
    empty = Bounds(
        value=None,
        lower=None,
        upper=None,
        alpha=alpha,
        limit=target.limit,
        p_above=None,
        p_below=None,
        method=why,
        source="",
        n=0,
        clusters=0,
    )
    return Measured(empty, empty)


def _mean(values: ArrayLike, weights: ArrayLike) -> float | None:
    weights = np.asarray(weights, dtype=np.float64)
    if not weights.any():
        return None
    return float(np.average(np.asarray(values, dtype=np.float64), weights=weights))
