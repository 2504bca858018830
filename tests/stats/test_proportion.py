import pytest
from hypothesis import given
from hypothesis import strategies as some

from statera.stats.proportion import normal_quantile, student_quantile, wilson

Z = normal_quantile(0.95)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3 (score, uncorrected)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_intervals(right: int, n: int, low: float, high: float) -> None:
    found = wilson(right / n, n, Z)
    assert found == pytest.approx((low, high), abs=5e-5)


def test_quantiles_of_the_tables() -> None:
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=1e-6)
    assert student_quantile(0.95, 10) == pytest.approx(2.228139, abs=1e-6)


@given(some.integers(1, 5000), some.floats(0, 1))
def test_the_bounds_hold_the_share_and_shrink_with_n(n: int, share: float) -> None:
    low, high = wilson(share, n, Z)
    assert 0 <= low <= share <= high <= 1
    wider = wilson(share, n / 2, Z)
    assert high - low <= wider[1] - wider[0] + 1e-12
