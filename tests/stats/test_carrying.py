"""A judge's mean error, measured once and carried over: known answers, coverage, refusals."""

import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import statera.stats.carrying as module
from statera.stats.carrying import AGREED, METHOD, MeanError, carried, mean_error
from statera.stats.proportion import clopper_pearson


def error(labels: list[float], verdicts: list[float]) -> MeanError:
    found = mean_error(labels, verdicts)
    assert found is not None
    return found


def test_the_example_in_the_module_holds() -> None:
    assert doctest.testmod(module).failed == 0


def test_the_mean_error_is_the_mean_of_label_minus_verdict() -> None:
    found = error([1, 0, 1, 1], [1, 1, 0, 0])
    assert found.value == 0.25
    assert found.variance == pytest.approx(np.var([0, -1, 1, 1], ddof=1) / 4)
    assert (found.labels, found.clusters, found.differ, found.even) == (4, 4, 3, True)


def test_labels_that_were_drawn_more_often_weigh_less() -> None:
    found = mean_error([1, 1, 0, 0], [0, 0, 0, 0], weights=[1, 1, 3, 3])
    assert found is not None
    assert found.value == 0.25
    assert not found.even


def test_copies_of_a_trial_count_once() -> None:
    labels, verdicts = [1.0, 0, 1, 1, 0, 0, 1, 0] * 5, [1.0, 1, 0, 1, 0, 1, 1, 0] * 5
    names = list(range(40))
    twice = mean_error([*labels, *labels], [*verdicts, *verdicts], clusters=[*names, *names])
    once = error(labels, verdicts)
    assert twice is not None
    assert twice.variance == pytest.approx(once.variance)
    assert (twice.labels, twice.clusters) == (80, 40)


def test_one_cluster_measures_nothing() -> None:
    assert mean_error([1, 0, 1], [0, 0, 1], clusters=["a"] * 3) is None
    assert mean_error([1], [0]) is None
    with pytest.raises(ValueError, match="1 labels for 2 verdicts"):
        mean_error([1], [0, 1])


def test_it_shifts_the_mean_and_says_that_it_is_carried_over() -> None:
    known = error([1.0, 0, 1, 1] * 20, [1.0, 0, 0, 1] * 20)
    told = carried(known, [1.0, 0, 0, 1] * 100)
    assert (told.value, told.raw, told.labels, told.n) == (0.75, 0.5, 80, 400)
    assert told.method == METHOD
    assert told.transported


def test_the_interval_covers_when_the_error_is_the_same_elsewhere() -> None:
    rng, draws, hits = np.random.default_rng(5), 500, 0
    for _ in range(draws):
        truth, verdicts = simulated(rng, 80)
        known = error(truth, verdicts)
        told = carried(known, simulated(rng, 300)[1])
        hits += (told.low or 0) <= 0.4 <= (told.high or 0)
    assert abs(hits / draws - 0.95) < 0.015 + 3 * math.sqrt(0.95 * 0.05 / draws)


def simulated(
    rng: np.random.Generator, size: int, hit: float = 0.8, clear: float = 0.85
) -> tuple[list[float], list[float]]:
    truth = rng.random(size) < 0.4
    seen = np.where(truth, rng.random(size) < hit, rng.random(size) > clear)
    return truth.astype(float).tolist(), seen.astype(float).tolist()


def test_few_that_differ_take_exact_bounds_that_cover() -> None:
    rng, draws, hits = np.random.default_rng(6), 400, 0
    for _ in range(draws):
        known = error(*simulated(rng, 60, 0.98, 0.99))
        told = carried(known, simulated(rng, 300, 0.98, 0.99)[1])
        assert told.method in (AGREED, METHOD)
        hits += (told.low or 0) <= 0.4 <= (told.high or 0)
    assert hits / draws > 0.95


def test_a_judge_that_always_agreed_is_not_taken_as_perfect() -> None:
    known = error([1.0, 0.0] * 30, [1.0, 0.0] * 30)
    told = carried(known, [1.0, 0.0] * 300)
    low, _ = clopper_pearson(300, 600, 0.975)
    _, unseen = clopper_pearson(0, 60, 0.975)
    assert told.value == 0.5
    assert told.low == pytest.approx(low - unseen)
    sure = carried(known, [1.0] * 50)
    assert sure.high == 1.0
    assert sure.low == pytest.approx(clopper_pearson(50, 50, 0.975)[0] - unseen)


@pytest.mark.parametrize(
    ("labels", "verdicts", "clusters", "told"),
    [
        ([1.0] * 20, [0.0] * 20, None, "20 labels, at least 30 are needed"),
        ([1.0, 0.0] * 20, [0.0] * 40, [0, 1, 2, 3] * 10, "labels in 4 clusters"),
        ([1.0] * 40, [0.0] * 40, None, "differ by the same"),
        ([1.0] * 38 + [0.0] * 2, [1.0] * 40, list(range(20)) * 2, "2 labels disagree"),
    ],
)
def test_where_it_is_not_valid_it_says_why(
    labels: list[float], verdicts: list[float], clusters: list[int] | None, told: str
) -> None:
    known = mean_error(labels, verdicts, clusters=clusters)
    assert known is not None
    found = carried(known, [1.0, 0.0] * 30)
    assert found.value is None
    assert told in found.method
    assert found.raw == 0.5


def test_too_few_verdicts_are_refused() -> None:
    known = error([1.0, 0, 1, 1] * 20, [1.0, 0, 0, 1] * 20)
    assert "verdicts in 4 clusters" in carried(known, [1.0, 0, 1, 0]).method
    assert carried(known, []).raw is None


@given(st.integers(0, 2**32), st.floats(0.5, 0.99))
def test_the_interval_holds_the_value_and_widens_with_the_level(seed: int, level: float) -> None:
    rng = np.random.default_rng(seed)
    known = error(*simulated(rng, 60))
    verdicts = simulated(rng, 100)[1]
    narrow, wide = (carried(known, verdicts, level=x) for x in (level, (1 + level) / 2))
    assert (narrow.low or 0) <= (narrow.value or 0) <= (narrow.high or 0)
    assert (wide.low or 0) <= (narrow.low or 0)
    assert (narrow.high or 0) <= (wide.high or 0)


def test_a_level_lies_between_0_and_1() -> None:
    known = error([1.0, 0, 1, 1] * 20, [1.0, 0, 0, 1] * 20)
    with pytest.raises(ValueError, match="level"):
        carried(known, [1.0, 0.0] * 30, level=1.0)
