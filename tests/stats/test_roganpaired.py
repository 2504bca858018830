"""A difference that a judge of measured error saw: known answers, coverage, refusals."""

import doctest

import numpy as np
import pytest

import statera.stats.roganpaired as module
from statera.stats.rogangladen import Accuracy
from statera.stats.roganpaired import rogan_gladen_difference

KNOWN = Accuracy(true_positives=180, positives=200, true_negatives=190, negatives=200)


def test_the_example_in_the_module_holds() -> None:
    assert doctest.testmod(module).failed == 0


def test_what_is_seen_is_divided_by_what_the_judge_tells_apart() -> None:
    told = rogan_gladen_difference([1.0] * 60 + [0.0] * 40, [1.0] * 50 + [0.0] * 50, KNOWN)
    assert told.raw == pytest.approx(0.10)
    assert told.value == pytest.approx(0.10 / 0.85)
    assert told.transported
    assert (told.n, told.labels) == (100, 400)


def test_changing_places_changes_the_sign() -> None:
    ours, theirs = [1.0, 1.0, 0.0, 1.0] * 30, [1.0, 0.0, 0.0, 1.0] * 30
    one, two = (rogan_gladen_difference(*x, KNOWN) for x in ((ours, theirs), (theirs, ours)))
    assert one.value == pytest.approx(-(two.value or 0))
    assert one.low == pytest.approx(-(two.high or 0))
    assert one.high == pytest.approx(-(two.low or 0))


def test_it_covers_what_the_raw_difference_hides() -> None:
    rng, draws, hits, raw = np.random.default_rng(8), 300, 0, 0
    for _ in range(draws):
        theirs = rng.random(800) < 0.7
        ours = theirs & (rng.random(800) < 0.75)
        hit = rng.binomial(150, 0.7), 150, rng.binomial(150, 0.75), 150
        seen = [
            np.where(t, rng.random(800) < 0.7, rng.random(800) > 0.75).astype(float).tolist()
            for t in (ours, theirs)
        ]
        told = rogan_gladen_difference(seen[0], seen[1], Accuracy(*hit))
        hits += (told.low or 0) <= -0.175 <= (told.high or 0)
        raw += (told.raw or 0) > -0.12
    assert hits / draws > 0.94
    assert raw / draws > 0.9  # a judge that errs sees less than there is


def test_where_it_is_not_valid_it_says_why() -> None:
    few = rogan_gladen_difference([1.0], [0.0], Accuracy(5, 5, 20, 20))
    assert "5 positive and 20 negative labels" in few.method
    chance = rogan_gladen_difference([1.0], [0.0], Accuracy(55, 100, 50, 100))
    assert "sensitivity + specificity - 1 may be as low as" in chance.method
    assert chance.value is None
    assert rogan_gladen_difference([], [], KNOWN).method == "no trials"


def test_grades_and_sides_of_other_length_are_refused() -> None:
    for ours in ([0.5, 1.0], [1.0]):
        with pytest.raises(ValueError, match="0 or 1 on the same items"):
            rogan_gladen_difference(ours, [1.0, 0.0], KNOWN)
    with pytest.raises(ValueError, match="level"):
        rogan_gladen_difference([1.0], [0.0], KNOWN, level=0.0)
