"""Slips of the hand: in one of ten words, two letters swapped or one left out, inside the word.

>>> mistyped("Which organ filters the blood of a person?", (), "sample/1").split()[0]
'Which'
"""

import re
from collections.abc import Collection

from statera.seeds import unit
from statera.tasks.forms.wording import outside_quotes

SHARE = 0.1
"""Slips a word; at least one in a text that has a word for it."""

_LONG = 8
_LEFT_OUT = 0.5
_WORD = re.compile(r"(?<![\w'’-])[a-z]{6,}(?![\w'’-])")
_REAL = """
angle barely barley causal casual coarse converse conserve country county course dairy desert
dessert diary framer liters marital martial meters minuets nuclear pastor patrol petrol portal
protein public quiet quite reserve reverse sacred scared signer signers silver singed singer
singers sliver statue status thorough though through trail trails trial trials unclear united
untied wander wonder
"""
_WORDS = frozenset(_REAL.split())
"""Words that a slip might make of others: none is made."""


def mistyped(text: str, spared: Collection[str], key: str) -> str:
    """Return the text with slips that depend on `key` alone; the same text where none fits.

    Words of at least six small letters are hit, outside quotation marks, and none that is in
    `spared` (lower case): a slip in a word of an option would tell it apart.
    """
    words = [found[0] for found in _WORD.finditer(text) if found[0] not in spared]
    wanted = max(1, round(SHARE * len(text.split())))
    order = sorted(dict.fromkeys(words), key=lambda word: unit("typo", key, word))
    slips = [(word, slip) for word in order if (slip := _slip(word, key)) != word][:wanted]
    made = dict(slips)

    def once(found: re.Match[str]) -> str:
        return made.pop(found[0], found[0])

    return outside_quotes(text, lambda part: _WORD.sub(once, part))


def _slip(word: str, key: str) -> str:
    """Return the word with two inner letters swapped; of a long word, one may be left out."""
    first = 1 + int(unit("place", key, word) * (len(word) - 3))
    for start in (*range(first, len(word) - 2), *range(1, first)):
        one, other = word[start], word[start + 1]
        if one == other:
            continue
        swapped = word[:start] + other + one + word[start + 2 :]
        dropped = word[:start] + word[start + 1 :]
        slip = dropped if len(word) >= _LONG and unit("slip", key, word) < _LEFT_OUT else swapped
        if slip not in _WORDS and word[start - 1] != one:
            return slip
    return word
