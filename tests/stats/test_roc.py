"""The AUROC against its definition, DeLong's own formula, and coverage by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from statera.stats.roc import area_variance, auroc, placements

TENTHS = st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=2, max_size=60)


@given(TENTHS)
def test_it_is_mann_whitneys_share_of_pairs_ties_counting_half(
    items: list[tuple[int, bool]],
) -> None:
    scores = np.array([score / 10 for score, _ in items])
    truth = np.array([positive for _, positive in items])
    found = auroc(scores, truth, np.arange(len(items)))
    if truth.all() or not truth.any():
        assert found.value is None
        return
    pairs = mannwhitneyu(scores[truth], scores[~truth], method="asymptotic").statistic
    assert found.value == pytest.approx(pairs / (truth.sum() * (~truth).sum()))
    bounds = [one for one in (found.low, found.value, found.high) if one is not None]
    assert bounds == sorted(bounds)
    assert 0 <= bounds[0] <= bounds[-1] <= 1


def test_without_clusters_the_variance_is_delongs() -> None:
    rng = np.random.default_rng(3)
    truth = rng.random(80) < 0.4
    scores = np.round(rng.normal(truth * 1.0), 1)
    placed = placements(scores, truth)
    up, down = placed[truth], placed[~truth]
    expected = up.var(ddof=1) / len(up) + down.var(ddof=1) / len(down)
    assert area_variance(placed, truth, np.arange(80)) == pytest.approx(expected)


def test_texts_that_come_twice_as_clusters_change_nothing() -> None:
    rng = np.random.default_rng(4)
    truth = rng.random(60) < 0.5
    scores = rng.normal(truth * 0.8)
    once = auroc(scores, truth, np.arange(60))
    twice = auroc(np.tile(scores, 2), np.tile(truth, 2), np.tile(np.arange(60), 2))
    assert twice.value == pytest.approx(once.value)
    assert twice.low == pytest.approx(once.low)
    assert (twice.n, twice.clusters, twice.method) == (120, 60, "DeLong, clustered, logit")


@pytest.mark.parametrize("clustered", [False, True])
def test_the_interval_covers_the_true_area(clustered: bool) -> None:
    rng, hits, rounds, groups = np.random.default_rng(5), 0, 400, 60
    each = 3 if clustered else 1
    index = np.repeat(np.arange(groups), each)
    for _ in range(rounds):
        truth = rng.random(groups * each) < 0.5
        shared = rng.normal(size=groups)[index] if clustered else rng.normal(size=groups)
        own = rng.normal(size=groups * each) if clustered else 0.0
        scores = truth * 1.5 + (shared + own) / np.sqrt(2 if clustered else 1)
        found = auroc(scores, truth, index)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0.8555778 <= found.high  # Phi(1.5 / sqrt 2)
    assert 0.92 <= hits / rounds <= 0.98


@pytest.mark.parametrize(
    ("scores", "truth", "why"),
    [
        ([0.1] * 4, [True] * 4, "no negatives"),
        ([0.1] * 4, [False] * 4, "no positives"),
        ([0.9, 0.1], [True, False], "fewer than 8 independent positives, or negatives"),
        ([0.9] * 10 + [0.1] * 10, [True] * 10 + [False] * 10, "the scores do not overlap"),
    ],
)
def test_where_there_is_no_interval_it_says_why(
    scores: list[float], truth: list[bool], why: str
) -> None:
    found = auroc(scores, truth, range(len(scores)))
    assert (found.low, found.high, found.method) == (None, None, why)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="not NaN"):
        auroc([float("nan"), 0.1], [True, False], [0, 1])
    with pytest.raises(ValueError, match="one entry an item"):
        auroc([0.1, 0.2], [True], [0, 1])
    with pytest.raises(ValueError, match="level"):
        auroc([0.1, 0.2], [True, False], [0, 1], level=1.0)
