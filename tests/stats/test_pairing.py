import numpy as np
import pytest

from statera.stats.pairedscore import PairCounts
from statera.stats.pairing import aligned
from statera.stats.results import Pairs

ONES = [1.0, 1.0, 1.0, 1.0]


def test_binary_independent_pairs_are_counted() -> None:
    found = aligned(Pairs([1, 0, 1, 1], [0, 1, 1, 0], ["a", "b", "c", "d"], ONES, ONES))
    assert found.counts() == PairCounts(2, 1, 4)
    assert found.signs() == (2, 1, 1)
    assert found.means() == (0.75, 0.5)


@pytest.mark.parametrize(
    "pairs",
    [
        Pairs([1, 0, 1, 1], [0, 1, 1, 0], ["a", "b", "c", "c"], ONES, ONES),
        Pairs([1, 0, 0.5, 1], [0, 1, 1, 0], range(4), ONES, ONES),
        Pairs([1, 0, 1, 1], [0, 1, 1, 0], range(4), [1, 1, 2, 1], [1, 1, 2, 1]),
        Pairs([1, 0, 1, 1], [0, 1, 1, 0], range(4), ONES, [1, 1, 0, 1]),
    ],
)
def test_anything_else_is_not(pairs: Pairs) -> None:
    assert aligned(pairs).counts() is None


def test_items_without_trials_are_left_out_and_their_values_not_read() -> None:
    pairs = Pairs([1, np.nan, 1], [0, np.nan, np.nan], ["a", "b", "c"], [1, 0, 2], [1, 0, 0])
    found = aligned(pairs)
    assert (found.n, found.clusters) == (2, 2)
    assert found.means() == (1.0, 0.0)
    assert found.signs() == (1, 0, 0)


def test_the_weighted_mean_of_differences_is_the_difference() -> None:
    rng = np.random.default_rng(3)
    parts = (rng.random(30), rng.random(30), np.arange(30) // 3)
    weights = (rng.integers(0, 4, 30), rng.integers(0, 4, 30))
    for chosen in (weights, (weights[0], weights[0])):
        found = aligned(Pairs(*parts, *chosen))
        values, shares = found.differences()
        means = found.means()
        assert np.average(values, weights=shares) == pytest.approx(means[0] - means[1])


def test_linearised_ratios_have_the_variance_of_ratios() -> None:
    """Against the spread of the ratio difference over drawn data sets, within Monte Carlo error."""
    rng = np.random.default_rng(11)
    found, foretold = [], []
    for _ in range(600):
        weights = (rng.integers(0, 6, 200), rng.integers(0, 6, 200))
        parts = (rng.random(200), rng.random(200) ** 2, np.arange(200))
        known = aligned(Pairs(*parts, *weights))
        means = known.means()
        found.append(means[0] - means[1])
        values, _ = known.differences()
        foretold.append(values.var(ddof=1) / known.n)
    assert np.mean(foretold) == pytest.approx(np.var(found), rel=0.2)


def test_differing_clusters_count_as_what_they_are_worth() -> None:
    ones = np.ones(100)
    base = np.full(100, 0.5)
    few = base.copy()
    few[:7] = 0.0
    assert aligned(Pairs(few, base, np.arange(100), ones, ones)).differing() == pytest.approx(7)
    few[7] = 0.4
    assert aligned(Pairs(few, base, np.arange(100), ones, ones)).differing() < 7.5
    assert aligned(Pairs(base, base, np.arange(100), ones, ones)).differing() == 0
    other = np.where(np.arange(100) < 10, 2.0, 1.0)
    assert aligned(Pairs(base, few, np.arange(100), ones, other)).differing() > 0


def test_ones_own_opposite_in_a_cluster_is_no_difference() -> None:
    found = aligned(Pairs([1, 0], [0, 1], ["a", "a"], [1, 1], [1, 1]))
    assert found.differing() == 0


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (Pairs([1, 0], [1], range(2), [1, 1], [1, 1]), "one length"),
        (Pairs([np.nan, 0], [1, 0], range(2), [1, 1], [1, 1]), "NaN"),
        (Pairs([np.inf, 0], [1, 0], range(2), [1, 1], [1, 1]), "infinity"),
        (Pairs([1, 0], [1, 0], range(2), [1, -1], [1, 1]), "weights"),
    ],
)
def test_broken_pairs_are_refused(pairs: Pairs, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        aligned(pairs)
