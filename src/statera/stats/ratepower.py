"""Exact power for one proportion against a limit: the saw-tooth, and how many clean items.

The claim "below 1 %" is shown when the one-sided Clopper-Pearson bound lies inside the limit. The
number of events that n items may hold is then a step function of n, and power goes up and down.

>>> str(rate_items(Claim(limit=0.01, side="below"), rate=0.0))
'299 items: power 1.00 to show less than 0.01 when it is 0 (exact binomial, alpha 0.05)'
"""

from math import ceil, sqrt
from statistics import NormalDist

import numpy as np
from scipy.special import bdtrin, betainc, betaincinv

from statera.stats.power import MOST_ITEMS, Claim, Power, check_count, check_power

SOURCE = (
    "Clopper and Pearson, Biometrika 26 (1934) 404-413; the saw-tooth: Chernick and Liu, American "
    "Statistician 56 (2002) 149-155"
)
METHOD = "exact binomial"


def rate_power(claim: Claim, items: int, *, rate: float, design_effect: float = 1.0) -> Power:
    """Return the chance that the Clopper-Pearson bound of `items` items shows the claim.

    `rate` in [0, 1] is the true proportion. With x ~ Binomial(n, rate) events and "below" claimed
    it is P(x <= c), c the largest count with P(x <= c | limit) < alpha; "above" is the same for the
    other outcome. Clustered items count as items / design_effect independent ones, rounded down.
    ValueError for a rate outside [0, 1], a limit outside (0, 1) or a design effect below 1.
    """
    check_count("items", items)
    seen, _ = _against(claim, rate)
    size = _independent(items, design_effect)
    allowed = allowed_events(claim, size) if size else -1
    power = float(_at_most(allowed, size, seen)) if allowed >= 0 else 0.0
    return _answer(claim, rate, items=items, power=power)


def allowed_events(claim: Claim, items: int) -> int:
    """Return how many events `items` items may hold for the claim to be shown; -1 if not even none.

    An event is what speaks against the claim: one that happened for "below", one that did not for
    "above". 299 items may hold 0, and 473 one, to show less than 1 % at alpha 0.05.
    """
    check_count("items", items)
    _, limit = _against(claim, claim.limit)
    low, high = -1, items
    while high - low > 1:
        middle = (low + high) // 2
        inside = _at_most(middle, items, limit) < claim.alpha
        low, high = (middle, high) if inside else (low, middle)
    return low


def rate_items(
    claim: Claim, *, rate: float, power: float = 0.8, design_effect: float = 1.0
) -> Power:
    """Return from how many items on the exact test always has the power, and the fewest that do.

    With n_c the fewest items that may hold c events, power falls from n_c to n_(c+1) - 1 and jumps
    at n_(c+1). None where the rate does not lie beyond the limit. ValueError as for `rate_power`.
    """
    check_power(claim, power)
    seen, limit = _against(claim, rate)
    _independent(1, design_effect)
    if seen >= limit:
        return _answer(claim, rate, why=f"the true value is not {claim.side} the limit")
    rough = _normal_items(claim, seen, limit, power)
    if rough > MOST_ITEMS:
        return _answer(claim, rate, why=f"more than {MOST_ITEMS:,} items")
    counts = _window(claim, rough, limit)
    starts = _starts(claim, counts, limit)
    peaks = _at_most(counts, starts, seen)
    first = int(np.argmax(peaks >= power))
    short = np.flatnonzero(_at_most(counts[:-1], starts[1:] - 1, seen) < power)
    safe = max(first, int(short[-1]) + 1 if len(short) else 0)
    fewest, items = (ceil(int(starts[place]) * design_effect) for place in (first, safe))
    return _answer(claim, rate, items=items, power=float(peaks[safe]), fewest=fewest)


def rate_detectable(
    claim: Claim, items: int, *, power: float = 0.8, design_effect: float = 1.0
) -> Power:
    """Return the rate nearest to the limit that `items` items show with probability `power`.

    With c events allowed among n it is 1 - I^-1(power; n - c, c + 1), I^-1 the Beta quantile. None
    where no result would show the claim (298 items, 1 %). ValueError as for `rate_power`.
    """
    check_power(claim, power)
    check_count("items", items)
    size = _independent(items, design_effect)
    allowed = allowed_events(claim, size) if size else -1
    if allowed < 0:
        return _answer(claim, None, items=items, why=f"no result of {items:,} items shows it")
    seen = 1 - float(betaincinv(size - allowed, allowed + 1, power))
    rate = seen if claim.side == "below" else 1 - seen
    return _answer(claim, rate, items=items, power=power)


def kish_effect(size: float, correlation: float, *, variation: float = 0.0) -> float:
    """Return the design effect of clusters: how many clustered items weigh as one independent.

    1 + ((1 + variation^2) size - 1) correlation, with the mean cluster size >= 1, the coefficient
    of variation of the sizes >= 0 and the correlation within clusters in [0, 1] (Kish, Survey
    Sampling (1965), section 5.4; unequal sizes: Eldridge, Ashby and Kerry, International Journal of
    Epidemiology 35 (2006) 1292-1300). ValueError outside these ranges.
    """
    if not (size >= 1 and variation >= 0 and 0 <= correlation <= 1):
        raise ValueError("clusters have a size >= 1, a variation >= 0 and a correlation in [0, 1]")
    return 1 + ((1 + variation**2) * size - 1) * correlation


def _against(claim: Claim, rate: float) -> tuple[float, float]:
    """Return the rate and the limit of the events that speak against the claim."""
    if not 0 < claim.limit < 1:
        raise ValueError(f"the limit of a rate lies between 0 and 1, not {claim.limit:g}")
    if not 0 <= rate <= 1:
        raise ValueError(f"a rate lies in [0, 1], not {rate:g}")
    return (rate, claim.limit) if claim.side == "below" else (1 - rate, 1 - claim.limit)


def _independent(items: int, design_effect: float) -> int:
    if not design_effect >= 1:
        raise ValueError(f"a design effect is at least 1, not {design_effect:g}")
    return int(items / design_effect)


def _at_most(count: np.ndarray | int, items: np.ndarray | int, rate: float) -> np.ndarray:
    """Return P(x <= count) for x ~ Binomial(items, rate), 0 <= count <= items."""
    counts, rest = np.asarray(count), np.subtract(items, count)
    tail = betainc(np.maximum(rest, 1), counts + 1, 1 - rate)
    return np.asarray(np.where(rest == 0, 1.0, tail), dtype=np.float64)


def _normal_items(claim: Claim, seen: float, limit: float, power: float) -> float:
    asked = NormalDist().inv_cdf(power)
    spread = claim.quantile * sqrt(limit * (1 - limit)) + asked * sqrt(seen * (1 - seen))
    return float((spread / (limit - seen)) ** 2)


def _window(claim: Claim, rough: float, limit: float) -> np.ndarray:
    """Return the counts of events near which the answer lies."""
    centre = rough * limit - claim.quantile * sqrt(rough * limit * (1 - limit))
    centre = max(0.0, centre)
    width = 20 + 4 * sqrt(centre)
    return np.arange(max(0, int(centre - width)), int(centre + width))


def _starts(claim: Claim, counts: np.ndarray, limit: float) -> np.ndarray:
    """Return n_c, the fewest items with P(x <= c | n_c, limit) < alpha, for each count c."""
    guess = np.floor(bdtrin(counts.astype(np.float64), claim.alpha, limit))
    near: np.ndarray = np.maximum(guess.astype(np.int64) - 1, counts)
    for _ in range(3):
        near = near + (_at_most(counts, near, limit) >= claim.alpha)
    return near


def _answer(
    claim: Claim,
    rate: float | None,
    *,
    items: int | None = None,
    power: float | None = None,
    fewest: int | None = None,
    why: str = METHOD,
) -> Power:
    return Power(
        claim=claim,
        items=items,
        effect=rate,
        power=power,
        method=why,
        source=SOURCE,
        fewest=fewest,
    )
