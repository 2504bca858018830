"""Platt's line finds what distorted the logits; weights give sources and labels their shares."""

import numpy as np
import pytest

from statera.encoders.training.calibration import Judged, Line, balanced, calibrated, line
from tests.encoders import tiny


def test_the_distortion_is_undone() -> None:
    draw = np.random.default_rng(0)
    truth = draw.normal(0, 3, 2_000)
    labels = (draw.random(2_000) < 1 / (1 + np.exp(-truth))).astype(float)
    found = line(Judged(truth / 4 + 1, labels, ["s"] * 2_000), float(labels.mean()))
    assert found.slope == pytest.approx(4, rel=0.15)
    assert found.shift == pytest.approx(-4, rel=0.15)


def test_sources_count_alike_and_ones_as_often_as_they_prevail() -> None:
    judged = Judged(np.zeros(6), np.array([1, 1, 1, 0, 0, 0]), ["a", "a", "b", "c", "c", "c"])
    weights = balanced(judged, 0.1)
    np.testing.assert_allclose(weights, [0.025, 0.025, 0.05, 0.3, 0.3, 0.3])


def test_a_head_without_mistakes_stays_finite_and_one_without_zeros_stays() -> None:
    found = line(Judged(np.array([-5.0, 5.0]), np.array([0.0, 1.0]), ["a", "b"]), 0.1)
    assert np.isfinite(found).all()
    assert line(Judged(np.zeros(2), np.ones(2), ["a", "a"]), 0.1) == Line(1.0, 0.0)


def test_the_line_is_in_the_last_layer() -> None:
    weights = tiny.weights()
    made = calibrated(weights, [Line(2.0, 1.0), Line(1.0, 0.0)])
    hidden = np.ones(16, np.float32)
    before = hidden @ weights["head.out.weight"] + weights["head.out.bias"]
    after = hidden @ made["head.out.weight"] + made["head.out.bias"]
    np.testing.assert_allclose(after, [2 * before[0] + 1, before[1]], rtol=1e-5)
