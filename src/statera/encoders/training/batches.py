"""Rows to batches: tokenized, in another form now and then, short texts among short ones."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from statera.encoders.preparation import prepared
from statera.encoders.training.noise import buried, reformed, veiled
from statera.encoders.training.recipe import Recipe
from statera.encoders.training.rows import Row

PARTS = 2
"""A step's texts are learnt in so many parts, each of texts of about one length."""

_TOGETHER = 8
_LENGTHS = (16, 24, 32, 40, 48, 64, 80, 96, 112, 128, 192, 256, 384, 512)
_SHORT = 40
_LEAST, _MOST = 0.5, 8.0


class Part(NamedTuple):
    """Texts padded to one length; arrays as in `network.Batch`."""

    ids: np.ndarray
    mask: np.ndarray
    labels: np.ndarray
    trust: np.ndarray
    anchor: np.ndarray


class Learnt(NamedTuple):
    """What is learnt: rows, how much each of their labels counts, and embeddings to stay near.

    `trust` (rows, heads); `anchors` (rows, 384), zeros where there is none.
    """

    rows: Sequence[Row]
    trust: np.ndarray
    anchors: np.ndarray


def trusts(rows: Sequence[Row]) -> np.ndarray:
    """Return how much each label counts (rows, heads): 0 unknown, else so that a head's ones and
    zeros count alike, but none less than 0.5 or more than 8 times.
    """
    known = np.array([[value is not None for value in row.labels] for row in rows])
    ones = np.array([[value == 1 for value in row.labels] for row in rows])
    weights = np.array([row.weight for row in rows])[:, None]
    every, positive = (known * weights).sum(0), (ones * weights).sum(0)
    half = every / 2
    for_ones = np.clip(half / np.maximum(positive, 1e-9), _LEAST, _MOST)
    for_zeros = np.clip(half / np.maximum(every - positive, 1e-9), _LEAST, _MOST)
    return np.asarray(np.where(ones, for_ones, for_zeros) * known, dtype=np.float32)


def steps_of(rows: Sequence[Row], recipe: Recipe) -> int:
    """Return how many steps training takes."""
    return max(1, int(sum(row.weight for row in rows) * recipe.epochs) // recipe.batch)


def steps(learnt: Learnt, tokenizer: Any, recipe: Recipe, seed: int) -> Iterator[list[Part]]:
    """Yield the parts of each step; every row comes as often as its weight and the epochs say.

    The texts of eight steps are sorted by length and cut into parts, which are then dealt out.
    """
    generator = np.random.default_rng(seed)
    rows = learnt.rows
    fillers = [row.text for row in rows if not any(row.labels) and len(row.text) > 200]
    order = _order(rows, generator)
    total, parts = steps_of(rows, recipe), min(PARTS, recipe.batch)
    for begun in range(0, total, _TOGETHER):
        count = min(_TOGETHER, total - begun)
        chosen = np.fromiter(order, dtype=np.int64, count=count * recipe.batch)
        texts = [_formed(rows[number], fillers, recipe, generator) for number in chosen]
        ids = [_window(encoded(tokenizer, text), recipe.tokens, generator) for text in texts]
        by_length = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        cut = np.array_split(by_length, count * parts)
        dealt = generator.permutation(len(cut)).reshape(count, parts)
        for step in dealt:
            yield [_part(learnt, [ids[n] for n in cut[part]], chosen[cut[part]]) for part in step]


def encoded(tokenizer: Any, text: str) -> list[int]:
    """Return the text's tokens without the two that frame it."""
    ids: list[int] = tokenizer.encode(prepared(text).text, add_special_tokens=False).ids
    return ids


def padded(tokenized: Sequence[Sequence[int]], first: int = 101, last: int = 102) -> np.ndarray:
    """Return framed tokens (rows, length) padded with 0 to one of a few lengths."""
    longest = max(len(ids) for ids in tokenized) + 2
    length = next((length for length in _LENGTHS if length >= longest), longest)
    found = np.zeros((len(tokenized), length), dtype=np.int32)
    for row, ids in zip(found, tokenized, strict=True):
        row[: len(ids) + 2] = [first, *ids, last]
    return found


def _part(learnt: Learnt, tokenized: Sequence[Sequence[int]], numbers: np.ndarray) -> Part:
    ids = padded(tokenized)
    labels = np.array([[float(v or 0) for v in learnt.rows[n].labels] for n in numbers], "f")
    mask = (ids > 0).astype(np.float32)
    return Part(ids, mask, labels, learnt.trust[numbers], learnt.anchors[numbers])


def _order(rows: Sequence[Row], generator: np.random.Generator) -> Iterator[int]:
    """Yield row numbers for ever, each as often a round as its weight, a fraction by chance."""
    weights = np.array([row.weight for row in rows])
    while True:
        times = np.floor(weights + generator.random(len(weights))).astype(np.int64)
        yield from generator.permutation(np.repeat(np.arange(len(weights)), times)).tolist()


def _formed(
    row: Row, fillers: Sequence[str], recipe: Recipe, generator: np.random.Generator
) -> str:
    text = row.text
    if not any(row.labels) and generator.random() < recipe.veiled:
        return veiled(text, generator)
    if generator.random() < recipe.noise:
        text = reformed(text, generator)
    if len(text.split()) <= _SHORT and generator.random() < recipe.buried:
        text = buried(text, fillers, generator)
    return text


def _window(ids: list[int], size: int, generator: np.random.Generator) -> list[int]:
    """Return a third to all of `size` - 2 tokens of a longer text, from a place that is drawn."""
    most = int(generator.integers(size // 3, size - 1))
    spare = len(ids) - most
    start = int(generator.integers(spare + 1)) if spare > 0 else 0
    return ids[start : start + most]
