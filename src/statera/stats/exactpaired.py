"""Exact one-sided tests and bounds for the difference of two shares measured on the same items.

For any number of items, from one up to hundreds of thousands; quick where few came out
differently. Nothing is approximated: wins and losses are multinomial, outcomes are ordered by the
score statistic at the limit, and the unknown discordance is put where it is worst within a
confidence set for it (Berger and Boos 1994).

>>> exact_p_above(PairCounts(0, 0, 299), -0.01, alpha=0.05) < 0.05
True
"""

from functools import lru_cache
from math import sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import bdtrc, betaincinv, gammaln, ndtri

from statera.stats.crossing import Search, climb
from statera.stats.pairedscore import PairCounts, corrected_bounds

SOURCE = (
    "Hsueh, Liu and Chen, Biometrics 57 (2001) 478-483; Lloyd and Moldovan, Biometrical Journal 50 "
    "(2008) 449-457; Berger and Boos, JASA 89 (1994) 1012-1016"
)
RESERVED = 1e-3  # of alpha, spent on the confidence set of the discordance
MOST_RESERVED = 1e-6
PLACES = 24
FINE = 2e-3  # standard errors: how closely a bound is found, on the safe side
REACH = 8.0  # standard deviations of the number of discordant items that are summed over
NEGLIGIBLE = 1e-5  # of what is reserved: a number of discordant items counted in full
TIED = 1e-9
SMALLEST = 1e-200


class Ordering(NamedTuple):
    """Which outcomes speak at least as strongly for "above the limit" as the one seen.

    `statistic` is the score seen; `discordances` the places of the nuisance parameter, shape (k,).
    """

    counts: PairCounts
    limit: float
    statistic: float
    discordances: np.ndarray
    reserved: float


def exact_p_above(counts: PairCounts, limit: float, *, alpha: float) -> float:
    """Return the exact p value of "the difference is at most `limit`", limit in [-1, 1].

    The largest probability of an outcome at least so far above, over every discordance in a
    confidence set, plus the chance that the set is wrong (at most alpha / 1000 and 1e-6: below
    that, no p value is told apart). For "at least `limit`" mirror counts and limit.
    """
    return _worst(_ordering(counts, limit, alpha), limit)


@lru_cache(maxsize=4096)
def exact_lower(counts: PairCounts, *, alpha: float) -> float:
    """Return the exact lower bound of the difference at `alpha`: where its p value reaches alpha.

    Found from the side of the refuted differences, to 0.002 standard errors. -1 if none is.
    """
    _ordering(counts, 0.0, alpha)
    target = float(ndtri(alpha))

    def above(difference: float) -> float:
        return float(ndtri(exact_p_above(counts, difference, alpha=alpha))) - target

    start = min(corrected_bounds(counts, alpha=alpha)[0], counts.difference)
    search = Search(start, sqrt(counts.discordant + 1) / counts.n, -1.0, 1.0)
    return min(climb(above, search, within=FINE), counts.difference)


def score_array(counts: tuple[np.ndarray, np.ndarray], n: int, difference: float) -> np.ndarray:
    """Return Tango's statistic of arrays (wins, losses) against a true `difference`.

    Huge, not infinite, where the counts are impossible.
    """
    wins, losses = (part.astype(np.float64) for part in counts)
    linear = -(wins + losses) + difference * (2 * n - wins + losses)
    constant = -losses * difference * (1 - difference)
    root = np.sqrt(np.maximum(linear * linear - 8 * n * constant, 0.0))
    discordance = np.maximum((root - linear) / (2 * n) + difference, abs(difference))
    variance = n * (discordance - difference**2)
    distance = wins - losses - n * difference
    distance = np.where(np.abs(distance) < TIED, 0.0, distance)
    return np.asarray(distance / np.sqrt(np.maximum(variance, SMALLEST)))


def _ordering(counts: PairCounts, limit: float, alpha: float) -> Ordering:
    if not (0 < alpha < 1 and -1 <= limit <= 1):
        raise ValueError(f"alpha must lie in (0, 1) and limit in [-1, 1]: {alpha}, {limit}")
    reserved = min(MOST_RESERVED, RESERVED * alpha)
    seen = score_array((np.array([counts.wins]), np.array([counts.losses])), counts.n, limit)
    places = _places(counts.discordant, counts.n, reserved)
    return Ordering(counts, limit, float(seen[0]), places, reserved)


def _places(discordant: int, n: int, reserved: float) -> np.ndarray:
    """Return discordances spread over their exact confidence set, evenly in the square root."""
    low, high = 0.0, 1.0
    if discordant > 0:
        low = float(betaincinv(discordant, n - discordant + 1, reserved / 2))
    if discordant < n:
        high = float(betaincinv(discordant + 1, n - discordant, 1 - reserved / 2))
    return np.linspace(sqrt(low), sqrt(high), PLACES) ** 2


def _worst(order: Ordering, difference: float) -> float:
    """Return the p value of "at most `difference`": more wins can only lead further up."""
    found = tail(order, difference, np.maximum(order.discordances, abs(difference)))
    return min(1.0, _peak(found) + order.reserved)


def _peak(found: np.ndarray) -> float:
    """Return the largest value between the places too: of the parabola through the logarithms."""
    top = int(found.argmax())
    if top in (0, len(found) - 1) or found[top - 1 : top + 2].min() <= 0:
        return float(found[top])
    left, middle, right = (float(value) for value in np.log(found[top - 1 : top + 2]))
    bend = left - 2 * middle + right
    return (
        float(np.exp(middle - (right - left) ** 2 / (8 * bend))) if bend < 0 else float(found[top])
    )


def tail(order: Ordering, difference: float, discordances: np.ndarray) -> np.ndarray:
    """Return the chance of an outcome at least so far above, for each discordance, shape (k,).

    Sum over N of P(N discordant) P(wins >= least(N) | N), the two binomial.
    """
    n = order.counts.n
    spread = REACH * np.sqrt(n * discordances * (1 - discordances))
    starts = np.floor(np.maximum(n * discordances - spread - 1, 0)).astype(np.int64)
    stops = np.ceil(np.minimum(n * discordances + spread + 3 * REACH, n)).astype(np.int64)
    numbers = starts[:, None] + np.arange(int((stops - starts).max()) + 1)
    inside = numbers <= n
    numbers = np.minimum(numbers, n)
    first = int(numbers.min())
    least = _least_wins(order, np.arange(first, int(numbers.max()) + 1))[numbers - first]
    share = np.clip((1 + difference / np.maximum(discordances, 1e-300)) / 2, 0.0, 1.0)
    chances = np.where(inside, _binomial(numbers, n, discordances[:, None]), 0.0)
    sure, never = least <= 0, least > numbers
    asked = (chances > NEGLIGIBLE * order.reserved) & ~sure & ~never
    further = np.where(never, 0.0, 1.0)
    which = np.nonzero(asked)
    further[asked] = bdtrc(least[asked] - 1.0, numbers[asked], share[which[0]])
    return np.asarray((chances * further).sum(axis=1))


def _least_wins(order: Ordering, numbers: np.ndarray) -> np.ndarray:
    """Return, for each number of discordant items, the fewest wins that are at least as far up."""
    low, high = np.full(len(numbers), -1), numbers + 1
    for _ in range(int(numbers.max() + 2).bit_length()):
        middle = (low + high) // 2
        found = score_array((middle, numbers - middle), order.counts.n, order.limit)
        enough = (found >= order.statistic - TIED) & (middle >= 0)
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle)
    return high


def _binomial(numbers: np.ndarray, n: int, share: np.ndarray) -> np.ndarray:
    first, last = int(numbers.min()), int(numbers.max())
    each = np.arange(first, last + 1)
    ways = gammaln(n + 1) - gammaln(each + 1) - gammaln(n - each + 1)
    kept = np.clip(share, 1e-300, 1 - 1e-16)
    odds = numbers * np.log(kept) + (n - numbers) * np.log1p(-kept)
    return np.asarray(np.exp(ways[numbers - first] + odds))
