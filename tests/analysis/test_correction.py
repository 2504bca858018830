"""Judged numbers by people's labels: which correction, when, and what it says."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pytest

from statera.analysis.correction import (
    NEITHER,
    NO_LABELS,
    NO_YES_OR_NO,
    ONE_SIDE,
    OTHER_JUDGE,
    SILENT,
    arm,
    chances,
    corrected,
    corrected_difference,
    metric_error,
    own_error,
)
from statera.analysis.frame import Frame
from statera.analysis.pairing import Pairing
from statera.analysis.standing import Standing
from statera.records.labels import Labelled
from statera.stats.corrected import Corrected
from statera.stats.ppi import Judged, prediction_powered
from statera.stats.ppipaired import paired_powered
from statera.stats.rogangladen import Accuracy, rogan_gladen
from tests.verdicts_made import (
    EMPTY,
    JUDGED,
    OWN,
    judged_frame,
    measured_elsewhere,
    standing,
)

COUNTS = (90, 100, 95, 100)


def replies(
    size: int = 200, labels: int = 100, *, seed: int = 0, favour: float = 0.2
) -> tuple[list[float | None], list[float | None]]:
    """Return verdicts of a lenient judge on replies of which half are good, and some labels."""
    rng = np.random.default_rng(seed)
    truth = rng.random(size) < 0.5
    seen = truth | (rng.random(size) < favour)
    drawn = set(rng.choice(size, labels, replace=False).tolist()) if labels else set()
    known = [float(y) if i in drawn else None for i, y in enumerate(truth)]
    return [float(x) for x in seen], known


def values(found: Sequence[float | None]) -> list[float]:
    return [x for x in found if x is not None]


def test_labels_of_a_known_draw_give_ppi() -> None:
    verdicts, labels = replies()
    told = corrected(judged_frame(verdicts, labels), "quality", standing(0.5))
    assert told == prediction_powered(Judged(values(verdicts), labels, [0.5] * 200))
    assert not told.transported
    assert told.raw == pytest.approx(np.mean(values(verdicts)))
    assert told.value is not None
    assert told.value < (told.raw or 0)


def test_the_share_that_is_good_is_corrected_by_the_same_labels() -> None:
    verdicts, labels = replies()
    told = corrected(judged_frame(verdicts, labels), "quality_good", standing(0.5))
    assert told.value == corrected(judged_frame(verdicts, labels), "quality", standing(0.5)).value


def test_where_every_item_has_a_label_nobody_has_to_say_how_they_were_drawn() -> None:
    verdicts, labels = replies(labels=200)
    told = corrected(judged_frame(verdicts, labels), "quality", standing(None))
    assert told.value == pytest.approx(np.mean(values(labels)))
    assert not told.transported


def test_labels_of_an_unknown_draw_are_transported_by_rogan_gladen() -> None:
    verdicts, labels = replies()
    told = corrected(judged_frame(verdicts, labels), "quality", standing(None))
    pairs = [(v, y) for v, y in zip(verdicts, labels, strict=True) if y is not None]
    good, bad = ([v for v, y in pairs if y == truth] for truth in (1, 0))
    known = Accuracy(sum(v == 1 for v in good), len(good), sum(v == 0 for v in bad), len(bad))
    seen = int(sum(values(verdicts)))
    assert told == rogan_gladen(seen, 200, known, transported=True)


def test_no_error_of_a_judge_near_chance_is_carried_over() -> None:
    rng = np.random.default_rng(1)
    verdicts, labels = ([float(x) for x in rng.random(200) < 0.5] for _ in "ab")
    told = corrected(judged_frame(verdicts, labels[:150]), "quality", standing(None))
    assert told.value is None
    assert "not shown to be better than a coin" in told.method


def test_what_was_measured_elsewhere_is_carried_over_and_marked() -> None:
    verdicts, _ = replies(labels=0)
    known = measured_elsewhere(error=-0.1)
    told = corrected(judged_frame(verdicts), "quality", standing(labelled=None, elsewhere=(known,)))
    assert told.value == pytest.approx((told.raw or 0) - 0.1)
    assert told.transported
    accurate = measured_elsewhere(counts=COUNTS)
    behind = standing(labelled=None, elsewhere=(accurate,))
    told = corrected(judged_frame(verdicts), "quality_good", behind)
    assert told.method.startswith("Rogan-Gladen")
    assert told.transported


def test_the_same_task_and_the_newest_are_nearest() -> None:
    verdicts, _ = replies(labels=0)
    here, later = measured_elsewhere(error=-0.1), measured_elsewhere(error=-0.2)
    away = type(here)(**{k: getattr(here, k) for k in here.__struct_fields__} | {"task": "u"})
    behind = standing(labelled=None, elsewhere=(here, later, away))
    told = corrected(judged_frame(verdicts), "quality", behind)
    assert told.value == pytest.approx((told.raw or 0) - 0.2)


def test_too_few_labels_here_leave_what_is_known_elsewhere() -> None:
    verdicts, labels = replies(labels=20)
    told = corrected(judged_frame(verdicts, labels), "quality", standing(0.1))
    assert (told.value, told.method) == (None, "20 labels, at least 30 are needed")
    behind = standing(0.1, elsewhere=(measured_elsewhere(),))
    told = corrected(judged_frame(verdicts, labels), "quality", behind)
    assert told.value is not None
    assert told.transported


def test_nothing_known_is_no_correction() -> None:
    verdicts, _ = replies(labels=0)
    told = corrected(judged_frame(verdicts), "quality", standing(labelled=None))
    assert (told.value, told.method, told.labels) == (None, NO_LABELS, 0)
    assert told.raw == pytest.approx(np.mean(values(verdicts)))
    assert corrected(judged_frame([None] * 5), "quality", standing()).raw is None


def test_people_whose_scores_the_run_lost_are_no_labels() -> None:
    frame = judged_frame([1.0, 0.0] * 50, metrics=(*OWN, *JUDGED))
    assert corrected(frame, "quality", standing()).method == NO_LABELS


def test_an_item_without_a_verdict_is_left_out_with_its_label() -> None:
    verdicts, labels = replies()
    verdicts[0], labels[0] = None, 1.0
    told = corrected(judged_frame(verdicts, labels), "quality", standing(0.5))
    assert told.n == 199


def test_items_of_one_cluster_count_once() -> None:
    verdicts, labels = replies(labels=200)
    units = [f"u{i // 2}" for i in range(200)]
    told = corrected(judged_frame(verdicts, labels, units=units), "quality", standing(0.5))
    assert (told.n, told.clusters) == (200, 100)


def with_empty(empty: int = 20, **more: Any) -> tuple[Frame, Standing]:
    """Return a judged run some of whose replies are empty: known to be no good, and not drawn."""
    verdicts, labels = replies()
    gone = [EMPTY] * empty
    return judged_frame([*verdicts, *gone], [*labels, *gone]), standing(**more)


def test_an_error_that_is_carried_over_is_none_of_empty_replies() -> None:
    counts = (90, 100, 80, 100)
    elsewhere: dict[str, Any] = {
        "labelled": None,
        "elsewhere": (measured_elsewhere(counts=counts),),
    }
    half = [1.0] * 124 + [0.0] * 76
    whole = corrected(judged_frame(half), "quality_good", standing(**elsewhere))
    frame = judged_frame([*half, *[EMPTY] * 200])
    told = corrected(frame, "quality_good", standing(**elsewhere))
    assert told.transported
    assert (told.n, told.raw) == (400, 0.31)
    assert told.value == pytest.approx((whole.value or 0) / 2)
    assert (told.value or 0) == pytest.approx(0.3)
    sides = (standing(**elsewhere), standing(run="r0", **elsewhere))
    gap = corrected_difference(Pairing.of(frame, judged_frame(half * 2)), "quality_good", sides)
    assert (gap.value, gap.method) == (None, SILENT)


def test_an_empty_reply_is_known_to_be_no_good_without_a_label() -> None:
    told = corrected(with_empty()[0], "quality_good", standing(0.5))
    verdicts, labels = replies()
    chance = [0.5] * 200 + [1.0] * 20
    known = Judged([*values(verdicts), *[0.0] * 20], [*labels, *[0.0] * 20], chance)
    assert told == msgspec.structs.replace(prediction_powered(known), labels=100)
    assert told.n == 220
    plain = corrected(with_empty()[0], "quality", standing(0.5))
    assert plain.n == 200  # a mean of grades is over the replies that have one


def test_an_empty_reply_tells_nothing_of_the_judge() -> None:
    frame, behind = with_empty(probability=0.5)
    found = own_error(arm(frame, "quality_good", behind, frame.places()))
    bare = judged_frame(*replies())
    alone = own_error(arm(bare, "quality_good", behind, bare.places()))
    assert found is not None
    assert found == alone
    assert found.counts is not None


def test_empty_replies_do_not_hide_how_the_others_were_drawn() -> None:
    names = {f"q{i}": 0.5 for i, y in enumerate(replies()[1]) if y is not None}
    labelled = Labelled(of="quality", probabilities={"t": names})
    told = corrected(with_empty()[0], "quality_good", standing(labelled=labelled))
    assert not told.transported
    unknown = corrected(with_empty()[0], "quality_good", standing(None))
    assert unknown.transported
    assert unknown.labels == 100


@pytest.mark.parametrize(
    ("labelled", "seen", "found"),
    [
        (Labelled(of="q", probability=0.3), 2, [0.3, 0.3, 0.3]),
        (Labelled(of="q"), 2, None),
        (Labelled(of="q"), 3, [1.0, 1.0, 1.0]),
        (Labelled(of="q", probability=0.3, missing=1), 2, None),
        (Labelled(of="q", probability=0.3, missing=1), 3, [1.0, 1.0, 1.0]),
        (Labelled(of="q", probabilities={"t": {"a": 0.2, "b": 0.4}}), 2, [0.2, 0.4, 0.3]),
        (Labelled(of="q", probabilities={"t": {"a": 0.2}}), 2, None),
        (Labelled(of="q", probabilities={"u": {"a": 0.2, "b": 0.4}}), 2, None),
    ],
)
def test_with_which_probability_items_were_drawn(
    labelled: Labelled, seen: int, found: list[float] | None
) -> None:
    told = chances(labelled, "t", ["a", "b", "c"], seen)
    assert told == (None if found is None else pytest.approx(found))


def test_the_error_of_a_yes_or_no_counts_what_was_right() -> None:
    found = metric_error([1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0])
    assert found is not None
    assert found.counts == (1, 1, 2, 3)
    for more in ({"weights": [1.0, 2.0, 1.0, 1.0]}, {"clusters": [0, 0, 1, 2]}):
        other = metric_error([1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], **more)
        assert other is not None
        assert other.counts is None
    graded = metric_error([0.5, 1.0, 0.0], [1.0, 0.0, 0.0])
    assert graded is not None
    assert graded.counts is None
    assert metric_error([1.0], [1.0]) is None


def pairing(candidate: Frame, base: Frame) -> Pairing:
    return Pairing.of(candidate, base)


def compared(
    sides: tuple[Standing, Standing],
    *,
    labels: tuple[int, int] = (100, 100),
    metric: str = "quality",
) -> Corrected:
    """Return the difference of a judge that favours the candidate; both are equally good."""
    ours, theirs = replies(labels=labels[0], favour=0.6), replies(labels=labels[1], favour=0.1)
    return corrected_difference(pairing(judged_frame(*ours), judged_frame(*theirs)), metric, sides)


def both(probability: float | None = 0.5, **more: Any) -> tuple[Standing, Standing]:
    return standing(probability, **more), standing(probability, run="r0", **more)


def test_labels_on_both_runs_undo_what_the_judge_favours() -> None:
    told = compared(both())
    assert (told.raw or 0) > 0.15
    assert (told.low or 0) <= 0 <= (told.high or 0)
    assert not told.transported
    ours, theirs = replies(favour=0.6), replies(favour=0.1)
    sides = [Judged(values(v), y, [0.5] * 200) for v, y in (ours, theirs)]
    assert told == paired_powered(sides[0], sides[1])


def test_labels_of_an_unknown_draw_on_both_runs_are_transported() -> None:
    assert compared(both(None)).transported
    mixed = (standing(0.5), standing(None, run="r0"))
    told = compared(mixed)
    assert told.transported
    assert told.value is not None


def test_labels_on_one_run_are_transported_to_the_other() -> None:
    told = compared((standing(0.5), standing(labelled=None, run="r0")), labels=(100, 0))
    assert told.method.startswith("Rogan-Gladen of the difference")
    assert told.transported
    assert (told.value or 0) > (told.raw or 0) > 0


def test_labels_of_another_run_are_transported_for_a_yes_or_no_alone() -> None:
    known = measured_elsewhere(counts=COUNTS)
    told = compared(both(labelled=None, elsewhere=(known,)), labels=(0, 0))
    assert told.value == pytest.approx((told.raw or 0) / 0.85)
    assert told.transported
    graded = measured_elsewhere()
    told = compared(both(labelled=None, elsewhere=(graded,)), labels=(0, 0))
    assert (told.value, told.method) == (None, NO_YES_OR_NO)


def test_without_labels_there_is_no_difference_to_believe() -> None:
    assert compared(both(labelled=None), labels=(0, 0)).method == NEITHER
    few = (standing(0.5), standing(labelled=None, run="r0"))
    assert compared(few, labels=(1, 0)).method == ONE_SIDE


def test_two_judges_are_no_comparison_without_labels_on_each() -> None:
    sides = (standing(0.5), standing(labelled=None, run="r0", sat="k"))
    assert compared(sides, labels=(100, 0)).method == OTHER_JUDGE
    sides = (standing(0.5), standing(0.5, run="r0", sat="k"))
    assert compared(sides).value is not None


def test_few_labels_on_both_runs_say_how_many_are_missing() -> None:
    told = compared(both(), labels=(20, 100))
    assert told.transported or "20 labels" in told.method
