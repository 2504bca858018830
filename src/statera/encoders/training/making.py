"""From a recipe and its data to a classifier's folder: learn, quantise, calibrate, examine."""

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from statera.codec.files import read_bytes, to_json, write_bytes
from statera.encoders.classifier import Anatomy, Classifier
from statera.encoders.runtime import open_session, open_tokenizer
from statera.encoders.shipped import CARD, FILES, MANIFEST, MODEL, TOKENIZER, Manifest, sha256
from statera.encoders.training.calibration import Line, calibrated, line
from statera.encoders.training.examining import Scored, examined, judged, recalibrated
from statera.encoders.training.fitting import fit
from statera.encoders.training.graph import graph, quantised
from statera.encoders.training.recipe import Recipe
from statera.encoders.training.rows import Row
from statera.encoders.training.starting import start
from statera.errors import DeclarationError
from statera.seeds import unit

Told = Callable[[str, int, int, str], None]
"""Called as work goes on: what is done, steps done, steps in all, a word more."""

_COMPARED = 200


class Made(NamedTuple):
    """A trained classifier: its weights, calibrated, and the lines that calibrated them."""

    weights: dict[str, np.ndarray]
    lines: tuple[Line, ...]


class Parity(NamedTuple):
    """How far int8 scores are from those in single precision: in the mean and at most."""

    mean: float
    greatest: float
    rows: int


def learn(recipe: Recipe, rows: Sequence[Row], *, seed: int, told: Told) -> dict[str, np.ndarray]:
    """Return the weights after training on the rows; DeclarationError without enough of them."""
    if len(rows) < recipe.batch:
        raise DeclarationError(f"{len(rows)} training rows; a batch takes {recipe.batch}")
    begun = start(recipe.layers, len(recipe.heads), seed)
    tokenizer = open_tokenizer(begun.tokenizer)

    def step(done: int, total: int, loss: float) -> None:
        told("learning", done, total, f"loss {loss:.3f}")

    return fit(begun.weights, rows, tokenizer, recipe, seed=seed, told=step)


def calibrate(
    weights: Mapping[str, np.ndarray], recipe: Recipe, rows: Sequence[Row], told: Told
) -> tuple[Made, Scored]:
    """Return the weights with scores that are probabilities on the rows, and the rows' scores.

    They are examined as they will be in service: one text a call, int8.
    """
    with tempfile.TemporaryDirectory() as folder:
        classifier = _opened(_small(weights, recipe), Path(folder))
        scored = examined(classifier, rows, lambda n, of: told("calibrating", n, of, ""))
    lines = tuple(
        line(judged(scored, place), recipe.prevalence) for place in range(len(recipe.heads))
    )
    return Made(calibrated(weights, lines), lines), recalibrated(scored, lines)


def examine(made: Made, recipe: Recipe, rows: Sequence[Row], told: Told) -> Scored:
    """Return what the calibrated classifier says of the rows."""
    with tempfile.TemporaryDirectory() as folder:
        classifier = _opened(_small(made.weights, recipe), Path(folder))
        return examined(classifier, rows, lambda n, of: told("examining", n, of, ""))


def parity(made: Made, recipe: Recipe, rows: Sequence[Row]) -> Parity:
    """Return how far int8 is from single precision on at most 200 of the rows, drawn by hash."""
    chosen = sorted(rows, key=lambda row: unit("parity", row.text))[:_COMPARED]
    exact = graph(made.weights, anatomy(recipe)).SerializeToString(deterministic=True)
    found = []
    for data in (exact, _small(made.weights, recipe)):
        with tempfile.TemporaryDirectory() as folder:
            found.append(examined(_opened(data, Path(folder)), chosen, lambda n, of: None).scores)
    away = np.abs(found[0] - found[1])
    return Parity(float(away.mean()), float(away.max()), len(chosen))


def write(made: Made, recipe: Recipe, card: str, out: Path) -> None:
    """Write the classifier's folder; the manifest last, as it vouches for the others."""
    write_bytes(out / MODEL, _small(made.weights, recipe))
    write_bytes(out / TOKENIZER, read_bytes(start(1, 1, 0).tokenizer))
    write_bytes(out / CARD, card.encode())
    manifest = Manifest({name: sha256(out / name) for name in FILES})
    write_bytes(out / MANIFEST, to_json(manifest) + b"\n")


def anatomy(recipe: Recipe) -> Anatomy:
    """Return what the model's file says of itself."""
    return Anatomy(heads=recipe.heads, window=recipe.window, overlap=recipe.overlap)


def model_digest(made: Made, recipe: Recipe) -> str:
    """Return the SHA-256 of the model's file as it will be written."""
    return hashlib.sha256(_small(made.weights, recipe)).hexdigest()


def _small(weights: Mapping[str, np.ndarray], recipe: Recipe) -> bytes:
    return quantised(graph(weights, anatomy(recipe)), anatomy(recipe))


def _opened(model: bytes, folder: Path) -> Classifier:
    (folder / MODEL).write_bytes(model)
    return Classifier(
        open_session(folder / MODEL),
        open_tokenizer(start(1, 1, 0).tokenizer),
        digest=hashlib.sha256(model).hexdigest(),
        max_windows=64,
    )
