"""Known answers of rates and calibration."""

import pytest

from statera.encoders.training.discrimination import (
    Rate,
    calibration_error,
    rate,
    recall_at,
    reliability,
)


def test_recall_is_read_above_the_allowed_share_of_zeros() -> None:
    zeros = [n / 100 for n in range(100)]
    assert recall_at(0.01, [0.985, 0.98, 0.5], zeros) == Rate(1, 3)
    assert recall_at(0.05, [0.945, 0.94, 0.5], zeros) == Rate(1, 3)
    assert recall_at(0.0, [1.0, 0.99], zeros) == Rate(1, 2)
    assert recall_at(1.0, [0.0], zeros) == Rate(1, 1)


def test_rates_have_wilsons_interval() -> None:
    found = rate([0.85, 0.84, 0.9, 0.1], 0.85)
    assert found == Rate(2, 4)
    assert found.interval() == pytest.approx((0.15, 0.85), abs=0.01)
    assert Rate(0, 0).interval() == (0.0, 1.0)


def test_calibration_is_zero_where_predictions_come_true() -> None:
    bins = reliability([0.25] * 4 + [0.75] * 4, [1, 0, 0, 0, 1, 1, 1, 0], [1] * 8)
    assert calibration_error(bins) == pytest.approx(0)
    assert [one.weight for one in bins] == [0.5, 0.5]
    off = reliability([0.95, 1.0], [0, 0], [3, 1])
    assert calibration_error(off) == pytest.approx(0.9625)
