import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.stats.results import Items
from statera.stats.unpaired import independent_difference


def shares(right: int, count: int, first: int = 0) -> Items:
    values = [1.0] * right + [0.0] * (count - right)
    return Items(values, range(first, first + count), [0] * count, [1.0] * count)


@pytest.mark.parametrize(
    ("new", "old", "low", "high"),
    [
        # Newcombe 1998, Table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombes_table(
    new: tuple[int, int], old: tuple[int, int], low: float, high: float
) -> None:
    found = independent_difference(shares(*new), shares(*old))
    assert found.low == pytest.approx(low, abs=6e-5)
    assert found.high == pytest.approx(high, abs=6e-5)
    assert not found.paired
    assert "unpaired" in str(found)


@given(st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=40, deadline=None)
def test_swapping_the_runs_mirrors_everything(a: int, b: int) -> None:
    found = independent_difference(shares(a, 30), shares(b, 30))
    mirror = independent_difference(shares(b, 30), shares(a, 30))
    assert found.low is not None
    assert mirror.high is not None
    assert found.p is not None
    assert found.low == pytest.approx(-mirror.high)
    assert found.p == pytest.approx(mirror.p)
    assert found.low <= (a - b) / 30
    assert (found.p < 0.05) == (not found.low <= 0 <= (found.high or 0))


def test_coverage_is_near_its_level() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(300):
        new, old = rng.binomial(80, 0.8), rng.binomial(60, 0.6)
        found = independent_difference(shares(new, 80), shares(old, 60))
        covered += (found.low or 0) <= 0.2 <= (found.high or 0)
    assert covered / 300 == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / 300) ** 0.5)


def test_where_a_side_has_no_interval_there_is_none() -> None:
    few = Items([0.5, 0.25], [0, 0], [0, 0], [2.0, 2.0])
    found = independent_difference(few, shares(5, 10))
    assert (found.value, found.low, found.p) == (pytest.approx(-0.125), None, None)
    assert found.method == "fewer than 8 clusters"
    nothing = independent_difference(shares(0, 0), shares(5, 10))
    assert (nothing.value, nothing.p) == (None, None)


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="level"):
        independent_difference(shares(1, 2), shares(1, 2), level=1.0)
    with pytest.raises(ValueError, match="numbers"):
        independent_difference(Items([float("nan")], [0], [0], [1]), shares(1, 2))
