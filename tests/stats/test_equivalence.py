import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.stats import ttest_1samp

from statera.stats.equivalence import equivalence
from statera.stats.results import Pairs


def counted(wins: int, losses: int, n: int) -> Pairs:
    sizes = [wins, losses, n - wins - losses]
    first, second = np.repeat([1.0, 0.0, 1.0], sizes), np.repeat([0.0, 1.0, 1.0], sizes)
    return Pairs(first, second, np.arange(n), np.ones(n), np.ones(n))


@pytest.mark.parametrize(
    ("wins", "losses", "n", "verdict"),
    [
        (100, 100, 4000, "same"),
        (10, 10, 100, "undetermined"),
        (0, 0, 100, "undetermined"),
        (20, 60, 400, "different"),
        (140, 100, 4000, "same"),
    ],
)
def test_no_significant_change_is_not_the_same(
    wins: int, losses: int, n: int, verdict: str
) -> None:
    """The last is surely better, and surely by less than 2 points."""
    assert equivalence(counted(wins, losses, n), 0.02, alpha=0.05).verdict == verdict


def test_both_tests_and_the_interval_at_1_less_2_alpha() -> None:
    rng = np.random.default_rng(1)
    base = rng.random(400)
    gaps = rng.normal(0.005, 0.2, 400)
    ones = np.ones(400)
    found = equivalence(
        Pairs(10 + base + gaps, 10 + base, np.arange(400), ones, ones), 0.02, alpha=0.05
    )
    worse = ttest_1samp(gaps, -0.02, alternative="greater").pvalue
    better = ttest_1samp(gaps, 0.02, alternative="less").pvalue
    interval = ttest_1samp(gaps, 0).confidence_interval(0.9)
    assert found.p_not_worse == pytest.approx(worse, rel=0.1)
    assert found.p_not_better == pytest.approx(better, rel=0.1)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), abs=5e-4)
    assert "Schuirmann" in found.source


@settings(max_examples=25)
@given(some.integers(0, 40), some.integers(0, 40), some.integers(0, 800))
def test_same_is_exactly_the_interval_within_the_margins(wins: int, losses: int, ties: int) -> None:
    if wins + losses + ties == 0:
        return
    found = equivalence(counted(wins, losses, wins + losses + ties), 0.05, alpha=0.05)
    assert found.low is not None
    assert found.high is not None
    assert (found.verdict == "same") == (found.low > -0.05 and found.high < 0.05)
    swapped = equivalence(counted(losses, wins, wins + losses + ties), 0.05, alpha=0.05)
    assert swapped.verdict == found.verdict


def test_how_it_prints() -> None:
    same = equivalence(counted(100, 100, 4000), 0.02, alpha=0.05)
    assert str(same) == "same within 0.02: +0.000 [-0.006, +0.006] 90 %, 4000 items"
    nothing = equivalence(Pairs([], [], [], [], []), 0.02, alpha=0.05)
    assert str(nothing) == "undetermined (no shared items)"
    assert nothing.p_different is None
    single = equivalence(Pairs([0.5, 1], [1, 1], ["a", "a"], [1, 1], [1, 1]), 0.02, alpha=0.05)
    assert str(single) == "undetermined: -0.250 (no interval: one cluster), 2 items"


@pytest.mark.parametrize(("margin", "alpha"), [(0.0, 0.05), (-0.1, 0.05), (0.02, 0.5)])
def test_margins_and_levels_out_of_range_are_refused(margin: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="margin"):
        equivalence(counted(1, 1, 20), margin, alpha=alpha)
