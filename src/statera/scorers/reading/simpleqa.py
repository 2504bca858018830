"""Grades of a factual answer: CORRECT, INCORRECT, NOT_ATTEMPTED, or letters that stand for them.

>>> read("Based on the gold target: A").value, read("B: INCORRECT").value, read("GRADE: CI").value
('CORRECT', 'INCORRECT', None)
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from statera.records.scores import Reading
from statera.scorers.reading.lexicon import Lexicon, Mark
from statera.scorers.reading.source import prepare
from statera.scorers.reading.verdict import Habits, declared_letter, read_label

GRADES = ("CORRECT", "INCORRECT", "NOT_ATTEMPTED")
LETTERS = {"A": "CORRECT", "B": "INCORRECT", "C": "NOT_ATTEMPTED"}
_PREDICATE = re.compile(
    r"(?:\b(?:it|this|that|response|answer|content)'s|\b(?:is|are|was|as|be|considered|graded|marked|deemed|judged))\s+"
    r"(?:(?:clearly|therefore|thus|factually|completely|to\s+be)\s+){0,2}[\"'(]*$",
    re.I,
)
_PARTLY = re.compile(r"\b(?:partial\w*|partly|almost|nearly|half|mostly|somewhat)[\s-]+$", re.I)
_NOUN_AFTER = re.compile(
    r"\s+(?:answer|value|name|date|option|response|one|spelling|year|person|date)\b", re.I
)


def read(
    text: str,
    allowed: Sequence[str] = GRADES,
    letters: Mapping[str, str] | None = None,
) -> Reading:
    """Return one of `allowed`; `letters` says which letter stands for which grade."""
    signs = LETTERS if letters is None and tuple(allowed) == GRADES else (letters or {})
    lexicon = _lexicon(tuple(allowed), tuple(sorted(signs.items())))
    return read_label(prepare(text), lexicon, _HABITS)


@lru_cache(maxsize=32)
def _lexicon(allowed: tuple[str, ...], signs: tuple[tuple[str, str], ...]) -> Lexicon:
    return Lexicon(
        dict(signs), {word: word for word in allowed}, judges_options=False, ignores=_no_grade
    )


def _no_grade(text: str, start: int, end: int) -> bool:
    """True for "partially correct" and "the correct answer"."""
    partly = _PARTLY.search(text[max(0, start - 20) : start])
    return end - start > 1 and bool(partly or _NOUN_AFTER.match(text, end))


def _declares(text: str, mark: Mark) -> bool:
    if not mark.word:
        return declared_letter(text, mark)
    predicate = _PREDICATE.search(text[max(0, mark.start - 40) : mark.start])
    return bool(predicate)


def _mentions(text: str, mark: Mark) -> bool:
    """A grade spelled in capitals, as the protocol asks."""
    return mark.word and text[mark.start : mark.end].isupper()


_HABITS = Habits(declares=_declares, mentions=_mentions)
