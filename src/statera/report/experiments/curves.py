"""Curves with their intervals over an axis: how an estimate moved, and what novelty did to it."""

from collections.abc import Iterable, Sequence
from math import isfinite, log10
from typing import NamedTuple

from markupsafe import Markup

from statera.report.scale import Scale, scale
from statera.report.svg import drawing, element, line, percent, words

HEIGHT = 220
_TOP, _FOOT = 8, 26
_LEFT = 8.0  # per cent of the width, for the numbers of the axis
_RIGHT = 99.0


class Point(NamedTuple):
    """A place on the curve; bounds of None are not drawn. `label` stands below the axis."""

    at: float
    value: float | None
    low: float | None = None
    high: float | None = None
    label: str = ""


class Level(NamedTuple):
    """A horizontal line at a value: a limit, or where it was decided."""

    value: float
    style: str


class Plane(NamedTuple):
    """The axis of the values, and the ends of the other one; `log`: its places are logarithms."""

    values: Scale
    low: float
    high: float
    log: bool = False

    def across(self, at: float) -> float:
        """Return the place of `at` in per cent of the width."""
        low, high, here = (log10(v) if self.log else v for v in (self.low, self.high, at))
        part = 0.5 if high <= low else (here - low) / (high - low)
        return _LEFT + (_RIGHT - _LEFT) * part

    def down(self, value: float) -> float:
        """Return the place of a value in pixels from the top; beyond the axis at its end."""
        return _TOP + (HEIGHT - _TOP - _FOOT) * (1 - self.values.at(value) / 100)


def plane(points: Sequence[Point], levels: Iterable[Level], *, log: bool = False) -> Plane:
    """Return the axes that cover the last bounds, all values, and 0; early bounds may go beyond."""
    late = [p for p in points if p.low is not None and p.high is not None]
    shown = late[len(late) // 4 :] if log else late
    bounds = [b for p in shown for b in (p.low, p.high)]
    values = scale([0.0, *(level.value for level in levels), *(p.value for p in late), *bounds])
    places = [point.at for point in points] or [1.0]
    return Plane(values, min(places), max(places), log)


def sequence(
    points: Sequence[Point], levels: Sequence[Level], *, title: str, decided: float | None = None
) -> Markup:
    """Return a curve within its band over a logarithmic axis of units (at least 1).

    `decided` marks the units at which it was decided.
    """
    axes = plane(points, levels, log=True)
    bounded = [p for p in points if p.low is not None and p.high is not None]
    found = [*_frame(axes, levels), *_units(axes)]
    if bounded:
        band = [(p.at, p.high) for p in bounded] + [(p.at, p.low) for p in bounded[::-1]]
        found.append(_shape(axes, band, "polygon", "band"))
    known = [(p.at, p.value) for p in points if p.value is not None]
    found.append(_shape(axes, known, "polyline", "curve"))
    if decided is not None:
        across = axes.across(min(max(decided, axes.low), axes.high))
        found.append(line((across, _TOP), (across, HEIGHT - _FOOT), "decided"))
    return drawing(title, HEIGHT, *found)


def stretches(points: Sequence[Point], levels: Sequence[Level], *, title: str) -> Markup:
    """Return points with their intervals, evenly apart, each with its label below."""
    axes = plane(points, levels)
    axes = axes._replace(low=axes.low - 0.5, high=axes.high + 0.5)
    found = _frame(axes, levels)
    for point in points:
        across = axes.across(point.at)
        if point.low is not None and point.high is not None:
            found.append(
                line((across, axes.down(point.low)), (across, axes.down(point.high)), "interval")
            )
        if point.value is not None:
            shape = element("path", d="M-4,-4H4V4H-4Z", class_="mark")
            place = f"{axes.down(point.value):g}"
            found.append(element("svg", shape, x=percent(across), y=place, overflow="visible"))
        found.append(words(point.label, (across, HEIGHT - 8), "tick"))
    return drawing(title, HEIGHT, *found)


def _frame(axes: Plane, levels: Iterable[Level]) -> list[Markup]:
    found = []
    for tick in axes.values.ticks:
        down = axes.down(tick)
        found.append(line((_LEFT, down), (_RIGHT, down), "zero" if abs(tick) < 1e-9 else "grid"))
        found.append(words(axes.values.label(tick), (_LEFT / 2, down + 4), "tick"))
    for level in levels:
        down = axes.down(level.value)
        found.append(line((_LEFT, down), (_RIGHT, down), level.style))
    return found


def _units(axes: Plane) -> list[Markup]:
    """Draw the ticks below: the ends, and powers of ten or their halves between."""
    places = [axes.low, *_round(axes.low, axes.high), axes.high]
    found, taken = [], -1e9
    for at in places:
        across = axes.across(at)
        if (across - taken < 9 or across > 90) and at != axes.high:
            continue
        taken = across
        shown = min(max(across, _LEFT + 2), _RIGHT - 4)
        found.append(words(f"{at:,.0f}", (shown, HEIGHT - 8), "tick"))
        found.append(line((across, HEIGHT - _FOOT), (across, HEIGHT - _FOOT + 5), "grid"))
    return found


def _round(low: float, high: float) -> list[float]:
    powers = range(int(log10(max(low, 1))), int(log10(max(high, 1))) + 1)
    every = (factor * 10.0**power for power in powers for factor in (1, 2, 5))
    return [place for place in every if low < place < high]


def _shape(
    axes: Plane, places: Sequence[tuple[float, float | None]], kind: str, style: str
) -> Markup:
    """Draw a shape over the whole width; its places are stretched with it, its stroke is not."""
    told = " ".join(
        f"{axes.across(at):.3f},{axes.down(value):.2f}"
        for at, value in places
        if value is not None and isfinite(value)
    )
    shape = element(kind, points=told, class_=style, vector_effect="non-scaling-stroke")
    return element(
        "svg", shape, viewBox=f"0 0 100 {HEIGHT}", preserveAspectRatio="none",
        width="100%", height=HEIGHT,
    )  # fmt: skip
