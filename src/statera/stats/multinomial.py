"""How often each of n items is drawn when n are drawn with replacement: many times, fast, exactly.

Drawing n numbers a resample costs two random words an item. Poisson counts cost a quarter: given
their total they are multinomial (Feller, An Introduction to Probability Theory, volume 1, VI.10),
so a total below n is filled up with single draws, and one above n is drawn anew.
"""

from collections.abc import Iterator
from math import exp, factorial, sqrt
from typing import NamedTuple

import numpy as np

CHUNK = 2**20  # counts held at a time
CELLS = 2**16
LARGEST = 30  # P(more) < 1e-32 for a mean of at most 1
SHORT = 5.0  # standard deviations by which the Poisson total aims below n


class Poisson(NamedTuple):
    """A Poisson law of mean at most 1, cut into 2^16 equal cells and an exact rest.

    A uniform 16-bit number u stands for the count of `edges` that are <= u; the last `rest` cells
    stand for a draw with the probabilities `leftover` of 0..LARGEST - 1.
    """

    edges: np.ndarray
    rest: int
    leftover: np.ndarray


def poisson(mean: float) -> Poisson:
    """Return the law of that mean in [0, 1], exact to double precision."""
    law = np.array([exp(-mean) * mean**k / factorial(k) for k in range(LARGEST)]) * CELLS
    whole = np.floor(law)
    edges = np.cumsum(whole)
    rest = int(CELLS - edges[-1])
    leftover = (law - whole) / max(float((law - whole).sum()), 1e-300)
    return Poisson(edges[edges < CELLS - rest].astype(np.uint16), rest, leftover)


def resample_counts(items: int, resamples: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield counts of shape (rows, items), uint8, `resamples` rows in all, each adding up to items.

    Each row is an independent multinomial draw of `items` >= 1 from as many equal chances.
    """
    law = poisson(max(0.0, 1 - SHORT / sqrt(items)))
    rows = max(1, min(resamples, CHUNK // items))
    for start in range(0, resamples, rows):
        yield _counts(min(rows, resamples - start), items, law, rng)


def _counts(rows: int, items: int, law: Poisson, rng: np.random.Generator) -> np.ndarray:
    counts = _poisson_counts(rows * items, law, rng).reshape(rows, items)
    missing = items - counts.sum(axis=1, dtype=np.int64)
    while missing.min() < 0:
        over = np.flatnonzero(missing < 0)
        counts[over] = _poisson_counts(len(over) * items, law, rng).reshape(-1, items)
        missing = items - counts.sum(axis=1, dtype=np.int64)
    places = np.repeat(np.arange(rows) * items, missing)
    places += rng.integers(0, items, size=len(places))
    np.add.at(counts.reshape(-1), places, np.uint8(1))
    return counts


def _poisson_counts(size: int, law: Poisson, rng: np.random.Generator) -> np.ndarray:
    words = rng.integers(0, 2**64 - 1, size=-(-size // 4), dtype=np.uint64, endpoint=True)
    cells = words.view("<u2")[:size]
    counts = np.zeros(size, dtype=np.uint8)
    for edge in law.edges:
        counts += (cells >= edge).view(np.uint8)
    if law.rest:
        places = np.flatnonzero(cells > np.uint16(CELLS - 1 - law.rest))
        counts[places] = rng.choice(LARGEST, size=len(places), p=law.leftover)
    return counts
