"""A stand-in for a tokenizer where a policy has none: pairs of letters, and function words.

`count` is low for what is spelt like English. What it lets pass for a disguise must also turn
function words up where there were none (`telling`), since pairs alone take many a name for one.
"""

import re

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.language import FUNCTION_WORDS, SHORT_WORDS, cased
from statera.guard.normalisation.surface import Surface

FEWEST = 2
"""Function words that must turn up."""
_AFTER = (
    "_:abcdefghijklmnoprstuvwy a:_bcdfgilmnprstuvy b:_aeilorsuy c:_acehiklortu d:_aeiou "
    "e:_abcdefilmnprstvx f:_eilortuy g:_ehimnr h:_aeiot i:_abcdefglmnorstv k:_ae l:_adeilostuy "
    "m:_aeimopsu n:_acdegiostuy o:_cdfglmnoprstuvw p:_aeiloprstuy r:_acegikmnoprsty "
    "s:_acdehioprstuy t:_aehioprstwy u:_abcdilmnrst v:_aei w:_ahiorw x:_t y:_ors"
)
"""After each letter, those that follow it in one pair of 2,000 or more; `_` is the word's edge."""
_COMMON = frozenset(row[0] + one for row in _AFTER.split() for one in row[2:])
_PART = re.compile(r"[A-Za-z]+|[^A-Za-z\s]")
_LETTERS = re.compile("[a-z]{2,}")
WORDS = frozenset((*FUNCTION_WORDS, *SHORT_WORDS, "all", "so", "no", "we", "as", "up"))
_BACKWARDS = frozenset(word[::-1] for word in cased(tuple(WORDS))) - WORDS - {"era", "nac"}
_ONE_OF = 8
"""Of so many words one must be a function word backwards."""


def count(text: str) -> int:
    """Return one for each sign and word of a text, and one for each rare pair of letters."""
    return sum(map(_parts, _PART.findall(text)))


def telling(seen: Surface, found: list[Replacement]) -> list[Replacement]:
    """Return what was found if function words turn up in it, and none stood there before."""
    before = function_words(" ".join(seen.text[one.start : one.end] for one in found))
    after = function_words(" ".join(one.text for one in found))
    return found if not before and len(after) >= FEWEST else []


def function_words(text: str) -> frozenset[str]:
    """Return the function words of English in a text."""
    return WORDS.intersection(letters(text))


def letters(text: str) -> list[str]:
    """Return the runs of two letters of ASCII and more, in small letters."""
    return _LETTERS.findall(text.lower())


def turned(seen: Surface) -> bool:
    """Return whether enough words of a text are function words when read backwards."""
    return len(seen.words & _BACKWARDS) >= FEWEST


def backwards(seen: Surface) -> bool:
    """Return whether the text as a whole stands backwards: `turned`, and no function word in it."""
    turned = seen.words & _BACKWARDS
    return (
        len(turned) >= FEWEST
        and len(turned) * _ONE_OF > len(seen.words)
        and not function_words(seen.text)
    )


def _parts(part: str) -> int:
    if not part.isalpha() or not part.isascii():
        return 1
    edged = f"_{part.lower()}_"
    return 1 + sum(edged[at : at + 2] not in _COMMON for at in range(len(edged) - 1))
