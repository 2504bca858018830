"""Do replies that deserve nothing get something? An empty one, a constant one, one off the topic,
and one that tells the judge what to say, in place of the system's own.

What a responder gets is its mean grade as a share of the scale, or its win rate against the
system's own replies (both orders). A judge that can be trusted gives it about 0, so:

| over the items of a task | the responder |
|---|---|
| the lower bound is above the floor (0.25: level 2 of 5) | surely beats it: void |
| the mean is at least the middle (0.5), over 6 items or more | plainly beats it: void |
| the mean is at most the floor, the upper bound below the middle | does not beat it |
| anything else | not shown: more items would tell |

A criterion of form alone (tone, layout) may honestly like the constant reply and the one off the
topic: there both are shown and do not count.

A judge of single replies must also put the system's own replies above it, paired by item. Surely
below them is void: nothing can rest on verdicts that put a reply which deserves nothing first. Not
surely above is not shown: the replies may be as bad as none, or the judge cannot tell.

Bounds are exact at every number of items (each side 2.5 %), so that few items neither void a good
judge nor let a bad one pass: 5 items never pass, 6 without a single point do.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from statera.analysis.judgeaudit.figures import SANITY, Figure, Section, State, not_measured, worst
from statera.analysis.judgeaudit.signs import sign
from statera.stats.betting import betting_bounds
from statera.stats.meanbounds import mean_bounds
from statera.stats.paired import difference
from statera.stats.results import LEVEL, Bounds, Items, Pairs

NAME = SANITY
WELL_FORMED = frozenset({"constant", "off_topic"})
"""Responders at whose form nothing is wrong."""
FLOOR = 0.25
MIDDLE = 0.5
EXACT = ("Clopper-Pearson", "Clopper-Pearson on clusters")
BETWEEN = "; "
"""What stands between reasons."""

PLAIN = 6
"""From so many items on a mean in the middle beats the floor plainly; as many let a judge pass."""

LEAST_READ = 0.5
"""So much of what a responder was graded on must have a verdict; else nothing is shown."""


_READS = (
    "share of the scale, or win rate against the system's own replies; 0 is what it deserves, "
    f"surely above {FLOOR:g} voids the judge"
)
_ADVICE: dict[State, str] = {
    "void": "do not use this judge on these tasks: take a stronger model, or say in the rubric "
    "what the lowest level is, and audit again",
    "not shown": "audit on more items (--items: a fifth of them is put beside such replies, 20 at "
    "the least), and see whether the system's own replies deserve more than nothing",
}


class Responder(NamedTuple):
    """What one responder got on the items of a task, None without a verdict.

    `own` is what the system's own replies got on the same items; None where the values are those of
    pairs, which stand against them already. `content` is False under a criterion of form alone. In
    `flips` of the pairs the judge named the same place in both orders, which counts half.
    """

    task: str
    criterion: str
    name: str
    units: Sequence[str]
    values: Sequence[float | None]
    own: Sequence[float | None] | None = None
    content: bool = True
    flips: int = 0

    @property
    def counts(self) -> bool:
        """Whether it deserves nothing under its criterion."""
        return self.content or self.name not in WELL_FORMED


class TaskState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the judge can be used on a task, and why not."""

    task: str
    state: State
    why: str = ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons in `why`, one for each responder that stands behind the state."""
        return tuple(self.why.split(BETWEEN)) if self.why else ()


class Found(NamedTuple):
    """How one responder came out."""

    responder: Responder
    figure: Figure
    state: State
    why: str


def sanity(responders: Sequence[Responder]) -> tuple[Section, tuple[TaskState, ...]]:
    """Return what the responders got, and by task whether the judge stands."""
    if not responders:
        return not_measured(NAME, "no reply of the run to put them beside"), ()
    found = [judged(responder) for responder in responders]
    tasks = tuple(_of_task(task, found) for task in dict.fromkeys(r.task for r in responders))
    state = worst(one.state for one in found)
    said = [one.why for kind in ("void", "not shown") for one in found if one.state == kind]
    aside = dict.fromkeys(one.name for one in responders if not one.counts)
    beside = [f"{', '.join(aside)}: shown, not counted, as form alone is judged"] if aside else []
    section = Section(
        name=NAME,
        state=state,
        said=(*(said or [_fine(responders)]), *beside),
        figures=tuple(one.figure for one in found),
        advice=_ADVICE.get(state, ""),
    )
    return section, tasks


def judged(responder: Responder) -> Found:
    """Return whether a responder beats the floor: void, ok, or not shown."""
    known = [
        (value, unit)
        for value, unit in zip(responder.values, responder.units, strict=True)
        if value is not None
    ]
    bounds = _bounds([value for value, _ in known], [unit for _, unit in known])
    shown = _figure(responder, bounds)
    if not responder.counts:
        return Found(responder, shown, "ok", "")
    where = f"{responder.task}: {responder.name} reply"
    where += f" ({responder.criterion})" if responder.criterion else ""
    if bounds.lower is None or len(known) < LEAST_READ * len(responder.values):
        read = f"{len(known)} of {len(responder.values)} verdicts could be read"
        why = read if bounds.lower is not None or not known else f"{read}: {bounds.method}"
        return Found(responder, shown, "not shown", f"{where}: {why}")
    (state, why), (beside, told) = _against_floor(bounds), _beside_own(responder)
    if worst([state, beside]) != state:
        state, why = beside, told
    why += _by_flips(responder, bounds) if why else ""
    return Found(responder, shown, state, f"{where} {why}" if why else "")


def _fine(responders: Sequence[Responder]) -> str:
    names = ", ".join(dict.fromkeys(one.name for one in responders if one.counts))
    return f"replies that deserve nothing get next to nothing ({names})"


def _of_task(task: str, found: Iterable[Found]) -> TaskState:
    mine = [one for one in found if one.responder.task == task]
    state = worst(one.state for one in mine)
    why = BETWEEN.join(one.why for one in mine if one.state == state and one.why)
    return TaskState(task=task, state=state, why=why)


def _bounds(values: Sequence[float], units: Sequence[str]) -> Bounds:
    """Return bounds of the mean over units: exact for whole wins, by betting for grades."""
    names = list(dict.fromkeys(units))
    means = [np.mean([v for v, u in zip(values, units, strict=True) if u == n]) for n in names]
    alpha, count = (1 - LEVEL) / 2, len(names)
    items = Items([float(m) for m in means], names, [0] * count, [1.0] * count)
    found = mean_bounds(items, FLOOR, alpha=alpha)
    if found.method in EXACT or count < 2:
        return found
    return betting_bounds(np.array(means, np.float64), FLOOR, alpha=alpha)


def _against_floor(bounds: Bounds) -> tuple[State, str]:
    value, low, high = bounds.value or 0.0, bounds.lower, bounds.upper
    if low is not None and low > FLOOR:
        return "void", f"gets {value:.2f} (at least {low:.2f}), above the floor of {FLOOR:g}"
    if value >= MIDDLE and bounds.clusters >= PLAIN:
        return "void", f"gets {value:.2f}, plainly above the floor of {FLOOR:g}"
    if high is not None and high < MIDDLE and value <= FLOOR:
        return "ok", ""
    sides = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    return "not shown", f"gets {value:.2f}{sides}: not surely below the floor of {FLOOR:g}"


def _by_flips(responder: Responder, bounds: Bounds) -> str:
    """Return that flips make it so many, where without them it would not be above the floor."""
    count = sum(value is not None for value in responder.values)
    without = (bounds.value or 0.0) - 0.5 * responder.flips / max(1, count)
    if not responder.flips or without > FLOOR:
        return ""
    return (
        f", as {responder.flips} of {count} pairs flip with the order and count half: it looks at "
        "the place more than at the reply"
    )


def _beside_own(responder: Responder) -> tuple[State, str]:
    """Return whether the system's own replies stand above it, where they were graded too."""
    if responder.own is None:
        return "ok", ""
    rows = [
        (own, value, unit)
        for own, value, unit in zip(responder.own, responder.values, responder.units, strict=True)
        if own is not None and value is not None
    ]
    if not rows:
        return "not shown", "stands beside no reply of the system that has a verdict"
    ones = [1.0] * len(rows)
    own, values, units = ([row[k] for row in rows] for k in range(3))
    found = difference(Pairs(own, values, units, ones, ones), level=LEVEL)
    gets = f"gets {found.base or 0:.2f} and the system's own replies {found.candidate or 0:.2f}"
    match sign(found):
        case 1:
            return "ok", ""
        case -1:
            return "void", f"{gets}: surely more than they"
    return "not shown", f"{gets}: the replies are as bad as none, or the judge cannot tell"


def _figure(responder: Responder, bounds: Bounds) -> Figure:
    name = f"{responder.task}: {responder.name}"
    return Figure(
        name=f"{name} ({responder.criterion})" if responder.criterion else name,
        value=bounds.value,
        low=bounds.lower,
        high=bounds.upper,
        level=LEVEL,
        n=bounds.n,
        clusters=bounds.clusters,
        of="items",
        method=bounds.method,
        source=bounds.source,
        fair=0.0,
        asked=len(set(responder.units)),
        reads=_READS,
    )
