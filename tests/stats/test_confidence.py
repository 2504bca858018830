import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.stats.confidence import (
    answers_of,
    brier_split,
    calibration_error,
    equal_mass,
    overconfidence,
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_bins_hold_equally_many_and_ties_stay_together() -> None:
    places = equal_mass(np.linspace(0, 1, 100), 10)
    assert np.bincount(places).tolist() == [10] * 10
    tied = np.repeat([0.5, 0.9, 1.0], [10, 80, 10])
    places = equal_mass(tied, 10)
    assert [len(set(places[tied == value])) for value in (0.5, 0.9, 1.0)] == [1, 1, 1]
    assert equal_mass(tied[::-1], 10).tolist() == places[::-1].tolist()
    assert len(equal_mass(np.zeros(0))) == 0


def test_the_calibration_error_by_hand() -> None:
    said = np.repeat([0.6, 0.9], 500)
    right = np.concatenate([np.tile([1, 0, 1, 0, 1], 100), np.tile([1, 0, 1, 0, 1], 100)])
    found = calibration_error(answers_of(said, right, range(1000)), rng=rng())
    assert found.raw == pytest.approx(0.5 * 0.3)
    assert found.rms == pytest.approx((0.5 * 0.3**2) ** 0.5)
    assert found.bins == 2
    assert found.estimate.value == pytest.approx(0.15 - found.chance)
    # a bin of 500 at 0.6 strays by sqrt(2 / pi * 0.24 / 500) in the mean, one at 0.9 by less
    strays = [(2 / np.pi * p * (1 - p) / 500) ** 0.5 for p in (0.6, 0.9)]
    assert found.chance == pytest.approx(sum(strays) / 2, rel=0.05)


def test_below_300_answers_only_what_chance_was_taken_off_is_given() -> None:
    said = np.full(200, 0.8)
    right = np.arange(200) % 5 > 0
    found = calibration_error(answers_of(said, right, range(200)), rng=rng())
    assert found.raw is None
    assert found.estimate.value is not None
    assert found.estimate.value < 0


@pytest.mark.parametrize(("says", "is_right"), [(0.9, 0.6), (0.7, 0.7), (0.5, 0.8)])
def test_intervals_hold_what_is_true(says: float, is_right: float) -> None:
    held = {"error": 0, "reliability": 0, "gap": 0}
    for seed in range(40):
        draw = rng(seed)
        answers = answers_of(np.full(150, says), draw.random(150) < is_right, range(150))
        error = calibration_error(answers, rng=draw, draws=300).estimate
        split = brier_split(answers, rng=draw, draws=300)
        gap = overconfidence(answers)
        assert split is not None
        gone = abs(says - is_right)
        for name, found, truth in (
            ("error", error, gone),
            ("reliability", split.reliability, gone**2),
            ("gap", gap, says - is_right),
        ):
            assert found.low is not None
            assert found.high is not None
            held[name] += found.low <= truth <= found.high
    assert min(held.values()) >= 34, held


def test_a_calibrated_model_has_no_error_in_the_mean() -> None:
    values = []
    for seed in range(60):
        draw = rng(seed)
        said = draw.choice([0.5, 0.7, 0.9, 0.95, 1.0], 120)
        answers = answers_of(said, draw.random(120) < said, range(120))
        values.append(calibration_error(answers, rng=draw, draws=200).estimate.value)
    assert abs(np.mean([v for v in values if v is not None])) < 0.005


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.1, 0.35, 0.5, 0.9, 1.0]), st.booleans()),
        min_size=1,
        max_size=60,
    )
)
def test_the_split_adds_up(rows: list[tuple[float, bool]]) -> None:
    said, right = zip(*rows, strict=True)
    split = brier_split(answers_of(said, right, range(len(rows))), rng=rng(), draws=10)
    assert split is not None
    parts = split.reliability.value, split.resolution.value, split.uncertainty.value
    assert None not in parts
    total = float(parts[0] or 0) - float(parts[1] or 0) + float(parts[2] or 0) + split.within
    assert total == pytest.approx(split.brier.value)
    assert split.within == 0.0


def test_more_confidences_than_bins_leave_a_rest_within_them() -> None:
    draw = rng(1)
    said = draw.random(500)
    right = draw.random(500) < said
    split = brier_split(answers_of(said, right, range(500)), rng=draw, draws=50)
    assert split is not None
    assert split.within != 0.0
    assert abs(split.within) < 0.01
    assert split.resolution.value == pytest.approx(1 / 12, abs=0.02)


def test_the_split_by_hand() -> None:
    split = brier_split(
        answers_of([0.5] * 4 + [1.0] * 4, [1, 1, 0, 0, 1, 1, 1, 0], range(8)), rng=rng()
    )
    assert split is not None
    assert split.brier.value == pytest.approx((4 * 0.25 + 1) / 8)
    assert split.reliability.value == pytest.approx(0.5 * 0.25**2)
    assert split.resolution.value == pytest.approx(0.125**2)
    assert split.uncertainty.value == pytest.approx(0.625 * 0.375)
    assert split.reliability.low is None
    assert split.reliability.method == "fewer than 40 clusters"


def test_what_never_varies_has_no_interval() -> None:
    answers = answers_of([0.9] * 60, [1] * 60, range(60))
    split = brier_split(answers, rng=rng())
    assert split is not None
    for found in (
        split.reliability,
        split.resolution,
        calibration_error(answers, rng=rng()).estimate,
    ):
        assert (found.low, found.method) == (None, "no spread between resamples")


def test_items_of_one_cluster_count_as_one() -> None:
    said, right = np.full(400, 0.9), np.arange(400) // 100 % 2
    alone = calibration_error(answers_of(said, right, range(400)), rng=rng()).estimate
    bound = calibration_error(answers_of(said, right, np.arange(400) // 100), rng=rng()).estimate
    assert alone.low is not None
    assert (bound.low, bound.clusters) == (None, 4)


def test_what_is_no_confidence_is_refused() -> None:
    for said, right, clusters in (([1.2], [1], [0]), ([0.5], [2], [0]), ([0.5, 0.5], [1], [0])):
        with pytest.raises(ValueError, match="confidence"):
            answers_of(said, right, clusters)
    empty = answers_of([], [], [])
    assert brier_split(empty, rng=rng()) is None
    assert calibration_error(empty, rng=rng()).estimate.value is None
    assert overconfidence(empty).value is None


def test_reliability_of_what_is_calibrated_may_be_nothing() -> None:
    draws, clear = rng(11), 0
    for _ in range(40):
        said = draws.choice([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99], 60)
        right = (draws.random(60) < said).astype(float)
        split = brier_split(answers_of(said, right, range(60)), rng=draws, draws=300)
        assert split is not None
        assert split.reliability.low is not None
        clear += split.reliability.low > 0
    assert clear <= 3
