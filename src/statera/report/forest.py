"""A forest plot, one row a drawing: an estimate with its interval, and the limit it is held to.

The rows of one table share an axis, so that they read as one picture; the number of each stands
beside it as text.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from markupsafe import Markup

from statera.report.scale import Scale
from statera.report.svg import bar, drawing, element, line, percent, words

HEIGHT = 26
AXIS_HEIGHT = 22
_MIDDLE = HEIGHT / 2
_ROOM = 0.05

Side = Literal["above", "below"]


class Limit(NamedTuple):
    """What a gate holds the number to: it has to lie on `side` of `value`."""

    value: float
    side: Side


class Mark(NamedTuple):
    """What one row shows; None is not drawn. `other` is the base's value, without interval.

    An interval with one end only is one-sided: its line goes to the other end of the axis.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    other: float | None = None
    limit: Limit | None = None

    @property
    def numbers(self) -> tuple[float | None, ...]:
        """All that the axis has to cover, with some room beyond the limit."""
        own = (self.value, self.low, self.high, self.other)
        return own if self.limit is None else (*own, self.limit.value, self._beyond(self.limit))

    def _beyond(self, limit: Limit) -> float:
        known = [v for v in (self.value, self.low, self.high, self.other) if v is not None]
        room = _ROOM * max((abs(v - limit.value) for v in known), default=0.0)
        return limit.value - room if limit.side == "above" else limit.value + room


def row(mark: Mark, axis: Scale, *, title: str, zero: bool = False) -> Markup:
    """Return a row's drawing; `zero` draws the line of no change."""
    found = [line((p, 0), (p, HEIGHT), "grid") for p in map(axis.at, axis.ticks)]
    if zero and axis.low <= 0 <= axis.high:
        found.append(line((axis.at(0), 0), (axis.at(0), HEIGHT), "zero"))
    if mark.limit is not None:
        found += _limit(mark.limit, axis)
    found += _interval(mark, axis)
    if mark.other is not None:
        found.append(_at(mark.other, axis, "M-5,0L0,-5L5,0L0,5Z", "base-mark"))
    if mark.value is not None:
        found.append(_at(mark.value, axis, "M-4,-4H4V4H-4Z", "mark"))
    return drawing(title, HEIGHT, *found)


def _limit(limit: Limit, axis: Scale) -> list[Markup]:
    """Draw the limit, and hatch the side on which the number must not lie."""
    place, end = axis.at(limit.value), 0.0 if limit.side == "above" else 100.0
    return [
        bar(place, end, (0, HEIGHT), "beyond"),
        line((place, 0), (place, HEIGHT), "limit"),
    ]


def _interval(mark: Mark, axis: Scale) -> list[Markup]:
    if mark.low is None and mark.high is None:
        return []
    ends = (mark.low, mark.high)
    places = [p if v is None else axis.at(v) for p, v in zip((0.0, 100.0), ends, strict=True)]
    found = [line((places[0], _MIDDLE), (places[1], _MIDDLE), "interval")]
    stops = [place for place, v in zip(places, ends, strict=True) if v is not None]
    return found + [line((p, _MIDDLE - 5), (p, _MIDDLE + 5), "interval") for p in stops]


def _at(value: float, axis: Scale, path: str, style: str) -> Markup:
    """Draw a shape round a place; a drawing within the drawing moves it there."""
    shape = element("path", d=path, class_=style)
    return element("svg", shape, x=percent(axis.at(value)), y=f"{_MIDDLE:g}", overflow="visible")


def axis_row(axis: Scale, *, title: str, limits: Iterable[float] = ()) -> Markup:
    """Return the drawing of an axis: its ticks as numbers; `limits` are marked on it."""
    found = []
    for tick in axis.ticks:
        found.append(words(axis.label(tick), (axis.at(tick), 12), "tick"))
        found.append(line((axis.at(tick), 17), (axis.at(tick), AXIS_HEIGHT), "grid"))
    found += [_limit_sign(axis.at(limit)) for limit in sorted(set(limits))]
    return drawing(title, AXIS_HEIGHT, *found)


def _limit_sign(place: float) -> Markup:
    shape = element("path", d="M-4,0H4L0,5Z", class_="limit-sign")
    return element("svg", shape, x=percent(place), y="16", overflow="visible")
