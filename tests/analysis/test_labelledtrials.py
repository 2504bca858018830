"""Trials with a label and a verdict, and the classes that judge and people speak in."""

import pytest

from statera.analysis.labelledtrials import (
    GOOD,
    PAIRS,
    Seen,
    class_names,
    confusion_of,
    ratings_of,
    seen_trials,
)
from statera.records.scores import Score
from statera.store.rows import ScoreRow
from tests.verdicts_made import said

FIVE = (1, 2, 3, 4, 5)


def row(item: str, score: Score, *, task: str = "t", epoch: int = 0) -> ScoreRow:
    return ScoreRow(task, item, epoch, "kind", None, f"unit of {item}", score)


def seen(label: float, verdict: float | None, *, item: str = "q", kind: str = "") -> Seen:
    return Seen(item, item, kind, label, verdict, (label > 0.5, (verdict or 0) > 0.5))


def test_only_labelled_trials_are_seen_and_a_missing_verdict_is_none() -> None:
    rows = [
        row("a", said("quality", 1.0)),
        row("a", said("quality_people", 0.25)),
        row("a", said("quality", 0.5), epoch=1),  # nobody labelled the second epoch
        row("b", said("quality", None)),
        row("b", said("quality_people", 1.0)),
        row("c", said("quality_people", None)),  # an empty reply
        row("d", said("quality_people", 0.0)),  # never judged
        row("a", said("quality_people", 1.0), task="other"),
    ]
    assert seen_trials(rows, "t", "quality", "quality_people") == [
        Seen("a", "unit of a", "kind", 0.25, 1.0, (False, True)),
        Seen("b", "unit of b", "kind", 1.0, None, (True, False)),
        Seen("d", "unit of d", "kind", 0.0, None, (False, False)),
    ]


def test_the_classes_are_levels_or_good_or_those_of_pairs() -> None:
    assert class_names(FIVE) == ("1", "2", "3", "4", "5")
    assert class_names(()) == GOOD
    assert class_names((), pairs=True) == PAIRS


def test_a_mean_of_two_grades_is_the_nearest_level_the_upper_one_of_two() -> None:
    trials = [seen(0.0, 0.125), seen(1.0, 0.6), seen(0.5, None)]
    assert ratings_of(trials, class_names(FIVE), FIVE) == [[1.0, 2.0], [5.0, 3.0], [3.0, None]]


@pytest.mark.parametrize(
    ("value", "word"), [(1.0, "win"), (0.75, "win"), (0.5, "tie"), (0.25, "loss"), (0.0, "loss")]
)
def test_pairs_are_won_tied_or_lost(value: float, word: str) -> None:
    assert ratings_of([seen(value, value)], PAIRS, ()) == [[word, word]]


@pytest.mark.parametrize(
    ("value", "said", "word"),
    [
        (2 / 3, "tie|tie|win", "tie"),  # repeats of a judge that are stored as their mean
        (1 / 3, "tie|loss|tie", "tie"),
        (0.75, "win|tie", "tie"),
        (2 / 3, "win|win|loss", "win"),
        (1.0, "tie|win|win", "win"),  # a weighted panel: its side is its own
        (0.75, "A|TIE", "win"),  # words that are no class: the value tells
    ],
)
def test_repeats_that_differ_are_what_most_of_them_say(value: float, said: str, word: str) -> None:
    one = Seen("q", "q", "", 0.5, value, (False, False), words=("tie", said))
    assert ratings_of([one], PAIRS, ()) == [["tie", word]]


def test_the_level_of_several_labels_is_the_one_that_they_come_to() -> None:
    one = Seen("q", "q", "", 2 / 3, 2 / 3, (False, False), words=("3", ""))
    assert ratings_of([one], class_names(FIVE), FIVE) == [[3.0, 4.0]]


def test_confusion_counts_rows_of_people_and_columns_of_the_judge() -> None:
    trials = [seen(1.0, 1.0), seen(1.0, 0.0), seen(0.0, 1.0), seen(0.0, 0.0), seen(0.0, None)]
    told = confusion_of(trials, GOOD, ())
    assert told.classes == GOOD
    assert told.matrix == ((1, 1), (1, 1))
    assert told.unparsed == (0, 1)
    assert told.kinds == ()


def test_kinds_of_content_are_told_apart_where_there_are_several() -> None:
    trials = [seen(1.0, 1.0, kind="a"), seen(1.0, 0.0, kind="b"), seen(1.0, 1.0)]
    told = confusion_of(trials, GOOD, (), kinds=True)
    assert [(kind.kind, kind.accuracy.value) for kind in told.kinds] == [
        ("(none)", 1.0),
        ("a", 1.0),
        ("b", 0.0),
    ]
    assert confusion_of(trials[:1] * 3, GOOD, (), kinds=True).kinds == ()
