"""What repeats of the same items tell: do they agree, and is it items or tries that vary?

>>> split = variance_split([[1, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]])
>>> f"within {split.within:.3f}, error with 4 tries {split.error(4):.3f}"
'within 0.111, error with 4 tries 0.289'
"""

from collections.abc import Hashable, Sequence
from math import comb, sqrt
from typing import NamedTuple

import numpy as np

from statera.stats.proportion import WILSON, normal_quantile, wilson
from statera.stats.results import LEVEL, Estimate


class VarianceSplit(NamedTuple):
    """The variance of a single try, cut in two: `within` an item, and `between` items' true means.

    `between` is unbiased and can therefore come out below 0 when items hardly differ.
    """

    within: float
    between: float
    items: int

    def error(self, tries: float) -> float:
        """Return the standard error of the mean with so many tries an item; `inf` is allowed.

        SE^2 = (between + within / tries) / items, with a `between` below 0 taken as 0. ValueError
        for fewer than one try.
        """
        if not tries >= 1:
            raise ValueError(f"an item has at least one try, got {tries}")
        return sqrt((max(0.0, self.between) + self.within / tries) / self.items)


def variance_split(tries: Sequence[Sequence[float]]) -> VarianceSplit:
    """Return the split for one row of values an item, of any length >= 2 (they may differ).

    Within: the mean over items of the sample variance of their tries, which for c of n right is
    c (n - c) / (n (n - 1)). Between: the sample variance of the item means less the mean of within
    / n (one-way random effects, Searle, Casella and McCulloch, Variance Components, 1992, section
    3.6, with items counted the same). ValueError for fewer than 2 items, an item with fewer than 2
    tries, or NaN.
    """
    rows = [np.asarray(row, dtype=np.float64) for row in tries]
    if len(rows) < 2 or min(len(row) for row in rows) < 2:
        raise ValueError("a variance split needs 2 items, and 2 tries of each")
    means = np.array([row.mean() for row in rows])
    if not np.all(np.isfinite(means)):
        raise ValueError("a variance split needs numbers, got NaN or infinity")
    variances = np.array([row.var(ddof=1) for row in rows])
    noise = float(np.mean(variances / np.array([len(row) for row in rows])))
    within = float(variances.mean())
    return VarianceSplit(within, float(means.var(ddof=1)) - noise, len(rows))


def agreement(outputs: Sequence[Sequence[Hashable]], *, level: float = LEVEL) -> Estimate:
    """Return the share of items whose outputs all agree, with Wilson's interval over the items.

    TARr for raw texts, TARa for parsed answers (Atil et al., LLM Stability, 2024, arXiv
    2408.04667). More tries an item make agreement rarer, so compare only the same
    number. ValueError for an item with fewer than 2 outputs, or a level outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies in (0, 1), got {level}")
    if any(len(row) < 2 for row in outputs):
        raise ValueError("agreement needs 2 outputs of each item")
    n = len(outputs)
    same = sum(len(set(row)) == 1 for row in outputs)
    value = same / n if n else None
    low, high = wilson(same / n, n, normal_quantile(level)) if n else (None, None)
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        method="Wilson" if n else "no items",
        n=n,
        clusters=n,
        source=WILSON if n else "",
    )


def same_at(sizes: Sequence[int], k: int) -> float:
    """Return the chance that k of an item's tries gave one and the same output.

    `sizes` counts the tries that gave each output: sum of C(size, k) / C(n, k) over outputs, with n
    the sum of the sizes; without bias, as pass^k is. With k = n it is 1 where all agree, else 0.
    ValueError for k outside 1..n, or a size below 0.
    """
    tries = _tries(sizes, k)
    return sum(comb(size, k) for size in sizes) / comb(tries, k)


def mixed_at(right: int, tries: int, k: int) -> float:
    """Return the chance that k of an item's tries are neither all right nor all wrong.

    1 - [C(right, k) + C(tries - right, k)] / C(tries, k). ValueError for k outside 1..tries or
    `right` outside 0..tries.
    """
    return 1.0 - same_at((right, tries - right), k)


def _tries(sizes: Sequence[int], k: int) -> int:
    """Return how many tries there are."""
    tries = sum(sizes)
    if any(size < 0 for size in sizes) or not 1 <= k <= tries:
        raise ValueError(f"{k} tries cannot be picked from {tries} (sizes {list(sizes)})")
    return tries
