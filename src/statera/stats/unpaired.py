"""Two runs without a shared item: much less certain than a paired difference, and it says so.

>>> import numpy as np
>>> items = lambda right, n: Items([1] * right + [0] * (n - right), range(n), [0] * n, [1] * n)
>>> str(independent_difference(items(56, 70), items(48, 80)))
'+0.200 [+0.052, +0.334] 95 %, 150 items, unpaired, p 0.0084'
"""

from collections.abc import Callable
from math import hypot

import numpy as np

from statera.stats.means import mean
from statera.stats.results import Difference, Estimate, Items

LEVEL = 0.95
METHOD = "unpaired, from both intervals"
SOURCE = (
    "Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10; "
    "Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702, eq. 3"
)
STEPS = 30


def independent_difference(candidate: Items, base: Items, *, level: float = LEVEL) -> Difference:
    """Return the mean of the candidate's items minus that of the base's, values in [0, 1].

    The interval is made of both means' own (Wilson's for shares, clustered where they are), so it
    is None where one of them has none. p is the level at which it would just reach 0. `n` and
    `clusters` are sums. ValueError for a level outside (0, 1) or a value that is no number.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie in (0, 1), got {level}")
    for items in (candidate, base):
        if not np.all(np.isfinite(np.asarray(items.values, np.float64))):
            raise ValueError("values must be numbers")
    sides = mean(candidate, level=level), mean(base, level=level)
    bounds = _bounds(*sides)
    missing = [side.method for side in sides if side.low is None]
    new, old = sides
    known = new.value is not None and old.value is not None
    return Difference(
        value=None if new.value is None or old.value is None else new.value - old.value,
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
        level=level,
        method=METHOD if bounds else missing[0],
        source=SOURCE if bounds else "",
        n=new.n + old.n,
        clusters=new.clusters + old.clusters,
        candidate=new.value,
        base=old.value,
        p=_p(lambda wanted: _bounds(*(mean(s, level=wanted) for s in (candidate, base))))
        if bounds and known
        else None,
        test="the interval reaches 0" if bounds else "none",
        wins=0,
        losses=0,
        ties=0,
        paired=False,
    )


def _bounds(new: Estimate, old: Estimate) -> tuple[float, float] | None:
    """Return the interval of the difference of two independent estimates; None without theirs."""
    ends = (new.value, new.low, new.high, old.value, old.low, old.high)
    if any(end is None for end in ends):
        return None
    a, a_low, a_high, b, b_low, b_high = (float(end or 0.0) for end in ends)
    return a - b - hypot(a - a_low, b_high - b), a - b + hypot(a_high - a, b - b_low)


def _p(bounds_at: Callable[[float], tuple[float, float] | None]) -> float:
    """Return 1 - the level at which the interval just reaches 0, by bisection."""
    inside, outside = 1.0, 0.0
    for _ in range(STEPS):
        level = (inside + outside) / 2
        found = bounds_at(level) if 0 < level < 1 else None
        if found is None or found[0] <= 0 <= found[1]:
            inside = level
        else:
            outside = level
    return 1 - inside
