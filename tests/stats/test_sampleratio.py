from itertools import product
from math import exp, prod, sqrt

import numpy as np
import pytest

from statera.stats.sampleratio import counted, log_evidence, running_p, sequential_ratio

HALVES = np.array([[0.5, 0.5]])


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.9, 0.1), (0.2, 0.3, 0.5)])
def test_the_evidence_is_a_test_martingale(shares: tuple[float, ...]) -> None:
    # over all ways in which 5 units can fall, the e-value is 1 on average
    total = 0.0
    for arms in product(range(len(shares)), repeat=5):
        counts = np.bincount(arms, minlength=len(shares))[None, None, :]
        chance = prod(shares[arm] for arm in arms)
        total += chance * exp(float(log_evidence(counts, np.array([shares]))[0]))
    assert total == pytest.approx(1.0)


def test_looking_100_times_seldom_alarms() -> None:
    rng = np.random.default_rng(2)
    alpha, draws, looks, step = 0.05, 1000, 100, 50
    base = rng.binomial(step, 0.9, size=(draws, looks)).cumsum(axis=1)
    counts = np.stack([base, step * np.arange(1, looks + 1) - base], axis=-1)
    evidence = log_evidence(counts.reshape(-1, 1, 2), np.array([[0.9, 0.1]]))
    alarms = np.mean(evidence.reshape(draws, looks).max(axis=1) > -np.log(alpha))
    assert alarms <= alpha + 3 * sqrt(alpha * (1 - alpha) / draws)


def test_an_arm_that_loses_a_tenth_of_its_units_is_found() -> None:
    rng = np.random.default_rng(1)
    arm = (rng.random(40_000) < 0.45 / 0.95).astype(int)
    p = sequential_ratio(arm, HALVES, np.zeros(len(arm), int), [1000, 20_000, 40_000])
    assert p[0] > 0.001 > p[2]


def test_slices_with_other_weights_are_held_against_their_own() -> None:
    rng = np.random.default_rng(4)
    stratum = (np.arange(20_000) >= 10_000).astype(int)
    weights = np.array([[0.9, 0.1], [0.5, 0.5]])
    arm = (rng.random(20_000) < weights[stratum, 1]).astype(int)
    assert sequential_ratio(arm, weights, stratum, [20_000])[0] > 0.05
    assert sequential_ratio(arm, HALVES, np.zeros(20_000, int), [20_000])[0] < 1e-9


def test_a_unit_where_none_can_be_makes_it_0_for_good() -> None:
    p = sequential_ratio(
        np.array([0, 0, 1, 0]), np.array([[1.0, 0.0]]), np.zeros(4, int), [2, 3, 4]
    )
    assert p.tolist() == [1.0, 0.0, 0.0]


def test_p_never_rises() -> None:
    assert running_p(np.array([-1.0, 2.0, 1.0])).tolist() == pytest.approx([1, exp(-2), exp(-2)])


def test_units_are_counted_up_to_each_look() -> None:
    arm, stratum = np.array([0, 1, 1, 0]), np.array([0, 0, 1, 1])
    found = counted(arm, stratum, [1, 3], (2, 2))
    assert found.tolist() == [[[1, 0], [0, 0]], [[1, 1], [0, 1]]]
    assert len(sequential_ratio(arm[:0], HALVES, stratum[:0], [])) == 0


def test_what_does_not_fit_is_refused() -> None:
    units = np.zeros(2, int)
    with pytest.raises(ValueError, match="sum 1"):
        sequential_ratio(units, np.array([[0.5, 0.4]]), units, [2])
    with pytest.raises(ValueError, match="do not know"):
        sequential_ratio(units + 2, HALVES, units, [2])
