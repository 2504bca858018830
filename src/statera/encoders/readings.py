"""What a classifier of text says, whichever it is."""

from collections.abc import Mapping
from typing import Protocol

import msgspec


class ClassifierReading(msgspec.Struct, frozen=True):
    """A text's probabilities in [0, 1] by head, each the highest over its windows.

    `spans` are the characters (start, end) of the window where each head was highest; `beyond` is
    True when text lies past the last window that was read: the scores say nothing of it.
    """

    scores: Mapping[str, float]
    spans: Mapping[str, tuple[int, int]]
    beyond: bool


class TextClassifier(Protocol):
    """Any classifier of text: the one that ships, or a user's own.

    `digest` changes whenever a score may. `read` works in the calling thread and may be called from
    several at once; `warm` reads one text, so that the first real one is not slow.
    """

    @property
    def heads(self) -> tuple[str, ...]:
        """The names of what it scores."""

    @property
    def digest(self) -> str:
        """The hexadecimal SHA-256 of all that its scores depend on."""

    def read(self, text: str) -> ClassifierReading:
        """Return the text's scores."""

    def token_count(self, text: str) -> int:
        """Return how many tokens the text has, those that frame it not counted."""

    def warm(self) -> None:
        """Read one text."""
