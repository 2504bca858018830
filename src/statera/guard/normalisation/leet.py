"""Digits and signs for letters: `k1ll`, `b0mb`, `h@t3`."""

import re
from collections.abc import Iterator
from itertools import islice, product

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.language import WORDS, Count
from statera.guard.normalisation.surface import Surface

_LETTERS = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b",
    "9": "g", "@": "a", "$": "s", "!": "i", "|": "il", "€": "e",
}  # fmt: skip
_SIGNS = "".join(_LETTERS)
_WORD = re.compile(
    rf"(?<![^\s\"'(\[])[A-Za-z{re.escape(_SIGNS)}]{{1,32}}?(?=[.,;:?!\"')\]]*(?:\s|\Z))"
)
SIGN = f"[A-Za-z][{re.escape(_SIGNS)}]+[A-Za-z]"
"""Without this in it (RE2) a text has none."""
_INSIDE = re.compile(SIGN)
_FALL = 0.4
_ANCHOR = 3
"""A word of so many characters, a sign inside, counts by itself; others only near such a word."""
_LONG = 10
"""From so many characters on a word may have several tokens, of three characters each."""
_TOKENS = 3
_BESIDE = 3
"""So many words before or after an anchor."""
_READINGS = 16


def replacements(seen: Surface, count: Count) -> list[Replacement]:
    """Return the words that need 40 % fewer tokens with letters, and short ones beside."""
    if not _INSIDE.search(seen.odd):
        return []
    words = list(islice(_WORD.finditer(seen.text), WORDS))
    read = [_anchor(word[0], count) for word in words]
    if not any(read):
        return []
    chosen = list(_beside([word[0] for word in words], read, count))
    return [
        Replacement(*word.span(), new, exact=True)
        for word, new in zip(words, chosen, strict=True)
        if new
    ]


def _anchor(word: str, count: Count) -> str:
    """Return a word's reading if it is long enough and much more like language, else nothing."""
    if len(word) < _ANCHOR or not _INSIDE.search(word):
        return ""
    new = _reading(word, count)
    tokens = count(new)
    few = tokens == 1 or (len(word) >= _LONG and tokens * _TOKENS <= len(word))
    return new if few and tokens <= (1 - _FALL) * count(word) else ""


def _beside(words: list[str], read: list[str], count: Count) -> Iterator[str]:
    """Yield each word's reading; one near an anchor is read when that is one token."""
    for at, (word, new) in enumerate(zip(words, read, strict=True)):
        near = not new and any(read[max(0, at - _BESIDE) : at + _BESIDE + 1])
        if near and not word.isalpha():
            best = _reading(word, count)
            new = best if count(best) == 1 else ""
        yield new


def _reading(word: str, count: Count) -> str:
    """Return the reading with the fewest tokens among the first sixteen."""
    options = [_LETTERS.get(one, one) for one in word]
    readings = ("".join(letters) for letters in islice(product(*options), _READINGS))
    return min(readings, key=count)
