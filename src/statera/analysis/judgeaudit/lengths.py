"""Does the judge take length for quality? How verdicts go with length, and a probe that tells why.

Association is no bias: better replies may be longer. So the raw and the controlled number stand
together, and the padding probe decides: the same reply, lengthened without new content, must not
win.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from statera.analysis.judgeaudit.figures import Figure, Section, State, figure
from statera.analysis.winrates import JudgedPair, verdicts_of
from statera.stats.lengthcontrol import PairLengths, length_controlled
from statera.stats.lengthslope import length_adjusted_mean
from statera.stats.paired import difference
from statera.stats.results import LEVEL, Pairs
from statera.stats.winrate import consensus, win_rate

NAME = "verbosity"
PADDED = "padded against plain"
PADDED_GRADE = "padded less plain"
SLOPE = "log odds of a win per log length ratio"
GRADE_SLOPE = "share of the scale per log length"


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
    figures = [*_controlled(pairs, level, rng), *_padded_pairs(padded, level)]
    return _section(figures, [] if pairs else ["no two replies of different systems to compare"])


def lengths_of_grades(
    grades: Sequence[Grade],
    padded: Sequence[tuple[Grade, Grade]],
    *,
    reference: float | None = None,
    level: float = LEVEL,
) -> Section:
    """Return the mean grade raw and at the length `reference`, and whether padding raises it.

    `padded` holds each padded reply with the same reply as it was.
    """
    known = [grade for grade in grades if grade.value is not None]
    found = length_adjusted_mean(
        [grade.value or 0.0 for grade in known],
        [grade.length for grade in known],
        [grade.unit for grade in known],
        reference=reference,
        level=level,
    )
    figures = [
        figure("mean grade, raw", found.raw, n=len(known), of="replies"),
        figure(
            f"mean grade at {found.reference:.0f} characters",
            found.adjusted,
            n=len(known),
            of="replies",
        ),
        figure(GRADE_SLOPE, found.slope, n=len(known), of="replies", fair=0.0),
        *_padded_grades(padded, level),
    ]
    return _section(figures, [])


def _controlled(
    pairs: Sequence[JudgedPair], level: float, rng: np.random.Generator
) -> list[Figure]:
    if not pairs:
        return []
    verdicts = verdicts_of(pairs)
    data = PairLengths(
        consensus(verdicts),
        [pair.lengths[0] for pair in pairs],
        [pair.lengths[1] for pair in pairs],
        [pair.unit for pair in pairs],
    )
    rate = win_rate(verdicts, level=level)
    told = length_controlled(data, level=level, rng=rng)
    return [
        figure("win rate, raw", rate, n=rate.judged, of="pairs"),
        figure("win rate at equal length", told.controlled, n=told.n, of="pairs"),
        figure(SLOPE, told.slope, n=told.n, of="pairs", fair=0.0),
        figure("length ratio", told.length_ratio, n=told.n, of="pairs", fair=1.0),
    ]


def _padded_pairs(padded: Sequence[JudgedPair], level: float) -> list[Figure]:
    if not padded:
        return []
    rate = win_rate(verdicts_of(padded), level=level)
    return [figure(PADDED, rate, n=rate.judged, of="pairs", fair=0.5)]


def _padded_grades(padded: Sequence[tuple[Grade, Grade]], level: float) -> list[Figure]:
    both = [(p, q) for p, q in padded if p.value is not None and q.value is not None]
    if not padded:
        return []
    pairs = Pairs(
        [p.value or 0.0 for p, _ in both],
        [q.value or 0.0 for _, q in both],
        [p.unit for p, _ in both],
        [1.0] * len(both),
        [1.0] * len(both),
    )
    found = difference(pairs, level=level)
    return [figure(PADDED_GRADE, found, n=len(both), of="replies", fair=0.0)]


def _section(figures: Sequence[Figure], said: list[str]) -> Section:
    probe = next((f for f in figures if f.name in (PADDED, PADDED_GRADE)), None)
    slope = next((f for f in figures if f.name in (SLOPE, GRADE_SLOPE)), None)
    if slope is not None and slope.above:
        said.append("longer replies get better verdicts; whether they are better, the probe tells")
    if probe is None or probe.low is None:
        why = "no reply could be padded" if probe is None else probe.method
        return Section(
            name=NAME,
            state="not measured",
            said=(*said, f"padding not measured: {why}"),
            figures=tuple(figures),
        )
    said.append(
        "it takes length for quality: padding without new content wins"
        if probe.above
        else "padding without new content does not surely win"
    )
    state: State = "warning" if probe.above else "ok"
    return Section(name=NAME, state=state, said=tuple(said), figures=tuple(figures))
