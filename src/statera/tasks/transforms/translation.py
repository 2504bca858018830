"""Requests in another language, from a table of whole sentences that a person wrote.

Nothing is translated by a machine: a text that the table lacks is an error before any request. The
table that ships is German, a language that models read well: the arm says whether a model behaves
in German as in English, not what it does in a language that it barely knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from statera.tasks.transforms.transform import INPUT

ASKED = "\n\nPlease answer in English."


@dataclass(frozen=True)
class Translation:
    """Looks a whole text up in `phrases`, a table from the text to its translation."""

    phrases: Mapping[str, str]
    name: str = "translation"

    @property
    def shape(self) -> str:
        """The placeholder as it would be sent; the sentences are part of the samples."""
        return f"{INPUT}{ASKED}"

    def apply(self, text: str) -> str:
        """Return the translation; ValueError for a text that the table lacks."""
        if text not in self.phrases:
            raise ValueError("the table of translations does not have it")
        return f"{self.phrases[text]}{ASKED}"

    def undo(self, text: str) -> str:
        """Return the text whose translation it is; ValueError for any other."""
        found = self._back.get(text.removesuffix(ASKED))
        if found is None or not text.endswith(ASKED):
            raise ValueError("not a translation from the table")
        return found

    @cached_property
    def _back(self) -> dict[str, str]:
        return {said: text for text, said in self.phrases.items()}
