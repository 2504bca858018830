import numpy as np
import pytest

from statera.stats.bounded import moments_before, possible, scaled


def test_moments_know_only_what_came_before() -> None:
    values = np.array([1.0, 0.0, 1.0])
    found = moments_before(values)
    assert found.means == pytest.approx([0.5, 1.5 / 2, 1.5 / 3])
    second = (0.25 + (1 - 0.75) ** 2) / 2
    assert found.variances == pytest.approx([0.25, second, (2 * second + 0.25) / 3])
    assert len(moments_before(np.empty(0)).means) == 0


def test_what_is_left_can_be_all_wrong_or_all_right() -> None:
    found = possible(np.array([1.0, 0.0]), 4)
    assert found.lower == pytest.approx([0.25, 0.25])
    assert found.upper == pytest.approx([1.0, 0.75])


def test_scales_and_refuses() -> None:
    assert scaled([-1, 0, 1], 0.05, support=(-1, 1), population=3) == pytest.approx([0, 0.5, 1])
    for values, alpha, population in (([2.0], 0.05, None), ([0.0], 0.0, None), ([0, 0], 0.05, 1)):
        with pytest.raises(ValueError, match=r"values|alpha"):
            scaled(values, alpha, support=(-1, 1), population=population)
