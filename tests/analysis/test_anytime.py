import random

import pytest

from statera.analysis.anytime import MIXED, NO_MACRO, anytime_difference, anytime_estimate
from statera.analysis.frame import Early, frames
from statera.analysis.measure import estimates
from statera.analysis.pairing import Pairing
from statera.records.scores import Outcome
from statera.stats.paired import difference
from tests.analysis.made import METRICS, frame, rows


def outcomes(count: int, rate: float, seed: int) -> list[tuple[str, str, list[Outcome]]]:
    drawn = random.Random(seed)
    return [(str(i), "a", ["right" if drawn.random() < rate else "wrong"]) for i in range(count)]


def test_an_interval_that_holds_at_any_time_is_wider_and_names_itself() -> None:
    found = frame(outcomes(400, 0.8, 1))
    plain = METRICS[0].estimate(found.items("accuracy"))
    any_time = anytime_estimate(found, METRICS[0], None)
    assert any_time.value == plain.value
    assert None not in (any_time.low, any_time.high, plain.low, plain.high)
    assert any_time.low < plain.low < plain.high < any_time.high  # type: ignore[operator]
    assert "confidence sequence" in any_time.method
    macro = anytime_estimate(found, METRICS[2], None)
    assert (macro.value, macro.low, macro.method) == (plain.value, None, NO_MACRO)


def test_it_covers_the_truth_when_one_stops_as_soon_as_it_seems_proved() -> None:
    wrong = {"any time": 0, "fixed": 0}
    for seed in range(40):
        drawn = outcomes(300, 0.5, seed)
        stopped = {"any time": False, "fixed": False}
        for size in range(50, 301, 50):
            found = frame(drawn[:size])
            fixed = METRICS[0].estimate(found.items("accuracy"))
            any_time = anytime_estimate(found, METRICS[0], None)
            for name, estimate in (("any time", any_time), ("fixed", fixed)):
                low, high = estimate.low, estimate.high
                assert low is not None
                assert high is not None
                stopped[name] = stopped[name] or not low <= 0.5 <= high
        for name, missed in stopped.items():
            wrong[name] += missed
    assert wrong["any time"] <= 4  # 5 % of 40, and 2 Monte Carlo errors
    assert wrong["fixed"] > 4


def test_a_difference_that_holds_at_any_time() -> None:
    both = Pairing.of(frame(outcomes(500, 0.9, 1)), frame(outcomes(500, 0.6, 2)))
    pairs = both.pairs("accuracy")
    fixed = difference(pairs, level=0.95)
    found = anytime_difference(pairs, fixed, order="seeded")
    assert found.value == fixed.value
    assert None not in (found.low, found.high, found.p, fixed.low, fixed.p)
    assert 0 < found.low < fixed.low  # type: ignore[operator]
    assert fixed.p < found.p < 0.05  # type: ignore[operator]
    nothing = both.pairs("accuracy", "none")
    assert anytime_difference(nothing, difference(nothing), order="seeded").low is None
    mixed = anytime_difference(pairs, fixed, order="mixed")
    assert (mixed.value, mixed.low, mixed.p, mixed.method) == (fixed.value, None, None, MIXED)


@pytest.mark.parametrize("early", ["", "seeded"])
def test_the_table_of_a_run_that_stopped_early_has_such_intervals(early: Early) -> None:
    drawn = rows(outcomes(100, 0.5, 3))
    (found,) = frames(drawn, {"t": METRICS[:1]}, early=early)
    assert {"confidence sequence" in row.method for row in estimates(found)} == {bool(early)}
