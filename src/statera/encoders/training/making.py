"""From a recipe and its data to a classifier's folder: learn, quantise, calibrate, examine."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from statera.codec.files import read_bytes, to_json, write_bytes
from statera.encoders.classifier import MAX_WINDOWS, Anatomy, Classifier
from statera.encoders.runtime import open_session, open_tokenizer
from statera.encoders.shipped import CARD, FILES, MANIFEST, MODEL, TOKENIZER, Manifest, sha256
from statera.encoders.training.calibration import Line, calibrated, line
from statera.encoders.training.card import Latency
from statera.encoders.training.examining import Scored, examined, judged, recalibrated
from statera.encoders.training.fitting import fit
from statera.encoders.training.graph import graph, quantised, with_last_layer
from statera.encoders.training.recipe import Recipe
from statera.encoders.training.rows import Row
from statera.encoders.training.starting import start
from statera.errors import DeclarationError
from statera.protocols import Clock
from statera.seeds import unit

Told = Callable[[str, int, int, str], None]
"""Called as work goes on: what is done, steps done, steps in all, a word more."""

_COMPARED = 200
_TIMED = (32, 128, 256)
_REPEATS = 30


class Made(NamedTuple):
    """A trained classifier: calibrated weights, the file of its int8 model, and the lines."""

    weights: dict[str, np.ndarray]
    model: bytes
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
    model = quantised(graph(weights, anatomy(recipe)), anatomy(recipe))
    scored = _examined(model, rows, lambda n, of: told("calibrating", n, of, ""))
    lines = tuple(
        line(judged(scored, place), recipe.prevalence) for place in range(len(recipe.heads))
    )
    final = calibrated(weights, lines)
    made = Made(final, with_last_layer(model, final), lines)
    return made, recalibrated(scored, lines)


def examine(made: Made, rows: Sequence[Row], told: Told) -> Scored:
    """Return what the calibrated classifier says of the rows."""
    return _examined(made.model, rows, lambda n, of: told("examining", n, of, ""))


def timed(made: Made, clock: Clock) -> list[Latency]:
    """Return how long one text of 32, 128 and 256 tokens takes, from 30 readings each."""
    found = []
    with _opened(made.model) as classifier:
        for tokens in _TIMED:
            text = "word " * (tokens - 2)
            classifier.read(text)
            times = [_milliseconds(classifier, text, clock) for _ in range(_REPEATS)]
            median, p95 = np.quantile(times, [0.5, 0.95])
            found.append(Latency(tokens, float(median), float(p95)))
    return found


def parity(made: Made, recipe: Recipe, rows: Sequence[Row]) -> Parity:
    """Return how far int8 is from single precision on at most 200 of the rows, drawn by hash."""
    chosen = sorted(rows, key=lambda row: unit("parity", row.text))[:_COMPARED]
    exact = graph(made.weights, anatomy(recipe)).SerializeToString(deterministic=True)
    scores = [_examined(model, chosen, lambda n, of: None).scores for model in (exact, made.model)]
    away = np.abs(scores[0] - scores[1])
    return Parity(float(away.mean()), float(away.max()), len(chosen))


def write(made: Made, card: str, out: Path) -> None:
    """Write the classifier's folder; the manifest last, as it vouches for the others."""
    write_bytes(out / MODEL, made.model)
    write_bytes(out / TOKENIZER, read_bytes(start(1, 1, 0).tokenizer))
    write_bytes(out / CARD, card.encode())
    manifest = Manifest({name: sha256(out / name) for name in FILES})
    write_bytes(out / MANIFEST, to_json(manifest) + b"\n")


def anatomy(recipe: Recipe) -> Anatomy:
    """Return what the model's file says of itself."""
    return Anatomy(heads=recipe.heads, window=recipe.window, overlap=recipe.overlap)


def _examined(model: bytes, rows: Sequence[Row], told: Callable[[int, int], None]) -> Scored:
    with _opened(model) as classifier:
        return examined(classifier, rows, told)


def _milliseconds(classifier: Classifier, text: str, clock: Clock) -> float:
    begun = clock.monotonic()
    classifier.read(text)
    return 1000 * (clock.monotonic() - begun)


@contextmanager
def _opened(model: bytes) -> Iterator[Classifier]:
    """Yield the classifier of a model's file that is not yet written anywhere."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / MODEL
        place.write_bytes(model)
        yield Classifier(
            open_session(place),
            open_tokenizer(start(1, 1, 0).tokenizer),
            digest=hashlib.sha256(model).hexdigest(),
            max_windows=MAX_WINDOWS,
        )
