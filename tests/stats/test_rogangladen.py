"""Rogan-Gladen: published figures, coverage where the raw rate has none, and refusals."""

import csv
import doctest
import math

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

import statera.stats.rogangladen as module
from statera.stats.proportion import normal_quantile, wilson
from statera.stats.rogangladen import (
    Accuracy,
    corrected_rate,
    information_interval,
    lang_reiczigel,
    rogan_gladen,
)
from tests.shared_data import shared

VIGNETTE = Accuracy(true_positives=1, positives=4, true_negatives=21, negatives=24)


def test_the_published_vignette() -> None:
    # 28 calibration rows, 248 test rows, 40 positive, 90 %: 0.062 [0, 1] on the logit scale; the
    # raw rate 0.161 [0.123, 0.200]
    rate = lang_reiczigel(40, 248, VIGNETTE, level=0.9)
    assert rate.value == pytest.approx(0.062, abs=5e-4)
    half = 1.6449 * math.sqrt(rate.variance) / (rate.value * (1 - rate.value))
    bounds = [scipy.special.expit(scipy.special.logit(rate.value) + s * half) for s in (-1, 1)]
    assert bounds == pytest.approx([0, 1], abs=1e-3)
    assert rogan_gladen(40, 248, VIGNETTE, level=0.9).value is None


@pytest.mark.parametrize(
    ("judge", "raw", "hits", "clears", "corrected"),
    [
        ("judge_gpt4omini", 0.1594, 0.169, 0.844, 0.3864),
        ("judge_gpt52", 0.3587, 0.538, 0.697, 0.4706),
    ],
)
def test_judges_against_human_votes(
    judge: str, raw: float, hits: float, clears: float, corrected: float
) -> None:
    path = shared("data", "judge", "arena_human", "votes_and_judges.csv")
    rows = [row for row in csv.DictReader(path.read_text("utf-8").splitlines()) if row[judge]]
    first = [row["model_a"].startswith("claude") for row in rows]
    human = np.array([row["human_winner"] == "model_a" for row in rows]) == first
    seen = np.array([row[judge] == "A" for row in rows]) == first
    assert seen.mean() == pytest.approx(raw, abs=5e-5)
    whole = accuracy(human, seen)
    assert whole.true_positives / whole.positives == pytest.approx(hits, abs=5e-4)
    assert whole.true_negatives / whole.negatives == pytest.approx(clears, abs=5e-4)
    part = accuracy(human[:100], seen[:100])
    assert corrected_rate(float(seen[100:].mean()), part) == pytest.approx(corrected, abs=5e-5)
    refused = rogan_gladen(int(seen[100:].sum()), 176, part)
    assert refused.value is None
    assert refused.method.startswith("sensitivity + specificity - 1 may be as low as ")


def accuracy(human: np.ndarray, seen: np.ndarray) -> Accuracy:
    return Accuracy(
        int((human & seen).sum()),
        int(human.sum()),
        int((~human & ~seen).sum()),
        int((~human).sum()),
    )


def test_the_interval_is_the_published_formula() -> None:
    # Lang and Reiczigel 2014 written out for 83 of 500, 45 of 50 and 190 of 200, level 0.95
    z = 1.959963984540054
    rate = lang_reiczigel(83, 500, Accuracy(45, 50, 190, 200))
    n, se, sp = 500 + z**2, 46 / 52, 191 / 202
    p = ((83 + z**2 / 2) / n + sp - 1) / (se + sp - 1)
    a, b = se * (1 - se) / 52, sp * (1 - sp) / 202
    shift = 2 * z**2 * (p * a - (1 - p) * b)
    q = (83 + z**2 / 2) / n
    half = z * math.sqrt(q * (1 - q) / n + p * p * a + (1 - p) ** 2 * b) / (se + sp - 1)
    assert (rate.low, rate.high) == pytest.approx((p + shift - half, p + shift + half))


@pytest.mark.parametrize(
    ("hit", "clear", "true"), [(0.9, 0.95, 0.1), (0.7, 0.8, 0.1), (0.9, 0.95, 0.5)]
)
def test_the_corrected_interval_covers_and_the_raw_one_does_not(
    hit: float, clear: float, true: float
) -> None:
    rng, draws, trials = np.random.default_rng(8), 2000, 1000
    covered, raw, given_out = 0, 0, 0
    for _ in range(draws):
        labels = int(np.clip(rng.binomial(300, true), 1, 299))
        found = Accuracy(
            int(rng.binomial(labels, hit)), labels,
            int(rng.binomial(300 - labels, clear)), 300 - labels,
        )  # fmt: skip
        seen = int(rng.binomial(trials, true * hit + (1 - true) * (1 - clear)))
        answer = rogan_gladen(seen, trials, found)
        if answer.low is not None and answer.high is not None:
            given_out += 1
            covered += answer.low <= true <= answer.high
        low, high = wilson(seen / trials, trials, normal_quantile(0.95))
        raw += low <= true <= high
    assert given_out > 0.95 * draws
    assert 0.935 <= covered / given_out <= 0.975
    assert raw / draws < 0.75


@given(st.integers(0, 500), st.integers(10, 100), st.integers(10, 400), st.data())
def test_what_is_given_contains_the_value_and_refusals_have_no_number(
    seen: int, positives: int, negatives: int, data: st.DataObject
) -> None:
    found = Accuracy(
        data.draw(st.integers(0, positives)), positives,
        data.draw(st.integers(0, negatives)), negatives,
    )  # fmt: skip
    answer = rogan_gladen(seen, 500, found, transported=True)
    assert answer.transported
    if answer.value is None:
        assert (answer.low, answer.high) == (None, None)
    else:
        assert answer.low is not None
        assert answer.high is not None
        assert 0 <= answer.low <= answer.value <= answer.high <= 1
        assert answer.high > answer.low
        assert information_interval(found)[0] > 0.05


def test_a_better_validation_narrows_the_interval() -> None:
    few = lang_reiczigel(135, 1000, Accuracy(45, 50, 143, 150))
    many = lang_reiczigel(135, 1000, Accuracy(900, 1000, 2850, 3000))
    assert many.high - many.low < few.high - few.low


def test_what_cannot_be_corrected_says_why() -> None:
    few = rogan_gladen(5, 100, Accuracy(3, 3, 40, 40))
    assert few.method == "3 positive and 40 negative labels, at least 10 of each are needed"
    none = rogan_gladen(0, 0, Accuracy(30, 30, 40, 40))
    assert (none.method, none.raw) == ("no trials", None)


def test_trials_that_contradict_the_validation_have_no_rate() -> None:
    # 3 of 10 clear ones were false alarms, yet not one of 500 trials was seen: not surely 0.
    told = rogan_gladen(0, 500, Accuracy(9, 10, 7, 10))
    assert told.method == "the trials do not fit the validation: no true rate explains both"
    assert (told.value, told.low, told.high) == (None, None, None)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="11 of 10 is no count"):
        rogan_gladen(11, 10, VIGNETTE)
    with pytest.raises(ValueError, match="31 of 30 is no count"):
        rogan_gladen(1, 10, Accuracy(31, 30, 1, 30))
    with pytest.raises(ValueError, match="a level lies"):
        rogan_gladen(1, 10, VIGNETTE, level=1.0)
    with pytest.raises(ValueError, match="says nothing"):
        corrected_rate(0.5, Accuracy(5, 10, 5, 10))
    with pytest.raises(ValueError, match="says nothing"):
        lang_reiczigel(1, 10, Accuracy(5, 10, 5, 10))


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0
