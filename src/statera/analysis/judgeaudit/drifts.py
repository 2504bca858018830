"""Has the judge shifted? Its verdicts on frozen replies, then and now.

Two things are looked at, each paired by anchor: the mean verdict, and how often the judge agrees
with what it said then, against how often it agreed with itself then. A shift is sure where the
interval of the difference (99 %) leaves out 0, or a test is as sure (`judgeaudit.signs`), and it
is larger than a small margin: what is smaller blocks no comparison.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import msgspec

from statera.analysis.judgeaudit.figures import (
    Figure,
    Measure,
    Section,
    State,
    figure,
    not_measured,
)
from statera.analysis.judgeaudit.shares import shares
from statera.analysis.judgeaudit.signs import sign
from statera.stats.paired import difference
from statera.stats.results import Difference, Estimate, Pairs

NAME = "drift"
LEVEL = 0.99
MARGIN = 0.05
"""The least shift of the mean, as a share of the scale, that counts."""

LESS_AGREEMENT = 0.10
"""The least loss of agreement with itself that counts."""

SHIFT = "shift of the mean verdict"
LOSS = "change of self-agreement"
AGREED = "said the same as then"

_SHIFT = Measure(
    SHIFT,
    "anchors",
    "share of the scale, or of wins; 0: no shift, above: better verdicts now than then",
    0.0,
)
_AGREED = Measure(AGREED, "anchors", "share of verdicts now that equal those of then; 1: all")
_LOSS = Measure(
    LOSS, "anchors", "0: it agrees with then as it did with itself then, below: it agrees less", 0.0
)
_ADVICE = (
    "verdicts from before are not compared with those from now on: score older runs again with the "
    "judge as it is now, or pin the model's version"
)


class Anchored(NamedTuple):
    """One frozen judgement: its verdicts then, and what the judge says of it now."""

    unit: str
    then: Sequence[float | None]
    now: Sequence[float | None]


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """How far the judge has moved on its anchors; `drifted` when that is sure and not small."""

    drifted: bool
    why: str
    anchors: int
    shift: Figure
    agreed: Figure
    loss: Figure | None = None

    @property
    def section(self) -> Section:
        """The drift as a part of the page."""
        figures = [self.shift, self.agreed, *([self.loss] if self.loss else [])]
        told: State = "not measured" if self.shift.low is None else "ok"
        told = "not shown" if self.shift.value is None else told
        return Section(
            name=NAME,
            state="warning" if self.drifted else told,
            said=(self.why,),
            figures=tuple(figures),
            advice=_ADVICE if self.drifted else "",
        )


def drift(anchors: Sequence[Anchored], *, level: float = LEVEL) -> Drift:
    """Return what became of the judge's verdicts on its anchors."""
    shift = _paired([(_mean(a.now), _mean(a.then), a.unit) for a in anchors], level)
    loss = _paired([(_agreement(a), _own_agreement(a.then), a.unit) for a in anchors], level)
    moved = _sure(shift, MARGIN)
    less = loss.value is not None and loss.value < 0 and _sure(loss, LESS_AGREEMENT)
    return Drift(
        drifted=moved or less,
        why=_words(shift, loss, moved=moved, less=less),
        anchors=len(anchors),
        shift=figure(_SHIFT, shift, n=shift.n, asked=len(anchors)),
        agreed=figure(_AGREED, _agreed(anchors, level), n=len(anchors)),
        loss=None if loss.value is None else figure(_LOSS, loss, n=loss.n, asked=len(anchors)),
    )


def no_anchors() -> Section:
    """Return the section of a judge that has nothing to be compared with yet."""
    return not_measured(NAME, "no anchors yet: this audit freezes them, the next compares")


def _paired(rows: Sequence[tuple[float | None, float | None, str]], level: float) -> Difference:
    known = [(now, then, unit) for now, then, unit in rows if now is not None and then is not None]
    ones = [1.0] * len(known)
    now, then, units = ([row[k] for row in known] for k in range(3))
    return difference(Pairs(now, then, units, ones, ones), level=level)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _agreement(anchor: Anchored) -> float | None:
    """Return how often what is said now is what was said then, over all pairs of the two."""
    both = [now == then for now in anchor.now for then in anchor.then]
    return sum(both) / len(both) if both else None


def _own_agreement(then: Sequence[float | None]) -> float | None:
    """Return how often two verdicts of then were the same; None where there was only one."""
    both = [one == other for one, other in combinations(then, 2)]
    return sum(both) / len(both) if both else None


def _agreed(anchors: Sequence[Anchored], level: float) -> Estimate:
    known = [(a.unit, found) for a in anchors if (found := _agreement(a)) is not None]
    return shares([found for _, found in known], [unit for unit, _ in known], level=level)


def _sure(found: Difference, margin: float) -> bool:
    """Return whether there surely is a difference, and one larger than the margin."""
    return found.value is not None and abs(found.value) > margin and sign(found) != 0


def _words(shift: Difference, loss: Difference, *, moved: bool, less: bool) -> str:
    if moved:
        return f"the judge has shifted: its mean verdict on the anchors moved by {shift.value:+.3f}"
    if less and loss.value is not None:
        return (
            "the judge has shifted: it agrees less with what it said then than it did with itself "
            f"({loss.value:+.3f})"
        )
    if shift.value is None:
        return f"the anchors do not tell: {shift.method}"
    if shift.low is None:
        return f"too few anchors to tell: {shift.method}"
    level = f"{100 * shift.level:g} %"
    return f"no sure shift larger than {MARGIN:g} of the scale on the anchors ({level})"
