"""Errors per class and kind: counts by hand, recorded judges, and what they are good for."""

import csv
import doctest
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import statera.stats.confusion as module
from statera.stats.confusion import EMPTY, Confusion, confusion
from statera.stats.ppi import Judged, prediction_powered
from statera.stats.proportion import normal_quantile, wilson
from statera.stats.rogangladen import Accuracy, rogan_gladen
from tests.shared_data import shared

CLASSES = ("full", "partial", "none")
NAME = some.sampled_from(CLASSES)
ROWS = some.lists(some.tuples(NAME, NAME | some.none(), some.sampled_from("xy")), max_size=60)


def test_three_classes_by_hand() -> None:
    labels = ["full"] * 4 + ["partial"] * 3 + ["none"] * 5
    judge = ["full", "full", "partial", None, "partial", "none", "none", *["none"] * 4, "full"]
    told = confusion(labels, judge, classes=CLASSES)
    assert told.matrix == ((2, 1, 0), (0, 1, 2), (1, 0, 4))
    assert (told.unparsed, told.n) == ((1, 0, 0), 11)
    assert told.accuracy.value == pytest.approx(7 / 11)
    full, partial, none = told.per_class
    assert (full.name, full.labelled, full.predicted) == ("full", 3, 3)
    assert full.sensitivity.value == pytest.approx(2 / 3)
    assert full.specificity.value == pytest.approx(7 / 8)
    assert partial.sensitivity.value == pytest.approx(1 / 3)
    assert partial.specificity.value == pytest.approx(7 / 8)
    assert none.sensitivity.value == pytest.approx(4 / 5)
    assert none.specificity.value == pytest.approx(4 / 6)
    bounds = wilson(0.8, 5, normal_quantile(0.95))
    assert (none.sensitivity.low, none.sensitivity.high) == pytest.approx(bounds)


def test_a_judge_that_hides_harm_is_seen_within_the_kind_only() -> None:
    # right on all 90 harmless trials, and on 1 of 10 harmful ones
    labels = ["complied"] * 100
    judge = ["complied"] * 90 + ["complied"] + ["refused"] * 9
    kinds = ["harmless"] * 90 + ["harmful"] * 10
    told = confusion(labels, judge, classes=("complied", "refused"), kinds=kinds)
    assert told.accuracy.value == pytest.approx(0.91)
    harmful, harmless = told.kinds
    assert (harmful.kind, harmful.n, harmless.kind, harmless.n) == ("harmful", 10, "harmless", 90)
    assert harmful.per_class[0].sensitivity.value == pytest.approx(0.1)
    assert harmful.per_class[0].sensitivity.high is not None
    assert harmful.per_class[0].sensitivity.high < 0.5
    assert harmless.per_class[0].sensitivity.value == 1.0
    assert harmless.per_class[1].sensitivity.method == EMPTY


def test_a_class_nobody_labelled_has_no_rate_and_says_so() -> None:
    told = confusion(["a", "a"], ["a", None], classes=("a", "b"))
    missing = told.per_class[1].sensitivity
    assert (missing.value, missing.low, missing.method, missing.n) == (None, None, EMPTY, 0)
    empty = confusion([], [], classes=("a", "b"))
    assert (empty.n, empty.matrix, empty.accuracy.value) == (0, ((0, 0), (0, 0)), None)


def test_answers_to_one_item_are_not_counted_as_many() -> None:
    rng = np.random.default_rng(1)
    right = rng.random(50) < 0.8
    labels, judge = ["a"] * 200, np.repeat(np.where(right, "a", "b"), 4).tolist()
    alone = confusion(labels, judge, classes=("a", "b")).per_class[0].sensitivity
    items = [f"item {place}" for place in np.repeat(range(50), 4)]
    told = confusion(labels, judge, classes=("a", "b"), clusters=items).per_class[0].sensitivity
    assert (told.n, told.clusters, told.value) == (200, 50, alone.value)
    assert told.low is not None
    assert told.high is not None
    assert alone.low is not None
    assert alone.high is not None
    assert told.high - told.low > 1.8 * (alone.high - alone.low)
    few = confusion(["a"] * 8, judge[:8], classes=("a", "b"), clusters=["x", "y"] * 4)
    assert few.accuracy.method == "fewer than 8 clusters"


@pytest.mark.parametrize(
    ("judge", "raw", "hits", "clears"),
    [("judge_gpt4omini", 0.1594, 0.169, 0.844), ("judge_gpt52", 0.3587, 0.538, 0.697)],
)
def test_recorded_judges_against_people(judge: str, raw: float, hits: float, clears: float) -> None:
    path = shared("data", "judge", "arena_human", "votes_and_judges.csv")
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))

    def winner(row: dict[str, str], side: str) -> str:
        return "claude" if row[f"model_{side}"].startswith("claude") else "gemini"

    labels = [winner(row, row["human_winner"].removeprefix("model_")) for row in rows]
    said = [winner(row, row[judge].lower()) if row[judge] else None for row in rows]
    told = confusion(labels, said, classes=("claude", "gemini"))
    assert (told.n, sum(told.unparsed)) == (276, 1)
    claude = told.per_class[0]
    assert claude.labelled / 276 == pytest.approx(0.2355, abs=5e-5)
    assert claude.predicted / 276 == pytest.approx(raw, abs=5e-5)
    assert claude.sensitivity.value == pytest.approx(hits, abs=5e-4)
    assert claude.specificity.value == pytest.approx(clears, abs=5e-4)
    # two classes: what one calls sensitivity is the other's specificity
    assert told.per_class[1].sensitivity.value == claude.specificity.value


def accuracy_of(told: Confusion) -> Accuracy:
    (hit, missed), (alarm, clear) = told.matrix
    return Accuracy(hit, hit + missed, clear, alarm + clear)


def test_corrected_intervals_cover_where_the_raw_one_does_not() -> None:
    # sensitivity 0.9, specificity 0.95, true rate 0.1. Labels of other trials: Rogan-Gladen; of a
    # random part of these: PPI++.
    rng, draws, covered = np.random.default_rng(12), 1000, Counter[str]()
    for _ in range(draws):
        truth = rng.random(1400) < 0.1
        seen = np.where(truth, rng.random(1400) < 0.9, rng.random(1400) < 0.05)
        labels, judge = (np.where(part[:400], "yes", "no").tolist() for part in (truth, seen))
        known = accuracy_of(confusion(labels, judge, classes=("yes", "no")))
        rest = int(seen[400:].sum())
        told = rogan_gladen(rest, 1000, known)
        some_labels = [*truth[:400].astype(float).tolist(), *[None] * 1000]
        judged = Judged(seen.astype(float).tolist(), some_labels, [400 / 1400] * 1400)
        ours = prediction_powered(judged)
        assert told.low is not None
        assert told.high is not None
        assert ours.low is not None
        assert ours.high is not None
        low, high = wilson(rest / 1000, 1000, normal_quantile(0.95))
        covered["Rogan-Gladen"] += told.low <= 0.1 <= told.high
        covered["PPI++"] += ours.low <= 0.1 <= ours.high
        covered["raw"] += low <= 0.1 <= high
    for name in ("Rogan-Gladen", "PPI++"):
        assert abs(covered[name] / draws - 0.95) < 0.015, covered
    assert covered["raw"] / draws < 0.15


def test_the_interval_of_sensitivity_covers() -> None:
    rng, draws, hits = np.random.default_rng(13), 500, 0
    for _ in range(draws):
        judge = np.where(rng.random(60) < 0.85, "a", "b").tolist()
        told = confusion(["a"] * 60, judge, classes=("a", "b")).per_class[0].sensitivity
        assert told.low is not None
        assert told.high is not None
        hits += told.low <= 0.85 <= told.high
    assert abs(hits / draws - 0.95) < 0.015 + 3 * math.sqrt(0.95 * 0.05 / draws)


@given(ROWS)
def test_the_matrix_and_its_parts_add_up(rows: list[tuple[str, str | None, str]]) -> None:
    labels, judge, kinds = [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows]
    told = confusion(labels, judge, classes=CLASSES, kinds=kinds)
    counts = np.array(told.matrix)
    assert counts.sum() == told.n == len(rows) - sum(told.unparsed)
    assert [each.labelled for each in told.per_class] == counts.sum(axis=1).tolist()
    assert [each.predicted for each in told.per_class] == counts.sum(axis=0).tolist()
    assert sum(kind.n + kind.unparsed for kind in told.kinds) == len(rows)
    for place, each in enumerate(told.per_class):
        if each.labelled:
            assert each.sensitivity.value == pytest.approx(counts[place, place] / each.labelled)
        parts = [kind.per_class[place] for kind in told.kinds]
        assert sum(part.labelled for part in parts) == each.labelled
        for rate in (each.sensitivity, each.specificity):
            if rate.value is not None:
                assert rate.low is not None
                assert rate.high is not None
                assert 0 <= rate.low <= rate.value <= rate.high <= 1


@pytest.mark.parametrize(
    ("labels", "judge", "classes", "why"),
    [
        (["c"], ["a"], ("a", "b"), "label 'c' is none of the classes a, b"),
        (["a"], ["c"], ("a", "b"), "prediction 'c' is none of the classes a, b"),
        (["a"], ["a"], ("a", "a"), "2 or more different classes"),
        (["a"], ["a"], ("a",), "2 or more different classes"),
        (["a"], ["a", "b"], ("a", "b"), "1 labels, 2 predictions and 1 clusters"),
    ],
)
def test_bad_input_is_refused(
    labels: list[str], judge: list[str], classes: tuple[str, ...], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        confusion(labels, judge, classes=classes)


def test_kinds_of_another_number_and_a_bad_level_are_refused() -> None:
    with pytest.raises(ValueError, match="1 kinds for 2 labels"):
        confusion(["a", "b"], ["a", "b"], classes=("a", "b"), kinds=["x"])
    with pytest.raises(ValueError, match="a level lies in"):
        confusion(["a"], ["a"], classes=("a", "b"), level=1)


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0
