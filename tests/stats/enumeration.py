"""Exact error rates of a decision on paired counts: every outcome, weighed by its probability."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from scipy.stats import binom

from statera.stats.pairedbounds import counted_p
from statera.stats.pairedscore import PairCounts

Refutes = Callable[[PairCounts], bool]


def passes(limit: float, alpha: float) -> Refutes:
    """Decide "surely above the limit" as a gate does."""
    return cache(lambda counts: counted_p(counts, limit, alpha=alpha)[0] < alpha)


def fails(limit: float, alpha: float) -> Refutes:
    """Decide "surely below the limit", of mirrored counts: more wins speak for it there."""
    return cache(lambda counts: counted_p(counts.mirrored(), limit, alpha=alpha)[1] < alpha)


def rates(refutes: Refutes, n: int, difference: float, discordances: Sequence[float]) -> np.ndarray:
    """Return how often the decision is taken at a true difference, for each discordance.

    `refutes` must rise with wins where the number of discordant items stays the same.
    """
    reach = [8 * np.sqrt(n * share) + 25 for share in discordances]
    first = max(0, int(min(n * s - r for s, r in zip(discordances, reach, strict=True))))
    last = min(n, int(max(n * s + r for s, r in zip(discordances, reach, strict=True))))
    numbers = np.arange(first, last + 1)
    least = _least(refutes, n, numbers)
    found = []
    for share in discordances:
        wins = min(1.0, max(0.0, (share + difference) / (2 * share)))
        taken = binom.sf(least - 1, numbers, wins)
        found.append(float(np.sum(binom.pmf(numbers, n, share) * taken)))
    return np.array(found)


def _least(refutes: Refutes, n: int, numbers: np.ndarray) -> np.ndarray:
    """Return the fewest wins that refute, for each number of discordant items."""
    found: list[int] = []
    for number in numbers.tolist():
        wins = found[-1] if found else number // 2
        while wins > 0 and refutes(PairCounts(wins - 1, number - wins + 1, n)):
            wins -= 1
        while wins <= number and not refutes(PairCounts(wins, number - wins, n)):
            wins += 1
        found.append(wins)
    return np.array(found)
