"""A change as a waterfall: from the base, step by step, to the candidate.

It stands on its side, one step a row, so that names and numbers have room on a narrow screen. A
loss is hatched and a gain is filled: it reads in black and white.
"""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from statera.report.scale import Scale, scale
from statera.report.svg import bar, drawing, line

HEIGHT = 34
_BAR = (7.0, 20.0)
_MIDDLE = HEIGHT / 2


class Step(NamedTuple):
    """A step that moves the level by `change`, with the interval of the change where there is one.

    A step without a change is a level itself: the first row and the last.
    """

    level: float
    change: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def start(self) -> float:
        """Where the step starts: the level before it."""
        return self.level - (self.change or 0.0)

    @property
    def ends(self) -> tuple[float, float] | None:
        """Where the step might have ended by the interval."""
        if self.low is None or self.high is None:
            return None
        return self.start + self.low, self.start + self.high


def steps(base: float, changes: Sequence[Step], candidate: float) -> list[Step]:
    """Return the rows: the base, each change on top of those before it, the candidate."""
    level, found = base, [Step(base)]
    for step in changes:
        level += step.change or 0.0
        found.append(step._replace(level=level))
    return [*found, Step(candidate)]


def axis_of(rows: Sequence[Step]) -> Scale:
    """Return an axis that covers every level and every interval."""
    levels = [row.level for row in rows]
    return scale([*levels, *(end for row in rows for end in row.ends or ())])


def step_row(step: Step, axis: Scale, *, title: str, last: bool = False) -> Markup:
    """Return a row's drawing; but for the last, a thread leads from its level to the next row."""
    found = [line((p, 0), (p, HEIGHT), "grid") for p in map(axis.at, axis.ticks)]
    place = axis.at(step.level)
    if step.change is None:
        found.append(line((place, _BAR[0] - 2), (place, sum(_BAR) + 2), "level"))
    else:
        style = "loss" if step.change < 0 else "gain"
        found.append(bar(axis.at(step.start), place, _BAR, style))
        found.append(line((axis.at(step.start), 0), (axis.at(step.start), _BAR[0]), "thread"))
        found += _whisker(step, axis)
    if not last:
        found.append(line((place, sum(_BAR)), (place, HEIGHT), "thread"))
    return drawing(title, HEIGHT, *found)


def _whisker(step: Step, axis: Scale) -> list[Markup]:
    if step.ends is None:
        return []
    low, high = map(axis.at, step.ends)
    caps = [line((place, _MIDDLE - 4), (place, _MIDDLE + 4), "whisker") for place in (low, high)]
    return [line((low, _MIDDLE), (high, _MIDDLE), "whisker"), *caps]
