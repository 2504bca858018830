"""PPI++ with labels drawn from the judged trials: known answers, coverage, refusals."""

import doctest
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import statera.stats.ppi as module
from statera.stats.calibration import Calibration, two_samples
from statera.stats.corrected import Corrected
from statera.stats.means import mean
from statera.stats.ppi import Judged, prediction_powered
from statera.stats.proportion import wilson
from statera.stats.results import Items


def judged(
    truth: np.ndarray,
    seen: np.ndarray,
    drawn: np.ndarray,
    chance: np.ndarray,
    **more: Sequence[int],
) -> Judged:
    labels = [float(y) if d else None for y, d in zip(truth, drawn, strict=True)]
    return Judged(seen.astype(float).tolist(), labels, chance.tolist(), **more)


def simulated(
    rng: np.random.Generator, size: int, rate: float, hit: float, clear: float
) -> tuple[np.ndarray, np.ndarray]:
    truth = rng.random(size) < rate
    return truth, np.where(truth, rng.random(size) < hit, rng.random(size) > clear)


def fixed(rng: np.random.Generator, size: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    drawn = np.zeros(size, dtype=bool)
    drawn[rng.choice(size, count, replace=False)] = True
    return drawn, np.full(size, count / size)


def covers(told: Corrected, rate: float) -> bool:
    assert told.low is not None
    assert told.high is not None
    return told.low <= rate <= told.high


def test_with_equal_probabilities_it_is_ppi_of_the_labelled_and_the_rest() -> None:
    # The same trials with weights 1/pi and the authors' two separate samples are one estimator:
    # tuning 1 here is tuning 1 - n/N there.
    rng = np.random.default_rng(3)
    truth, seen = simulated(rng, 900, 0.4, 0.8, 0.85)
    drawn, chance = fixed(rng, 900, 200)
    whole = judged(truth, seen, drawn, chance)
    apart = Calibration(truth[drawn].astype(float).tolist(), seen[drawn].astype(float).tolist())
    rest = seen[~drawn].astype(float).tolist()
    plain = prediction_powered(whole, tuned=False)
    assert plain.value == pytest.approx(two_samples(apart, rest, 1 - 200 / 900).value)
    tuned = prediction_powered(whole)
    assert tuned.tuning is not None
    other = two_samples(apart, rest, tuned.tuning * (1 - 200 / 900))
    assert tuned.value == pytest.approx(other.value)
    half = 1.96 * math.sqrt(other.variance)
    assert (tuned.high or 0) - (tuned.low or 0) == pytest.approx(2 * half, rel=0.03)


def test_the_ratio_form_by_hand() -> None:
    seen = [1.0, 0.0] * 20
    labels: list[float | None] = [2.0, 1.0, 4.0, 3.0] * 10
    chance = [0.5, 0.25, 1.0, 0.25] * 10
    told = prediction_powered(Judged(seen, labels, chance), tuned=False)
    weights = np.array([2.0, 4.0, 1.0, 4.0])
    known = weights @ [2, 1, 4, 3] / weights.sum()
    assert told.value == pytest.approx(0.5 + known - weights @ [1, 0, 1, 0] / weights.sum())


@pytest.mark.parametrize(
    ("size", "count", "rate", "hit", "clear"),
    [(500, 60, 0.5, 0.7, 0.8), (1000, 150, 0.2, 0.9, 0.95), (1000, 300, 0.05, 0.9, 0.95)],
)
def test_the_interval_covers_with_a_fixed_number_of_labels(
    size: int, count: int, rate: float, hit: float, clear: float
) -> None:
    rng, draws, hits = np.random.default_rng(17), 500, 0
    for _ in range(draws):
        truth, seen = simulated(rng, size, rate, hit, clear)
        hits += covers(prediction_powered(judged(truth, seen, *fixed(rng, size, count))), rate)
    assert hits / draws > 0.95 - 0.015 - 3 * math.sqrt(0.95 * 0.05 / draws)


def test_one_in_ten_is_found_behind_a_judge_of_sensitivity_90_and_specificity_95() -> None:
    rng, draws, hits, raw = np.random.default_rng(18), 600, 0, 0
    for _ in range(draws):
        truth, seen = simulated(rng, 1000, 0.1, 0.9, 0.95)
        hits += covers(prediction_powered(judged(truth, seen, *fixed(rng, 1000, 300))), 0.1)
        low, high = wilson(float(seen.mean()), 1000, 1.96)
        raw += low <= 0.1 <= high
    assert abs(hits / draws - 0.95) < 0.015 + 3 * math.sqrt(0.95 * 0.05 / draws)
    assert raw / draws < 0.15


def test_labels_drawn_where_the_judge_saw_something_do_not_bias() -> None:
    rng, draws, hits, values = np.random.default_rng(19), 600, 0, []
    for _ in range(draws):
        truth, seen = simulated(rng, 1000, 0.1, 0.8, 0.9)
        chance = np.where(seen, 0.6, 0.2)
        told = prediction_powered(judged(truth, seen, rng.random(1000) < chance, chance))
        hits += covers(told, 0.1)
        values.append(told.value or 0)
    assert abs(np.mean(values) - 0.1) < 4 * np.std(values) / math.sqrt(draws)
    assert 0.93 - 3 * math.sqrt(0.93 * 0.07 / draws) < hits / draws < 0.98


def test_trials_that_are_copies_count_once() -> None:
    rng, draws, hits = np.random.default_rng(23), 600, 0
    names = np.repeat(np.arange(150), 4)
    for _ in range(draws):
        truth, seen = simulated(rng, 150, 0.4, 0.8, 0.85)
        drawn, chance = fixed(rng, 150, 60)
        four = [np.repeat(part, 4) for part in (truth, seen, drawn, chance)]
        told = prediction_powered(judged(*four, clusters=names.tolist()))
        assert told.clusters == 150
        hits += covers(told, 0.4)
    assert abs(hits / draws - 0.95) < 0.015 + 3 * math.sqrt(0.95 * 0.05 / draws)


def test_a_good_judge_narrows_what_the_labels_alone_say() -> None:
    rng = np.random.default_rng(29)
    truth, seen = simulated(rng, 5000, 0.4, 0.95, 0.95)
    drawn, chance = fixed(rng, 5000, 300)
    told = prediction_powered(judged(truth, seen, drawn, chance))
    alone = 2 * 1.96 * math.sqrt(0.24 / 300)
    assert (told.high or 1) - (told.low or 0) < 0.6 * alone


def test_few_disagreements_take_exact_bounds_that_cover() -> None:
    rng, draws, hits = np.random.default_rng(31), 500, 0
    for _ in range(draws):
        truth, seen = simulated(rng, 400, 0.1, 0.97, 0.99)
        told = prediction_powered(judged(truth, seen, *fixed(rng, 400, 60)))
        assert told.method == "PPI, sum of exact bounds"
        hits += covers(told, 0.1)
    assert hits / draws > 0.95


def test_few_disagreements_of_grades_take_exact_bounds_that_cover() -> None:
    rng, draws, hits = np.random.default_rng(37), 400, 0
    for _ in range(draws):
        grades = rng.integers(0, 5, size=400) / 4
        wrong = rng.random(400) < 0.03
        seen = np.where(wrong, np.clip(grades + 0.5, 0, 1), grades)
        told = prediction_powered(judged(grades, seen, *fixed(rng, 400, 60)))
        hits += covers(told, 0.5)
    assert hits / draws > 0.95


def test_grades_that_always_agree_have_an_interval_too() -> None:
    told = prediction_powered(
        Judged([0.25, 0.75] * 50, [0.25, 0.75] * 20 + [None] * 60, [0.4] * 100)
    )
    assert told.method == "PPI, sum of exact bounds"
    assert told.value == 0.5
    assert (told.high or 0) - (told.low or 0) > 0.2


def test_trials_that_are_known_without_a_draw_leave_the_rest_as_it_is() -> None:
    # A tenth is known to be 0, as an empty reply is; the rest is drawn with one chance.
    rng, draws, hits, methods = np.random.default_rng(41), 400, 0, set()
    for _ in range(draws):
        truth, seen = simulated(rng, 400, 0.5, 0.97, 0.98)
        empty = np.arange(400) < 40
        truth, seen = truth & ~empty, seen & ~empty
        drawn, chance = fixed(rng, 360, 90)
        told = prediction_powered(
            judged(truth, seen, np.append(np.ones(40, bool), drawn), np.append(np.ones(40), chance))
        )
        methods.add(told.method)
        hits += covers(told, 0.45)
    assert "PPI, sum of exact bounds" in methods
    assert hits / draws > 0.95


def test_what_is_known_without_a_draw_is_no_label_of_a_draw() -> None:
    seen: list[float | None] = [0.0] * 50 + [1.0] * 20 + [None] * 30
    told = prediction_powered(Judged([0.0] * 50 + [1.0] * 50, seen, [1.0] * 50 + [0.4] * 50))
    assert told.method == "20 labels, at least 30 are needed"


def test_copies_with_few_disagreements_are_refused() -> None:
    names = [i // 2 for i in range(100)]
    told = prediction_powered(
        Judged([0.25, 0.75] * 50, [0.25, 0.75] * 20 + [None] * 60, [0.4] * 100, names)
    )
    assert told.method == "0 labels disagree with the judge, at least 5 are needed"


def test_a_judge_that_always_agrees_is_not_taken_as_perfect() -> None:
    told = prediction_powered(
        Judged([1.0, 0.0] * 500, ([1.0, 0.0] * 25 + [None] * 950), [0.05] * 1000)
    )
    assert told.method == "PPI, sum of exact bounds"
    assert told.value == 0.5
    assert (told.high or 0) - (told.low or 0) > 0.15


@given(st.integers(0, 2**32), st.booleans())
def test_the_order_of_trials_and_their_names_change_nothing(seed: int, tuned: bool) -> None:
    rng = np.random.default_rng(seed)
    truth, seen = simulated(rng, 120, 0.5, 0.7, 0.7)
    drawn, chance = rng.random(120) < 0.5, np.full(120, 0.5)
    names = rng.integers(0, 40, size=120)
    order = rng.permutation(120)
    one = prediction_powered(
        judged(truth, seen, drawn, chance, clusters=names.tolist()), tuned=tuned
    )
    parts = [part[order] for part in (truth, seen, drawn, chance)]
    other = prediction_powered(judged(*parts, clusters=(-names[order]).tolist()), tuned=tuned)
    assert one.method == other.method
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


@given(st.integers(0, 2**32))
def test_the_interval_contains_the_value_inside_zero_and_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, seen = simulated(rng, 200, rng.random(), rng.random(), rng.random())
    chance = np.full(200, 0.4)
    told = prediction_powered(judged(truth, seen, rng.random(200) < chance, chance))
    if told.value is not None:
        assert told.low is not None
        assert told.high is not None
        assert 0 <= told.low < told.high <= 1
        assert told.low <= min(1, max(0, told.value)) <= told.high


def test_what_cannot_be_corrected_says_why() -> None:
    half: list[float | None] = [1.0, None]
    cases = [
        (Judged([1.0, 0.0] * 50, half * 50, None), "nobody knows with what probability"),
        (Judged([1.0, 0.0] * 50, half * 10 + [None] * 80, [0.1] * 100), "10 labels, at least 30"),
        (
            Judged([1.0, 0.0] * 50, half * 50, [0.5] * 100, [place // 20 for place in range(100)]),
            "labels in 5 clusters, at least 8",
        ),
        (Judged([0.5, 0.0] * 50, half * 50, [0.5] * 100), "differ by the same on every trial"),
        (Judged([0.0, 1.0] * 50, half * 50, [0.5, 0.4] * 50), "0 labels of the rarer value"),
        (Judged([1.0, 0.0] * 50, half * 50, [0.5, 0.4] * 50), "0 labels disagree with the judge"),
        (Judged([], [], []), "0 labels, at least 30"),
    ]
    for given_judged, why in cases:
        told = prediction_powered(given_judged)
        assert (told.value, told.low, told.high) == (None, None, None)
        assert why in told.method


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (Judged([1.0], [1.0, 0.0], [0.5]), "2 labels for 1 predictions"),
        (Judged([1.0], [1.0], [0.5, 0.5]), "2 probabilities for 1 predictions"),
        (Judged([1.0], [1.0], [0.5], [1, 2]), "2 clusters for 1 predictions"),
        (Judged([1.0], [1.0], [0.0]), "the probability of a label lies above 0"),
        (Judged([1.0], [math.nan], [0.5]), "labels must be numbers"),
        (Judged([math.inf], [1.0], [0.5]), "predictions must be numbers"),
    ],
)
def test_bad_input_is_refused(wrong: Judged, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        prediction_powered(wrong)


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("wrong", [0, 2, 20])
def test_where_every_trial_has_a_label_the_labels_speak_for_themselves(wrong: int) -> None:
    labels = [1.0, 0.0] * 30
    judged = [1 - x if place < wrong else x for place, x in enumerate(labels)]
    found = prediction_powered(Judged(judged, labels, [1.0] * 60))
    alone = mean(Items(np.array(labels), range(60), [0] * 60, [1.0] * 60))
    assert (found.value, found.low, found.high) == (alone.value, alone.low, alone.high)
    assert (found.method, found.tuning) == ("labels of every trial, Wilson", 0.0)
    flat = prediction_powered(Judged([0.5] * 60, [0.25] * 59 + [0.5], [1.0] * 60, [0] * 60))
    assert (flat.value, "clusters" in flat.method) == (None, True)
