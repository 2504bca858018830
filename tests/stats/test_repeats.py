import json
from itertools import combinations
from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from statera.stats.repeats import agreement, mixed_at, same_at, variance_split
from tests.shared_data import shared

Rows = list[tuple[str, list[str]]]


def recorded(task: str) -> Rows:
    lines = shared("data", "alignment", "reliability", "llm_stability_strict_json.jsonl")
    rows = [json.loads(line) for line in lines.read_text().splitlines()]
    return [(row["target"][1], row["responses"]) for row in rows if row["task"] == task]


def answers(rows: Rows) -> list[list[str]]:
    return [[json.loads(reply)["Answer"].strip("()") for reply in replies] for _, replies in rows]


@pytest.mark.parametrize(
    ("task", "raw", "parsed"),
    [
        ("college_mathematics", 45, 47),
        ("high_school_european_history", 153, 153),
        ("logical_deduction", 223, 223),
        ("public_relations", 85, 85),
    ],
)
def test_recorded_runs_agree_as_published(task: str, raw: int, parsed: int) -> None:
    rows = recorded(task)
    of_texts = agreement([replies for _, replies in rows])
    assert of_texts.value == pytest.approx(raw / len(rows))
    assert agreement(answers(rows)).value == pytest.approx(parsed / len(rows))
    assert of_texts.low is not None
    assert of_texts.high is not None
    assert of_texts.low < raw / len(rows) < of_texts.high
    assert (of_texts.n, of_texts.method) == (len(rows), "Wilson")


def test_college_mathematics_splits_as_recorded() -> None:
    rows = recorded("college_mathematics")
    pairs = zip(rows, answers(rows), strict=True)
    split = variance_split([[float(a == target) for a in found] for (target, _), found in pairs])
    assert (split.within, split.between) == pytest.approx((0.092, 0.159), abs=5e-4)
    errors = [split.error(tries) for tries in (1, 5, inf)]
    assert errors == pytest.approx([0.050, 0.042, 0.040], abs=5e-4)


def test_within_of_counts_is_the_closed_form() -> None:
    counts, tries = [0, 3, 5, 2], 5
    split = variance_split([[1.0] * c + [0.0] * (tries - c) for c in counts])
    assert split.within == pytest.approx(sum(c * (5 - c) / 20 for c in counts) / 4)


def test_both_parts_are_unbiased_for_graded_scores_and_unequal_tries() -> None:
    generator = np.random.default_rng(1)
    parts = []
    for _ in range(1500):
        means = generator.normal(0, 0.5, size=30)
        sizes = generator.integers(2, 5, size=30)
        found = variance_split(
            [generator.normal(m, 2.0, size=s).tolist() for m, s in zip(means, sizes, strict=True)]
        )
        parts.append((found.within, found.between))
    mean, spread = np.mean(parts, axis=0), np.std(parts, axis=0) / sqrt(1500)
    assert abs(mean[0] - 4.0) < 4 * spread[0]
    assert abs(mean[1] - 0.25) < 4 * spread[1]
    assert min(between for _, between in parts) < 0


@given(some.lists(some.lists(some.floats(0, 1), min_size=3, max_size=3), min_size=2, max_size=9))
def test_the_error_at_the_tries_made_is_that_of_the_item_means(rows: list[list[float]]) -> None:
    split = variance_split(rows)
    if split.between >= 0:
        means = np.array(rows).mean(axis=1)
        assert split.error(3) == pytest.approx(means.std(ddof=1) / sqrt(len(rows)), abs=1e-9)
    assert split.error(inf) <= split.error(5) <= split.error(1)


@pytest.mark.parametrize(
    "rows", [[], [[1.0, 0.0]], [[1.0], [0.0]], [[1.0, float("nan")], [0.0, 1.0]]]
)
def test_what_cannot_be_split_is_refused(rows: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="variance split"):
        variance_split(rows)


def test_no_items_agree_on_nothing() -> None:
    found = agreement([])
    assert (found.value, found.low, found.method) == (None, None, "no items")


def test_single_outputs_and_strange_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="2 outputs"):
        agreement([["a"]])
    with pytest.raises(ValueError, match="level"):
        agreement([["a", "a"]], level=0.0)
    with pytest.raises(ValueError, match="one try"):
        variance_split([[1.0, 0.0], [1.0, 1.0]]).error(0)


@given(some.lists(some.sampled_from("abc"), min_size=1, max_size=7), some.integers(1, 7))
def test_the_chance_of_the_same_output_is_the_share_of_subsets(outputs: list[str], k: int) -> None:
    k = min(k, len(outputs))
    subsets = list(combinations(outputs, k))
    alike = sum(len(set(subset)) == 1 for subset in subsets) / len(subsets)
    assert same_at([outputs.count(one) for one in "abc"], k) == pytest.approx(alike)
    right = [output == "a" for output in outputs]
    mixed = sum(len(set(subset)) == 2 for subset in combinations(right, k)) / len(subsets)
    assert mixed_at(sum(right), len(right), k) == pytest.approx(mixed)


@pytest.mark.parametrize(("sizes", "k"), [((1, 1), 3), ((2,), 0), ((-1, 3), 1)])
def test_tries_that_there_are_not_agree_on_nothing(sizes: tuple[int, ...], k: int) -> None:
    with pytest.raises(ValueError, match="tries cannot be picked"):
        same_at(sizes, k)
