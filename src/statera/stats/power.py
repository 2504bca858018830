"""What a claim costs: how many items show it, how surely, and the smallest effect that they show.

A claim is what a gate's rule wants shown: that a number lies above or below a limit, at a one-sided
alpha. This file holds the claim, the answer, and the power for a mean (a share of right answers
over epochs, a graded score, or the mean of paired differences) whose spread a pilot run has shown.
`ratepower` has the exact numbers for one proportion, `pairedpower` those for two runs with one
binary answer an item, `mix` how many epochs are worth buying.

>>> from statera.stats.pilot import Pilot
>>> pilot = Pilot(between=0.1, within=0.06, items=200, epochs=5)
>>> str(needed_items(Claim(limit=-0.02), pilot, effect=0.0))
'2,475 items: power 0.80 to show more than -0.02 when it is 0 (paired or one-sample t, alpha 0.05)'
"""

from math import ceil, isfinite, sqrt
from statistics import NormalDist
from typing import Literal

import msgspec
from scipy.special import nctdtr, stdtrit

from statera.stats.pilot import Pilot

SOURCE = (
    "Miller, arXiv 2411.00640 (2024), eq. 9, with the noncentral t of Owen, JASA 60 (1965) 320-333"
)
METHOD = "paired or one-sample t"
MOST_ITEMS = 10**9


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be shown: a number lies above (or below) `limit`, at one-sided `alpha` in (0, 1).

    For a difference candidate - base, "not worse by more than 2 points" is `limit=-0.02`.
    """

    limit: float
    alpha: float = 0.05
    side: Literal["above", "below"] = "above"

    def __post_init__(self) -> None:
        check_share("alpha", self.alpha)
        if not isfinite(self.limit):
            raise ValueError(f"a limit is a number, not {self.limit}")

    @property
    def quantile(self) -> float:
        """Return z, the standard normal's 1 - alpha quantile."""
        return -NormalDist().inv_cdf(self.alpha)

    def beyond(self, effect: float) -> float:
        """Return how far a true value lies on the claimed side of the limit; negative if not.

        ValueError for a value that is no number.
        """
        if not isfinite(effect):
            raise ValueError(f"the true value is a number, not {effect}")
        return effect - self.limit if self.side == "above" else self.limit - effect

    def at(self, beyond: float) -> float:
        """Return the true value that lies so far on the claimed side of the limit."""
        return self.limit + beyond if self.side == "above" else self.limit - beyond


class Power(msgspec.Struct, frozen=True, kw_only=True):
    """How likely `items` items, each asked `epochs` times, show the claim if `effect` is true.

    `items` or `effect` is None where no number would do, and `power` where none can be told;
    `method` then says why. `fewest` differs from `items` only where power goes up and down with the
    number (a saw-tooth): it is the smallest number that has the power, `items` the one from which
    on every number has it.
    """

    claim: Claim
    items: int | None
    effect: float | None
    power: float | None
    method: str
    source: str
    epochs: int = 1
    fewest: int | None = None

    def __str__(self) -> str:
        """Return `2,475 items: power 0.80 to show more than -0.02 when it is 0 (...)`."""
        if self.items is None or self.effect is None or self.power is None:
            return f"no number of items, no power: {self.method}"
        more = "more" if self.claim.side == "above" else "less"
        asked = f" x {self.epochs} epochs" if self.epochs > 1 else ""
        shown = f"to show {more} than {self.claim.limit:.4g} when it is {self.effect:.4g}"
        how = f"({self.method}, alpha {self.claim.alpha:g})"
        return f"{self.items:,} items{asked}: power {self.power:.2f} {shown} {how}"


def mean_power(claim: Claim, pilot: Pilot, *, effect: float, items: int, epochs: int = 1) -> Power:
    """Return the chance that a one-sided t test of `items` item means shows the claim.

    `effect` is the true mean or mean difference. The variance of the mean is the pilot's
    (between + within / epochs) / items, times its design effect. No power without items enough for
    a t test or without any spread in the pilot. ValueError for `items` or `epochs` below 1, and for
    other epochs than the pilot's where the pilot could not tell the two variances apart.
    """
    check_count("items", items)
    variance = pilot.variance(epochs)
    why = _unknown(pilot, variance)
    if why or items / pilot.design_effect < 2:
        return _none(claim, why or "fewer than 2 independent items", effect=effect, items=items)
    power = _t_power(claim, claim.beyond(effect), items / pilot.design_effect, variance)
    return _told(claim, effect=effect, power=power, items=items, epochs=epochs)


def needed_items(
    claim: Claim, pilot: Pilot, *, effect: float, power: float = 0.8, epochs: int = 1
) -> Power:
    """Return the fewest items whose t test shows the claim with probability `power`.

    Starts at the normal answer ((z_alpha + z_power) s / distance)^2 and adds items until the
    noncentral t agrees. None where `effect` does not lie beyond the limit. ValueError as for
    `mean_power`, and for a power outside (alpha, 1).
    """
    check_power(claim, power)
    variance = pilot.variance(epochs)
    distance = claim.beyond(effect)
    if why := _unknown(pilot, variance) or _not_beyond(claim, distance):
        return _none(claim, why, effect=effect, items=None)
    least = (claim.quantile + NormalDist().inv_cdf(power)) ** 2 * variance / distance**2
    if least > MOST_ITEMS:
        return _none(claim, f"more than {MOST_ITEMS:,} items", effect=effect, items=None)
    size = max(2.0, float(ceil(least)))
    while (reached := _t_power(claim, distance, size, variance)) < power:
        size += 1
    items = ceil(size * pilot.design_effect)
    return _told(claim, effect=effect, power=reached, items=items, epochs=epochs)


def detectable(
    claim: Claim, pilot: Pilot, *, items: int, power: float = 0.8, epochs: int = 1
) -> Power:
    """Return the effect nearest to the limit that `items` items show with probability `power`.

    By bisection of `mean_power`, to 1e-9 of the standard error. ValueError as for `needed_items`.
    """
    check_power(claim, power)
    check_count("items", items)
    variance, size = pilot.variance(epochs), items / pilot.design_effect
    why = _unknown(pilot, variance)
    if why or size < 2:
        return _none(claim, why or "fewer than 2 independent items", effect=None, items=items)
    error = sqrt(variance / size)
    low, high = 0.0, error
    while _t_power(claim, high, size, variance) < power:
        low, high = high, 2 * high
    while high - low > 1e-9 * error:
        middle = (low + high) / 2
        enough = _t_power(claim, middle, size, variance) >= power
        low, high = (low, middle) if enough else (middle, high)
    return _told(claim, effect=claim.at(high), power=power, items=items, epochs=epochs)


def _t_power(claim: Claim, distance: float, size: float, variance: float) -> float:
    freedom = size - 1
    shift = distance / sqrt(variance / size)
    return 1 - float(nctdtr(freedom, shift, stdtrit(freedom, 1 - claim.alpha)))


def _unknown(pilot: Pilot, variance: float) -> str:
    return "" if variance > 0 else f"no spread in a pilot of {pilot.items} items"


def _not_beyond(claim: Claim, distance: float) -> str:
    return "" if distance > 0 else f"the true value is not {claim.side} the limit"


def _told(claim: Claim, *, effect: float, power: float, items: int, epochs: int) -> Power:
    return Power(
        claim=claim,
        items=items,
        effect=effect,
        power=power,
        method=METHOD,
        source=SOURCE,
        epochs=epochs,
        fewest=items,
    )


def _none(claim: Claim, why: str, *, effect: float | None, items: int | None) -> Power:
    return Power(claim=claim, items=items, effect=effect, power=None, method=why, source=SOURCE)


def check_share(name: str, value: float) -> None:
    """Raise ValueError unless 0 < value < 1."""
    if not 0 < value < 1:
        raise ValueError(f"{name} lies between 0 and 1, not {value:g}")


def check_power(claim: Claim, power: float) -> None:
    """Raise ValueError unless alpha < power < 1: a power of alpha needs no items."""
    if not claim.alpha < power < 1:
        raise ValueError(f"power lies between alpha, {claim.alpha:g}, and 1, not {power:g}")


def check_count(name: str, value: int) -> None:
    """Raise ValueError unless the count is at least 1."""
    if value < 1:
        raise ValueError(f"{name} is at least 1, not {value}")
