"""Does the judge take length for quality? How verdicts go with length, and a probe that tells why.

Association is no bias: better replies may be longer. So the raw and the controlled number stand
together, and the padding probe decides: the same reply, lengthened without new content, must not
win.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from statera.analysis.judgeaudit.figures import Figure, Measure, Section, State, figure
from statera.analysis.judgeaudit.shares import share
from statera.analysis.judgeaudit.signs import sign
from statera.analysis.winrates import JudgedPair, item_values, verdicts_of
from statera.stats.lengthcontrol import PairLengths, length_controlled
from statera.stats.lengthslope import LengthAdjusted, length_adjusted_mean
from statera.stats.paired import difference
from statera.stats.results import LEVEL, Difference, Pairs
from statera.stats.winrate import WinRate, consensus, win_rate

NAME = "verbosity"
RAW = "win rate, raw"
CONTROLLED = "win rate at equal length"
PADDED = "padded against plain"
PADDED_GRADE = "padded less plain"
SLOPE = "log odds per log length"
GRADE_SLOPE = "grade per log length"

_RATE = "share of pairs, a tie half; above 0.5 the first run wins"
_SCALE = "share of the scale; 0: lowest level, 1: highest"
_SLOPE = Measure(
    SLOPE,
    "pairs",
    "log odds of a win when a reply is e times as long; 0: length does not matter, above: longer "
    "wins, below: shorter wins",
    0.0,
)
_RATIO = Measure(
    "length ratio",
    "pairs",
    "characters of the first run's reply over the other's, geometric mean; above 1: longer",
)
_GRADE_SLOPE = Measure(
    GRADE_SLOPE,
    "replies",
    "share of the scale when a reply is e times as long; 0: length does not matter, above: longer "
    "gets more",
    0.0,
)
_PADDED = Measure(
    PADDED,
    "pairs",
    "win rate of a reply made longer without new content against itself; 0.5 or less is right, "
    "above: padding wins",
    0.5,
)
_PADDED_GRADE = Measure(
    PADDED_GRADE,
    "replies",
    "share of the scale, grade of a reply made longer without new content less its own grade; 0 or "
    "less is right, above: padding pays",
    0.0,
)
_ADVICE = (
    "compare by the number at equal length; say in the judge's file how long a reply may be "
    "(`max_words` of a rubric) or that length is no merit; or correct by people's labels "
    "(statera judge calibrate)"
)


class Grade(NamedTuple):
    """One reply with its grade as a share of the scale, None without a verdict.

    `unit` names the item, or the cluster that it is in, over all tasks.
    """

    unit: str
    length: int
    value: float | None


def lengths_of_pairs(
    pairs: Sequence[JudgedPair],
    padded: Sequence[JudgedPair],
    *,
    level: float = LEVEL,
    rng: np.random.Generator,
) -> Section:
    """Return the win rate raw and at equal length, and whether padding wins.

    `padded` holds padded replies as candidates against the same replies as they were.
    """
    said = [] if pairs else ["no two replies of different systems to compare: only the probe"]
    figures = list[Figure]()
    if pairs:
        figures, note = _controlled(pairs, level, rng)
        said += [note] if note else []
    probe = _padded_pairs(padded, level)
    return _section([*figures, *probe], said, pays=any(shown.above for shown in probe))


def lengths_of_grades(
    grades: Sequence[Grade],
    padded: Sequence[tuple[Grade, Grade]],
    *,
    reference: float | None = None,
    level: float = LEVEL,
) -> Section:
    """Return the mean grade raw and at the length `reference`, and whether padding raises it.

    Without a reference, or where no reply is that long or that short, the length is the replies'
    mean. `padded` holds each padded reply with the same reply as it was.
    """
    known = [(grade.value, grade) for grade in grades if grade.value is not None]
    lengths, said = [grade.length for _, grade in known], list[str]()
    if reference is not None and lengths and not min(lengths) <= reference <= max(lengths):
        said.append(
            f"no reply is as long as the ideal ones ({reference:.0f} characters on average)"
        )
        reference = None
    found = length_adjusted_mean(
        [value for value, _ in known],
        lengths,
        [grade.unit for _, grade in known],
        reference=reference,
        level=level,
    )
    figures = _graded(found, len(known), len(grades))
    if not padded:
        return _section(figures, said, pays=False)
    gap = _padded_grades(padded, level)
    shown = figure(_PADDED_GRADE, gap, n=gap.n, asked=len(padded))
    return _section([*figures, shown], said, pays=sign(gap) > 0)


def _controlled(
    pairs: Sequence[JudgedPair], level: float, rng: np.random.Generator
) -> tuple[list[Figure], str]:
    """Return the figures, and a note where equal length is hardly seen."""
    verdicts = verdicts_of(pairs)
    data = PairLengths(
        consensus(verdicts),
        [pair.lengths[0] for pair in pairs],
        [pair.lengths[1] for pair in pairs],
        [pair.unit for pair in pairs],
    )
    raw, controlled = (Measure(name, "pairs", _RATE) for name in (RAW, CONTROLLED))
    rate = win_rate(verdicts, level=level)
    shown = figure(raw, rate, n=rate.judged, asked=rate.asked)
    if rate.void:
        return [shown], ""
    told = length_controlled(data, level=level, rng=rng)
    return [
        shown,
        figure(controlled, told.controlled, n=told.n, asked=rate.asked),
        figure(_SLOPE, told.slope, n=told.n, asked=rate.asked),
        figure(_RATIO, told.length_ratio, n=told.n, asked=rate.asked),
    ], told.note


def _graded(found: LengthAdjusted, known: int, asked: int) -> list[Figure]:
    raw = Measure("mean grade, raw", "replies", _SCALE)
    adjusted = Measure(f"mean grade at {found.reference:.0f} characters", "replies", _SCALE)
    return [
        figure(raw, found.raw, n=known, asked=asked),
        figure(adjusted, found.adjusted, n=known, asked=asked),
        figure(_GRADE_SLOPE, found.slope, n=known, asked=asked),
    ]


def _padded_pairs(padded: Sequence[JudgedPair], level: float) -> list[Figure]:
    if not padded:
        return []
    rate = _told(padded, win_rate(verdicts_of(padded), level=level))
    return [figure(_PADDED, rate, n=rate.judged, asked=rate.asked)]


def _told(pairs: Sequence[JudgedPair], rate: WinRate) -> WinRate:
    """Return the rate with an interval also where every pair is a tie, as they should be."""
    if rate.void or rate.low is not None:
        return rate
    found = share(item_values(pairs), level=rate.level)
    return msgspec.structs.replace(
        rate, low=found.low, high=found.high, method=found.method, source=found.source
    )


def _padded_grades(padded: Sequence[tuple[Grade, Grade]], level: float) -> Difference:
    """Return the grades of padded replies less their own, paired by reply."""
    both = [
        (longer.value, plain.value, longer.unit)
        for longer, plain in padded
        if longer.value is not None and plain.value is not None
    ]
    ones = [1.0] * len(both)
    longer, plain, units = ([row[k] for row in both] for k in range(3))
    return difference(Pairs(longer, plain, units, ones, ones), level=level)


def padding_alone(figures: Sequence[Figure]) -> bool:
    """Return whether of all figures the probe alone could be told."""
    probes = (PADDED, PADDED_GRADE)
    other = (CONTROLLED, SLOPE, GRADE_SLOPE)
    told = [figure.name for figure in figures if figure.low is not None]
    return any(name in probes for name in told) and not any(name in other for name in told)


def _section(figures: Sequence[Figure], said: list[str], *, pays: bool) -> Section:
    """Return the section; `pays` says that padding surely does better than the plain reply."""
    probe = next((f for f in figures if f.name in (PADDED, PADDED_GRADE)), None)
    slope = next((f for f in figures if f.name in (SLOPE, GRADE_SLOPE)), None)
    if slope is not None and (slope.above or slope.below):
        kind = "longer" if slope.above else "shorter"
        said.append(f"{kind} replies get better verdicts: no fault by itself, they may be better")
    if probe is None or (probe.low is None and not pays):
        why = "no reply could be padded" if probe is None else probe.method
        said.append(f"padding not measured: {why}")
        return Section(name=NAME, state="not measured", said=tuple(said), figures=tuple(figures))
    if slope is not None and padding_alone(figures):
        said.append(f"how verdicts go with length is not told: {slope.method}")
    said.append(
        "it takes length for quality: padding without new content wins"
        if pays
        else "padding without new content does not surely win"
    )
    state: State = "warning" if pays else "ok"
    return Section(
        name=NAME,
        state=state,
        said=tuple(said),
        figures=tuple(figures),
        advice=_ADVICE if pays else "",
        fault=said[-1] if pays else "",
    )
