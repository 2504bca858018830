"""How many units an experiment needs, and how likely it is to show an effect that is there.

The analysis is that of `statera.stats.asymptotic`, looked at at every planned look or at every
place of the grid; the chance to cross its boundary by the planned end is computed, not simulated:
the recursive integration of Armitage, McPherson and Rowe (see `statera.stats.spending`) with drift
effect x sqrt(units) / (deviation of a unit). Valid where the analysis is: from its burn-in on
(`statera.stats.ratios`); looks before it are left out.

>>> asked = Asked(effect=0.02, spread=of_rate(0.5, 0.02), analysis="group-sequential")
>>> plan(asked).units
20103

Several arms: each against the base at alpha / (arms - 1), and what is told is the arm that is
hardest to tell apart. With `sides` 1 the effect is a distance to a margin: a guardrail's.
"""

from collections.abc import Sequence
from math import ceil, isfinite, sqrt
from statistics import NormalDist
from typing import Literal

import msgspec
import numpy as np

from statera.stats.asymptotic import Sides, quantiles
from statera.stats.crossing import Search, climb
from statera.stats.ratios import LEAST, SKEWED, grid
from statera.stats.spending import boundaries, crossing, obrien_fleming

Analysis = Literal["confidence-sequence", "group-sequential"]
SOURCE = "Armitage, McPherson and Rowe 1969; Jennison and Turnbull 2000, ch. 19"
MOST = 10**10
WITHIN = 2e-3  # normal quantiles: a plan has the power asked, and at most 0.0008 more
TINY = 1e-12
LOWEST = -7.0  # standard deviations: below it a boundary is surely crossed


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How units differ: variance of a unit's (linearised) value in the base and in another arm.

    `value` is the base's; `skewness` says how many units the normal approximation needs.
    """

    value: float
    base: float
    arm: float
    skewness: float = 0.0


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be shown, and how.

    `effect` > 0 is the true difference, in the better direction (to a margin for `sides` 1).
    `weights` are the arms' shares, the base first. `correlation` in [0, 1) of the outcome with its
    history, for CUPED. `planned`: units at which the confidence sequence is tightest; None: the end
    itself. ValueError: a number outside its range, weights that do not sum to 1.
    """

    effect: float
    spread: Spread
    weights: tuple[float, ...] = (0.5, 0.5)
    alpha: float = 0.05
    analysis: Analysis = "confidence-sequence"
    looks: int = 5
    correlation: float = 0.0
    planned: int | None = None
    sides: Sides = 2

    def __post_init__(self) -> None:
        if not (self.effect > 0 and isfinite(self.effect)):
            raise ValueError(f"an effect is a number above 0, not {self.effect:g}")
        if not 0 < self.alpha < 1 or not 0 <= self.correlation < 1 or self.looks < 1:
            raise ValueError("alpha lies in (0, 1), a correlation in [0, 1), looks are at least 1")
        if len(self.weights) < 2 or min(self.weights) <= 0 or abs(sum(self.weights) - 1) > 1e-6:
            raise ValueError(f"weights are two or more shares above 0, sum 1, not {self.weights}")
        if not min(self.spread.base, self.spread.arm) >= 0 or not self.variance > 0:
            raise ValueError("units that do not differ need no plan: the variance is 0")

    @property
    def level(self) -> float:
        """The alpha of one contrast."""
        return self.alpha / (len(self.weights) - 1)

    @property
    def variance(self) -> float:
        """The variance of the difference times the units of all arms, for the smallest arm."""
        arm = self.spread.arm / min(self.weights[1:])
        return (self.spread.base / self.weights[0] + arm) * (1 - self.correlation**2)

    @property
    def least(self) -> int:
        """The units of all arms from which on the normal approximation may be trusted."""
        return ceil(max(LEAST, SKEWED * self.spread.skewness**2) / min(self.weights))


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A plan: `units` of all arms together, and the power to show the effect by then.

    `power` None and `why` where no number of units will do. `expected` units until it is shown, or
    the end, if the effect is true; `fixed` is what a single look at the end would need.
    """

    units: int | None
    power: float | None
    effect: float
    expected: float | None
    fixed: int | None
    least: int
    method: str
    source: str = SOURCE
    why: str = ""

    def __str__(self) -> str:
        """Return `20,103 units: power 0.80 to show 0.02 (...)`."""
        if self.units is None or self.power is None:
            return f"no number of units: {self.why}"
        shown = f"power {self.power:.2f} to show {self.effect:.4g}"
        return f"{self.units:,} units: {shown} ({self.method})"


def of_rate(rate: float, effect: float) -> Spread:
    """Return the spread of right or wrong units: the base's rate, and how much the arm's differs.

    `effect` is signed: negative where the arm's rate is lower. ValueError: a rate outside [0, 1].
    """
    if not (0 <= rate <= 1 and 0 <= rate + effect <= 1):
        raise ValueError(f"rates lie in [0, 1], not {rate:g} and {rate + effect:g}")
    middle = rate + effect / 2
    variance = middle * (1 - middle)
    skewness = (1 - 2 * middle) / sqrt(variance) if variance > 0 else 0.0
    return Spread(value=rate, base=_binary(rate), arm=_binary(rate + effect), skewness=skewness)


def of_mean(mean: float, deviation: float, *, skewness: float = 0.0) -> Spread:
    """Return the spread of units with this mean and standard deviation, the same in all arms."""
    return Spread(value=mean, base=deviation**2, arm=deviation**2, skewness=skewness)


def of_values(total: Sequence[float], number: Sequence[float] | None = None) -> Spread:
    """Return the spread that past units show; with `number` that of a ratio of sums (delta method).

    Units with number 0 are left out. ValueError: fewer than 2 units, what is no number.
    """
    found = np.asarray(total, np.float64)
    count = np.ones(len(found)) if number is None else np.asarray(number, np.float64)
    if found.shape != count.shape or not np.all(np.isfinite(found) & np.isfinite(count)):
        raise ValueError("past units need a total, and a number of reports, each")
    found, count = found[count > 0], count[count > 0]
    if len(found) < 2:
        raise ValueError("a spread needs 2 past units")
    value = float(found.sum() / count.sum())
    moved = (found - value * count) / count.mean()
    variance = float(moved @ moved) / (len(moved) - 1)
    cubes = float(np.mean(moved**3))
    skewness = cubes / variance**1.5 if variance > 0 else 0.0
    return Spread(value=value, base=variance, arm=variance, skewness=skewness)


def plan(asked: Asked, *, power: float = 0.8, units: int | None = None) -> Planned:
    """Return the units that have the power, to 0.0008; or, where `units` are given, their power.

    ValueError: a power outside (alpha, 1), fewer than 2 units.
    """
    if not asked.alpha < power < 1:
        raise ValueError(f"power lies between alpha, {asked.alpha:g}, and 1, not {power:g}")
    if units is not None:
        return _planned(asked, units, power)
    deviation = sqrt(asked.variance) / asked.effect
    search = Search(1.25 * sqrt(_fixed(asked, power)), deviation, sqrt(asked.least), sqrt(MOST))
    found = climb(lambda root: _over(asked, ceil(root**2), power), search, within=WITHIN)
    if found >= search.high:
        return _never(asked, power, f"more than {MOST:,} units")
    return _planned(asked, ceil(found**2), power)


def detectable(asked: Asked, units: int, *, power: float = 0.8) -> float:
    """Return the smallest effect that so many units show with the power, at the spread given.

    ValueError: fewer units than the burn-in needs.
    """
    if units < asked.least:
        raise ValueError(f"nothing is shown below {asked.least:,} units, not with {units:,}")
    deviation = sqrt(asked.variance / units)

    def over(effect: float) -> float:
        return _over(msgspec.structs.replace(asked, effect=effect), units, power)

    search = Search(3.5 * deviation, deviation, 1e-9 * deviation, 100 * deviation)
    return climb(over, search, within=WITHIN)


def _over(asked: Asked, units: int, power: float) -> float:
    """Return by how much the power is above what is asked, as a normal quantile; less a little."""
    reached = min(max(_chances(asked, units)[-1], TINY), 1 - TINY)
    return NormalDist().inv_cdf(reached) - NormalDist().inv_cdf(power) - WITHIN


def _binary(rate: float) -> float:
    return rate * (1 - rate)


def _fixed(asked: Asked, power: float) -> int:
    """Return the units of a single look: ((z_alpha + z_power) deviation / effect)^2."""
    tail = NormalDist().inv_cdf(1 - asked.level / asked.sides) + NormalDist().inv_cdf(power)
    return max(2, ceil(asked.variance * (tail / asked.effect) ** 2))


def _places(asked: Asked, units: int) -> list[int]:
    if asked.analysis == "group-sequential":
        looks = {ceil(units * look / asked.looks - 1e-9) for look in range(1, asked.looks + 1)}
    else:
        looks = {int(place) for place in grid(units)}
    return sorted(place for place in looks if place >= asked.least)


def _chances(asked: Asked, units: int) -> tuple[float, ...]:
    """Return the chance to have shown the effect by each look; (0,) without a look."""
    places = _places(asked, units)
    if not places:
        return (0.0,)
    if asked.analysis == "group-sequential":
        spent = obrien_fleming([place / units for place in places], asked.level / asked.sides)
        limits = np.array(boundaries(spent, places))
    else:
        best = asked.planned or units
        limits = quantiles(places, planned=best, alpha=asked.level, sides=asked.sides)
    drift = asked.effect * np.sqrt(np.array(places) / asked.variance)
    return crossing([float(each) for each in np.maximum(limits - drift, LOWEST)], places)


def _planned(asked: Asked, units: int, power: float) -> Planned:
    if units < 2:
        raise ValueError(f"a plan needs 2 units, not {units}")
    places, chances = _places(asked, units), _chances(asked, units)
    if not places:
        return _never(asked, power, f"fewer than {asked.least:,} units")
    shown = np.diff((0.0, *chances))
    expected = float(shown @ places) + units * (1 - chances[-1])
    return Planned(
        units=units,
        power=chances[-1],
        effect=asked.effect,
        expected=expected,
        fixed=_fixed(asked, power),
        least=asked.least,
        method=_method(asked),
    )


def _never(asked: Asked, power: float, why: str) -> Planned:
    return Planned(
        units=None,
        power=None,
        effect=asked.effect,
        expected=None,
        fixed=_fixed(asked, power),
        least=asked.least,
        method=_method(asked),
        why=why,
    )


def _method(asked: Asked) -> str:
    sides = "two-sided" if asked.sides == 2 else "one-sided"
    shared = f" / {len(asked.weights) - 1} arms" if len(asked.weights) > 2 else ""
    how = f"group-sequential, {asked.looks} look{'s' if asked.looks > 1 else ''}"
    how = how if asked.analysis == "group-sequential" else "confidence sequence"
    return f"{how}, alpha {asked.alpha:g}{shared} {sides}"
