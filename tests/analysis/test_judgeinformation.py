"""Which judges are void by people's labels, and which are not."""

import random
from collections.abc import Callable

import pytest

from statera.analysis.correction import arm, corrected
from statera.analysis.frame import Frame
from statera.analysis.judgednumber import judged_difference, judged_number
from statera.analysis.judgeinformation import informed, void_by_labels
from statera.analysis.standing import Standing
from statera.metrics.judged import JudgedGood, JudgedMean
from tests.analysis.test_correction import pairing
from tests.verdicts_made import judged_frame, measured_elsewhere, standing

MEAN, GOOD = JudgedMean(score="quality"), JudgedGood(score="quality")
NAMES = ("quality", "quality_good")


def frame(mode: str, *, labels: int = 200, size: int = 400, seed: int = 1) -> Frame:
    """Return replies of which people find 60 % good, under a judge of that mode."""
    draw = random.Random(seed)
    truth = [float(draw.random() < 0.6) for _ in range(size)]
    says: dict[str, Callable[[float], float]] = {
        "coin": lambda _: float(draw.random() < 0.8),
        "constant": lambda _: 1.0,
        "reversed": lambda good: 1.0 - good if draw.random() < 0.9 else good,
        "good": lambda good: good if draw.random() < 0.9 else 1.0 - good,
    }
    return judged_frame([says[mode](good) for good in truth], truth[:labels])


def void(made: Frame, name: str, behind: Standing) -> str:
    return void_by_labels((arm(made, name, behind, made.places()),), name, (behind,))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("drawn", [0.5, None])
@pytest.mark.parametrize("mode", ["coin", "constant", "reversed"])
def test_a_judge_at_chance_is_void_however_labels_were_drawn(
    mode: str, drawn: float | None, name: str
) -> None:
    made, behind = frame(mode), standing(drawn)
    assert void(made, name, behind).startswith("void: ")
    metric = MEAN if name == "quality" else GOOD
    assert judged_number(made, metric, behind).void == void(made, name, behind)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("drawn", [0.5, None])
def test_a_judge_that_tells_good_from_bad_is_not(drawn: float | None, name: str) -> None:
    made, behind = frame("good"), standing(drawn)
    assert void(made, name, behind) == ""
    assert corrected(made, name, behind).value is not None


def test_the_reason_says_what_labels_it_would_take_or_that_none_help() -> None:
    assert "no number of labels helps" in void(frame("reversed"), "quality", standing())
    assert "no number of labels helps" in void(frame("constant"), "quality", standing())
    few = frame("good", labels=40)
    lucky = judged_frame([1, 1, 0, 1, 0, 0, 1, 0] * 5, [1, 0, 0, 1, 0, 1, 1, 1] * 5)
    assert void(few, "quality", standing()) == ""
    why = void(lucky, "quality", standing())
    assert "labels would show that it is, if this is how good it is" in why
    assert "quality_people is what people alone say" in why


def test_a_coin_elsewhere_is_void_here_and_its_error_is_not_carried_over() -> None:
    bare = judged_frame([1.0, 0.0] * 100)
    coin = standing(labelled=None, elsewhere=(measured_elsewhere(counts=(50, 100, 50, 100)),))
    assert void(bare, "quality_good", coin).startswith("void: ")
    good = standing(labelled=None, elsewhere=(measured_elsewhere(counts=(90, 100, 85, 100)),))
    assert void(bare, "quality_good", good) == ""
    assert corrected(bare, "quality_good", good).transported


def test_labels_that_are_all_the_same_void_nothing_and_carry_nothing_over() -> None:
    made = judged_frame([1.0] * 95 + [0.0] * 5 + [1.0] * 100, [1.0] * 100)
    drawn, unknown = standing(0.5), standing(None)
    assert void(made, "quality", drawn) == void(made, "quality", unknown) == ""
    assert corrected(made, "quality", drawn).value is not None
    carried = corrected(made, "quality", unknown)
    assert carried.value is None
    assert "people gave all of the labelled replies the same label" in carried.method


def test_of_a_difference_each_run_must_show_it() -> None:
    good, coin = frame("good"), frame("coin", seed=2)
    rows = judged_difference(pairing(good, coin), MEAN, (standing(), standing(run="r0")))
    assert rows.void.startswith("void: ")
    sides = tuple(arm(made, "quality", standing(), made.places()) for made in (good, coin))
    assert void_by_labels(sides, "quality", (standing(), standing(run="r0"))).startswith("void: ")
    assert void_by_labels((sides[0], sides[0]), "quality", (standing(), standing(run="r0"))) == ""


def test_without_labels_nothing_is_known() -> None:
    made = frame("coin", labels=0)
    assert informed((arm(made, "quality", standing(labelled=None), made.places()),)) is None
    assert void(made, "quality", standing(labelled=None)) == ""


def test_a_correction_that_comes_second_says_what_was_refused() -> None:
    labels = [1.0] * 55 + [0.0] * 5
    verdicts = [1.0] * 52 + [0.0] * 3 + [0.0] * 4 + [1.0]
    made = judged_frame(verdicts + [1.0] * 100, labels)
    carried = corrected(made, "quality", standing(None))
    assert carried.value is not None
    assert carried.refused.startswith("Rogan-Gladen: 55 positive and 5 negative labels")
