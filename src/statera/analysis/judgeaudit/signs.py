"""Is a paired difference surely above or below 0? Also where it is the same everywhere, or few.

A judge at temperature 0 may add exactly one level to every reply. That leaves no spread to make an
interval from, and bounds that hold for any law are wide: the sign test is exact, and sure.
"""

from statera.stats.results import Difference


def sign(found: Difference) -> int:
    """Return 1 or -1 where the difference is surely above or below 0 at its level, else 0.

    By its interval; where every item lies on one side, by the sign test on independent units
    (two-sided p = 2^(1 - units)) too; where there is no interval, by its p value.
    """
    if found.value is None:
        return 0
    allowed, side = 1 - found.level, 1 if found.value > 0 else -1
    if found.n in (found.wins, found.losses) and 2 * 0.5**found.clusters < allowed:
        return side
    if found.low is not None and found.high is not None:
        return int(found.low > 0) - int(found.high < 0)
    return side if found.p is not None and found.p < allowed else 0
