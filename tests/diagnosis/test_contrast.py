import numpy as np
import pytest
from scipy import stats

from statera.diagnosis.contrast import Changes, contrast


def changes(values: np.ndarray, start: int = 0) -> Changes:
    return Changes(values, np.arange(start, start + len(values)))


def test_it_is_welchs_t_for_independent_items() -> None:
    rng = np.random.default_rng(1)
    here, there = rng.normal(-0.2, 0.3, 60), rng.normal(0.0, 0.6, 90)
    found = contrast(changes(here), changes(there, 60))
    known = stats.ttest_ind(here, there, equal_var=False)
    assert found.value == pytest.approx(here.mean() - there.mean())
    assert found.p == pytest.approx(known.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(known.confidence_interval(0.95)))
    lower = stats.ttest_ind(here, there, equal_var=False, alternative="less")
    assert found.p_lower == pytest.approx(lower.pvalue)


def test_items_of_a_cluster_count_as_one() -> None:
    values = np.repeat(np.random.default_rng(2).normal(0, 1, 50), 8)
    bound = Changes(values, np.repeat(np.arange(50), 8))
    other = changes(np.random.default_rng(3).normal(0, 1, 400), 50)
    free = contrast(changes(values), other._replace(clusters=other.clusters + 400))
    found = contrast(bound, other)
    assert free.low is not None
    assert found.low is not None
    assert found.low < free.low


@pytest.mark.parametrize(
    ("here", "there", "why"),
    [
        (np.zeros(0), np.ones(20), "no items on one side"),
        (np.arange(7.0), np.arange(20.0), "fewer than 8 clusters on a side"),
        (np.ones(20), np.ones(20), "no spread"),
    ],
)
def test_no_test_where_none_is_valid(here: np.ndarray, there: np.ndarray, why: str) -> None:
    found = contrast(changes(here), changes(there, 100))
    assert (found.low, found.high, found.p, found.p_lower) == (None,) * 4
    assert found.method == why
