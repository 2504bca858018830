"""The promise of a chosen threshold, by hand, by property and by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.stats.proportion import clean_items_needed, clopper_pearson_bound
from statera.stats.thresholds import lowest_threshold, most_flagged


def test_the_rule_of_three_says_how_many_clean_items_it_takes() -> None:
    needed = clean_items_needed(0.01, 0.05)
    assert needed == 299
    assert most_flagged(needed, 0.01, 0.05) == 0
    assert most_flagged(needed - 1, 0.01, 0.05) == -1
    scores = np.linspace(0, 0.5, needed)
    assert lowest_threshold(scores[1:], limit=0.01, alpha=0.05).threshold is None
    assert lowest_threshold(scores, limit=0.01, alpha=0.05).threshold == 0.501


@given(st.integers(1, 2000), st.floats(0.001, 0.5), st.floats(0.001, 0.3))
def test_the_most_that_may_be_flagged_is_what_clopper_and_pearson_allow(
    n: int, limit: float, alpha: float
) -> None:
    most = most_flagged(n, limit, alpha)
    if most >= 0:
        assert clopper_pearson_bound(most, n, alpha, side="upper") <= limit + 1e-9
    assert clopper_pearson_bound(most + 1, n, alpha, side="upper") > limit - 1e-9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=300), st.floats(0.02, 0.5))
def test_it_is_the_lowest_on_the_grid_and_flags_no_more_than_it_may(
    scores: list[float], limit: float
) -> None:
    found = lowest_threshold(scores, limit=limit, alpha=0.1)
    values = np.array(scores)
    if found.threshold is None:
        assert found.most < 0 or np.sum(values >= 1) > found.most
        return
    assert found.flagged == np.sum(values >= found.threshold) <= found.most
    lower = round(found.threshold * 1000 - 1) / 1000
    assert lower <= 0 or np.sum(values >= lower) > found.most


@pytest.mark.parametrize("power", [1.0, 0.2])
def test_the_promise_is_kept_although_the_threshold_is_chosen_on_the_same_scores(
    power: float,
) -> None:
    rng, broken, rounds = np.random.default_rng(8), 0, 1500
    for _ in range(rounds):
        found = lowest_threshold(rng.random(400) ** power, limit=0.05, alpha=0.1)
        assert found.threshold is not None
        broken += 1 - found.threshold ** (1 / power) > 0.05
    assert 0.04 <= broken / rounds <= 0.1 + 2 * (0.1 * 0.9 / rounds) ** 0.5


def test_a_detector_that_is_always_sure_of_too_many_gets_none() -> None:
    found = lowest_threshold([1.0] * 20 + [0.0] * 480, limit=0.01, alpha=0.05)
    assert (found.threshold, found.flagged, found.n) == (None, 20, 500)


@pytest.mark.parametrize(
    ("scores", "limit", "alpha"),
    [([], 0.1, 0.1), ([1.5], 0.1, 0.1), ([0.1], 0.0, 0.1), ([0.1], 0.1, 1.0)],
)
def test_nonsense_is_refused(scores: list[float], limit: float, alpha: float) -> None:
    with pytest.raises(ValueError, match=r"in|lie"):
        lowest_threshold(scores, limit=limit, alpha=alpha)
