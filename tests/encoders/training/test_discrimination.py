"""Known answers of area, rates and calibration; properties of the area."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.encoders.training.discrimination import (
    Rate,
    area,
    calibration_error,
    rate,
    recall_at,
    reliability,
)

SCORES = st.lists(st.integers(0, 8).map(lambda n: n / 8), min_size=1, max_size=12)


@given(SCORES, SCORES)
def test_the_area_is_the_share_of_pairs_in_order(ones: list[float], zeros: list[float]) -> None:
    pairs = [(a > b) + (a == b) / 2 for a in ones for b in zeros]
    found = area(ones, zeros)
    assert found.value == pytest.approx(sum(pairs) / len(pairs))
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1


def test_delongs_interval_covers() -> None:
    draw = np.random.default_rng(0)
    truth, hits = 0.7602, 0
    for _ in range(400):
        found = area(draw.normal(1, 1, 60), draw.normal(0, 1, 80))
        hits += found.low <= truth <= found.high
    assert 0.92 <= hits / 400 <= 0.98


def test_nothing_out_of_order_still_has_an_interval() -> None:
    found = area([0.9] * 10, [0.1] * 30)
    assert found.value == 1
    assert 0.6 < found.low < 1
    with pytest.raises(ValueError, match="ones and zeros"):
        area([], [0.1])


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
