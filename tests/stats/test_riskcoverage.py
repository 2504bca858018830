import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.stats.confidence import answers_of
from statera.stats.riskcoverage import coverage_at_risk, curve_area, risk_coverage

Rows = list[tuple[float, bool]]
ROWS = st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.9]), st.booleans()), min_size=1, max_size=40)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_the_curve_by_hand() -> None:
    curve = risk_coverage([0.9, 0.8, 0.7, 0.6], [1, 1, 0, 1])
    assert curve.threshold.tolist() == [0.9, 0.8, 0.7, 0.6]
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert curve.risk.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 4])
    assert curve.area == pytest.approx((0 + 0 + 1 / 3 + 1 / 4) / 4)
    assert curve.coverage_at(0.0) == 0.5
    assert curve.coverage_at(0.25) == 1.0
    assert risk_coverage([0.9], [0]).coverage_at(0.5) == 0.0


def test_one_confidence_is_all_or_nothing() -> None:
    curve = risk_coverage([0.9] * 10, [1] * 7 + [0] * 3)
    assert (curve.coverage.tolist(), curve.risk.tolist()) == ([1.0], [pytest.approx(0.3)])
    assert curve.area == pytest.approx(0.3)
    assert curve.coverage_at(0.29) == 0.0


@given(ROWS)
def test_ties_are_the_mean_over_all_orders(rows: Rows) -> None:
    said, right = np.array([r[0] for r in rows]), np.array([r[1] for r in rows], float)
    draw, areas = rng(), []
    for _ in range(200):
        order = np.lexsort((draw.random(len(rows)), -said))
        areas.append(float(np.mean(np.cumsum(1 - right[order]) / np.arange(1, len(rows) + 1))))
    assert risk_coverage(said, right).area == pytest.approx(np.mean(areas), abs=0.06)


@given(ROWS)
def test_the_last_point_is_the_plain_error(rows: Rows) -> None:
    said, right = [r[0] for r in rows], [r[1] for r in rows]
    curve = risk_coverage(said, right)
    assert curve.coverage[-1] == 1.0
    assert curve.risk[-1] == pytest.approx(1 - np.mean(right))
    assert 0 <= curve.area <= 1


def test_intervals_hold_what_a_large_sample_says() -> None:
    draw = np.random.default_rng(7)
    large = draw.random(200_000)
    truth = risk_coverage(large, draw.random(200_000) < large)
    held = [0, 0]
    for seed in range(40):
        one = np.random.default_rng(seed)
        said = one.random(250)
        answers = answers_of(said, one.random(250) < said, range(250))
        area = curve_area(answers, rng=one, draws=300)
        cover = coverage_at_risk(answers, 0.2, rng=one, draws=300)
        for place, (found, value) in enumerate(
            ((area, truth.area), (cover, truth.coverage_at(0.2)))
        ):
            assert found.low is not None
            assert found.high is not None
            held[place] += found.low <= value <= found.high
    assert min(held) >= 34, held


def test_few_clusters_have_no_interval() -> None:
    answers = answers_of([0.9, 0.8, 0.7, 0.6], [1, 1, 0, 1], range(4))
    area = curve_area(answers, rng=rng())
    assert (area.low, area.method) == (None, "fewer than 40 clusters")
    assert coverage_at_risk(answers, 0.0, rng=rng()).value == 0.5
    assert curve_area(answers_of([], [], []), rng=rng()).value is None


def test_what_never_varies_has_no_interval() -> None:
    answers = answers_of([0.9] * 60, [1] * 60, range(60))
    for found in (curve_area(answers, rng=rng()), coverage_at_risk(answers, 0.1, rng=rng())):
        assert (found.low, found.method) == (None, "no spread between resamples")


def test_what_is_no_risk_is_refused() -> None:
    with pytest.raises(ValueError, match="a risk lies in"):
        coverage_at_risk(answers_of([0.5], [1], [0]), 1.5, rng=rng())
    with pytest.raises(ValueError, match="a curve needs answers"):
        risk_coverage([], [])


def test_what_may_be_chance_alone_does_not_cover() -> None:
    draws = rng()
    said = draws.choice([0.6, 0.7, 0.8, 0.9], 60)
    right = (draws.random(60) < 0.8).astype(float)
    found = coverage_at_risk(answers_of(said, right, range(60)), 0.1, rng=draws)
    assert found.low == 0.0
    sure = answers_of(np.repeat([0.9, 0.5], 100), np.repeat([1.0, 0.0], 100), range(200))
    found = coverage_at_risk(sure, 0.1, rng=draws)
    assert found.value == 0.5
    assert found.low is not None
    assert 0.4 < found.low < 0.5
