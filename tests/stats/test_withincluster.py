import numpy as np
import pytest

from statera.stats.withincluster import within


def test_least_squares_with_an_intercept_for_each_cluster() -> None:
    rng = np.random.default_rng(1)
    cluster, arm = rng.integers(0, 40, 400), rng.integers(0, 2, 400)
    values = rng.normal(size=40)[cluster] * 5 + arm * 0.3 + rng.normal(size=400)
    table = np.column_stack([arm, cluster[:, None] == np.arange(40)]).astype(float)
    slope = np.linalg.lstsq(table, values, rcond=None)[0][0]
    found = within(values, arm, cluster)
    assert found.value == pytest.approx(float(slope))
    assert found.candidate - found.base == pytest.approx(found.value)


def test_pairs_are_the_paired_t() -> None:
    gaps = np.array([1.0, 2.0, 4.0, 1.5])
    values = np.concatenate([np.zeros(4), gaps])
    found = within(values, np.repeat([0, 1], 4), np.tile([7, -3, 9, 2], 2))
    assert found.value == pytest.approx(gaps.mean())
    assert found.error == pytest.approx(gaps.std(ddof=1) / 2)
    assert found[4:] == (4, 4, 4)


def test_clusters_of_one_arm_say_nothing() -> None:
    found = within(np.array([1.0, 2.0, 3.0, 9.0]), np.array([0, 1, 1, 0]), np.array([1, 1, 1, 2]))
    assert found.value == 1.5
    assert np.isnan(found.error)
    assert found[4:] == (1, 1, 2)
    none = within(np.array([1.0]), np.array([0]), np.array([1]))
    assert np.isnan(none.value)
    assert none.clusters == 0
    assert within(np.empty(0), np.empty(0, int), np.empty(0, int)).clusters == 0


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="each unit"):
        within(np.ones(2), np.ones(1, int), np.ones(2, int))
