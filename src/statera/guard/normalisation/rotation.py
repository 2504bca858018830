"""Alphabets that are turned (Caesar, ROT13) or mirrored (Atbash).

A turned alphabet shows itself by function words: without one that it spells, only ROT13 and Atbash
are tried, and only on texts of which nothing is English.
"""

from functools import partial
from string import ascii_lowercase as LOWER
from string import ascii_uppercase as UPPER

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.bigrams import FEWEST, WORDS, function_words, letters
from statera.guard.normalisation.language import (
    COMMON,
    FUNCTION_WORDS,
    Count,
    cased,
    disguised,
    unsure,
)
from statera.guard.normalisation.surface import Surface

_ATBASH = 26
_ROT13 = 13
_TRIED = 2
"""So many alphabets are tried on one text."""


def _decoding(kind: int) -> dict[int, int]:
    """Return the table that undoes a turn by 1 to 25 letters, or the mirror."""
    if kind == _ATBASH:
        return str.maketrans(LOWER + UPPER, LOWER[::-1] + UPPER[::-1])
    turned = (alphabet[kind:] + alphabet[:kind] for alphabet in (LOWER, UPPER))
    return str.maketrans("".join(turned), LOWER + UPPER)


def _encoding(kind: int) -> dict[int, int]:
    return {plain: coded for coded, plain in _decoding(kind).items()}


_DECODING = {kind: _decoding(kind) for kind in range(1, 27)}
_SIGNS = {
    word.translate(_encoding(kind)): kind
    for kind in range(1, 27)
    for word in cased(FUNCTION_WORDS)
    if word.translate(_encoding(kind)) not in COMMON
}
"""Function words as each alphabet spells them."""
_SIGN_WORDS = frozenset(_SIGNS)
_TURNED = {
    kind: frozenset(word.translate(_encoding(kind)) for word in WORDS) for kind in range(1, 27)
}
"""The function words that tell, as each alphabet spells them."""


def replacements(seen: Surface, count: Count) -> list[Replacement]:
    """Return the runs of words that a turned alphabet hides, by the first that explains any."""
    return _undone(seen, _kinds(seen), count)


def guessed(seen: Surface, count: Count) -> list[Replacement]:
    """Return the same, for a count that is a guess: alphabets that turn no function words up are
    not weighed, which is what costs.
    """
    return _undone(seen, _speaking(seen.text, _kinds(seen)), count)


def _speaking(text: str, kinds: list[int]) -> list[int]:
    """Return the alphabets of these that turn function words up in the text."""
    if kinds and text.isascii():  # its words need not be turned to be known
        words = letters(text)
        return [kind for kind in kinds if len(_TURNED[kind].intersection(words)) >= FEWEST]
    turned = ((kind, text.translate(_DECODING[kind])) for kind in kinds)
    return [kind for kind, one in turned if len(function_words(one)) >= FEWEST]


def _undone(seen: Surface, kinds: list[int], count: Count) -> list[Replacement]:
    for kind in kinds:
        table = _DECODING[kind]
        if spans := disguised(seen.text, partial(_translated, table=table), count):
            return [
                Replacement(start, end, seen.text[start:end].translate(table), exact=True)
                for start, end in spans
            ]
    return []


def _translated(word: str, table: dict[int, int]) -> str:
    return word.translate(table)


def _kinds(seen: Surface) -> list[int]:
    """Return the alphabets to try, those with most signs first."""
    if seen.words.isdisjoint(_SIGN_WORDS):
        return [_ROT13, _ATBASH] if unsure(seen) else []
    kinds = [_SIGNS[word] for word in seen.words & _SIGN_WORDS]
    return sorted(set(kinds), key=lambda kind: (-kinds.count(kind), kind != _ROT13))[:_TRIED]
