"""The share of pairs that the candidate wins, when a judge saw each pair in both orders.

A judge leans to a place. So a pair counts as won or lost only if both orders say so; any
disagreement is a tie and is counted as inconsistent. A pair of which either order has no verdict is
left out and counted; no verdict ever becomes a default.

| share of pairs without a verdict | the rate |
|---|---|
| at most 2 % | is given |
| above 2 % | is given with a warning |
| above 10 % | is void: counts only |

The interval is that of `statera.stats.means.mean` on item values.

>>> seen = PairVerdicts([1, 1, 0, 0.5] * 5, [1, 0, 0, 0.5] * 5, range(20))
>>> print(win_rate(seen))
0.500 [0.339, 0.661] 95 %, 20 items: 5 won, 5 lost, 5 tied, 5 inconsistent, 0 of 20 unparsed
"""

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from statera.stats.means import mean
from statera.stats.results import LEVEL, Estimate, Items

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

UNPARSED = -1.0
"""The verdict of a judge that gave none: it stands in place of a value, and is never averaged."""

WARN = 0.02
VOID = 0.10
"""Above these shares without a verdict a judged number carries a warning, and is void."""

FLIPS = 0.25
"""From this share of flips on a reader is warned."""

TIE = 0.5


class PairVerdicts(NamedTuple):
    """What a judge said of pairs, one entry a pair: 1 the candidate wins, 0.5 a tie, 0 the base.

    `forward` is said with the candidate shown first, `backward` with the candidate shown second;
    both are values for the candidate, or `UNPARSED` (-1). `clusters` names the item of each pair,
    or what binds items together; then `items` names the items. With `weights` None every item
    counts the same, however many of its pairs were judged; else each pair counts by its weight.
    """

    forward: "ArrayLike"
    backward: "ArrayLike"
    clusters: "ArrayLike"
    weights: "ArrayLike | None" = None
    items: "ArrayLike | None" = None


class CheckedPairs(NamedTuple):
    """Verdicts as arrays of one length; items and clusters numbered from 0."""

    forward: np.ndarray
    backward: np.ndarray
    cluster: np.ndarray
    item: np.ndarray
    weights: np.ndarray

    @property
    def parsed(self) -> np.ndarray:
        """Where both orders have a verdict."""
        return np.asarray((self.forward != UNPARSED) & (self.backward != UNPARSED))


class WinRate(msgspec.Struct, frozen=True, kw_only=True):
    """How often the candidate wins, a tie counting half, with what stands behind it.

    `value`, `low` and `high` are None where there is no valid one; `method` then says why. Of
    `asked` pairs `judged` have a verdict in both orders: `wins` + `losses` + `ties` (both orders
    said so) + `inconsistent` (the orders disagree; counted as ties); `unparsed` have not. `items`
    and `clusters` count those with a judged pair. `warning` is empty unless more than 2 % are
    unparsed; above 10 % the rate is `void`.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    source: str
    asked: int
    judged: int
    items: int
    clusters: int
    wins: int
    losses: int
    ties: int
    inconsistent: int
    unparsed: int
    warning: str = ""
    void: bool = False

    def __str__(self) -> str:
        """Return `0.600 [0.541, 0.656] 95 %, 20 items: 9 won, 7 lost, ...`."""
        counts = (
            f"{self.wins} won, {self.losses} lost, {self.ties} tied, "
            f"{self.inconsistent} inconsistent, {self.unparsed} of {self.asked} unparsed"
        )
        if self.value is None:
            return f"no rate ({self.method}): {counts}"
        bounds = f" (no interval: {self.method})"
        if self.low is not None and self.high is not None:
            bounds = f" [{self.low:.3f}, {self.high:.3f}] {100 * self.level:g} %"
        return f"{self.value:.3f}{bounds}, {self.items} items: {counts}"


def checked(verdicts: PairVerdicts) -> CheckedPairs:
    """Return the verdicts as arrays.

    ValueError for another value than 1, 0.5, 0 and -1, parts of different length, a weight that is
    not above 0, or an item in two clusters.
    """
    forward, backward = _values(verdicts.forward), _values(verdicts.backward)
    cluster = np.unique(np.asarray(verdicts.clusters), return_inverse=True)[1]
    named = verdicts.items
    item = cluster if named is None else np.unique(np.asarray(named), return_inverse=True)[1]
    given = verdicts.weights
    weights = np.ones(len(forward)) if given is None else np.asarray(given, np.float64)
    sizes = {len(part) for part in (forward, backward, cluster, item, weights)}
    if len(sizes) > 1:
        raise ValueError(f"pairs need parts of one length, got {sorted(sizes)}")
    if not (np.all(np.isfinite(weights)) and np.all(weights > 0)):
        raise ValueError("weights must be numbers above 0")
    if np.any(_cluster_of(item, cluster)[item] != cluster):
        raise ValueError("an item lies in one cluster, not in several")
    return CheckedPairs(forward, backward, cluster, item, weights)


def _values(given: "ArrayLike") -> np.ndarray:
    values = np.asarray(given, np.float64)
    known = (values == 1) | (values == TIE) | (values == 0) | (values == UNPARSED)
    if not known.all():
        raise ValueError(f"a verdict is 1, 0.5, 0 or -1 (unparsed), got {values[~known][0]}")
    return values


def _cluster_of(item: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """Return the cluster of each item, (items,)."""
    found = np.zeros(int(item.max(initial=-1)) + 1, np.int64)
    found[item] = cluster
    return found


def consensus(verdicts: PairVerdicts) -> np.ndarray:
    """Return each pair's value for the candidate: 1 or 0 if both orders say so, -1 if unparsed.

    Everything else is 0.5: two ties, and any disagreement. ValueError as `checked`.
    """
    return _consensus(checked(verdicts))


def _consensus(pairs: CheckedPairs) -> np.ndarray:
    agreed = np.where(pairs.forward == pairs.backward, pairs.forward, TIE)
    return np.where(pairs.parsed, agreed, UNPARSED)


def win_rate(verdicts: PairVerdicts, *, level: float = LEVEL) -> WinRate:
    """Return the candidate's win rate over items, both orders needed, with its counts.

    Values per item lie in [0, 1]; the interval is clustered. ValueError for verdicts that are none,
    or a level outside (0, 1).
    """
    pairs = checked(verdicts)
    values = _consensus(pairs)
    found = _rate(pairs, values, level=level, alike=verdicts.weights is None)
    asked, judged = len(values), int(np.count_nonzero(pairs.parsed))
    share = (asked - judged) / asked if asked else 0.0
    if share > VOID:
        why = f"void: {100 * share:.1f} % of the pairs have no verdict, at most 10 % may lack one"
        found = msgspec.structs.replace(
            found, value=None, low=None, high=None, method=why, source=""
        )
    agreed = pairs.parsed & (pairs.forward == pairs.backward)
    wins, losses, ties = (int(np.sum(agreed & (values == each))) for each in (1.0, 0.0, TIE))
    warning = f"{100 * share:.1f} % of the pairs have no verdict" if share > WARN else ""
    return WinRate(
        value=found.value,
        low=found.low,
        high=found.high,
        level=level,
        method=found.method,
        source=found.source,
        asked=asked,
        judged=judged,
        items=found.n,
        clusters=found.clusters,
        wins=wins,
        losses=losses,
        ties=ties,
        inconsistent=judged - wins - losses - ties,
        unparsed=asked - judged,
        warning=warning,
        void=share > VOID,
    )


def flipping(flips: int, judged: int, what: str) -> str:
    """Return a warning where `FLIPS` or more of those judged in both orders are flips, else ""."""
    if not judged or flips < FLIPS * judged:
        return ""
    return (
        f"{flips} of {judged} {what} ({flips / judged:.0%}) are flips: the two orders disagree, as "
        "they do where place or chance decides and not the reply; they count as ties"
    )


def single_order_rate(
    values: "ArrayLike",
    clusters: "ArrayLike",
    *,
    weights: "ArrayLike | None" = None,
    level: float = LEVEL,
) -> Estimate:
    """Return the mean value of pairs that were shown in one order only: for published data.

    The judge's lean to a place is in it, and `method` says so. Values are shares in [0, 1], as a
    judge's soft preferences are, or `UNPARSED`, which is left out. ValueError for other values.
    """
    found = np.asarray(values, np.float64)
    if not np.all(((found >= 0) & (found <= 1)) | (found == UNPARSED)):
        raise ValueError("a value lies in [0, 1], or is -1 (unparsed)")
    hard = np.where(found == UNPARSED, UNPARSED, TIE)
    pairs = checked(PairVerdicts(hard, hard, clusters, weights))
    rate = _rate(pairs, found, level=level, alike=weights is None)
    return msgspec.structs.replace(rate, method=f"one order only, {rate.method}")


def _rate(pairs: CheckedPairs, values: np.ndarray, *, level: float, alike: bool) -> Estimate:
    """Return the mean over items of the weighted means of their parsed pairs."""
    kept = values != UNPARSED
    item, weights = pairs.item[kept], pairs.weights[kept]
    sizes = np.bincount(item, weights=weights)
    sums = np.bincount(item, weights=weights * values[kept])
    there = np.flatnonzero(sizes)
    found = Items(
        values=np.clip(sums[there] / sizes[there], 0.0, 1.0),
        clusters=_cluster_of(item, pairs.cluster[kept])[there],
        strata=np.zeros(len(there), np.int64),
        weights=np.ones(len(there)) if alike else sizes[there],
    )
    return mean(found, level=level)
