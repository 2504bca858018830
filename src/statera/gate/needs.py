"""How many items an open rule would need, from what its own items show.

The numbers suppose that the truth is what was seen: then so many items decide the rule, to a pass
if what was seen lies inside the limit, else to a fail, with the stated power. They are planned for
the method that gave the bound:

| bound | plan |
|---|---|
| exact unconditional, paired score | `stats.pairedpower`; where none differs the exact test's own |
| cluster-robust t | `stats.power`, enough to show that no losses went unseen |
| betting on clusters | `stats.kelly` |
| Clopper-Pearson | `stats.ratepower`; from 30 events on, and on the effective size, `stats.power` |
| Hoeffding on clusters | `stats.hoeffding` |
| t | `stats.power` |
| of runs that stopped early, or of these very items | none |
"""

from math import ceil, log, log1p

import numpy as np

from statera.gate.evidence import Measured
from statera.gate.rules import Target
from statera.gate.ruling import Need, Side
from statera.records.labels import PEOPLE
from statera.stats.clusterrobust import MIN_CLUSTERS
from statera.stats.crossing import fewest
from statera.stats.exactpaired import exact_p_above
from statera.stats.hoeffding import hoeffding_clusters
from statera.stats.kelly import Stakes, wager_clusters
from statera.stats.means import sample_of
from statera.stats.pairedpower import paired_items
from statera.stats.pairedscore import PairCounts
from statera.stats.pairing import Aligned, aligned
from statera.stats.pilot import Pilot
from statera.stats.power import Claim, Power, needed_items
from statera.stats.ratepower import rate_items
from statera.stats.results import Items, Pairs

POWER = 0.8
EVENTS = 30
"""With fewer events (or non-events) the number of items goes up and down: it is counted exactly."""
ROUNDING = 1e-9
MOST_CLEAN = 10**6
NO_NUMBER = "no number of items is enough"

ERRORS = "infrastructure errors"

_OPPOSITE: dict[Side, Side] = {"above": "below", "below": "above"}
_UNPLANNED = ("confidence sequence", "of these items")

Told = int | str
"""So many items, or why no number can be told."""


def need(target: Target, found: Measured, *, alpha: float, power: float = POWER) -> Need | None:
    """Return how many items would decide the target if what was seen is true.

    None without items enough to tell, or without a bound for a reason that more do not mend.
    """
    if found.data is None or found.value is None or found.worst.n < 2:
        return None
    if found.worst.lower is None and not _few(found):
        return None
    beyond = Claim(limit=target.limit, alpha=alpha, side=target.side).beyond(found.value)
    side: Side = target.side if beyond >= 0 else _OPPOSITE[target.side]
    claim = Claim(limit=target.limit, alpha=alpha, side=side)
    told = _few(found) or (
        _told(claim, found, power, target) if abs(beyond) > ROUNDING else _at(target)
    )
    if isinstance(told, str):
        return Need(items=None, assuming=told, power=power)
    verb = "pass" if side == target.side else "fail"
    assuming = f"{100 * power:.0f} % sure to {verb} if {_truth(found)}, as seen"
    return Need(items=told, assuming=assuming, power=power)


def _few(found: Measured) -> str:
    clusters = found.worst.clusters
    if clusters < min(found.worst.n, MIN_CLUSTERS):
        return f"it takes more independent clusters: there are {clusters}"
    return ""


def _at(target: Target) -> str:
    limit = format(target.limit, "+g" if target.paired and target.limit else "g")
    return f"what was seen is the limit itself, {limit}"


def _truth(found: Measured) -> str:
    """Return what is supposed to be true."""
    if not isinstance(found.data, Pairs):
        return f"the true value is {found.value:.3f}"
    alike = aligned(found.data).alike
    return "no item differs" if alike else f"the true difference is {found.value:+.3f}"


def _told(claim: Claim, found: Measured, power: float, target: Target) -> Told:
    """Return the number for the bound's own method, or why there is none."""
    method = found.worst.method
    if any(word in method for word in _UNPLANNED):
        return f"there is no plan for {method}"
    told = _planned(claim, found, power)
    if isinstance(told, str) or told > found.worst.n:
        return told
    lost = "trials without a label" if target.metric.score.endswith(PEOPLE) else ERRORS
    why = f"{found.infra} {lost} count against it" if found.infra else method
    return f"in theory fewer than the {found.worst.n:,} there are, but the bound is wider: {why}"


def _planned(claim: Claim, found: Measured, power: float) -> Told:
    if isinstance(found.data, Pairs):
        return _of_pairs(claim, aligned(found.data), found.worst.method, power)
    if found.data is None:
        return NO_NUMBER
    return _of_items(claim, found.data, found.worst.method, power)


def _of_pairs(claim: Claim, known: Aligned, method: str, power: float) -> Told:
    plan = _counted if known.counts() is not None else _spread
    return (_wagered if method.startswith("betting") else plan)(claim, known, power)


def _counted(claim: Claim, known: Aligned, power: float) -> Told:
    gaps = known.candidate - known.base
    value, differ = float(gaps.mean()), float(np.mean(gaps != 0))
    if not differ:
        return _clean(claim)
    return _number(paired_items(claim, discordance=differ, difference=value, power=power))


def _clean(claim: Claim) -> Told:
    """Return how many items show the claim, by the exact bound's own test, if none differs."""
    limit = claim.limit if claim.side == "above" else -claim.limit

    def shown(items: int) -> bool:
        return exact_p_above(PairCounts(0, 0, items), limit, alpha=claim.alpha) < claim.alpha

    found = fewest(shown, most=MOST_CLEAN)
    return NO_NUMBER if found is None else found


def _spread(claim: Claim, known: Aligned, power: float) -> Told:
    """Return what a t needs, and no less than what shows that whole losses did not go unseen."""
    values, weights = known.differences()
    value = float(np.average(values, weights=weights))
    pulls = known.n * weights * (values - value) / weights.sum()
    told = _number(needed_items(claim, _pilot(pulls, known.cluster), effect=value, power=power))
    if isinstance(told, str) or not known.bounded:
        return told
    limit = claim.limit if claim.side == "above" else -claim.limit
    unseen = min(claim.beyond(value) / max(1 + limit, ROUNDING), 0.5)
    return max(told, _items(ceil(log(claim.alpha) / log1p(-unseen)), known.n, known.clusters))


def _wagered(claim: Claim, known: Aligned, power: float) -> Told:
    stakes, limit = Stakes(*known.totals()), claim.limit
    if claim.side == "below":
        stakes, limit = stakes.swapped(), -limit
    needed = wager_clusters(stakes, limit, alpha=claim.alpha, power=power)
    return NO_NUMBER if needed is None else _items(needed, known.n, known.clusters)


def _of_items(claim: Claim, items: Items, method: str, power: float) -> Told:
    sample = sample_of(items)
    values, weights, n = sample.values, sample.weights, sample.sizes[0]
    value = float(np.average(values, weights=weights))
    if method.startswith("Hoeffding"):
        return _any_law(claim, items, power)
    pilot = _pilot(n * weights * (values - value) / weights.sum(), sample.cluster)
    binary = bool(np.all((values == 0) | (values == 1)))
    if binary and min(value, 1 - value) * n < EVENTS:
        effect = pilot.design_effect
        return _number(rate_items(claim, rate=value, power=power, design_effect=effect))
    return _number(needed_items(claim, pilot, effect=value, power=power))


def _any_law(claim: Claim, items: Items, power: float) -> Told:
    sample = sample_of(items)
    stakes = np.bincount(sample.cluster, weights=sample.weights)
    gained = np.bincount(sample.cluster, weights=sample.weights * sample.values)
    shares = (np.clip(gained / stakes, 0.0, 1.0), stakes)
    needed = hoeffding_clusters(
        shares, claim.limit, side=claim.side, alpha=claim.alpha, power=power
    )
    return NO_NUMBER if needed is None else _items(needed, *sample.sizes)


def _items(needed: int, n: int, clusters: int) -> int:
    """Return how many items so many clusters have."""
    return ceil(needed * n / clusters)


def _pilot(pulls: np.ndarray, cluster: np.ndarray) -> Pilot:
    """Return the variance of an item, and by how much clusters inflate that of the mean.

    Items that are all the same say nothing of their clusters: each may then be one item.
    """
    total, n = float(np.sum(pulls**2)), len(pulls)
    sums = np.bincount(cluster, weights=pulls)
    effect = float(np.sum(sums**2)) / total if total else n / len(sums)
    return Pilot(between=total / (n - 1), within=None, items=n, design_effect=max(1.0, effect))


def _number(found: Power) -> Told:
    return found.method if found.items is None else found.items
