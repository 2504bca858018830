"""How many items an open rule would need, from what its own items show.

The numbers suppose that the truth is what was seen: then so many items decide the rule, to a pass
if what was seen lies inside the limit, else to a fail, with the stated power.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from statera.gate.evidence import Measured
from statera.gate.rules import Target
from statera.gate.ruling import Need, Side
from statera.stats.clusterrobust import MIN_CLUSTERS
from statera.stats.pairedpower import paired_items
from statera.stats.pilot import Pilot
from statera.stats.power import Claim, Power, needed_items
from statera.stats.ratepower import rate_items
from statera.stats.results import Items, Pairs

POWER = 0.8
EVENTS = 30
"""With fewer events (or non-events) the number of items goes up and down: it is counted exactly."""

_OPPOSITE: dict[Side, Side] = {"above": "below", "below": "above"}


class _Seen(NamedTuple):
    """What items showed: their values (or differences), and what binds them together."""

    values: np.ndarray
    clusters: np.ndarray

    @property
    def pilot(self) -> Pilot:
        """The variance of an item, and by how much clusters inflate that of the mean.

        Items that are all the same say nothing of their clusters: each may then be one item.
        """
        spread = self.values - self.values.mean()
        total = float(np.sum(spread**2))
        index = np.unique(self.clusters, return_inverse=True)[1]
        sums = np.bincount(index, weights=spread)
        effect = float(np.sum(sums**2)) / total if total else len(spread) / len(sums)
        effect = max(1.0, effect)
        between = total / (len(spread) - 1)
        return Pilot(between=between, within=None, items=len(spread), design_effect=effect)


def need(target: Target, found: Measured, *, alpha: float, power: float = POWER) -> Need | None:
    """Return how many items would decide the target if what was seen is true; None without any."""
    if found.data is None or found.value is None or found.worst.n < 2:
        return None
    beyond = Claim(limit=target.limit, alpha=alpha, side=target.side).beyond(found.value)
    side: Side = target.side if beyond >= 0 else _OPPOSITE[target.side]
    claim = Claim(limit=target.limit, alpha=alpha, side=side)
    answer = _items(claim, found, power)
    if why := _untold(answer, found):
        return Need(items=None, assuming=why, power=power)
    what = "difference" if target.paired else "value"
    verb = "pass" if side == target.side else "fail"
    value = f"{found.value:+.3f}" if target.paired else f"{found.value:.3f}"
    assuming = f"{100 * power:.0f} % sure to {verb} if the true {what} is {value}, as seen"
    return Need(items=answer.items, assuming=assuming, power=power)


def _untold(answer: Power, found: Measured) -> str:
    """Return why no number can be told, or an empty string."""
    n, clusters, method = found.worst.n, found.worst.clusters, found.worst.method
    if clusters < min(n, MIN_CLUSTERS):
        return f"it takes more independent clusters: there are {clusters}"
    if answer.items is None:
        return answer.method
    if answer.items <= n:
        return f"in theory fewer than the {n:,} there are, but the bound is wider: {method}"
    return ""


def _items(claim: Claim, found: Measured, power: float) -> Power:
    """Return the power module's own answer for this kind of numbers."""
    value = 0.0 if found.value is None else found.value
    if isinstance(found.data, Pairs):
        sides = [np.asarray(side, dtype=np.float64) for side in found.data[:2]]
        seen = _Seen(sides[0] - sides[1], np.asarray(found.data.clusters))
        discordance = float(np.mean(seen.values != 0))
        if _binary(sides) and discordance:
            effect = seen.pilot.design_effect
            return paired_items(
                claim, discordance=discordance, difference=value, power=power, design_effect=effect
            )
        return needed_items(claim, seen.pilot, effect=value, power=power)
    return _alone(claim, found.data, value, power)


def _alone(claim: Claim, items: Items | None, value: float, power: float) -> Power:
    if items is None:
        raise ValueError("nothing was seen")
    values = np.asarray(items.values, dtype=np.float64)
    seen = _Seen(values, np.asarray(items.clusters))
    if _binary([values]) and min(value, 1 - value) * len(values) < EVENTS:
        effect = seen.pilot.design_effect
        return rate_items(claim, rate=value, power=power, design_effect=effect)
    return needed_items(claim, seen.pilot, effect=value, power=power)


def _binary(sides: Sequence[np.ndarray]) -> bool:
    return all(bool(np.all((side == 0) | (side == 1))) for side in sides)
