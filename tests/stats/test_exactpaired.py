from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some
from scipy.stats import binomtest, multinomial

from statera.stats.exactpaired import exact_lower, exact_p_above, score_array
from statera.stats.pairedscore import PairCounts, corrected_bounds, score
from tests.stats.enumeration import rates

COUNTS = some.builds(
    lambda wins, losses, ties: PairCounts(wins, losses, wins + losses + ties),
    some.integers(0, 12),
    some.integers(0, 12),
    some.integers(0, 400),
).filter(lambda counts: counts.n > 0)


def plain_p(counts: PairCounts, limit: float) -> float:
    """Sum the whole trinomial over everything at least so far up, worst of likely discordances."""
    n = counts.n
    every = [(w, x) for w in range(n + 1) for x in range(n + 1 - w)]
    seen = score(counts, limit)
    far = [(w, x, n - w - x) for w, x in every if score(PairCounts(w, x, n), limit) >= seen - 1e-9]
    worst = 0.0
    likely = binomtest(counts.discordant, n).proportion_ci(1 - 1e-6, method="exact")
    for share in np.linspace(max(abs(limit), likely.low), max(abs(limit), likely.high), 300):
        chances = [(share + limit) / 2, (share - limit) / 2, 1 - share]
        worst = max(worst, float(np.sum(multinomial.pmf(far, n, np.clip(chances, 0, 1)))))
    return worst


@pytest.mark.parametrize(
    ("counts", "limit"),
    [
        (PairCounts(3, 0, 5), 0.0),
        (PairCounts(4, 1, 9), -0.2),
        (PairCounts(0, 0, 9), -0.3),
        (PairCounts(5, 2, 10), 0.1),
        (PairCounts(2, 4, 12), -0.4),
    ],
)
def test_against_the_whole_trinomial(counts: PairCounts, limit: float) -> None:
    found = exact_p_above(counts, limit, alpha=0.05)
    assert found == pytest.approx(plain_p(counts, limit), rel=0.015, abs=2e-6)


def test_no_loss_seen_gives_the_bound_for_nothing_seen() -> None:
    """Without discordance the worst case is losses only: 1 - alpha^(1/n), 299 items for 1 %."""
    assert exact_p_above(PairCounts(0, 0, 299), -0.01, alpha=0.05) < 0.05
    assert exact_p_above(PairCounts(0, 0, 298), -0.01, alpha=0.05) > 0.05
    lower = exact_lower(PairCounts(0, 0, 100_000), alpha=0.05)
    assert lower == pytest.approx(-(1 - 0.05**1e-5), rel=2e-3)


def test_only_wins_is_a_sign_test() -> None:
    assert exact_p_above(PairCounts(10, 0, 10), 0.0, alpha=0.05) == pytest.approx(2**-10, rel=2e-3)


@settings(max_examples=25)
@given(COUNTS, some.sampled_from([0.05, 0.01, 1e-4]))
def test_the_bound_is_where_the_p_value_reaches_alpha(counts: PairCounts, alpha: float) -> None:
    """Refuted there, no longer 0.02 standard errors above (the p value has small jumps)."""
    lower = exact_lower(counts, alpha=alpha)
    assert -1 <= lower <= counts.difference
    if -1 < lower < counts.difference:
        further = lower + 0.02 * np.sqrt(counts.discordant + 1) / counts.n
        assert exact_p_above(counts, lower, alpha=alpha) <= alpha * (1 + 1e-9)
        assert exact_p_above(counts, further, alpha=alpha) >= alpha * 0.98


@settings(max_examples=25)
@given(COUNTS.filter(lambda counts: counts.losses > 0), some.floats(-0.3, 0.1))
def test_the_p_value_falls_with_each_loss_less(counts: PairCounts, limit: float) -> None:
    """Where it speaks for anything; near 1 the places of the discordance shift it a little."""
    here = exact_p_above(counts, limit, alpha=0.05)
    assume(here < 0.5)
    better = PairCounts(counts.wins, counts.losses - 1, counts.n)
    assert exact_p_above(better, limit, alpha=0.05) <= here * 1.03 + 1e-6


@pytest.mark.parametrize("n", [5, 14])
def test_the_bound_is_above_the_truth_at_most_as_often_as_alpha(n: int) -> None:
    """Every outcome of n items, at differences and discordances of a grid."""
    tables = [(w, x, n - w - x) for w in range(n + 1) for x in range(n + 1 - w)]
    lowers = np.array([exact_lower(PairCounts(w, x, n), alpha=0.05) for w, x, _ in tables])
    for truth in np.linspace(-0.9, 0.9, 37):
        wrong = [table for table, lower in zip(tables, lowers, strict=True) if lower > truth]
        for share in np.linspace(abs(truth), 1, 20):
            chances = np.clip([(share + truth) / 2, (share - truth) / 2, 1 - share], 0, 1)
            missed = float(np.sum(multinomial.pmf(wrong, n, chances))) if wrong else 0.0
            assert missed <= 0.05 * 1.01


def test_outcomes_are_ordered_as_more_wins_and_fewer_losses() -> None:
    """What makes the boundary the worst case: Barnard's condition, for every table of 40."""
    for limit in (-0.3, -0.02, 0.0, 0.1):
        for losses in range(0, 41, 4):
            wins = np.arange(0, 41 - losses)
            found = score_array((wins, np.full(len(wins), losses)), 40, limit)
            assert np.all(np.diff(found) >= -1e-9)
            counts = [PairCounts(int(w), losses, 40) for w in wins]
            expected = np.array([score(count, limit) for count in counts])
            assert np.allclose(found, expected)
            fewer = score_array((wins, np.full(len(wins), max(0, losses - 1))), 40, limit)
            assert np.all(fewer >= found - 1e-9)


def test_close_to_the_score_bound_where_counts_are_many() -> None:
    counts = PairCounts(60, 70, 1000)
    expected = corrected_bounds(counts, alpha=0.05)[0]
    assert exact_lower(counts, alpha=0.05) == pytest.approx(expected, abs=3e-4)


@pytest.mark.parametrize("alpha", [0.05, 1e-3])
@pytest.mark.parametrize("n", [8, 25, 60])
@pytest.mark.parametrize("limit", [-0.1, -0.02, 0.0])
def test_the_error_is_never_above_alpha(n: int, limit: float, alpha: float) -> None:
    """Exact enumeration of every outcome, at every discordance of a grid, to 1 % of alpha."""

    def refutes(counts: PairCounts) -> bool:
        return exact_p_above(counts, limit, alpha=alpha) < alpha

    shares = np.linspace(max(abs(limit), 0.02), 0.9, 30).tolist()
    assert rates(refutes, n, limit, shares).max() <= alpha * 1.01


def test_one_item_says_nearly_nothing() -> None:
    assert exact_lower(PairCounts(0, 1, 1), alpha=0.05) == -1
    assert exact_lower(PairCounts(1, 0, 1), alpha=0.05) == pytest.approx(-0.9, abs=2e-3)


def test_bounds_widen_as_alpha_falls() -> None:
    found = [exact_lower(PairCounts(3, 5, 200), alpha=alpha) for alpha in (0.2, 0.05, 1e-3, 1e-8)]
    assert all(wider < closer for closer, wider in pairwise(found))


@pytest.mark.parametrize(("limit", "alpha"), [(0.0, 0.0), (0.0, 1.0), (-1.5, 0.05)])
def test_values_out_of_range_are_refused(limit: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        exact_p_above(PairCounts(1, 1, 5), limit, alpha=alpha)
