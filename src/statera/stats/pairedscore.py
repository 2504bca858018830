"""Score tests and intervals for the difference of two shares measured on the same items.

Which one, and the region where it is valid:

| use | method |
|---|---|
| two-sided interval | Tango 1998 |
| test against a margin | Nam 1997, the same statistic |
| one-sided bounds that decide, at any alpha, from 50 discordant on | corrected for skewness |

>>> [round(bound, 4) for bound in tango_interval(PairCounts(12, 7, 50), level=0.95)]
[-0.074, 0.2697]
"""

from math import erfc, inf, sqrt
from statistics import NormalDist
from typing import NamedTuple

from statera.stats.crossing import crossing

TANGO = "Tango, Statistics in Medicine 17 (1998) 891-908, eq. 13"
NAM = "Nam, Biometrics 53 (1997) 1422-1430"
CORRECTED = f"{TANGO}; skewness: Laud, Pharmaceutical Statistics 16 (2017) 334-348, eq. 2"
NOTHING = 1e-13
FLAT = 1e-9


class PairCounts(NamedTuple):
    """How `n` items came out: right by the candidate only (`wins`), by the base only (`losses`)."""

    wins: int
    losses: int
    n: int

    @property
    def discordant(self) -> int:
        """How many items came out differently."""
        return self.wins + self.losses

    @property
    def difference(self) -> float:
        """Candidate minus base."""
        return (self.wins - self.losses) / self.n

    def mirrored(self) -> "PairCounts":
        """Return what is counted when candidate and base change places."""
        return PairCounts(self.losses, self.wins, self.n)


def discordance_at(counts: PairCounts, difference: float) -> float:
    """Return the likeliest share of discordant items if the true difference were `difference`.

    2 q + difference, with q the larger root of 2n q^2 + B q + C = 0 (Tango 1998, eq. 8 to 10).
    """
    wins, losses, n = counts
    linear = -(wins + losses) + difference * (2 * n - wins + losses)
    constant = -losses * difference * (1 - difference)
    root = sqrt(max(0.0, linear * linear - 8 * n * constant))
    return max((root - linear) / (2 * n) + difference, abs(difference))


def score(counts: PairCounts, difference: float) -> float:
    """Return Tango's statistic against a true `difference` in [-1, 1], standard normal under it.

    (wins - losses - n d) / sqrt(n (discordance - d^2)); it falls in `difference`, and is infinite
    where the counts are impossible.
    """
    variance = discordance_at(counts, difference) - difference**2
    return _ratio(counts.wins - counts.losses - counts.n * difference, counts.n * variance)


def corrected_score(counts: PairCounts, difference: float) -> float:
    """Return the statistic corrected for the skewness of counts, still falling in `difference`.

    The root t of T = t + (t^2 - 1) k / 6, with k the skewness of wins - losses under the
    `difference` (Laud 2017, eq. 2, for paired shares: third central moment d - 3 d s + 2 d^3 with
    discordance s).
    """
    discordance = discordance_at(counts, difference)
    variance = discordance - difference**2
    plain = _ratio(counts.wins - counts.losses - counts.n * difference, counts.n * variance)
    if abs(plain) == inf or variance <= NOTHING:
        return plain
    third = difference * (1 - 3 * discordance + 2 * difference**2)
    skewness = third / (variance * sqrt(variance * counts.n))
    if abs(skewness) < FLAT:
        return plain
    inner = max(0.0, 1 + 2 * skewness / 3 * (plain + skewness / 6))
    return 3 * (sqrt(inner) - 1) / skewness


def tango_interval(counts: PairCounts, *, level: float) -> tuple[float, float]:
    """Return the score interval of the difference, candidate minus base, within [-1, 1].

    It has a width even where no item came out differently. ValueError for impossible counts or a
    level outside (0, 1).
    """
    _checked(counts, level)
    quantile = NormalDist().inv_cdf(0.5 + level / 2)
    low = crossing(lambda d: score(counts, d) - quantile, -1.0, counts.difference)
    high = crossing(lambda d: score(counts, d) + quantile, counts.difference, 1.0)
    return low, high


def nam_p(counts: PairCounts, limit: float) -> tuple[float, float]:
    """Return the score test's p for "at most `limit`" and for "at least `limit`" (one-sided).

    With limit = -margin the first is Nam's test of non-inferiority: small means surely not worse by
    the margin. Two-sided: twice the smaller. ValueError for a limit outside [-1, 1].
    """
    _checked(counts, 0.5)
    _placed(limit)
    found = score(counts, limit)
    return upper_tail(found), upper_tail(-found)


def corrected_bounds(counts: PairCounts, *, alpha: float) -> tuple[float, float]:
    """Return the one-sided lower and upper bound of the difference, each at `alpha`.

    By the corrected statistic: for tails far out, and a rare loss, closer to the truth than Tango.
    """
    _checked(counts, alpha)
    quantile = NormalDist().inv_cdf(1 - alpha)
    low = crossing(lambda d: corrected_score(counts, d) - quantile, -1.0, 1.0)
    high = crossing(lambda d: corrected_score(counts, d) + quantile, -1.0, 1.0)
    return low, high


def corrected_p(counts: PairCounts, limit: float) -> tuple[float, float]:
    """Return one-sided p for "at most `limit`" and "at least", by the corrected statistic."""
    _checked(counts, 0.5)
    _placed(limit)
    found = corrected_score(counts, limit)
    return upper_tail(found), upper_tail(-found)


def upper_tail(quantile: float) -> float:
    """Return the probability that a standard normal exceeds `quantile`."""
    return erfc(quantile / sqrt(2)) / 2


def _ratio(distance: float, variance: float) -> float:
    if variance > NOTHING:
        return distance / sqrt(variance)
    return 0.0 if abs(distance) < FLAT else (inf if distance > 0 else -inf)


def _checked(counts: PairCounts, share: float) -> None:
    wins, losses, n = counts
    if n < 1 or min(wins, losses) < 0 or wins + losses > n:
        raise ValueError(f"{wins} wins and {losses} losses of {n} items are impossible")
    if not 0 < share < 1:
        raise ValueError(f"level and alpha must lie in (0, 1), got {share}")


def _placed(limit: float) -> None:
    if not -1 <= limit <= 1:
        raise ValueError(f"the limit of a difference of shares must lie in [-1, 1], got {limit}")
