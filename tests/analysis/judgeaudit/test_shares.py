import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from statera.analysis.judgeaudit.shares import share, shares
from statera.stats.betting import betting_bounds
from statera.stats.means import mean
from statera.stats.results import Items


def names(count: int) -> list[str]:
    return [f"q{i}" for i in range(count)]


def test_where_the_mean_has_an_interval_it_is_that() -> None:
    items = Items([0.0, 0.5, 1.0] * 5, names(15), [0] * 15, [1.0] * 15)
    assert share(items) == mean(items)


def test_values_that_are_all_the_same_have_an_interval_too() -> None:
    found = shares([0.5] * 20, names(20))
    assert found.value == 0.5
    assert found.low is not None
    assert found.high is not None
    bounds = betting_bounds([0.5] * 20, 0.5, alpha=0.025)
    assert (found.low, found.high) == (bounds.lower, bounds.upper)
    assert 0.4 < found.low < 0.41
    assert found.method == "no spread between clusters: betting"


def test_few_values_that_differ_have_exact_bounds() -> None:
    found = shares([0.0, 0.5, 0.5, 1.0], names(4))
    assert found.value == 0.5
    assert found.low is not None
    assert found.method == "fewer than 8 clusters: betting"


@pytest.mark.parametrize(
    ("values", "units"),
    [([0.5], ["a"]), ([], []), ([1.0, 1.0, 0.0, 0.5, 0.5], list("aabcd"))],
)
def test_without_a_valid_interval_there_is_none(values: list[float], units: list[str]) -> None:
    found = shares(values, units)
    assert (found.low, found.high) == (None, None)
    assert found.method


@settings(max_examples=20)
@given(some.lists(some.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=2, max_size=30))
def test_an_interval_holds_the_value_and_turning_the_scale_turns_it(values: list[float]) -> None:
    found = shares(values, names(len(values)))
    turned = shares([1 - value for value in values], names(len(values)))
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= np.mean(values) <= found.high <= 1
    assert turned.low == pytest.approx(1 - found.high, abs=1e-6)


def test_few_graded_values_are_covered() -> None:
    rng, held, trials = np.random.default_rng(3), 0, 100
    for _ in range(trials):
        found = shares(list(rng.choice([0.0, 0.5, 1.0], 6, p=[0.1, 0.6, 0.3])), names(6))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.6 <= found.high
    assert held / trials >= 0.95
