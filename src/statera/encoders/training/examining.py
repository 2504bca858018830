"""What a classifier says of labelled rows, on the path that serves: one text a call, int8."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from statera.encoders.classifier import Classifier
from statera.encoders.training.calibration import Judged, Line
from statera.encoders.training.recipe import Recipe
from statera.encoders.training.rows import Row
from statera.encoders.windows import sigmoid

Counted = Callable[[int, int], None]
"""Called now and then: rows done, rows in all."""

THREADS = 2
_TOLD_EVERY = 50
_EDGE = 1e-12


class Scored(NamedTuple):
    """Rows with a score in [0, 1] for each head: `scores` (rows, heads)."""

    rows: Sequence[Row]
    scores: np.ndarray


class Pairing(NamedTuple):
    """Scores of one head: ones of a source, and zeros of the same or of others."""

    head: str
    ones: str
    zeros: str
    high: np.ndarray
    low: np.ndarray


def examined(classifier: Classifier, rows: Sequence[Row], told: Counted) -> Scored:
    """Return the rows' scores; long ones by the highest of their windows, as in service."""

    def scores(row: Row) -> list[float]:
        reading = classifier.read(row.text)
        return [reading.scores[head] for head in classifier.heads]

    found = []
    with ThreadPoolExecutor(THREADS) as pool:
        for number, one in enumerate(pool.map(scores, rows), start=1):
            found.append(one)
            if number % _TOLD_EVERY == 0 or number == len(rows):
                told(number, len(rows))
    return Scored(rows, np.array(found).reshape(len(rows), len(classifier.heads)))


def recalibrated(scored: Scored, lines: Sequence[Line]) -> Scored:
    """Return the scores after each head's line; the worst window stays so: slopes are positive."""
    slopes, shifts = (np.array(part) for part in zip(*lines, strict=True))
    return Scored(scored.rows, sigmoid(_logits(scored.scores) * slopes + shifts))


def judged(scored: Scored, place: int) -> Judged:
    """Return the logits, labels and sources of the rows whose label of head `place` is known."""
    known = [n for n, row in enumerate(scored.rows) if row.labels[place] is not None]
    labels = np.array([float(scored.rows[n].labels[place] or 0) for n in known])
    sources = [scored.rows[n].source for n in known]
    return Judged(_logits(scored.scores[known, place]), labels, sources)


def pairings(scored: Scored, recipe: Recipe) -> Iterator[Pairing]:
    """Yield what can be told apart: within a source that has both, and as the recipe compares."""
    titles = list(dict.fromkeys(row.source for row in scored.rows))
    for place, head in enumerate(recipe.heads):
        for title in titles:
            high, low = (_of(scored, place, [title], label) for label in (1, 0))
            if len(high) and len(low):
                yield Pairing(head, title, title, high, low)
        for one in recipe.comparisons:
            if one.head == head and one.ones in titles and set(one.zeros) <= set(titles):
                high = _of(scored, place, [one.ones], 1)
                low = _of(scored, place, one.zeros, 0)
                yield Pairing(head, one.ones, " + ".join(one.zeros), high, low)


def zeros(scored: Scored, recipe: Recipe) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield (source, head, scores) of every source's zeros of every head."""
    for title in dict.fromkeys(row.source for row in scored.rows):
        for place, head in enumerate(recipe.heads):
            low = _of(scored, place, [title], 0)
            if len(low):
                yield title, head, low


def harmless(scored: Scored) -> dict[str, np.ndarray]:
    """Return by source, of rows of which no head is a one, the highest score of a head known 0."""
    found: dict[str, list[float]] = {}
    for row, scores in zip(scored.rows, scored.scores, strict=True):
        low = [score for score, label in zip(scores, row.labels, strict=True) if label == 0]
        if low and 1 not in row.labels:
            found.setdefault(row.source, []).append(max(low))
    return {title: np.array(highest) for title, highest in found.items()}


def _logits(scores: np.ndarray) -> np.ndarray:
    within = np.clip(scores, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(within / (1 - within)))


def _of(scored: Scored, place: int, titles: Sequence[str], label: int) -> np.ndarray:
    """Return the scores of the head's rows with that label in those sources."""
    here = [
        n
        for n, row in enumerate(scored.rows)
        if row.labels[place] == label and row.source in titles
    ]
    return np.asarray(scored.scores[here, place])
