"""Slopes along length: brute force, planted slopes, coverage, and where there is none."""

import csv
import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import statera.stats.lengthslope as module
from statera.stats.clusterrobust import cluster_mean
from statera.stats.lengthslope import (
    length_adjusted_mean,
    length_slope,
    log_lengths,
    robust_coefficients,
)
from statera.stats.logistic import chances
from tests.shared_data import shared


def brute(
    terms: np.ndarray, residuals: np.ndarray, index: np.ndarray
) -> tuple[np.ndarray, list[float]]:
    """Return CR2 variances and degrees of freedom with every n x n matrix written out."""
    size = len(terms)
    bread = np.linalg.inv(terms.T @ terms)
    left = np.eye(size) - terms @ bread @ terms.T
    meat, pulls = np.zeros((terms.shape[1],) * 2), []
    for cluster in range(index.max() + 1):
        kept = index == cluster
        values, vectors = np.linalg.eigh(left[np.ix_(kept, kept)])
        adjusted = vectors @ np.diag(values**-0.5) @ vectors.T
        score = bread @ terms[kept].T @ adjusted @ residuals[kept]
        meat += np.outer(score, score)
        pulls.append(left[:, kept] @ adjusted @ terms[kept] @ bread)
    freedom = []
    for place in range(terms.shape[1]):
        columns = np.array([pull[:, place] for pull in pulls])
        product = columns @ columns.T
        freedom.append(float(np.trace(product) ** 2 / np.sum(product**2)))
    return np.diag(meat), freedom


@given(some.integers(0, 2**32))
def test_variance_and_freedom_are_those_of_the_written_out_matrices(seed: int) -> None:
    rng = np.random.default_rng(seed)
    index = np.concatenate([np.arange(10), rng.integers(0, 10, 30)])
    terms = np.column_stack([np.ones(40), rng.normal(size=40)])
    values = rng.normal(size=40)
    line = np.linalg.lstsq(terms, values, rcond=None)[0]
    residuals = values - terms @ line
    told = robust_coefficients(terms, np.ones(40), residuals, index)
    variance, freedom = brute(terms, residuals, index)
    assert told.variance == pytest.approx(variance)
    assert told.freedom == pytest.approx(freedom)


def test_a_constant_alone_is_the_cluster_robust_mean() -> None:
    rng = np.random.default_rng(2)
    values, index = rng.normal(size=60), np.concatenate([np.arange(12), rng.integers(0, 12, 48)])
    told = robust_coefficients(np.ones((60, 1)), np.ones(60), values - values.mean(), index)
    known = cluster_mean(values, np.ones(60), index)
    assert known.method == "CR2"
    assert (told.variance[0], told.freedom[0]) == pytest.approx((known.variance, known.freedom))


def test_log_lengths_count_an_empty_answer_as_one_character() -> None:
    assert log_lengths([0, 1, 100]).tolist() == [0.0, 0.0, math.log(100)]


def test_a_judge_that_prefers_twice_as_long_by_hand() -> None:
    # twice as long wins 3 of 4, half as long 1 of 4: log odds log 3 at log 2, so log 3 / log 2
    wins, ratios = [1, 1, 1, 0] * 10 + [0, 0, 0, 1] * 10, [2.0] * 40 + [0.5] * 40
    told = length_slope(wins, np.log(ratios), range(80))
    assert told.value is not None
    assert told.value == pytest.approx(math.log(3) / math.log(2))
    assert told.low is not None
    assert told.low > 0
    # the delta method: half a difference of two log odds of 40, with 1 / (40 p q) each, CR2
    error = math.sqrt(2 / (39 * 0.75 * 0.25)) / 2 / math.log(2)
    assert told.value - told.low == pytest.approx(1.99 * error, rel=0.01)


@pytest.mark.parametrize(("items", "per", "slope"), [(60, 1, 0.0), (150, 1, 1.5), (30, 4, 0.8)])
def test_the_interval_of_the_slope_covers(items: int, per: int, slope: float) -> None:
    rng, draws, hits = np.random.default_rng(5), 400, 0
    for _ in range(draws):
        ratios = np.repeat(rng.normal(0.3, 0.5, items), per) + rng.normal(0, 0.1, items * per)
        wins = rng.random(items * per) < chances(slope * ratios - 0.2)
        told = length_slope(wins, ratios, np.repeat(range(items), per))
        assert told.low is not None
        assert told.high is not None
        hits += told.low <= slope <= told.high
    assert abs(hits / draws - 0.95) < 0.015 + 3 * math.sqrt(0.95 * 0.05 / draws)


def test_pairs_of_one_item_that_agree_are_not_counted_as_many() -> None:
    rng = np.random.default_rng(6)
    ratios = rng.normal(size=60)
    wins = (rng.random(60) < chances(ratios)).astype(float)
    one = length_slope(wins, ratios, range(60))
    four = length_slope(np.repeat(wins, 4), np.repeat(ratios, 4), np.repeat(range(60), 4))
    assert four.value == pytest.approx(one.value)
    assert (four.low, four.high) == pytest.approx((one.low, one.high), rel=1e-4)


@pytest.mark.parametrize(
    ("wins", "ratios", "clusters", "why"),
    [
        ([1, 0] * 3, [1.0, 2.0] * 3, range(6), "fewer than 8 clusters"),
        ([1, 0] * 20, [1.0] * 40, range(40), "all pairs have the same ratio of lengths"),
        ([1] * 38 + [0] * 2, np.linspace(0, 1, 40), range(40), "fewer than 10 wins or losses"),
        ([], [], [], "fewer than 8 clusters"),
        (
            [0] * 20 + [1] * 20,
            np.linspace(-1, 1, 40),
            range(40),
            "length alone tells wins from losses: no finite slope",
        ),
    ],
)
def test_no_slope_says_why(wins: list[int], ratios: list[float], clusters: range, why: str) -> None:
    told = length_slope(wins, ratios, clusters)
    assert (told.value, told.low, told.high, told.method) == (None, None, None, why)


def test_scores_on_a_line_are_put_at_the_reference_by_hand() -> None:
    # 0.2 a doubling: 0.2, 0.4, 0.6, 0.8 at 100, 200, 400, 800, with noise that sums to 0 at each
    scores = [s + d for s in (0.2, 0.4, 0.6, 0.8) for d in (-0.05, 0.05, 0.05, -0.05)]
    lengths = np.repeat([100, 200, 400, 800], 4)
    told = length_adjusted_mean(scores, lengths, range(16), reference=200)
    assert told.raw.value == pytest.approx(0.5)
    assert told.adjusted.value == pytest.approx(0.4)
    assert told.slope.value == pytest.approx(0.2 / math.log(2))
    assert (told.reference, told.mean_length) == (200, 375)
    assert told.slope.low is not None
    assert told.slope.low > 0
    own = length_adjusted_mean(scores, lengths, range(16))
    assert own.reference == 375
    assert own.adjusted.value == pytest.approx(0.2 + 0.2 * math.log2(3.75))


@given(some.integers(0, 2**32), some.floats(0.01, 100))
def test_the_unit_of_length_does_not_matter(seed: int, unit: float) -> None:
    rng = np.random.default_rng(seed)
    lengths, scores = rng.integers(200, 2000, 40), rng.random(40)
    one = length_adjusted_mean(scores, lengths, range(40), reference=900)
    other = length_adjusted_mean(scores, lengths * unit, range(40), reference=900 * unit)
    for name in ("raw", "adjusted", "slope"):
        first, second = getattr(one, name), getattr(other, name)
        assert first.value == pytest.approx(second.value, abs=1e-9)
        assert (first.low, first.high) == pytest.approx((second.low, second.high), abs=1e-9)


def test_the_intervals_of_adjusted_mean_and_slope_cover() -> None:
    rng, draws, hits, along = np.random.default_rng(9), 400, 0, 0
    for _ in range(draws):
        logs = rng.normal(6, 0.5, 90)
        shared_part = np.repeat(rng.normal(0, 0.05, 30), 3)
        scores = 0.5 + 0.1 * (logs - 6) + shared_part + rng.normal(0, 0.1, 90)
        told = length_adjusted_mean(
            scores, np.exp(logs), np.repeat(range(30), 3), reference=math.exp(6.4)
        )
        assert told.adjusted.low is not None
        assert told.adjusted.high is not None
        assert told.slope.low is not None
        assert told.slope.high is not None
        hits += told.adjusted.low <= 0.54 <= told.adjusted.high
        along += told.slope.low <= 0.1 <= told.slope.high
    for covered in (hits, along):
        assert abs(covered / draws - 0.95) < 0.015 + 3 * math.sqrt(0.95 * 0.05 / draws)


def test_a_reference_that_no_answer_comes_near_has_no_mean() -> None:
    scores, lengths = [0.2, 0.4, 0.3, 0.6] * 5, [100, 200, 400, 800] * 5
    told = length_adjusted_mean(scores, lengths, range(20), reference=5000)
    assert (told.adjusted.value, told.adjusted.low) == (None, None)
    assert told.adjusted.method == "no answer is that long, or that short"
    assert told.slope.value is not None


def test_scores_that_cannot_be_adjusted_say_why() -> None:
    same = length_adjusted_mean([0.2, 0.4] * 10, [50] * 20, range(20))
    assert same.adjusted.method == same.slope.method == "all lengths are the same"
    assert same.raw.value == pytest.approx(0.3)
    none = length_adjusted_mean([], [], [])
    assert (none.raw.value, none.adjusted.value, none.mean_length) == (None, None, None)
    line = length_adjusted_mean([0.1, 0.2] * 10, [10, 100] * 10, range(20))
    assert line.slope.method == "no spread round the line"
    assert (line.slope.low, line.adjusted.low) == (None, None)


def test_adjusted_scores_stay_inside_zero_and_one() -> None:
    rng = np.random.default_rng(3)
    lengths = rng.integers(50, 5000, 30)
    scores = np.clip(0.9 + 0.1 * np.log(lengths / 500) + rng.normal(0, 0.1, 30), 0, 1)
    told = length_adjusted_mean(scores, lengths, range(30), reference=float(lengths.max()))
    assert told.adjusted.high == 1.0


def test_the_pairs_of_published_models_lean_to_length() -> None:
    folder = shared("data", "judge", "alpacaeval")
    items = list(csv.DictReader((folder / "items.csv").read_text("utf-8").splitlines()))
    base = log_lengths([float(row["baseline_chars"]) for row in items])
    rows = list(csv.DictReader((folder / "judgments.csv").read_text("utf-8").splitlines()))
    mine = [row for row in rows if row["model"] == "FuseChat-Gemma-2-9B-Instruct"]
    ratios = log_lengths([float(row["output_chars"]) for row in mine]) - base
    told = length_slope([float(r["preference"]) - 1 for r in mine], ratios, range(805))
    assert told.low is not None
    assert told.low > 0.4


@pytest.mark.parametrize(
    ("wins", "ratios", "clusters", "why"),
    [
        ([1.5], [0.0], [1], r"a win is a number in \[0, 1\]"),
        ([1], [math.nan], [1], "values and lengths must be numbers"),
        ([1], [0.0, 1.0], [1], "must have one length"),
    ],
)
def test_bad_pairs_are_refused(
    wins: list[float], ratios: list[float], clusters: list[int], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        length_slope(wins, ratios, clusters)


def test_bad_lengths_and_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="lengths must be numbers of at least 0"):
        length_adjusted_mean([1], [-5], [1])
    with pytest.raises(ValueError, match="a reference length is above 0"):
        length_adjusted_mean([1], [5], [1], reference=0)
    with pytest.raises(ValueError, match="a level lies in"):
        length_slope([1], [0.0], [1], level=95)


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0
