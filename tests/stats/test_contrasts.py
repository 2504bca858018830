import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.stats.contrasts import SPAN, contrast_bounds, contrast_mean
from statera.stats.meanbounds import mean_bounds
from statera.stats.means import mean
from statera.stats.proportion import clopper_pearson_bound
from statera.stats.results import Estimate, Items


def items(values: list[float]) -> Items:
    n = len(values)
    return Items(values, np.arange(n), np.zeros(n), np.ones(n))


def ends(found: Estimate) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def test_where_nothing_differs_the_interval_is_that_of_no_event_to_both_sides() -> None:
    found = contrast_mean(items([0.0] * 68))
    none = mean(items([0.0] * 68)).high
    assert found.value == 0.0
    assert ends(found) == pytest.approx((-(none or 0), none))


def test_gains_alone_have_the_upper_end_of_their_share() -> None:
    values = [1.0] * 3 + [0.0] * 65
    found, share = contrast_mean(items(values)), mean(items(values))
    assert found.value == share.value
    assert ends(found)[1] == pytest.approx(share.high)
    assert ends(found)[0] < (share.low or 0)


def test_large_parts_agree_with_the_variance_of_a_difference() -> None:
    values = [1.0] * 1200 + [-1.0] * 1200 + [0.0] * 1600
    low, high = ends(contrast_mean(items(values)))
    assert high == pytest.approx(1.96 * np.std(values) / np.sqrt(4000), rel=0.01)
    assert low == pytest.approx(-high)


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=1, max_size=40))
def test_the_interval_holds_the_value_and_turns_round_with_the_arms(values: list[float]) -> None:
    low, high = ends(found := contrast_mean(items(values)))
    assert -1 <= low <= (found.value or 0) <= high <= 1
    assert ends(contrast_mean(items([-value for value in values]))) == pytest.approx((-high, -low))


@pytest.mark.parametrize(("gain", "loss"), [(0.05, 0.0), (0.05, 0.03), (0.3, 0.3)])
def test_the_interval_holds_the_truth_as_often_as_it_says(gain: float, loss: float) -> None:
    rng = np.random.default_rng(7)
    drawn = rng.choice([1.0, -1.0, 0.0], size=(400, 68), p=[gain, loss, 1 - gain - loss])
    held = [ends(contrast_mean(items(row.tolist()))) for row in drawn]
    assert np.mean([low <= gain - loss <= high for low, high in held]) >= 0.93


def test_what_has_no_interval_says_why_and_what_is_no_difference_is_refused() -> None:
    found = contrast_mean(items([0.5, 0.5, -0.5]))
    assert (found.low, found.method) == (None, "fewer than 8 clusters")
    assert contrast_mean(items([])).value is None
    with pytest.raises(ValueError, match=r"\[-1, 1\]"):
        contrast_mean(items([2.0]))


def test_where_few_items_differ_the_bounds_are_of_counted_gains_and_losses() -> None:
    found = contrast_bounds(items([1.0] + [0.0] * 67), 0.15, alpha=0.05)
    gains = clopper_pearson_bound(1, 68, 0.025, side="upper")
    losses = clopper_pearson_bound(0, 68, 0.025, side="upper")
    assert found.upper == pytest.approx(gains)
    assert found.lower == pytest.approx(clopper_pearson_bound(1, 68, 0.025, side="lower") - losses)
    assert (found.p_below or 1) < 0.05 < (found.p_above or 0)


@pytest.mark.parametrize("values", [[1.0] * 30 + [-1.0] * 30 + [0.0] * 30, [0.5, 0.0] * 20])
def test_elsewhere_they_are_those_of_the_shares(values: list[float]) -> None:
    shares = mean_bounds(SPAN.items(items(values)), SPAN.share(0.2), alpha=0.05)
    assert contrast_bounds(items(values), 0.2, alpha=0.05) == SPAN.bounds(shares, 0.2)


@pytest.mark.parametrize(("gain", "loss"), [(0.02, 0.0), (0.05, 0.03), (0.3, 0.3)])
def test_the_bounds_err_at_most_as_often_as_they_say(gain: float, loss: float) -> None:
    rng = np.random.default_rng(8)
    drawn = rng.choice([1.0, -1.0, 0.0], size=(200, 68), p=[gain, loss, 1 - gain - loss])
    found = [contrast_bounds(items(row.tolist()), gain - loss, alpha=0.05) for row in drawn]
    assert np.mean([(one.upper or 0) < gain - loss for one in found]) <= 0.08
    assert np.mean([(one.lower or 0) > gain - loss for one in found]) <= 0.08
    assert all(((one.p_below or 1) < 0.05) == ((one.upper or 0) < gain - loss) for one in found)
