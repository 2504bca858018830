import numpy as np
import pytest

from statera.stats.cuped import covariates, removed, slopes
from statera.stats.ratios import Columns, ratio_difference


def test_an_event_before_is_one_covariate() -> None:
    found = covariates(np.array([2.0, 0.0, 1.0, 0.0]), np.array([2.0, 0, 1, 0]), kind="event")
    assert found is not None
    assert found[:, 0].tolist() == [1, -1, 1, -1]


@pytest.mark.parametrize(("kind", "width"), [("total", 2), ("mean", 3)])
def test_columns_have_mean_0_and_deviation_1(kind: str, width: int) -> None:
    rng = np.random.default_rng(1)
    number = rng.poisson(1, 500).astype(float)
    total = number * rng.normal(5, 1, 500)
    found = covariates(total, number, kind="mean" if kind == "mean" else "total")
    assert found is not None
    assert found.shape == (500, width)
    assert found.mean(axis=0) == pytest.approx(0)
    assert found.std(axis=0) == pytest.approx(1)


def test_history_that_tells_nothing_is_none() -> None:
    assert covariates(np.zeros(5), np.zeros(5), kind="mean") is None
    assert covariates(np.zeros(0), np.zeros(0), kind="total") is None


def test_it_does_not_matter_what_stands_in_for_no_history() -> None:
    rng = np.random.default_rng(2)
    known, past = rng.random(2000) < 0.6, rng.normal(3, 1, 2000)
    values, arm = past + rng.normal(size=2000), rng.integers(0, 2, 2000)
    found = []
    for stand_in in (0.0, 3.0, -50.0):
        table = np.column_stack([np.where(known, past, stand_in), known]).astype(float)
        found.append(
            ratio_difference(Columns(values, np.ones(2000), arm, np.zeros(2000, int), table))
        )
    assert found[1] == pytest.approx(found[0])
    assert found[2] == pytest.approx(found[0])


def test_the_noise_that_history_explains_is_gone() -> None:
    rng = np.random.default_rng(3)
    n = 20_000
    number, before = rng.poisson(3, n) + 1.0, rng.poisson(3, n) + 1.0
    taste, arm = rng.normal(size=n), rng.integers(0, 2, n)
    plain = Columns(number * taste, number, arm, np.zeros(n, int))
    past = covariates(before * taste, before, kind="mean")
    one, two = ratio_difference(plain), ratio_difference(plain._replace(covariates=past))
    assert 0.6 < removed(one.error, two.error) < 0.95
    assert abs(two.value - one.value) < 4 * one.error
    assert removed(0.0, 0.0) == 0


def test_the_slopes_are_those_of_least_squares() -> None:
    rng = np.random.default_rng(4)
    table, value = rng.normal(size=(50, 2)), rng.normal(size=50)
    found = slopes((table.T @ table)[None], (table.T @ value)[None])[0]
    assert found == pytest.approx(np.linalg.lstsq(table, value, rcond=None)[0])
    assert slopes(np.zeros((1, 2, 2)), np.zeros((1, 2))).tolist() == [[0, 0]]


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="numbers"):
        covariates(np.array([np.nan]), np.ones(1), kind="total")
    with pytest.raises(ValueError, match="numbers"):
        covariates(np.ones(2), np.ones(1), kind="total")
