from math import sqrt

import numpy as np
import pytest
from scipy.stats import norm

from statera.stats.asymptotic import limits_at, quantiles
from statera.stats.experimentpower import (
    Analysis,
    Asked,
    Spread,
    detectable,
    of_mean,
    of_rate,
    of_values,
    plan,
)
from statera.stats.ratios import SKEWED, grid

ANALYSES: tuple[Analysis, ...] = ("confidence-sequence", "group-sequential")


def test_a_single_look_needs_what_textbooks_say() -> None:
    asked = Asked(effect=0.1, spread=of_mean(0, 1), analysis="group-sequential", looks=1)
    found = plan(asked)
    assert found.fixed == int(np.ceil(4 * ((norm.ppf(0.975) + norm.ppf(0.8)) / 0.1) ** 2))
    assert found.units == pytest.approx(found.fixed, rel=1e-3)
    assert str(found) == (
        "3,141 units: power 0.80 to show 0.1 (group-sequential, 1 look, alpha 0.05 two-sided)"
    )


def test_five_looks_of_obrien_and_fleming_cost_what_is_published() -> None:
    # Jennison and Turnbull 2000, table 2.4: the inflation at power 0.8 is 1.028; spending is near
    found = plan(Asked(effect=0.02, spread=of_mean(0, 1), analysis="group-sequential"))
    assert found.units is not None
    assert found.fixed is not None
    assert found.units / found.fixed == pytest.approx(1.025, abs=0.005)


@pytest.mark.parametrize("analysis", ANALYSES)
@pytest.mark.parametrize(
    ("rate", "effect", "weights"),
    [(0.5, 0.05, (0.5, 0.5)), (0.05, 0.02, (0.5, 0.5)), (0.3, 0.06, (0.9, 0.1)),
     (0.3, 0.06, (0.4, 0.3, 0.3))],
)  # fmt: skip
def test_power_is_as_planned_within_3_points(
    analysis: Analysis, rate: float, effect: float, weights: tuple[float, ...]
) -> None:
    asked = Asked(effect=effect, spread=of_rate(rate, effect), weights=weights, analysis=analysis)
    found = plan(asked)
    assert found.units is not None
    assert found.power == pytest.approx(0.8, abs=0.001)
    # 3 Monte Carlo errors of 4,000 draws are 1.9 points
    assert simulated(asked, found.units, rate, 4000) == pytest.approx(0.8, abs=0.03)


def simulated(asked: Asked, units: int, rate: float, draws: int) -> float:
    """The share of experiments in which the difference of two rates crosses its boundary."""
    rng, sequential = np.random.default_rng(9), asked.analysis == "confidence-sequence"
    fifths = np.ceil(units * np.arange(1, 6) / 5 - 1e-9).astype(int)
    looks = grid(units) if sequential else fifths
    looks = looks[looks >= asked.least]
    steps = np.diff(looks, prepend=0)
    first = rng.binomial(steps, asked.weights[0], size=(draws, len(looks)))
    second = rng.binomial(steps - first, min(1.0, asked.weights[1] / (1 - asked.weights[0])))
    rates = [
        (rng.binomial(n, p).cumsum(axis=1) / n.cumsum(axis=1), n.cumsum(axis=1))
        for n, p in ((first, rate), (second, rate + asked.effect))
    ]
    error = np.sqrt(sum(p * (1 - p) / n for p, n in rates))
    z = (rates[1][0] - rates[0][0]) / error
    alpha = asked.alpha / (len(asked.weights) - 1)
    if sequential:
        limits = quantiles(looks, planned=units, alpha=alpha)
    else:
        fractions = looks / units
        limits = np.array(limits_at((1 / np.sqrt(fractions)).tolist(), fractions.tolist(), alpha))
    return float(np.mean(np.any(z > limits, axis=1)))


@pytest.mark.parametrize("analysis", ANALYSES)
def test_asking_the_plan_back_agrees(analysis: Analysis) -> None:
    asked = Asked(effect=0.05, spread=of_mean(1, 1), analysis=analysis)
    found = plan(asked, power=0.9)
    assert found.units is not None
    assert found.expected is not None
    assert found.fixed is not None
    back = plan(asked, units=found.units)
    assert back.power == found.power == pytest.approx(0.9, abs=0.001)
    assert detectable(asked, found.units, power=0.9) == pytest.approx(0.05, rel=1e-3)
    assert found.expected < found.units
    assert found.fixed < found.units


def test_history_saves_its_share_of_the_units() -> None:
    plain, helped = (
        plan(Asked(effect=0.02, spread=of_mean(0, 1), correlation=r, analysis="group-sequential"))
        for r in (0.0, 0.6)
    )
    assert plain.units is not None
    assert helped.units == pytest.approx(plain.units * (1 - 0.36), rel=1e-3)


def test_more_arms_uneven_arms_and_guardrails() -> None:
    two, three, uneven, guardrail = (
        plan(asked).units or 0
        for asked in (
            Asked(effect=0.05, spread=of_mean(0, 1)),
            Asked(effect=0.05, spread=of_mean(0, 1), weights=(0.5, 0.25, 0.25)),
            Asked(effect=0.05, spread=of_mean(0, 1), weights=(0.9, 0.1)),
            Asked(effect=0.05, spread=of_mean(0, 1), sides=1),
        )
    )
    assert guardrail < two < three < uneven


def test_past_units_tell_their_spread() -> None:
    values = np.array([0.0, 1.0, 0.0, 1.0])
    assert of_values(values.tolist()) == Spread(value=0.5, base=1 / 3, arm=1 / 3, skewness=0.0)
    ratio = of_values([2.0, 0.0, 5.0, 9.0], [2.0, 2.0, 4.0, 0.0])
    assert ratio.value == pytest.approx(7 / 8)
    moved = np.array([2 - 7 / 4, -7 / 4, 5 - 7 / 2]) / (8 / 3)
    assert ratio.base == pytest.approx(moved @ moved / 2)


def test_rare_events_need_units_before_anything_is_said() -> None:
    asked = Asked(effect=0.001, spread=of_rate(0.002, 0.001))
    assert asked.least == pytest.approx(2 * SKEWED / 0.0025, rel=0.02)
    early = plan(asked, units=asked.least - 1)
    assert early.power is None
    assert str(early) == f"no number of units: fewer than {asked.least:,} units"
    with pytest.raises(ValueError, match="nothing is shown"):
        detectable(asked, asked.least - 1)


def test_what_would_take_for_ever_is_said() -> None:
    found = plan(Asked(effect=1e-7, spread=of_mean(0, 1), analysis="group-sequential"))
    assert (found.units, found.why) == (None, "more than 10,000,000,000 units")


def test_an_overwhelming_effect_is_surely_shown() -> None:
    asked = Asked(effect=5.0, spread=of_mean(0, 1))
    assert plan(asked, units=1000).power == pytest.approx(1)
    assert plan(asked).units == asked.least


@pytest.mark.parametrize("analysis", ANALYSES)
def test_power_never_exceeds_that_of_a_single_look(analysis: Analysis) -> None:
    asked = Asked(effect=0.1, spread=of_mean(0, 1), analysis=analysis)
    for units in (500, 2000, 5000):
        one = 1 - norm.cdf(norm.ppf(0.975) - 0.1 * sqrt(units) / 2)
        assert (plan(asked, units=units).power or 0) < one


def test_wrong_numbers_are_refused() -> None:
    spread = of_mean(0, 1)
    with pytest.raises(ValueError, match="effect"):
        Asked(effect=0.0, spread=spread)
    with pytest.raises(ValueError, match="correlation"):
        Asked(effect=1.0, spread=spread, correlation=1.0)
    with pytest.raises(ValueError, match="weights"):
        Asked(effect=1.0, spread=spread, weights=(0.5, 0.4))
    with pytest.raises(ValueError, match="variance"):
        Asked(effect=1.0, spread=of_mean(0, 0))
    with pytest.raises(ValueError, match="rates"):
        of_rate(0.99, 0.02)
    with pytest.raises(ValueError, match="2 past units"):
        of_values([1.0, 2.0], [1.0, 0.0])
    with pytest.raises(ValueError, match="each"):
        of_values([1.0], [1.0, 2.0])
    asked = Asked(effect=1.0, spread=spread)
    with pytest.raises(ValueError, match="power"):
        plan(asked, power=0.01)
    with pytest.raises(ValueError, match="2 units"):
        plan(asked, units=1)
