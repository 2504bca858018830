"""Where a monotone function of one number changes its sign: how tests become bounds."""

from collections.abc import Callable
from typing import NamedTuple

Point = tuple[float, float]
HALVINGS = 60
OVERSHOOT = 1.3
NEAREST = 0.02


def crossing(function: Callable[[float], float], low: float, high: float) -> float:
    """Return the place in [low, high] where a falling `function` passes zero, by halving.

    An end is returned where the function has one sign throughout. The function may be infinite
    at the ends.
    """
    if function(low) <= 0:
        return low
    if function(high) >= 0:
        return high
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if function(middle) > 0:
            low = middle
        else:
            high = middle
        if high - low < 1e-12:
            break
    return (low + high) / 2


def fewest(enough: Callable[[int], bool], *, most: int) -> int | None:
    """Return the smallest count that is enough, where more always is too; None beyond `most`."""
    low, high = 0, 1
    while not enough(high):
        low, high = high, 2 * high
        if low >= most:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high if high <= most else None


class Search(NamedTuple):
    """Where to look for a crossing: from `start`, never outside [low, high].

    `scale` is about how far to go for the function to rise by 1.
    """

    start: float
    scale: float
    low: float
    high: float


def climb(function: Callable[[float], float], search: Search, *, within: float) -> float:
    """Return a place where a rising, costly `function` lies in [-within, 0].

    The low end if it is nowhere negative, the high end if it is nowhere positive. Brackets by
    growing steps, then the Illinois method (Dowell and Jarratt, BIT 11 (1971) 168-174), aimed at
    the middle of what is asked. A jump over zero gives the place just before it.
    """
    low, high = _bracket(lambda place: function(place) + within / 2, search)
    if high[1] < 0 or low[1] >= 0:
        return search.high if high[1] < 0 else search.low
    under, over = low[1], high[1]
    for _ in range(HALVINGS):
        guess = low[0] - under * (high[0] - low[0]) / (over - under)
        found = function(guess) + within / 2
        if abs(found) <= within / 2:
            return guess
        if found < 0:
            low, under, over = (guess, found), found, over / 2
        else:
            high, over, under = (guess, found), found, under / 2
    return low[0]


def _bracket(function: Callable[[float], float], search: Search) -> tuple[Point, Point]:
    place = min(max(search.start, search.low), search.high)
    here = (place, function(place))
    falling = here[1] >= 0
    step = search.scale * max(OVERSHOOT * abs(here[1]), NEAREST)
    while True:
        place = here[0] - step if falling else here[0] + step
        place = min(max(place, search.low), search.high)
        there = (place, function(place))
        if (there[1] >= 0) != falling or place in (search.low, search.high):
            return (there, here) if falling else (here, there)
        here, step = there, 2 * step
