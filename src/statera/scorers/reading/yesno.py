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
_JSON_TRUTH = re.compile(r"(?<=\":)\s*(true|false)(?=\s*[,}])", re.I)
_NO_THING = re.compile(r"[ \t]+(?!(?:it|this|that|they|he|she|there|I|you|we|the|from)\b)\w", re.I)


def read(text: str, allowed: Sequence[str] = ("yes", "no")) -> Reading:
    """Return `yes` or `no`; the word has to stand for the answer ("no one", "I know" do not)."""
    source = prepare(text)
    if tuple(allowed) == ("yes", "no"):
        source = source.replaced(_JSON_TRUTH, lambda m: "yes" if m[1].lower() == "true" else "no")
    return read_label(source, _lexicon(tuple(allowed)), _HABITS)


@lru_cache(maxsize=16)
def _lexicon(allowed: tuple[str, ...]) -> Lexicon:
    words = {word: word for word in allowed}
    return Lexicon({}, words, judges_options=False, ignores=_determiner)


def _determiner(text: str, start: int, end: int) -> bool:
    """True for "no doubt" and "no one"."""
    return text[start:end].lower() == "no" and bool(_NO_THING.match(text, end))


def _declares(text: str, mark: Mark) -> bool:
    """The word stands at the start of a sentence, or is what "I would say" ends with."""
    before = text[max(0, mark.start - 40) : mark.start]
    return bool(_SENTENCE_START.search(before)) or declared_letter(text, mark)


_HABITS = Habits(declares=_declares, mentions=never)
