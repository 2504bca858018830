"""Yes or no.

>>> read("Noted. Yes.").value, read("No problem, yes and no.").value
('yes', None)
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from statera.records.scores import Reading
from statera.scorers.reading.lexicon import Lexicon, Mark
from statera.scorers.reading.source import prepare
from statera.scorers.reading.verdict import Habits, declared_letter, never, read_label

_SENTENCE_START = re.compile(r"(?:\A|[.!?:\n]\s*)[\s\"'(*]*$")
_NO_STANDS = re.compile(
    r"\s*(?:[.,;:!?)\"'–—-]|\Z|\n)|\s+(?:it|this|that|they|he|she|there|I|you|we|the)\b"
)


def read(text: str, allowed: Sequence[str] = ("yes", "no")) -> Reading:
    """Return `yes` or `no`; the word has to stand for the answer ("no one", "I know" do not)."""
    return read_label(prepare(text), _lexicon(tuple(allowed)), _HABITS)


@lru_cache(maxsize=16)
def _lexicon(allowed: tuple[str, ...]) -> Lexicon:
    words = {word: word for word in allowed}
    truth = {"true": "yes", "false": "no"} if set(allowed) == {"yes", "no"} else {}
    return Lexicon({}, {**truth, **words}, judges_options=False)


def _declares(text: str, mark: Mark) -> bool:
    """The word stands alone at the start of a sentence, or is what "I would say" ends with."""
    word = text[mark.start : mark.end].lower()
    if word in ("true", "false"):
        return False
    if not _SENTENCE_START.search(text[: mark.start][-40:]):
        return declared_letter(text, mark) and bool(_NO_STANDS.match(text, mark.end))
    return word == "yes" or bool(_NO_STANDS.match(text, mark.end))


_HABITS = Habits(declares=_declares, mentions=never)
