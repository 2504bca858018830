"""Combining marks: those heaped on a letter to hide it, and which characters lean on others."""

import re
import unicodedata
from functools import cache

from statera.guard.normalisation.alignment import Replacement

CAP = 8
"""So many marks may follow one another; no script in use needs more, and sorting them costs n²."""

_LEANING = "\u1160-\u11ff\u3131-\u318e\ua960-\ua97f\ud7b0-\ud7ff\uff9e-\uffdc"
"""No marks, and yet they join what stands before them: parts of Hangul, half-width voicing."""


@cache
def mark_class() -> str:
    """Return the inside of a character class with every combining mark below the emoji."""
    marks = [code for code in range(0x300, 0x1F000) if unicodedata.category(chr(code))[0] == "M"]
    starts = [code for code, before in zip(marks, [-1, *marks], strict=False) if code != before + 1]
    ends = [code for code, after in zip(marks, [*marks[1:], -1], strict=True) if code + 1 != after]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))


def leaning_class() -> str:
    """Return the inside of a class with all that can combine with the character before it."""
    return mark_class() + _LEANING


@cache
def _heap() -> re.Pattern[str]:
    return re.compile(f"[{mark_class()}]{{{CAP + 1},}}+")


@cache
def _on_ascii() -> re.Pattern[str]:
    return re.compile(f"(?<=[\x00-\x7f])[{mark_class()}]+")


@cache
def _mark() -> re.Pattern[str]:
    return re.compile(f"[{mark_class()}]")


def present(characters: str) -> bool:
    """Return whether any of the characters is a combining mark."""
    return bool(_mark().search(characters))


def heaps(text: str) -> list[Replacement]:
    """Return the marks beyond the cap, to be dropped."""
    return [Replacement(run.start() + CAP, run.end(), "") for run in _heap().finditer(text)]


def on_ascii(text: str) -> list[Replacement]:
    """Return the marks on characters of ASCII, to be dropped.

    After NFKC a mark on such a letter is one with which no language writes it (`b̶o̶m̶b̶`).
    """
    return [Replacement(*run.span(), "") for run in _on_ascii().finditer(text)]
