"""Overlapping windows over a text's tokens, up to a hard cap, and the worst of what they say.

>>> windows(10, Cut(size=4, overlap=1, cap=8))
([(0, 4), (3, 7), (6, 10)], False)
>>> windows(10, Cut(size=4, overlap=1, cap=2))
([(0, 4), (3, 7)], True)
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from statera.encoders.preparation import Prepared
from statera.encoders.readings import ClassifierReading

_CHARACTERS_PER_TOKEN = 16


class Cut(NamedTuple):
    """How a text is cut: at most `cap` windows of `size` tokens that share `overlap` < size."""

    size: int
    overlap: int
    cap: int

    @property
    def characters(self) -> int:
        """How much of a text is tokenized at all: what lies further is beyond any window."""
        return self.size * self.cap * _CHARACTERS_PER_TOKEN


class Tokens(NamedTuple):
    """A text's tokens, their characters in `ready`, and whether all of the text was tokenized."""

    ids: Sequence[int]
    spans: Sequence[tuple[int, int]]
    ready: Prepared
    whole: bool


def tokenized(
    tokenizer: Any, text: str, cut: Cut, prepare: Callable[[str], Prepared] | None = None
) -> Tokens:
    """Return the tokens, without special ones, of as much text as any window may reach."""
    near = text[: cut.characters]
    ready = Prepared(near, ()) if prepare is None else prepare(near)
    read = ready.text[: cut.characters]
    encoded = tokenizer.encode(read, add_special_tokens=False)
    whole = len(near) == len(text) and len(read) == len(ready.text)
    return Tokens(encoded.ids, encoded.offsets, ready, whole)


def windows(tokens: int, cut: Cut) -> tuple[list[tuple[int, int]], bool]:
    """Return windows (start, end) of tokens, and whether tokens lie beyond the last one.

    The last one is full too, so that no ending is read without what stands before it. A text
    without tokens has one empty window.
    """
    if tokens <= cut.size:
        return [(0, tokens)], False
    needed = 1 + -(-(tokens - cut.size) // (cut.size - cut.overlap))
    starts = [
        min(number * (cut.size - cut.overlap), tokens - cut.size)
        for number in range(min(needed, cut.cap))
    ]
    return [(start, start + cut.size) for start in starts], needed > cut.cap


def worst(
    heads: Sequence[str],
    tokens: Tokens,
    spans: Sequence[tuple[int, int]],
    scores: np.ndarray,
    *,
    beyond: bool,
) -> ClassifierReading:
    """Return each head's highest score over the windows; `scores` (windows, heads) in [0, 1]."""
    highest = scores.argmax(0)
    return ClassifierReading(
        scores={head: float(scores[highest[n], n]) for n, head in enumerate(heads)},
        spans={head: _characters(tokens, *spans[highest[n]]) for n, head in enumerate(heads)},
        beyond=beyond or not tokens.whole,
    )


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Return probabilities in double precision."""
    return np.asarray(1 / (1 + np.exp(-logits.astype(np.float64))))


def _characters(tokens: Tokens, start: int, end: int) -> tuple[int, int]:
    """Return the characters of the raw text from token `start` to token `end`, exclusive."""
    if end == start:
        return 0, 0
    return tokens.ready.raw_span(tokens.spans[start][0], tokens.spans[end - 1][1])
