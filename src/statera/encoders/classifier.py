"""The small classifier at work: a text in windows through one encoder, to a score for each head."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from statera.codec.strict import from_json
from statera.encoders.preparation import prepared
from statera.encoders.readings import ClassifierReading
from statera.encoders.windows import Cut, sigmoid, tokenized, windows, worst
from statera.errors import DeclarationError

METADATA = "statera"
"""The name of what the model's file says of itself."""

MAX_WINDOWS = 64
"""About 6,100 tokens: nearly a second of one core."""


class Anatomy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the model's file says of itself: its heads in order, its windows in tokens."""

    heads: tuple[str, ...]
    window: int
    overlap: int


class Examination(NamedTuple):
    """Everything that one pass over a text gives: scores, and its embedding (384,) of length 1."""

    reading: ClassifierReading
    embedding: np.ndarray


class Classifier:
    """A classifier whose files are open; safe to call from several threads at once.

    Scores are calibrated probabilities: the calibration is part of the model's last layer. One text
    a call, as scores of an int8 model change with what shares its batch.
    """

    def __init__(self, session: Any, tokenizer: Any, *, digest: str, max_windows: int) -> None:
        anatomy = _anatomy(session)
        self._session, self._tokenizer = session, tokenizer
        self._cut = Cut(anatomy.window - 2, anatomy.overlap, max_windows)
        self._first = tokenizer.token_to_id("[CLS]")
        self._last = tokenizer.token_to_id("[SEP]")
        self.heads: tuple[str, ...] = anatomy.heads
        self.digest = digest

    def read(self, text: str) -> ClassifierReading:
        """Return the text's scores."""
        return self.examine(text).reading

    def embed(self, text: str) -> np.ndarray:
        """Return the text's embedding (384,) of length 1; two texts compare by their product."""
        return self.examine(text).embedding

    def examine(self, text: str) -> Examination:
        """Return scores and embedding from one pass; windows weigh by their tokens in the latter.

        A text of 128 tokens takes 10 to 20 ms of one core, a longer one that for each window.
        """
        tokens = tokenized(self._tokenizer, text, self._cut, prepared)
        spans, beyond = windows(len(tokens.ids), self._cut)
        found = [self._run(tokens.ids[start:end]) for start, end in spans]
        scores = sigmoid(np.stack([logits for logits, _ in found]))
        sizes = np.array([end - start + 2 for start, end in spans])
        embedding = sizes @ np.stack([one for _, one in found])
        reading = worst(self.heads, tokens, spans, scores, beyond=beyond)
        return Examination(reading, embedding / np.linalg.norm(embedding))

    def token_count(self, text: str) -> int:
        """Return how many tokens the text has, the two that frame it not counted."""
        return len(self._tokenizer.encode(prepared(text).text, add_special_tokens=False).ids)

    def warm(self) -> None:
        """Read one text of a whole window, so that the first real one is not slow."""
        self.read("warm " * self._cut.size)

    def _run(self, ids: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return the logits (heads,) and the embedding (384,) of one window."""
        framed = np.array([[self._first, *ids, self._last]], dtype=np.int64)
        logits, embedding = self._session.run(("logits", "embedding"), {"ids": framed})
        return logits[0], embedding[0]


def _anatomy(session: Any) -> Anatomy:
    told = session.get_modelmeta().custom_metadata_map.get(METADATA)
    if told is None:
        raise DeclarationError(
            f"the model says nothing under '{METADATA}': it was not made by `statera guard train`"
        )
    return from_json(told, Anatomy, source=f"the model's '{METADATA}'")
