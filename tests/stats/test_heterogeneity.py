import numpy as np
import pytest

from statera.stats.asymptotic import mixture_bounds
from statera.stats.heterogeneity import anytime_p, homogeneity_p, tail_p


@pytest.mark.parametrize("value", [0.1, 2.5, 2.9, 3.0, 3.1, 5.0])
@pytest.mark.parametrize("count", [100, 10_000])
def test_a_p_below_alpha_is_an_interval_without_zero(value: float, count: int) -> None:
    p = anytime_p(-value, 1.0, count, planned=1_000, alpha=0.05)
    _, high = mixture_bounds(-value, 1.0, count, planned=1_000, alpha=0.05)
    assert (p < 0.05) == bool(high < 0)
    assert anytime_p(value, 1.0, count, planned=1_000, alpha=0.05) == p


def test_without_an_error_nothing_is_claimed() -> None:
    assert anytime_p(1.0, 0.0, 10, planned=10, alpha=0.05) == 1
    assert anytime_p(float("nan"), 1.0, 10, planned=10, alpha=0.05) == 1
    assert tail_p(1.0, 0.0) == 1


def test_two_groups_are_the_test_of_their_difference() -> None:
    both = homogeneity_p([0.3, -0.1], [0.06, 0.08], 500, planned=1_000, alpha=0.05)
    assert both == pytest.approx(anytime_p(0.4, 0.1, 500, planned=1_000, alpha=0.05))


def test_equal_effects_agree_and_groups_without_error_are_left_out() -> None:
    assert homogeneity_p([0.3, 0.3, 0.3], [0.1, 0.2, 0.1], 500, planned=500, alpha=0.05) == 1
    assert homogeneity_p([0.3, 0.3], [0.1, np.nan], 500, planned=500, alpha=0.05) is None
    assert homogeneity_p([], [], 500, planned=500, alpha=0.05) is None


def test_looking_again_and_again_raises_few_false_alarms() -> None:
    rng = np.random.default_rng(1)
    looks = np.arange(1, 41) * 50
    alarms = 0
    for _ in range(300):
        sums = rng.normal(size=(2_000, 3)).cumsum(axis=0)[looks - 1]
        alarms += any(
            (homogeneity_p(total / n, np.full(3, n**-0.5), n, planned=1_000, alpha=0.05) or 0)
            < 0.05
            for total, n in zip(sums, looks.tolist(), strict=True)
        )
    assert alarms <= 300 * 0.05 + 3 * (300 * 0.05 * 0.95) ** 0.5


def test_one_side_of_one_look() -> None:
    assert tail_p(1.6448536, 1.0) == pytest.approx(0.05)
    assert tail_p(-1.0, 1.0) == pytest.approx(0.8413447)
