"""Ratings laid out as counts: patterns, clusters, distances, and what is no rating."""

import doctest
from collections.abc import Hashable

import numpy as np
import pytest

import statera.stats.ratings as module
from statera.stats.ratings import (
    Rows,
    Table,
    centred,
    pair_sums,
    rated_of,
    ratio_gaps,
    square_sum,
    squares,
    table_of,
)


def laid(rows: Rows, clusters: list[Hashable] | None = None) -> tuple[Table, np.ndarray]:
    rated = rated_of(rows, numeric=True)
    return table_of(rated, rated.code, clusters), rated.values


def test_units_with_fewer_than_two_ratings_are_left_out() -> None:
    rated = rated_of([[1, 1], [2, None], [None, None], [3, 1]], numeric=True)
    assert rated.place.tolist() == [0, 3]
    assert rated.given == 4
    assert rated.values.tolist() == [1, 3]
    assert rated.rater.tolist() == [0, 1, 0, 1]


def test_units_alike_become_one_row_whatever_the_order_of_raters() -> None:
    table, _ = laid([[1, 2], [2, 1], [1, 1], [2, 1]] * 3)
    assert table.cluster is None
    assert table.copies.tolist() == [9, 3]
    assert table.unequal.tolist() == [2, 0]
    assert table.clusters == 12
    assert table.margins(table.copies).tolist() == [15, 9]


def test_with_clusters_every_unit_keeps_its_row() -> None:
    table, _ = laid([[1, 2], [2, None], [1, 1], [2, 1], [1, 2]], ["a", "b", "c", "a", "a"])
    assert table.cluster is not None
    assert table.cluster.tolist() == [0, 1, 0, 0]
    assert table.clusters == 2
    assert table.usual.tolist() == [False, True, False, False]


def test_distances_within_units_are_those_of_all_pairs() -> None:
    rng = np.random.default_rng(0)
    rows = [list(rng.integers(0, 9, size=k)) for k in (2, 3, 5, 7)]
    table, values = laid(rows, list(range(4)))
    gaps = ratio_gaps(values)
    points = centred(values, np.ones(len(values)))
    place = {value: k for k, value in enumerate(values)}
    for row, squared, ratio in zip(
        rows, squares(table, points), pair_sums(table, gaps), strict=True
    ):
        codes = [place[v] for v in row]
        pairs = [(i, j) for i in codes for j in codes]
        assert squared == pytest.approx(
            sum((points[i] - points[j]) ** 2 for i, j in pairs) / (len(row) - 1)
        )
        assert ratio == pytest.approx(sum(gaps[i, j] for i, j in pairs) / (len(row) - 1))


def test_the_squares_of_all_pairs_and_the_ratio_of_two_zeros() -> None:
    assert square_sum(np.array([2.0, 1.0]), np.array([0.0, 3.0]), 3.0) == 2 * 2 * 9
    assert ratio_gaps(np.array([0.0, 1.0, 3.0])).tolist() == [[0, 1, 1], [1, 0, 0.25], [1, 0.25, 0]]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "three"])
def test_what_is_no_number_is_refused(bad: Hashable) -> None:
    with pytest.raises(ValueError, match=r"NaN|finite|float"):
        rated_of([[1, bad], [2, 2]], numeric=True)


def test_a_cluster_for_each_unit_or_an_error() -> None:
    with pytest.raises(ValueError, match="3 units need a cluster each, got 2"):
        laid([[1, 1], [2, 2], [1, 2]], ["a", "b"])


def test_the_example_is_true() -> None:
    assert doctest.testmod(module).failed == 0
