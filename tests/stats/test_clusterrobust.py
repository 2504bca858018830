from csv import DictReader
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import linalg

from statera.stats.clusterrobust import cluster_mean, satterthwaite
from tests.shared_data import shared


class Direct(NamedTuple):
    variance: float
    freedom: float


def direct(values: np.ndarray, index: np.ndarray) -> Direct:
    """CR2 and its degrees by the matrices of Bell and McCaffrey, unit weights, intercept only."""
    n = len(values)
    design = np.ones((n, 1))
    residual_maker = np.eye(n) - design @ design.T / n
    residuals = residual_maker @ values
    columns, variance = [], 0.0
    for cluster in np.unique(index):
        places = np.flatnonzero(index == cluster)
        within = residual_maker[np.ix_(places, places)]
        adjusted = np.real(linalg.inv(linalg.sqrtm(within)))
        row = design[places].T @ adjusted / n
        variance += float((row @ residuals[places])[0] ** 2)
        columns.append((row @ residual_maker[places])[0])
    covariance = np.array(columns) @ np.array(columns).T
    freedom = np.trace(covariance) ** 2 / np.sum(covariance**2)
    return Direct(variance, float(freedom))


@pytest.mark.parametrize("sizes", [[3, 3, 3, 3], [1, 2, 5, 9], [4] * 10 + [1] * 5, [1, 20]])
def test_cr2_equals_the_matrices(sizes: list[int]) -> None:
    generator = np.random.default_rng(1)
    index = np.repeat(np.arange(len(sizes)), sizes)
    values = generator.normal(size=len(index)) + generator.normal(size=len(sizes))[index]
    found = cluster_mean(values, np.ones(len(index)), index)
    assert found.method == "CR2"
    assert (found.variance, found.freedom) == pytest.approx(direct(values, index), rel=1e-9)


@pytest.mark.parametrize(
    ("router", "mean", "error"), [("martian", 8.3125, 0.2557), ("unify", 8.757862, 0.2070)]
)
def test_mtbench_standard_errors_are_those_recorded(router: str, mean: float, error: float) -> None:
    """80 questions of 2 turns; a score that could not be read (-1) is left out."""
    with shared("data", "judge", "mtbench", "routers_gpt4_single.csv").open() as lines:
        rows = [row for row in DictReader(lines) if row["model"] == router and row["score"] != "-1"]
    _, index = np.unique([row["question_id"] for row in rows], return_inverse=True)
    values = np.array([float(row["score"]) for row in rows])
    found = cluster_mean(values, np.ones(len(rows)), index)
    assert (found.method, found.freedom) == ("CR1", 79)
    assert found.value == pytest.approx(mean, abs=5e-7)
    assert np.sqrt(found.variance) == pytest.approx(error, abs=5e-5)


def test_equal_clusters_make_both_the_same() -> None:
    values = np.random.default_rng(3).normal(size=30)
    index = np.arange(30) // 2
    found = cluster_mean(values, np.ones(30), index)
    assert found.method == "CR2"
    assert found.freedom == pytest.approx(14)
    sums = np.bincount(index, weights=values - values.mean())
    assert found.variance == pytest.approx(15 / 14 * np.sum(sums**2) / 30**2)


def test_one_large_cluster_among_many_is_worth_few() -> None:
    index = np.concatenate([np.zeros(60, dtype=int), np.arange(1, 61)])
    found = cluster_mean(np.linspace(0, 1, 120), np.ones(120), index)
    assert found.clusters == 61
    assert found.method == "CR2"
    assert found.freedom < 8


@given(some.lists(some.integers(1, 6), min_size=2, max_size=30), some.integers(0, 99))
def test_a_weight_stands_for_as_many_trials(sizes: list[int], seed: int) -> None:
    generator = np.random.default_rng(seed)
    values, index = generator.random(len(sizes)), np.arange(len(sizes)) // 2
    if index.max() < 1:
        return
    weighted = cluster_mean(values, np.array(sizes, dtype=float), index)
    copies = cluster_mean(np.repeat(values, sizes), np.ones(sum(sizes)), np.repeat(index, sizes))
    assert weighted[:3] == pytest.approx(copies[:3])
    assert 1 - 1e-9 <= weighted.freedom <= weighted.clusters - 1 + 1e-9


def test_a_cluster_without_weight_does_not_count() -> None:
    weights = np.array([1.0, 2.0, 0.0, 1.0])
    found = cluster_mean(np.array([0.1, 0.5, 0.9, 0.2]), weights, np.arange(4))
    kept = cluster_mean(np.array([0.1, 0.5, 0.2]), weights[weights > 0], np.arange(3))
    assert found == kept


@pytest.mark.parametrize(
    ("values", "weights", "index"),
    [
        ([1.0, 0.0], [1.0, 1.0], [0, 0]),
        ([1.0, 0.0], [1.0, 0.0], [0, 1]),
        ([1.0, 0.0], [0.0, 0.0], [0, 1]),
        ([1.0, float("nan")], [1.0, 1.0], [0, 1]),
        ([1.0, 0.0], [1.0, -1.0], [0, 1]),
        ([], [], []),
    ],
)
def test_what_has_no_variance_is_refused(
    values: list[float], weights: list[float], index: list[int]
) -> None:
    with pytest.raises(ValueError, match=r"cluster|numbers"):
        cluster_mean(np.array(values), np.array(weights), np.array(index, dtype=int))


def test_satterthwaite_of_equal_shares_is_one_less() -> None:
    assert satterthwaite(np.full(12, 1 / 12)) == pytest.approx(11)


def test_single_values_have_the_variance_of_the_textbook() -> None:
    values = np.array([0.1, 0.5, 0.9, 0.3])
    found = cluster_mean(values, np.ones(4), np.arange(4))
    assert found.variance == pytest.approx(values.var(ddof=1) / 4)
    assert found.freedom == pytest.approx(3)
