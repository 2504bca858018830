"""Training learns, the same for the same seed, and leaves alone what is to stay."""

from pathlib import Path

import numpy as np
import pytest

from statera.encoders.runtime import open_tokenizer
from statera.encoders.training.recipe import Recipe
from statera.encoders.training.rows import Row
from tests.encoders import tiny

pytest.importorskip("jax")
pytest.importorskip("tokenizers")

from statera.encoders.training.fitting import anchors, fit

ROWS = [
    Row(text, labels, "s", "train")
    for n in [0, 1, 2, 3] * 6
    for text, labels in ((f"good {'a ' * n}", (0, None)), (f"bad {'a ' * n}", (1, None)))
]
RECIPE = Recipe(
    heads=("toxicity", "harmful"),
    sources=(),
    layers=2,
    frozen=1,
    dropout=0.0,
    tokens=16,
    batch=8,
    epochs=4,
    noise=0,
    buried=0,
    veiled=0,
    learning_rate=1e-2,
    head_rate=3e-2,
)


def test_it_learns_the_same_each_time_and_keeps_what_is_frozen(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(tiny.tokenizer_json(), encoding="utf-8")
    tokenizer = open_tokenizer(tmp_path / "t.json")
    start = tiny.weights(layers=2)
    # The padded rows use the tokenizer's special numbers of the real encoder.
    start["token"] = np.resize(start["token"], (110, tiny.WIDTH))
    losses: list[float] = []

    def learn(seed: int) -> dict[str, np.ndarray]:
        return fit(
            start,
            ROWS,
            tokenizer,
            RECIPE,
            seed=seed,
            told=lambda done, total, loss: losses.append(loss),
        )

    first, again = learn(1), learn(1)
    assert losses[23] < losses[0] * 0.9
    assert all((first[name] == again[name]).all() for name in start)
    for name in start:
        still = name in ("token", "position") or name.startswith(("embedding.", "layer.0."))
        assert (first[name] == start[name]).all() == still, name


def test_a_quarter_is_anchored_and_nothing_without_anchoring(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(tiny.tokenizer_json(), encoding="utf-8")
    tokenizer = open_tokenizer(tmp_path / "t.json")
    start = tiny.weights()
    start["token"] = np.resize(start["token"], (110, tiny.WIDTH))
    lengths = np.linalg.norm(anchors(start, ROWS, tokenizer, RECIPE), axis=1)
    assert 0 < (lengths > 0).mean() < 0.6
    np.testing.assert_allclose(lengths[lengths > 0], 1, atol=1e-5)
    assert not anchors(start, ROWS, tokenizer, Recipe(heads=("a",), sources=(), anchoring=0)).any()
