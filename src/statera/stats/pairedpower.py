"""Power of a paired comparison with one right-or-wrong answer an item and run.

What decides is the discordance, the share of items on which the two runs disagree: a pilot run
shows it. `paired_power` is the normal formula of the score test; `exact_paired_power` enumerates
every result, for any test.

>>> str(paired_items(Claim(limit=-0.02), discordance=0.1))
'1,578 items: power 0.80 to show more than -0.02 when it is 0 (score test, alpha 0.05)'
"""

from collections.abc import Callable
from math import ceil, log, log1p, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, xlogy

from statera.stats.power import MOST_ITEMS, Claim, Power, check_count, check_power

SOURCE = (
    "Nam, Biometrics 53 (1997) 1422-1430, score test and its sample size; estimates at the limit: "
    "Tango, Statistics in Medicine 17 (1998) 891-908"
)
METHOD = "score test"
ROUNDING = 1e-9  # a difference seen may exceed the discordance seen by its rounding
WINDOW = 8.0
STEPS = 60

Decision = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Takes arrays of wins and of losses, and says for each pair whether the claim is shown."""


def paired_power(
    claim: Claim,
    items: int,
    *,
    discordance: float,
    difference: float = 0.0,
    design_effect: float = 1.0,
) -> Power:
    """Return the chance that the score test of `items` pairs shows the claim.

    `difference` is the true candidate - base, |difference| <= discordance <= 1. With s0 and s1 the
    standard deviations of a pair at the limit and in truth, and d the distance of the difference
    beyond the limit: Phi((sqrt(n) d - z_alpha s0) / s1). Clusters divide n by their design effect.
    ValueError outside these ranges, or for a limit outside (-1, 1).
    """
    check_count("items", items)
    spread = _spread(claim, discordance, difference)
    power = _normal_power(claim, spread, items / _effect(design_effect))
    return _answer(claim, difference, items=items, power=power)


def paired_items(
    claim: Claim,
    *,
    discordance: float,
    difference: float = 0.0,
    power: float = 0.8,
    design_effect: float = 1.0,
) -> Power:
    """Return how many pairs the score test needs: ((z_alpha s0 + z_power s1) / d)^2, rounded up.

    Not fewer than those that show the claim exactly when no pair differs: (1 - margin)^n <= alpha.
    With few discordant pairs an exact test has up to 0.1 less power than planned here; see
    `exact_paired_power`. None where the difference does not lie beyond the limit. ValueError as for
    `paired_power`, and for a power outside (alpha, 1).
    """
    check_power(claim, power)
    spread = _spread(claim, discordance, difference)
    if spread.distance <= 0:
        return _answer(claim, difference, why=f"the true value is not {claim.side} the limit")
    asked = claim.quantile * spread.null + NormalDist().inv_cdf(power) * spread.true
    size = max(1.0, max(0.0, asked / spread.distance) ** 2, _clean(claim))
    items = ceil(size * _effect(design_effect))
    if items > MOST_ITEMS:
        return _answer(claim, difference, why=f"more than {MOST_ITEMS:,} items")
    reached = _normal_power(claim, spread, items / design_effect)
    return _answer(claim, difference, items=items, power=reached)


def paired_detectable(
    claim: Claim,
    items: int,
    *,
    discordance: float,
    power: float = 0.8,
    design_effect: float = 1.0,
) -> Power:
    """Return the difference nearest to the limit that `items` pairs show with probability `power`.

    The discordance is held fixed. None where even a difference as large as the discordance is not
    shown so surely. ValueError as for `paired_items`.
    """
    check_power(claim, power)
    check_count("items", items)
    size = items / _effect(design_effect)

    def reached(difference: float) -> float:
        return _normal_power(claim, _spread(claim, discordance, difference), size)

    far = discordance if claim.side == "above" else -discordance
    near = min(max(claim.limit, -discordance), discordance)
    if claim.beyond(far) <= 0 or reached(far) < power:
        return _answer(claim, None, items=items, why=f"{items:,} items do not show any difference")
    for _ in range(STEPS):
        middle = (near + far) / 2
        near, far = (near, middle) if reached(middle) >= power else (middle, far)
    return _answer(claim, far, items=items, power=reached(far))


def exact_paired_power(
    claim: Claim,
    items: int,
    *,
    discordance: float,
    difference: float = 0.0,
    decision: Decision | None = None,
) -> Power:
    """Return the power of `paired_power` by enumeration of all results, for the test `decision`.

    Wins and losses of `items` pairs are trinomial; results further than 8 standard deviations from
    what is expected are left out (together less than 1e-12). Without a `decision` it is the score
    test. With a difference at the limit the answer is the test's true error rate. About 4 ms at 500
    items, 0.1 s at 14,042. ValueError as for `paired_power`.
    """
    check_count("items", items)
    _spread(claim, discordance, difference)
    shares = ((discordance + difference) / 2, (discordance - difference) / 2)
    wins, losses = np.meshgrid(*(_near(items, share) for share in shares), indexing="ij")
    possible = wins + losses <= items
    wins, losses = wins[possible], losses[possible]
    chance = _trinomial(items, wins, losses, shares)
    shown = (decision or score_decision(claim, items))(wins, losses)
    method = f"{METHOD}, exact" if decision is None else "exact"
    return _answer(
        claim, difference, items=items, power=min(1.0, float(chance[shown].sum())), why=method
    )


def score_decision(claim: Claim, items: int) -> Decision:
    """Return the score test of the claim, for arrays of wins and losses among `items` pairs.

    Z = (wins - losses - n limit) / sqrt(n s0^2), s0^2 with the estimates restricted to the limit
    (Nam 1997, eq. 2.4; Tango 1998, eq. 4); shown where Z > z_alpha.
    """

    def decide(wins: np.ndarray, losses: np.ndarray) -> np.ndarray:
        sides = (wins, losses) if claim.side == "above" else (losses, wins)
        limit = claim.limit if claim.side == "above" else -claim.limit
        won, lost = (side / items for side in sides)
        variance = _null_variance(won, lost, limit)
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.sqrt(items) * (won - lost - limit) / np.sqrt(variance)
        return np.asarray(z > claim.quantile)

    return decide


class _Spread(NamedTuple):
    """How far the truth lies beyond the limit, and a pair's standard deviation there and here."""

    distance: float
    null: float
    true: float


def _spread(claim: Claim, discordance: float, difference: float) -> _Spread:
    if not -1 < claim.limit < 1:
        raise ValueError(f"the limit of a difference lies between -1 and 1, not {claim.limit:g}")
    if not abs(difference) <= discordance + ROUNDING <= 1 + ROUNDING:
        raise ValueError(
            f"a difference of {difference:g} needs a discordance from {abs(difference):g} to 1, "
            f"not {discordance:g}"
        )
    sign = 1 if claim.side == "above" else -1
    difference = min(max(difference, -discordance), discordance)
    won, lost = (discordance + sign * difference) / 2, (discordance - sign * difference) / 2
    null = float(_null_variance(np.float64(won), np.float64(lost), sign * claim.limit))
    true = max(0.0, discordance - difference**2)
    return _Spread(claim.beyond(difference), sqrt(null), sqrt(true))


def _null_variance(
    won: np.ndarray | np.float64, lost: np.ndarray | np.float64, limit: float
) -> np.ndarray | np.float64:
    """Return the variance of a pair's difference with the shares fitted under difference = limit.

    The larger root of 2 x^2 + (-won - lost + (2 - won + lost) limit) x - lost limit (1 - limit) is
    the share lost (Tango 1998, appendix); 2 x + limit (1 - limit) the variance.
    """
    linear = -won - lost + (2 - won + lost) * limit
    root = np.sqrt(np.maximum(linear**2 + 8 * lost * limit * (1 - limit), 0))
    return np.maximum((root - linear) / 2 + limit * (1 - limit), 0)


def _normal_power(claim: Claim, spread: _Spread, size: float) -> float:
    gain = sqrt(size) * spread.distance - claim.quantile * spread.null
    if spread.true == 0:
        return float(gain > 0)
    return NormalDist().cdf(gain / spread.true)


def _clean(claim: Claim) -> float:
    """Return how many pairs without any difference show the claim; 0 where none ever do."""
    margin = claim.beyond(0.0)
    return log(claim.alpha) / log1p(-margin) if margin > 0 else 0.0


def _effect(design_effect: float) -> float:
    if not design_effect >= 1:
        raise ValueError(f"a design effect is at least 1, not {design_effect:g}")
    return design_effect


def _near(items: int, share: float) -> np.ndarray:
    width = WINDOW * sqrt(items * share * (1 - share)) + 4 * WINDOW
    low, high = items * share - width, items * share + width
    return np.arange(max(0, int(low)), min(items, int(high)) + 1)


def _trinomial(
    items: int, wins: np.ndarray, losses: np.ndarray, shares: tuple[float, float]
) -> np.ndarray:
    ties, won, lost = items - wins - losses, *shares
    ways = gammaln(items + 1) - gammaln(wins + 1) - gammaln(losses + 1) - gammaln(ties + 1)
    rest = max(0.0, 1 - won - lost)
    return np.asarray(np.exp(ways + xlogy(wins, won) + xlogy(losses, lost) + xlogy(ties, rest)))


def _answer(
    claim: Claim,
    difference: float | None,
    *,
    items: int | None = None,
    power: float | None = None,
    why: str = METHOD,
) -> Power:
    return Power(
        claim=claim,
        items=items,
        effect=difference,
        power=power,
        method=why,
        source=SOURCE,
        fewest=items,
    )
