import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from statera.stats.pairedbounds import counted_p, difference_bounds
from statera.stats.pairedscore import PairCounts, nam_p
from statera.stats.results import Bounds, Pairs
from tests.stats.enumeration import fails, passes, rates

MARGINS = [0.01, 0.02, 0.05, 0.1]


def binary(counts: PairCounts) -> Pairs:
    wins, losses, n = counts
    candidate = np.repeat([1.0, 0.0, 1.0], [wins, losses, n - wins - losses])
    base = np.repeat([0.0, 1.0, 1.0], [wins, losses, n - wins - losses])
    return Pairs(candidate, base, np.arange(n), np.ones(n), np.ones(n))


def graded(gaps: np.ndarray, size: int = 1) -> Pairs:
    count = len(gaps)
    base = np.where(gaps > 0, 0.0, 1.0)
    return Pairs(base + gaps, base, np.arange(count) // size, np.ones(count), np.ones(count))


def discordances(margin: float) -> list[float]:
    """Shares from just the margin (nothing but losses) up to 0.6."""
    near = [margin * (1 + 1e-9) * factor for factor in (1, 1.02, 1.1, 1.3, 1.6, 2, 3, 5)]
    return [share for share in [*near, 0.1, 0.2, 0.4, 0.6] if margin < share <= 0.6]


@pytest.mark.parametrize("n", [20, 100, 500, 2000])
@pytest.mark.parametrize("margin", MARGINS)
def test_a_gate_at_its_margin_passes_wrongly_at_most_5_percent(n: int, margin: float) -> None:
    """Exact enumeration of all outcomes; the worst of the grid is 0.0510."""
    wrong = rates(passes(-margin, 0.05), n, -margin, discordances(margin))
    assert wrong.max() <= 0.0525


@pytest.mark.parametrize(("n", "margin"), [(20, 0.1), (100, 0.05), (1000, 0.1), (2000, 0.01)])
def test_it_fails_wrongly_at_most_5_percent(n: int, margin: float) -> None:
    wrong = rates(fails(-margin, 0.05), n, margin, discordances(margin))
    assert wrong.max() <= 0.0525


@pytest.mark.parametrize(("n", "margin"), [(200, 0.1), (1000, 0.02)])
def test_at_tiny_levels_too(n: int, margin: float) -> None:
    """Looks in a sequence use levels like 1e-4: never above by a factor of 1.1."""
    shares = discordances(margin)
    assert rates(passes(-margin, 1e-4), n, -margin, shares).max() <= 1.1e-4
    assert rates(fails(-margin, 1e-4), n, margin, shares).max() <= 1.1e-4


@pytest.mark.parametrize(("n", "share"), [(2000, 0.1), (2000, 0.2), (5000, 0.1), (5000, 0.2)])
def test_power_is_that_of_the_score_test(n: int, share: float) -> None:
    """Equal models, margin 2 points: at most 0.3 points below Nam's test."""
    found = rates(passes(-0.02, 0.05), n, 0.0, [share])[0]
    plain = rates(lambda counts: nam_p(counts, -0.02)[0] < 0.05, n, 0.0, [share])[0]
    assert found >= plain - 0.003


COUNTS = some.builds(
    lambda wins, losses, ties: PairCounts(wins, losses, wins + losses + ties),
    some.integers(0, 60),
    some.integers(0, 60),
    some.integers(1, 200),
)


def agree(found: Bounds) -> bool:
    assert found.lower is not None
    assert found.upper is not None
    assert found.p_above is not None
    assert found.p_below is not None
    above = (found.lower > found.limit) == (found.p_above < found.alpha)
    return above and (found.upper < found.limit) == (found.p_below < found.alpha)


@settings(max_examples=40)
@given(COUNTS, some.floats(-0.4, 0.4), some.sampled_from([0.2, 0.05, 1e-3]))
def test_bounds_and_p_values_agree_hold_the_estimate_and_mirror(
    counts: PairCounts, limit: float, alpha: float
) -> None:
    found = difference_bounds(binary(counts), limit, alpha=alpha)
    assert agree(found)
    assert found.lower is not None
    assert found.upper is not None
    assert -1 <= found.lower <= counts.difference + 1e-9
    assert counts.difference - 1e-9 <= found.upper <= 1
    assert (found.p_above, found.p_below) == counted_p(counts, limit, alpha=alpha)
    swapped = difference_bounds(binary(counts.mirrored()), -limit, alpha=alpha)
    assert swapped.upper == pytest.approx(-found.lower, abs=1e-9)
    assert swapped.p_below == pytest.approx(found.p_above, rel=1e-9)


@settings(max_examples=30)
@given(
    some.lists(some.sampled_from([-1.0, -0.6, -0.2, 0.0, 0.0, 0.2, 0.8]), min_size=2, max_size=150),
    some.floats(-0.5, 0.5),
    some.integers(1, 3),
)
def test_graded_and_clustered_pairs_obey_the_same(
    gaps: list[float], limit: float, size: int
) -> None:
    pairs = graded(np.array(gaps), size)
    found = difference_bounds(pairs, limit, alpha=0.05)
    if found.lower is None or found.upper is None:
        assert found.clusters == 1
        return
    assert agree(found)
    assert found.lower <= np.mean(gaps) + 1e-9
    assert found.upper >= np.mean(gaps) - 1e-9
    places = np.random.default_rng(len(gaps)).permutation(len(gaps))
    moved = difference_bounds(
        Pairs(*(np.asarray(part)[places] for part in pairs)), limit, alpha=0.05
    )
    assert moved.lower == pytest.approx(found.lower, abs=1e-9)


@pytest.mark.parametrize(
    ("counts", "method"),
    [
        (PairCounts(0, 0, 10_000), "exact unconditional"),
        (PairCounts(20, 19, 500), "exact unconditional"),
        (PairCounts(4, 90, 500), "exact unconditional"),
        (PairCounts(20, 20, 500), "paired score, corrected for skewness"),
    ],
)
def test_the_method_fits_the_counts(counts: PairCounts, method: str) -> None:
    assert difference_bounds(binary(counts), -0.02, alpha=0.05).method == method


def test_many_differing_clusters_take_a_t_and_few_take_bets() -> None:
    gaps = np.zeros(400)
    gaps[:20] = -0.5
    few = difference_bounds(graded(gaps), -0.05, alpha=0.05)
    assert few.method == "betting on clusters"
    gaps[:120] = np.tile([-0.4, 0.3, 0.2], 40)
    many = difference_bounds(graded(gaps), -0.05, alpha=0.05)
    assert many.method == "cluster-robust t (CR1), corrected for skewness"
    assert "Hall" in many.source


def test_unseen_losses_are_allowed_for() -> None:
    """Tiny differences in every one of 100 items do not tell that none of them collapses."""
    gaps = np.random.default_rng(1).normal(0, 1e-3, 100)
    found = difference_bounds(graded(gaps), -0.02, alpha=0.05)
    assert found.lower is not None
    assert found.lower == pytest.approx(-(1 - 0.05**0.01), abs=2e-3)
    assert found.p_above == pytest.approx(0.98**100, rel=0.05)


def test_identical_runs_are_not_certainty() -> None:
    ones = np.ones(60)
    found = difference_bounds(Pairs(ones, ones, np.arange(60) // 3, ones, ones), 0.0, alpha=0.05)
    assert found.lower is not None
    assert found.lower < -0.1
    assert found.p_above == 1.0


@pytest.mark.parametrize("gap", [-1.0, -0.25, 0.1])
def test_a_gap_that_is_the_same_everywhere_is_not_certainty(gap: float) -> None:
    found = difference_bounds(graded(np.full(120, gap), size=2), 0.02, alpha=0.05)
    assert found.method == "betting on clusters"
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower <= gap < found.upper - 0.02


def test_ratios_over_trials_are_linearised() -> None:
    rng = np.random.default_rng(9)
    weights = (rng.integers(0, 4, 600), rng.integers(1, 4, 600))
    pairs = Pairs(rng.random(600), rng.random(600), np.arange(600), *weights)
    found = difference_bounds(pairs, -0.1, alpha=0.05)
    assert found.method.startswith("cluster-robust t")
    assert found.method.endswith("ratio of each run's own answers, linearised")
    assert agree(found)
    few = difference_bounds(
        Pairs([1, 0, 1], [1, 1, 0], range(3), [1, 2, 1], [1, 1, 1]), 0.0, alpha=0.05
    )
    assert few.method == "betting on clusters, ratio of each run's own answers"
    assert agree(few)
    free = difference_bounds(
        Pairs([9, 0, 1], [1, 1, 0], range(3), [1, 2, 1], [1, 1, 1]), 0.0, alpha=0.05
    )
    assert (free.lower, free.method) == (None, "fewer than 28 clusters differ")


def test_ratios_without_an_item_answered_by_both_have_no_bound() -> None:
    half = np.repeat([1.0, 0.0], 100)
    pairs = Pairs(np.ones(200), np.ones(200), np.arange(200), half, 1 - half)
    found = difference_bounds(pairs, -0.2, alpha=0.05)
    assert (found.value, found.n) == (0.0, 200)
    assert (found.lower, found.upper, found.p_above, found.p_below) == (None,) * 4
    assert found.method == "no item was answered by both runs"


@pytest.mark.parametrize(
    ("kind", "n"), [("rare", 400), ("epochs", 60), ("epochs", 400), ("clusters", 60)]
)
def test_graded_and_clustered_gates_err_at_most_alpha(kind: str, n: int) -> None:
    """At the margin, 400 draws of each shape; three Monte Carlo errors."""
    rng = np.random.default_rng(n)
    wrong = np.zeros(2)
    for _ in range(400):
        if kind == "rare":
            gaps, size = -0.8 * (rng.random(n) < 0.05), 1
        elif kind == "epochs":
            hard = rng.random(n) < 0.3
            share = hard * rng.random(n)
            drop = rng.random(n) < 4 / 15
            gaps = (rng.binomial(5, share * ~drop) - rng.binomial(5, share)) / 5
            size = 1
        else:
            loss = np.repeat(rng.random(n) < 0.08, 5) * (rng.random(5 * n) < 0.5)
            gaps, size = -loss.astype(float), 5
            gaps[::11] = np.where(gaps[::11] == 0, 0.0, gaps[::11])
        found = difference_bounds(graded(gaps, size), -0.04, alpha=0.05)
        assert found.p_above is not None
        assert found.p_below is not None
        wrong += (found.p_above < 0.05, found.p_below < 0.05)
    assert wrong.max() / 400 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_a_call_is_quick() -> None:
    """Bounds of 14,042 items: about 1 ms; exact ones 10 ms. Generous for a busy machine."""
    for counts, most in ((PairCounts(700, 690, 14042), 0.02), (PairCounts(9, 12, 14042), 0.2)):
        pairs = binary(counts)
        started = time.process_time()
        for _ in range(5):
            difference_bounds(pairs, -0.02, alpha=0.05)
        assert (time.process_time() - started) / 5 < most


def test_nothing_to_compare_has_no_bound() -> None:
    empty = difference_bounds(Pairs([], [], [], [], []), -0.02, alpha=0.05)
    assert (empty.value, empty.method) == (None, "no shared items")
    silent = difference_bounds(Pairs([1], [1], ["a"], [1], [0]), -0.02, alpha=0.05)
    assert (silent.value, silent.method) == (None, "a side without trials")
    single = difference_bounds(
        Pairs([1, 0], [0, 0.5], ["a", "a"], [1, 1], [1, 1]), -0.02, alpha=0.05
    )
    assert (single.lower, single.p_above, single.method) == (None, None, "one cluster")


@pytest.mark.parametrize(("limit", "alpha"), [(0.0, 0.0), (0.0, 1.0), (np.nan, 0.05), (2.0, 0.05)])
def test_values_out_of_range_are_refused(limit: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="limit"):
        difference_bounds(binary(PairCounts(1, 1, 30)), limit, alpha=alpha)
