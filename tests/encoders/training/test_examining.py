"""Rows through a classifier, and what is told from what."""

from pathlib import Path

import numpy as np
import pytest

from statera.encoders.shipped import open_classifier
from statera.encoders.training.calibration import Line
from statera.encoders.training.examining import (
    Scored,
    examined,
    harmless,
    judged,
    pairings,
    recalibrated,
    zeros,
)
from statera.encoders.training.recipe import Comparison, Recipe
from statera.encoders.training.rows import Row
from tests.encoders import tiny

ROWS = [
    Row("good dog", (1, 0), "mixed", "dev"),
    Row("bad dog", (0, None), "mixed", "dev"),
    Row("very bad " * 9, (None, 1), "asks", "dev"),
]
SCORED = Scored(ROWS, np.array([[0.9, 0.2], [0.1, 0.5], [0.5, 0.8]]))
RECIPE = Recipe(
    heads=("toxicity", "harmful"),
    sources=(),
    comparisons=(
        Comparison(head="harmful", ones="asks", zeros=("mixed",)),
        Comparison(head="harmful", ones="asks", zeros=("unopened",)),
    ),
)


def test_rows_are_scored_one_by_one_as_in_service(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    from statera.encoders.training.graph import graph  # noqa: PLC0415

    model = graph(tiny.weights(), tiny.ANATOMY).SerializeToString()
    classifier = open_classifier(tiny.folder(tmp_path, model))
    told: list[tuple[int, int]] = []
    found = examined(classifier, ROWS, lambda done, total: told.append((done, total)))
    assert told == [(3, 3)]
    expected = [list(classifier.read(row.text).scores.values()) for row in ROWS]
    np.testing.assert_array_equal(found.scores, expected)


def test_sources_are_compared_with_themselves_and_as_the_recipe_says() -> None:
    found = [
        (p.head, p.ones, p.zeros, p.high.tolist(), p.low.tolist()) for p in pairings(SCORED, RECIPE)
    ]
    assert found == [
        ("toxicity", "mixed", "mixed", [0.9], [0.1]),
        ("harmful", "asks", "mixed", [0.8], [0.2]),
    ]
    assert [(title, head, low.tolist()) for title, head, low in zeros(SCORED, RECIPE)] == [
        ("mixed", "toxicity", [0.1]),
        ("mixed", "harmful", [0.2]),
    ]


def test_a_harmless_row_has_the_highest_score_of_its_zeros() -> None:
    assert {title: low.tolist() for title, low in harmless(SCORED).items()} == {"mixed": [0.1]}


def test_a_line_moves_the_logits_and_the_unknown_are_left_out() -> None:
    moved = recalibrated(SCORED, [Line(2.0, 0.5), Line(1.0, 0.0)])
    before, after = judged(SCORED, 0), judged(moved, 0)
    np.testing.assert_allclose(after.logits, 2 * before.logits + 0.5)
    assert after.labels.tolist() == [1, 0]
    np.testing.assert_allclose(moved.scores[:, 1], SCORED.scores[:, 1])
