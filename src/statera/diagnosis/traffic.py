"""Why live traffic moved: capability, quality, safety, format and reliability, told from the mix.

    found = diagnose_traffic(traffic, after, TrafficTerms())
    found.answer                       # worse, mix, better, same, inconclusive
    found.findings[0].cause            # safety over-correction

`traffic` are the requests of both sides, `after` says which are the candidate's. Both sides are
brought to one mix of the segments (`stats.poststratified`); cells that one side lacks are left out
and told. The unit is the user. A signal **moved** when its p value, by Holm over all signals, is
below alpha, and is the **same** when its interval at 1 - 2 alpha lies within the margin. What the
mix explains is a family of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from statera.analysis.traffic import Traffic
from statera.diagnosis.trafficparts import TrafficPart, parts_of
from statera.diagnosis.trafficsignals import Kind, Measured, TrafficSignal, measured, signals_of
from statera.errors import DeclarationError
from statera.stats.poststratified import Ints, Mask, shared_cells

Cause = Literal[
    "safety regression",
    "safety over-correction",
    "format or extraction",
    "longer answers",
    "capability regression",
    "quality regression",
    "reliability",
    "traffic mix",
]
Answer = Literal["worse", "mix", "better", "same", "inconclusive"]

CAUSES: tuple[tuple[Kind, Cause], ...] = (
    ("harm", "safety regression"),
    ("refused", "safety over-correction"),
    ("unparsed", "format or extraction"),
    ("truncated", "longer answers"),
    ("right", "capability regression"),
    ("quality", "quality regression"),
    ("failed", "reliability"),
    ("slow", "reliability"),
)
"""What it is called when a signal surely moved the bad way; safety first."""

MEANING: Mapping[Cause, str] = {
    "safety regression": "more replies are harmful, as the guard or a scorer says",
    "safety over-correction": "requests are declined more often",
    "format or extraction": "answers are there less often in a form that can be read",
    "longer answers": "replies are cut off at the token limit more often",
    "capability regression": "the answers that are given are less often right",
    "quality regression": "graded quality fell",
    "reliability": "requests fail, or take long, more often",
    "traffic mix": "other requests came; at one mix nothing surely got worse",
}
_KIND: Mapping[str, Kind] = {"wrong": "right"}
MUCH_LEFT_OUT = 0.1
"""A larger share of the requests in cells that one side lacks is a caveat."""


class TrafficTerms(msgspec.Struct, frozen=True, kw_only=True):
    """On which terms traffic is diagnosed.

    `margin` in (0, 1) is how far a share may move and still be the same, `alpha` in (0, 0.5) the
    chance of any false alarm, and of a false "same". `segments` are adjusted for, None for all.
    """

    margin: float = 0.02
    alpha: float = 0.05
    segments: tuple[str, ...] | None = None


class TrafficFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One cause, with the signal that shows it. `points` is its part in the share of answers."""

    cause: Cause
    meaning: str
    metric: str
    difference: float
    low: float | None
    high: float | None
    points: float | None


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A cell of the mix that one side lacks, with the requests of base and candidate in it."""

    cell: str
    base: int
    candidate: int


class TrafficDiagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """What the change of traffic comes to; pairs are (base, candidate).

    `raw` is the change of the last share of `parts` as it was seen, `adjusted` what is left of it
    at one mix, which the parts add up to, and `mix` what the mix alone explains: raw - adjusted.
    """

    answer: Answer
    findings: tuple[TrafficFinding, ...]
    signals: tuple[TrafficSignal, ...]
    parts: tuple[TrafficPart, ...]
    requests: tuple[int, int]
    users: tuple[int, int]
    segments: tuple[str, ...]
    cells: int
    left_out: tuple[LeftOut, ...]
    raw: float | None
    adjusted: float | None
    mix: float | None
    mix_low: float | None
    mix_high: float | None
    caveats: tuple[str, ...]
    terms: TrafficTerms


def diagnose_traffic(traffic: Traffic, after: Mask, terms: TrafficTerms) -> TrafficDiagnosis:
    """Return why the candidate's requests fared otherwise than the base's.

    `after` (n,) says which are the candidate's. DeclarationError for a side without requests, for
    sides that share no cell, for numbers out of range or a segment that is not declared.
    """
    _check(terms)
    segments = traffic.segments if terms.segments is None else terms.segments
    coded = traffic.cells(segments)
    kept, left = _shared(traffic, after, coded.codes, coded.names)
    here = traffic.only(kept)
    sides = _Ground(here, after[kept], coded.codes[kept])
    found = measured(here, sides.after, sides.cells)
    signals = signals_of(found, margin=terms.margin, alpha=terms.alpha)
    parts, change = parts_of(here, sides.after, sides.cells)
    findings = tuple(_findings(signals, parts))
    return TrafficDiagnosis(
        answer=_answer(findings, signals),
        findings=findings,
        signals=signals,
        parts=parts,
        requests=_pair(after),
        users=_users(traffic, after),
        segments=tuple(segments),
        cells=len(np.unique(sides.cells)),
        left_out=left,
        raw=None if change is None else change.raw,
        adjusted=None if change is None else change.adjusted,
        mix=None if change is None else change.mix.value,
        mix_low=None if change is None else change.mix.low,
        mix_high=None if change is None else change.mix.high,
        caveats=tuple(_caveats(found, left, after)),
        terms=terms,
    )


class _Ground(NamedTuple):
    traffic: Traffic
    after: Mask
    cells: Ints


def _check(terms: TrafficTerms) -> None:
    for name, most in (("margin", 1.0), ("alpha", 0.5)):
        value = getattr(terms, name)
        if not 0 < value < most:
            raise DeclarationError(f"diagnosis: {name} lies between 0 and {most:g}, not {value:g}")


def _shared(
    traffic: Traffic, after: Mask, cells: Ints, names: Sequence[str]
) -> tuple[Mask, tuple[LeftOut, ...]]:
    """Return which requests are in cells of both sides, and the cells that are not."""
    counts = _pair(after)
    if not min(counts):
        which = "before" if not counts[0] else "after"
        raise DeclarationError(f"no request on the side '{which}': nothing to compare")
    shared = shared_cells(after, cells, traffic.unit)
    kept: Mask = np.isin(cells, shared)
    left = [
        LeftOut(
            cell=names[cell] or "all",
            base=int(np.sum((cells == cell) & ~after)),
            candidate=int(np.sum((cells == cell) & after)),
        )
        for cell in sorted(set(np.unique(cells).tolist()) - set(shared.tolist()))
    ]
    if not kept.any():
        raise DeclarationError(
            "the sides share no part of the mix with two users on each: name fewer --segment"
        )
    return kept, tuple(sorted(left, key=lambda one: -one.base - one.candidate))


def _pair(after: Mask) -> tuple[int, int]:
    candidate = int(np.sum(after))
    return len(after) - candidate, candidate


def _users(traffic: Traffic, after: Mask) -> tuple[int, int]:
    return len(np.unique(traffic.unit[~after])), len(np.unique(traffic.unit[after]))


def _findings(
    signals: Sequence[TrafficSignal], parts: Sequence[TrafficPart]
) -> list[TrafficFinding]:
    points: dict[str, float] = {_KIND.get(part.lost, part.lost): part.points for part in parts}
    ranked = [
        (rank, cause, signal)
        for rank, (kind, cause) in enumerate(CAUSES)
        for signal in signals
        if signal.kind == kind and signal.worse
    ]
    found = [_finding(cause, signal, points.get(signal.kind)) for _, cause, signal in ranked]
    safety = [one for one in found if one.cause.startswith("safety")]
    rest = [one for one in found if not one.cause.startswith("safety")]
    rest.sort(key=lambda one: -abs(one.difference))
    return [*safety, *rest, *_mixed(signals, found)]


def _finding(cause: Cause, signal: TrafficSignal, points: float | None) -> TrafficFinding:
    return TrafficFinding(
        cause=cause,
        meaning=MEANING[cause],
        metric=signal.metric,
        difference=signal.difference,
        low=signal.low,
        high=signal.high,
        points=points,
    )


def _mixed(
    signals: Sequence[TrafficSignal], found: Sequence[TrafficFinding]
) -> list[TrafficFinding]:
    """Return the mix as a cause, where it surely made a number look worse and nothing else did."""
    blamed = [s for s in signals if s.mix_worse and not s.worse]
    if found or not blamed:
        return []
    worst = max(blamed, key=lambda one: abs(one.mix))
    return [
        TrafficFinding(
            cause="traffic mix",
            meaning=MEANING["traffic mix"],
            metric=worst.metric,
            difference=worst.mix,
            low=worst.mix_low,
            high=worst.mix_high,
            points=None,
        )
    ]


def _answer(findings: Sequence[TrafficFinding], signals: Sequence[TrafficSignal]) -> Answer:
    if any(one.cause != "traffic mix" for one in findings):
        return "worse"
    if findings:
        return "mix"
    known = [one for one in signals if one.state != "untold"]
    if any(one.better for one in known) and all(one.better or one.same for one in known):
        return "better"
    return "same" if known and all(one.same for one in known) else "inconclusive"


def _caveats(found: Sequence[Measured], left: Sequence[LeftOut], after: Mask) -> list[str]:
    lines = [f"{one.metric}: {one.why}" for one in found if one.why]
    out = sum(one.base + one.candidate for one in left)
    if out > MUCH_LEFT_OUT * len(after):
        lines.append(
            f"{out / len(after):.0%} of the requests are in parts of the mix that one side lacks: "
            "what is said is of the others"
        )
    return lines
