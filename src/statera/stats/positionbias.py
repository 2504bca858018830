"""Does the judge prefer a place? Flips between the two orders, and how often the first is named.

| figure | what it is |
|---|---|
| flip rate | of the pairs judged in both orders, the share whose orders disagree |
| first share | of the verdicts that name a side, the share that names the one shown first |

Without a preference the first share is 0.5, whoever is better: with F the candidate's win rate when
shown first and S when shown second, both over verdicts that name a side, it is (1 + F - S) / 2. So
its interval is that of the paired difference F - S, exact where few pairs flip.

>>> seen = PairVerdicts([1] * 60 + [0] * 20, [1] * 40 + [0] * 40, range(80))
>>> print(position(seen).first_share)
0.625 [0.584, 0.677] 95 %, 80 items
"""

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from statera.stats.logistic import chances
from statera.stats.means import mean
from statera.stats.paired import difference
from statera.stats.results import LEVEL, Difference, Estimate, Items, Pairs
from statera.stats.winrate import CheckedPairs, PairVerdicts, checked

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A judge's lean to a place, on pairs that it saw in both orders.

    Of `asked` pairs `judged` have two verdicts: `consistent` + `first_both` (the first shown was
    named both times) + `second_both` + `tied_once` (a tie in one order only). `decided` counts the
    single verdicts that name a side. `p` is that of no preference for a place, by `test`; None
    where no test is valid. `n` of the estimates counts pairs.
    """

    flip_rate: Estimate
    first_share: Estimate
    p: float | None
    test: str
    asked: int
    judged: int
    consistent: int
    first_both: int
    second_both: int
    tied_once: int
    decided: int


def position(verdicts: PairVerdicts, *, level: float = LEVEL) -> Position:
    """Return flips and the preference for the first place, with intervals clustered by item.

    ValueError for verdicts that are none (see `PairVerdicts`), or a level outside (0, 1).
    """
    pairs = checked(verdicts)
    both, forward, backward = pairs.parsed, pairs.forward, pairs.backward
    disagreed = both & (forward != backward)
    first = disagreed & (forward == 1) & (backward == 0)
    second = disagreed & (forward == 0) & (backward == 1)
    share, tested = _first_share(pairs, level)
    flipped, judged = int(disagreed.sum()), int(both.sum())
    return Position(
        flip_rate=mean(_items(pairs, both, disagreed), level=level),
        first_share=share,
        p=tested.p,
        test=tested.test,
        asked=len(forward),
        judged=judged,
        consistent=judged - flipped,
        first_both=int(first.sum()),
        second_both=int(second.sum()),
        tied_once=flipped - int(first.sum()) - int(second.sum()),
        decided=int(_decided(forward).sum() + _decided(backward).sum()),
    )


def _items(pairs: CheckedPairs, kept: np.ndarray, values: np.ndarray) -> Items:
    count = int(kept.sum())
    return Items(
        values[kept].astype(np.float64),
        pairs.cluster[kept],
        np.zeros(count, np.int64),
        pairs.weights[kept],
    )


def _decided(values: np.ndarray) -> np.ndarray:
    return np.asarray((values == 0) | (values == 1))


def _first_share(pairs: CheckedPairs, level: float) -> tuple[Estimate, Difference]:
    forward, backward = _decided(pairs.forward), _decided(pairs.backward)
    shown = Pairs(
        candidate=pairs.forward == 1,
        base=pairs.backward == 1,
        clusters=pairs.cluster,
        candidate_weights=forward * pairs.weights,
        base_weights=backward * pairs.weights,
    )
    found = difference(shown, level=level)
    kept = forward | backward
    estimate = Estimate(
        value=_half(found.value),
        low=_half(found.low),
        high=_half(found.high),
        level=level,
        method=_method(forward, backward, found),
        n=int(kept.sum()),
        clusters=len(np.unique(pairs.cluster[kept])),
        source=found.source,
    )
    return estimate, found


def _half(value: float | None) -> float | None:
    return None if value is None else (1 + value) / 2


def _method(forward: np.ndarray, backward: np.ndarray, found: Difference) -> str:
    if not (forward.any() and backward.any()):
        return "an order without a verdict that names a side"
    if not (forward & backward).any():
        return "no pair was decided in both orders"
    return f"shown first less shown second, {found.method}"


def first_weight(
    first_logprobs: "ArrayLike",
    second_logprobs: "ArrayLike",
    clusters: "ArrayLike",
    *,
    level: float = LEVEL,
) -> Estimate:
    """Return the judge's mean weight on the first answer shown, from its log probabilities.

    The softmax of naming the first and naming the second. If candidate and base were shown first
    equally often at random, 0.5 is no lean to a place. ValueError for another log probability
    than a number of at most 0.
    """
    first, second = (np.asarray(part, np.float64) for part in (first_logprobs, second_logprobs))
    both = np.concatenate([first, second])
    if not np.all(np.isfinite(both) & (both <= 0)):
        raise ValueError("a log probability is a number of at most 0")
    weight = chances(first - second)
    ones = np.ones(len(weight))
    return mean(Items(weight, clusters, np.zeros(len(weight), np.int64), ones), level=level)
