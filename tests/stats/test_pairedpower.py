"""Power of paired 0/1 comparisons: closed forms, enumeration, simulation."""

import doctest
import math

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

import statera.stats.pairedpower as module
from statera.stats.pairedpower import (
    exact_paired_power,
    paired_detectable,
    paired_items,
    paired_power,
    score_decision,
)
from statera.stats.power import Claim

BETTER = Claim(limit=0.0)
NOT_WORSE = Claim(limit=-0.02)


def test_superiority_is_connors_formula() -> None:
    # Connor, Biometrics 43 (1987) 207-211: (z_a sqrt(psi) + z_b sqrt(psi - d^2))^2 / d^2
    z_alpha, z_beta = scipy.stats.norm.isf(0.05), scipy.stats.norm.isf(0.1)
    for psi, d in ((0.2, 0.05), (0.4, 0.1), (0.1, 0.02)):
        needed = (z_alpha * math.sqrt(psi) + z_beta * math.sqrt(psi - d * d)) ** 2 / d**2
        answer = paired_items(BETTER, discordance=psi, difference=d, power=0.9)
        assert answer.items == math.ceil(needed)


def log_likelihood(lost: float, counts: tuple[int, int, int], limit: float) -> float:
    won, losses, ties = counts
    rest = 1 - 2 * lost - limit
    return won * math.log(lost + limit) + losses * math.log(lost) + ties * math.log(rest)


@pytest.mark.parametrize("counts", [(12, 20, 168), (3, 1, 96), (40, 2, 58)])
@pytest.mark.parametrize("limit", [-0.05, 0.0, 0.08])
def test_the_decision_is_the_score_statistic_at_the_fitted_shares(
    counts: tuple[int, int, int], limit: float
) -> None:
    wins, losses, _ = counts
    items = sum(counts)
    found = scipy.optimize.minimize_scalar(
        lambda lost: -log_likelihood(lost, counts, limit),
        bounds=(max(0.0, -limit) + 1e-9, (1 - limit) / 2 - 1e-9),
        method="bounded",
        options={"xatol": 1e-12},
    )
    variance = 2 * found.x + limit - limit**2
    z = (wins - losses - items * limit) / math.sqrt(items * variance)
    for alpha in (scipy.stats.norm.sf(z - 1e-4), scipy.stats.norm.sf(z + 1e-4)):
        decide = score_decision(Claim(limit=limit, alpha=float(alpha)), items)
        shown = bool(decide(np.array([wins]), np.array([losses]))[0])
        assert shown == (z > scipy.stats.norm.isf(alpha))


@pytest.mark.parametrize("items", [200, 500, 2000])
@pytest.mark.parametrize("discordance", [0.1, 0.2, 0.4])
@pytest.mark.parametrize("difference", [0.0, 0.02])
def test_the_formula_is_near_the_enumeration(
    items: int, discordance: float, difference: float
) -> None:
    exact = exact_paired_power(NOT_WORSE, items, discordance=discordance, difference=difference)
    rough = paired_power(NOT_WORSE, items, discordance=discordance, difference=difference)
    assert exact.power is not None
    assert rough.power == pytest.approx(exact.power, abs=0.02)


def test_the_enumeration_is_the_share_of_simulated_tests() -> None:
    rng, draws = np.random.default_rng(4), 100_000
    counts = rng.multinomial(300, [0.09, 0.06, 0.85], size=draws)
    shown = score_decision(NOT_WORSE, 300)(counts[:, 0], counts[:, 1])
    exact = exact_paired_power(NOT_WORSE, 300, discordance=0.15, difference=0.03).power
    assert exact is not None
    assert abs(shown.mean() - exact) < 4 * math.sqrt(exact * (1 - exact) / draws)


def test_enumeration_counts_every_result() -> None:
    def always(wins: np.ndarray, losses: np.ndarray) -> np.ndarray:
        assert np.all(wins + losses <= 57)
        return np.ones(wins.shape, dtype=bool)

    for discordance, difference in ((0.0, 0.0), (0.3, 0.3), (1.0, 0.2), (1.0, -1.0)):
        told = exact_paired_power(
            BETTER, 57, discordance=discordance, difference=difference, decision=always
        )
        assert told.power == pytest.approx(1.0, abs=1e-9)


def test_a_given_decision_is_asked() -> None:
    def sign_test(wins: np.ndarray, losses: np.ndarray) -> np.ndarray:
        return np.asarray(scipy.stats.binom.sf(wins - 1, wins + losses, 0.5) <= 0.05)

    told = exact_paired_power(BETTER, 200, discordance=0.2, decision=sign_test)
    assert told.method == "exact"
    assert told.power is not None
    assert 0.01 < told.power <= 0.05


@given(st.floats(0.02, 0.6), st.floats(-1, 1), st.integers(20, 5000), st.floats(-0.1, 0.1))
def test_the_sides_mirror_each_other(
    discordance: float, share: float, items: int, limit: float
) -> None:
    difference = discordance * share
    above = paired_power(
        Claim(limit=limit), items, discordance=discordance, difference=difference
    ).power
    below = paired_power(
        Claim(limit=-limit, side="below"), items, discordance=discordance, difference=-difference
    ).power
    assert above == pytest.approx(below, abs=1e-9)


@given(st.floats(0.05, 0.6), st.integers(100, 20_000), st.sampled_from([-0.05, -0.02, 0.0]))
def test_what_is_detectable_has_the_power(discordance: float, items: int, limit: float) -> None:
    answer = paired_detectable(Claim(limit=limit), items, discordance=discordance)
    if answer.effect is None:
        far = paired_power(
            Claim(limit=limit), items, discordance=discordance, difference=discordance
        )
        assert (far.power or 0) < 0.8
    else:
        assert answer.power == pytest.approx(0.8, abs=1e-6)


@given(st.floats(0.02, 0.6), st.floats(0.5, 0.95), st.floats(1, 4))
def test_the_items_have_the_power_and_fewer_have_not(
    discordance: float, power: float, effect: float
) -> None:
    answer = paired_items(NOT_WORSE, discordance=discordance, power=power, design_effect=effect)
    assert answer.items is not None
    assert (answer.power or 0) >= power - 1e-9
    fewer = paired_power(NOT_WORSE, answer.items - 1, discordance=discordance, design_effect=effect)
    assert (fewer.power or 0) < power


def test_runs_that_never_disagree_need_enough_items_all_the_same() -> None:
    assert paired_power(NOT_WORSE, 100, discordance=0.0).power == 0.0
    # 0.98^149 < 0.05 < 0.98^148
    assert paired_items(NOT_WORSE, discordance=0.0).items == 149
    assert paired_items(NOT_WORSE, discordance=0.0, design_effect=2.0).items == 297


def test_what_never_decides_says_so() -> None:
    answer = paired_items(NOT_WORSE, discordance=0.1, difference=-0.02)
    assert (answer.items, answer.method) == (None, "the true value is not above the limit")
    tiny = paired_items(BETTER, discordance=0.5, difference=1e-6)
    assert tiny.method == "more than 1,000,000,000 items"
    small = paired_detectable(Claim(limit=0.02), 100, discordance=0.01)
    assert small.method == "100 items do not show any difference"


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"needs a discordance from 0\.2 to 1"):
        paired_power(BETTER, 100, discordance=0.1, difference=0.2)
    with pytest.raises(ValueError, match="needs a discordance"):
        paired_power(BETTER, 100, discordance=math.nan)
    with pytest.raises(ValueError, match="the limit of a difference"):
        exact_paired_power(Claim(limit=2.0), 100, discordance=0.1)
    with pytest.raises(ValueError, match="a design effect is at least 1"):
        paired_items(NOT_WORSE, discordance=0.1, design_effect=0.0)
    with pytest.raises(ValueError, match="items is at least 1"):
        paired_detectable(NOT_WORSE, 0, discordance=0.1)


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(("lost", "items"), [(3, 100), (7, 500), (9, 300), (25, 1000)])
def test_a_difference_seen_may_exceed_its_discordance_by_rounding(lost: int, items: int) -> None:
    gap = (items - lost) / items - 1.0
    found = paired_items(Claim(limit=-0.05), discordance=lost / items, difference=gap)
    assert found.items is not None
