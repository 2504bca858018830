from math import exp, factorial

import numpy as np
import pytest
from scipy import stats

from statera.stats.multinomial import CELLS, LARGEST, poisson, resample_counts


def drawn(items: int, resamples: int, seed: int = 1) -> np.ndarray:
    return np.concatenate(list(resample_counts(items, resamples, np.random.default_rng(seed))))


@pytest.mark.parametrize("mean", [0.0, 0.3, 0.958])
def test_cells_and_rest_add_up_to_the_exact_law(mean: float) -> None:
    law = poisson(mean)
    starts = np.concatenate([[0], law.edges.astype(int), [CELLS - law.rest]])
    whole = np.zeros(LARGEST)
    whole[: len(starts) - 1] = np.diff(starts)
    found = (whole + law.rest * law.leftover) / CELLS
    exact = [exp(-mean) * mean**k / factorial(k) for k in range(LARGEST)]
    assert found == pytest.approx(exact, abs=1e-15)


@pytest.mark.parametrize(("items", "resamples"), [(1, 5), (2, 7), (30, 100), (999, 2000)])
def test_each_row_adds_up(items: int, resamples: int) -> None:
    counts = drawn(items, resamples)
    assert counts.shape == (resamples, items)
    assert np.all(counts.sum(axis=1, dtype=np.int64) == items)


@pytest.mark.parametrize("items", [8, 40, 900])
def test_counts_follow_the_binomial_law(items: int) -> None:
    """The count of one item is Binomial(n, 1/n): chi-square over 0..5 and more, 1 in 1,000."""
    counts = drawn(items, 400_000 // items)
    found = np.bincount(np.minimum(counts.ravel(), 5), minlength=6)
    law = stats.binom.pmf(np.arange(5), items, 1 / items)
    expected = np.append(law, 1 - law.sum()) * counts.size
    assert stats.chisquare(found, expected).pvalue > 0.001


def test_two_items_follow_the_exact_multinomial() -> None:
    counts = drawn(3, 60_000)
    codes = counts[:, 0] * 4 + counts[:, 1]
    law = stats.multinomial(3, [1 / 3] * 3)
    cases = [(a, b) for a in range(4) for b in range(4 - a)]
    expected = np.array([law.pmf([a, b, 3 - a - b]) for a, b in cases]) * 60_000
    found = np.array([np.sum(codes == a * 4 + b) for a, b in cases])
    assert stats.chisquare(found, expected).pvalue > 0.001


def test_items_are_as_negatively_tied_as_a_fixed_total_makes_them() -> None:
    counts = drawn(50, 40_000).astype(float)
    covariance = float(np.cov(counts[:, 3], counts[:, 17])[0, 1])
    assert covariance == pytest.approx(-1 / 50, abs=4 / np.sqrt(40_000))
    assert counts.var(axis=0).mean() == pytest.approx(1 - 1 / 50, rel=0.01)


def test_the_same_generator_draws_the_same() -> None:
    assert np.array_equal(drawn(300, 50, seed=4), drawn(300, 50, seed=4))
