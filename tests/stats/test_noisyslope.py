import numpy as np
import pytest

from statera.stats.noisyslope import noisy_slope, sign_agreement


def _experiments(seed: int, slope: float, count: int = 9) -> tuple[np.ndarray, ...]:
    draw = np.random.default_rng(seed)
    true = draw.normal(0, 0.04, count)
    x_error, y_error = np.full(count, 0.02), np.full(count, 0.005)
    x = true + draw.normal(0, 0.02, count)
    y = 0.01 + slope * true + draw.normal(0, 0.005, count)
    return x, x_error, y, y_error


def test_a_line_without_errors_is_found_whole() -> None:
    x = np.arange(8.0)
    found = noisy_slope(x, np.full(8, 1e-3), 3 - 2 * x, np.full(8, 1e-3))
    assert found.value == pytest.approx(-2, abs=1e-3)
    assert found.low is not None
    assert found.high is not None
    assert found.low < -2 < found.high
    assert found.high - found.low < 0.02
    assert found.n == 8


def test_errors_of_x_do_not_shrink_the_slope_as_ordinary_regression_does() -> None:
    found, ordinary, covered = [], [], 0
    for seed in range(8):
        x, x_error, y, y_error = _experiments(seed, 0.8, count=16)
        one = noisy_slope(x, x_error, y, y_error)
        assert one.value is not None
        found.append(one.value)
        ordinary.append(np.polyfit(x, y, 1)[0])
        low = -np.inf if one.low is None else one.low
        high = np.inf if one.high is None else one.high
        covered += low <= 0.8 <= high
    assert np.median(ordinary) < 0.72
    assert 0.7 < np.median(found) < 0.95
    assert covered >= 6  # P(< 6 of 8 at 95 %) = 0.006


def test_units_do_not_matter() -> None:
    x, x_error, y, y_error = _experiments(3, 0.5)
    one = noisy_slope(x, x_error, y, y_error)
    other = noisy_slope(100 * x, 100 * x_error, y, y_error)
    assert one.value is not None
    assert other.value is not None
    assert one.value == pytest.approx(100 * other.value, rel=0.01)


def test_few_experiments_give_no_slope_and_noise_gives_no_bound() -> None:
    few = noisy_slope(*[part[:4] for part in _experiments(1, 0.5)])
    assert few.value is None
    assert "5 are needed" in few.method
    draw = np.random.default_rng(5)
    noise = noisy_slope(
        draw.normal(0, 1, 6), np.full(6, 1.0), draw.normal(0, 1, 6), np.full(6, 1.0)
    )
    assert noise.low is None or noise.high is None or noise.low < 0 < noise.high


def test_signs_agree_as_often_as_counted() -> None:
    found = sign_agreement(np.array([1.0, 2, -1, 3, 0]), np.array([1.0, -2, -1, 3, 1]))
    assert found.value == pytest.approx(0.6)
    assert found.low == pytest.approx(0.1466, abs=1e-4)
    assert found.high == pytest.approx(0.9473, abs=1e-4)
    assert sign_agreement(np.array([]), np.array([])).value is None
