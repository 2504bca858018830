from collections.abc import Callable

import numpy as np
import pytest

from statera.stats.labelplan import (
    Labelling,
    correlation_interval,
    half_width,
    labelling,
    labelling_of_difference,
    needed_for_power,
    needed_for_width,
    power,
    supposed,
)
from statera.stats.ppi import Judged, prediction_powered

KNOWN = Labelling(variance=0.1, explained=0.6, items=1000)


def drawn(
    rng: np.random.Generator, labels: int, *, items: int = 600, correlation: float = 0.7
) -> Judged:
    """Return normal verdicts and labels of that correlation, mean 0; so many labels are seen."""
    verdicts = rng.standard_normal(items)
    said = correlation * verdicts + np.sqrt(1 - correlation**2) * rng.standard_normal(items)
    seen = [float(y) if i < labels else None for i, y in enumerate(said)]
    return Judged(verdicts.tolist(), seen, [labels / items] * items)


def test_the_variance_is_that_of_double_sampling() -> None:
    """By hand: 0.1 / 100 * (1 - 0.9 * 0.6) = 0.00046."""
    assert KNOWN.error(100) ** 2 == pytest.approx(0.00046)
    assert KNOWN.alone.error(100) ** 2 == pytest.approx(0.001)
    assert KNOWN.error(1000) == KNOWN.alone.error(1000)  # with a label each, the judge adds nothing


def test_the_half_width_by_hand() -> None:
    """t(99) is 1.984217 at 95 %."""
    assert half_width(KNOWN, 100) == pytest.approx(1.984217 * 0.00046**0.5, rel=1e-6)
    assert half_width(KNOWN, 1) == float("inf")


def test_the_fewest_labels_for_a_width() -> None:
    found = needed_for_width(KNOWN, 0.04)
    assert (found.labels, found.alone) == (116, 243)
    assert half_width(KNOWN, 116) <= 0.04 < half_width(KNOWN, 115)
    assert str(found).startswith("116 labels of 1,000 items (half-width 0.0399)")


def test_more_than_there_are_items_is_none() -> None:
    found = needed_for_width(KNOWN, 0.01)
    assert (found.labels, found.alone) == (None, None)
    assert str(found) == "more items than 1,000: labels of all reach a half-width 0.0196"


def test_never_fewer_than_a_t_interval_takes() -> None:
    assert needed_for_width(KNOWN, 0.5).labels == 30
    assert needed_for_width(KNOWN._replace(effect=10.0), 0.5).labels == 80  # 8 clusters


def test_clusters_take_more_labels() -> None:
    once, twice = (
        needed_for_width(KNOWN._replace(effect=effect), 0.04).labels for effect in (1.0, 2.0)
    )
    assert once is not None
    assert twice is not None
    assert twice > 1.8 * once


def test_labels_for_a_rule_of_a_gate() -> None:
    """Normal: (1.645 + 0.842)^2 * 0.0471 / 0.05^2 = 117, with the spread of 119 labels 0.0471."""
    found = needed_for_power(KNOWN, 0.05)
    assert found.labels == pytest.approx(119, abs=2)
    assert (
        power(KNOWN, found.labels or 0, 0.05) >= 0.8 > power(KNOWN, (found.labels or 0) - 1, 0.05)
    )
    assert found.alone == pytest.approx(249, abs=3)
    assert needed_for_power(KNOWN, 0.005).labels is None
    assert power(KNOWN, 1, 0.05) == 0


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: needed_for_width(KNOWN, 0.0), "a half-width lies above 0"),
        (lambda: needed_for_width(KNOWN, float("nan")), "a half-width lies above 0"),
        (lambda: needed_for_width(KNOWN, 0.1, level=1.0), "level lies between 0 and 1"),
        (lambda: needed_for_power(KNOWN, -0.1), "is not beyond the limit"),
        (lambda: needed_for_power(KNOWN, 0.1, wished=1.0), "power lies between 0 and 1"),
        (lambda: supposed([0.0, 1.0], correlation=1.2), "a correlation lies between"),
    ],
)
def test_what_is_no_plan_is_refused(act: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        act()


def test_a_pilot_tells_what_was_planted() -> None:
    known = labelling(drawn(np.random.default_rng(0), 4000, items=5000))
    assert known is not None
    assert known.variance == pytest.approx(1.0, rel=0.05)
    assert known.explained == pytest.approx(0.49, abs=0.03)
    assert (known.items, known.labels, known.effect) == (5000, 4000, 1.0)


def test_a_judge_of_chance_explains_nothing_on_the_mean() -> None:
    found = [labelling(drawn(np.random.default_rng(s), 40, correlation=0.0)) for s in range(200)]
    assert np.mean([one.explained for one in found if one]) < 0.03


def test_a_tuning_above_1_is_held_there() -> None:
    """Labels of twice the verdict: tuning 1 explains 3 quarters, not all."""
    verdicts = [0.0, 1.0, 2.0, 3.0] * 10
    known = labelling(Judged(verdicts, [2 * v for v in verdicts], [1.0] * 40))
    assert known is not None
    assert known.explained == pytest.approx(0.75, abs=0.01)


def test_too_few_labels_tell_nothing() -> None:
    assert labelling(Judged([0.0, 1.0, 1.0], [0.0, 1.0, None], [0.5] * 3)) is None
    assert labelling(Judged([0.0, 1.0] * 3, [1.0] * 6, [0.5] * 6)) is None
    assert supposed([0.5]) is None
    assert supposed([0.5, 0.5]) is None


def test_planned_half_widths_come_out() -> None:
    rng = np.random.default_rng(7)
    pilot = labelling(drawn(rng, 300))
    assert pilot is not None
    needed = needed_for_width(pilot, 0.12)
    assert needed.labels is not None
    widths = []
    for _ in range(60):
        found = prediction_powered(drawn(rng, needed.labels))
        assert found.low is not None
        assert found.high is not None
        widths.append((found.high - found.low) / 2)
    assert np.mean(widths) == pytest.approx(0.12, rel=0.08)


def test_planned_power_comes_out() -> None:
    rng = np.random.default_rng(11)
    known = Labelling(variance=1.0, explained=0.49, items=600)
    labels = needed_for_power(known, 0.2).labels
    assert labels is not None
    shown = [
        float(prediction_powered(drawn(rng, labels), level=0.9).low or 0) > -0.2 for _ in range(400)
    ]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.05)


def test_a_difference_is_planned_from_items_with_labels_on_both_sides() -> None:
    rng = np.random.default_rng(3)
    truth = rng.standard_normal((2, 800))
    sides = [
        Judged(
            (0.8 * truth[k] + 0.6 * rng.standard_normal(800)).tolist(),
            [float(y) if i < 700 else None for i, y in enumerate(truth[k])],
            [0.875] * 800,
        )
        for k in (0, 1)
    ]
    known = labelling_of_difference(sides[0], sides[1])
    assert known is not None
    assert known.variance == pytest.approx(2.0, rel=0.1)
    assert known.explained == pytest.approx(0.64, abs=0.05)
    nobody = sides[1]._replace(labels=[None] * 800)
    assert labelling_of_difference(sides[0], nobody) is None


def test_without_labels_they_are_supposed_to_vary_as_verdicts_do() -> None:
    known = supposed([0.0, 1.0] * 50, clusters=[i // 2 for i in range(100)], correlation=0.6)
    assert known is not None
    assert known.variance == pytest.approx(25 / 99)
    assert known.explained == pytest.approx(0.36)
    assert (known.items, known.labels) == (100, 0)
    tied = supposed([0.0, 0.0, 1.0, 1.0] * 25, clusters=[i // 2 for i in range(100)])
    assert tied is not None
    assert tied.effect == pytest.approx(2.0)


def test_a_judge_that_is_seldom_wrong_needs_labels_enough_to_see_it_err() -> None:
    """Of n labels of which one in ten disagrees at least 5 do with 90 %: n is 78."""
    assert KNOWN._replace(scarce=0.1).least == 78
    assert KNOWN._replace(scarce=0.1).alone.least == 30
    few = needed_for_width(KNOWN._replace(scarce=0.001), 0.2)
    assert few.labels is None
    assert str(few) == "1,000 items are too few: labels would differ from the judge too seldom"


def test_what_is_scarce_is_told_by_the_pilot() -> None:
    verdicts = [0.0, 1.0] * 50
    labels = [1.0 - v if i < 10 else v for i, v in enumerate(verdicts)]
    known = labelling(Judged(verdicts, labels, [1.0] * 100))
    assert known is not None
    assert known.scarce == pytest.approx(11 / 102)


def test_the_correlation_has_an_interval_that_covers() -> None:
    rng, covered = np.random.default_rng(0), 0
    for _ in range(150):
        found = correlation_interval(drawn(rng, 60), rng=rng, draws=300)
        assert found is not None
        covered += found[0] <= 0.7 <= found[1]
    assert covered / 150 > 0.88


def test_a_correlation_without_spread_has_none() -> None:
    rng = np.random.default_rng(0)
    assert correlation_interval(Judged([1.0] * 40, [1.0, 0.0] * 20, [1.0] * 40), rng=rng) is None
    assert correlation_interval(Judged([1.0, 0.0], [1.0, None], [0.5] * 2), rng=rng) is None
