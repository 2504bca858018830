"""PPI and PPI++ with labels of other trials: the authors' figures, coverage, refusals."""

import csv
import doctest
import math
from collections.abc import Sequence

import numpy as np
import pytest

import statera.stats.calibration as module
from statera.stats.calibration import Calibration, separate_samples, two_samples
from statera.stats.corrected import Moments, corrected_interval
from tests.shared_data import shared

# 28 calibration rows: 1 true positive, 3 missed, 3 false alarms, 21 true negatives; 248 test rows.
LABELS = [1.0] * 4 + [0.0] * 24
KNOWN = [1.0, 0, 0, 0, 1, 1, 1] + [0.0] * 21
TEST = [1.0] * 40 + [0.0] * 208


def plain(moments: Moments) -> tuple[float, float]:
    half = 1.959963984540054 * math.sqrt(moments.variance)
    return moments.value - half, moments.value + half


@pytest.mark.parametrize(
    ("tuning", "value", "bounds"), [(1.0, 0.161, (0.059, 0.371)), (None, 0.145, (0.065, 0.292))]
)
def test_the_published_vignette(
    tuning: float | None, value: float, bounds: tuple[float, float]
) -> None:
    # 90 %, on the logit scale, with the normal quantile (many degrees of freedom) and ddof 1
    moments = two_samples(Calibration(LABELS, KNOWN), TEST, tuning)
    assert moments.value == pytest.approx(value, abs=5e-4)
    told = corrected_interval(moments, 1e9, level=0.9, share=True)
    assert told == pytest.approx(bounds, abs=5e-4)


@pytest.mark.parametrize(
    ("judge", "ppi", "value", "tuned"),
    [
        ("judge_gpt4omini", (0.1786, 0.4109), 0.2820, (0.1948, 0.3691)),
        ("judge_gpt52", (0.1920, 0.4580), 0.2859, (0.1993, 0.3725)),
    ],
)
def test_judges_against_human_votes(
    judge: str, ppi: Sequence[float], value: float, tuned: Sequence[float]
) -> None:
    # The first 100 rows are the calibration; the figures are the authors', variances with ddof 0.
    path = shared("data", "judge", "arena_human", "votes_and_judges.csv")
    rows = [row for row in csv.DictReader(path.read_text("utf-8").splitlines()) if row[judge]]
    first = [row["model_a"].startswith("claude") for row in rows]
    human = (np.array([row["human_winner"] == "model_a" for row in rows]) == first).astype(float)
    seen = (np.array([row[judge] == "A" for row in rows]) == first).astype(float)
    assert human.mean() == pytest.approx(0.2355, abs=5e-5)
    known, rest = Calibration(human[:100].tolist(), seen[:100].tolist()), seen[100:].tolist()
    assert plain(two_samples(known, rest, 1.0, ddof=0)) == pytest.approx(ppi, abs=5e-5)
    best = two_samples(known, rest, ddof=0)
    assert best.value == pytest.approx(value, abs=5e-5)
    assert plain(best) == pytest.approx(tuned, abs=5e-5)
    ours = plain(two_samples(known, rest))
    assert ours == pytest.approx(tuned, abs=8e-4)


def test_the_tuning_has_the_least_variance() -> None:
    rng = np.random.default_rng(5)
    labels = rng.normal(size=200)
    known, rest = labels + rng.normal(size=200), rng.normal(scale=1.4, size=5000)
    calibration = Calibration(labels.tolist(), known.tolist())
    best = two_samples(calibration, rest.tolist())
    assert 0 < best.tuning < 1
    for other in (0.0, best.tuning - 0.1, best.tuning + 0.1, 1.0):
        assert two_samples(calibration, rest.tolist(), other).variance > best.variance * 0.999


def test_a_judge_that_never_varies_leaves_the_labels_alone() -> None:
    told = separate_samples(Calibration([0.0, 1.0] * 30, [1.0] * 60), [1.0] * 500)
    assert (told.value, told.tuning) == (0.5, 0.0)


def test_a_useless_judge_is_not_weighed_negatively() -> None:
    told = separate_samples(Calibration([0.0, 1.0] * 30, [1.0, 0.0] * 30), [1.0, 0.0] * 50)
    assert told.tuning == 0.0


@pytest.mark.parametrize("transported", [False, True])
def test_the_interval_covers(transported: bool) -> None:
    rng, draws, hits = np.random.default_rng(13), 2000, 0
    for _ in range(draws):
        truth = rng.random(600) < 0.3
        seen = np.where(truth, rng.random(600) < 0.8, rng.random(600) < 0.15).astype(float)
        known = Calibration(truth[:100].astype(float).tolist(), seen[:100].tolist())
        told = separate_samples(known, seen[100:].tolist(), transported=transported)
        assert told.low is not None
        assert told.high is not None
        hits += told.low <= 0.3 <= told.high
    assert abs(hits / draws - 0.95) < 0.015 + 0.005


def test_a_transported_correction_carries_the_mean_error_only_and_is_marked() -> None:
    known = Calibration([1.0, 0.0, 1.0, 1.0] * 20, [1.0, 0.0, 0.0, 1.0] * 20)
    told = separate_samples(known, [0.0, 0.0, 1.0, 0.0] * 50, transported=True)
    assert told.value == pytest.approx(0.25 + 0.25)
    assert (told.tuning, told.transported, told.method) == (1.0, True, "PPI")
    assert "transported" in str(told)


def test_graded_scores_beyond_one_are_not_cut() -> None:
    rng = np.random.default_rng(1)
    labels = rng.normal(7, 2, size=60)
    told = separate_samples(
        Calibration(labels.tolist(), [*(labels - 1).tolist()[:59], 9.0]),
        rng.normal(6, 2, size=300).tolist(),
    )
    assert told.low is not None
    assert told.low > 1


def test_what_cannot_be_corrected_says_why() -> None:
    few = separate_samples(Calibration([1.0, 0.0], [1.0, 1.0]), TEST)
    assert (few.value, few.method) == (None, "2 labels, at least 30 are needed")
    same = separate_samples(Calibration([1.0, 0.0] * 20, [1.0, 0.0] * 20), TEST)
    assert (same.low, same.method) == (
        None,
        "labels and judge differ by the same on every trial",
    )
    none = separate_samples(Calibration([1.0, 0.0] * 20, [1.0, 1.0] * 20), [])
    assert (none.raw, none.method) == (None, "fewer than 2 trials")


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="2 labels for 1 predictions"):
        separate_samples(Calibration([1.0, 0.0], [1.0]), TEST)
    with pytest.raises(ValueError, match="predictions must be numbers"):
        separate_samples(Calibration(LABELS, KNOWN), [math.nan])


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0
