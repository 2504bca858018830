"""Text from outside as it may stand on a page: nothing in it is invisible, and none is endless.

Escaping is the template's work; here is what escaping leaves: characters that turn the direction of
writing, that hide, or that move the text after them.
"""

import unicodedata
from functools import lru_cache

LONGEST = 2_000
NAME_LONGEST = 300
_KEPT = "\t\n"
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_BLANK = {"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"}
_SELECTORS = ("\U000e0100", "\U000e01ef")


def visible(text: str) -> str:
    r"""Return the text with every character spelled out that a reader would not see.

    Controls, marks of direction, zero-width characters, tags and fillers; tab and newline stay.

    >>> visible("a\u202eb")
    'a\\u202eb'
    """
    return "".join(map(_spelled, text))


@lru_cache(maxsize=4096)
def _spelled(character: str) -> str:
    if character in _KEPT or not _hides(character):
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _hides(character: str) -> bool:
    selects = _SELECTORS[0] <= character <= _SELECTORS[1]
    return unicodedata.category(character) in _HIDDEN or character in _BLANK or selects


def passage(text: str, longest: int = LONGEST) -> str:
    """Return the visible text, cut after `longest` characters with the number of those left out."""
    if len(text) <= longest:
        return visible(text)
    return f"{visible(text[:longest])}\n… {len(text) - longest:,} more characters"


def name(text: str) -> str:
    """Return the visible text of a name on one line, at most 300 characters of it."""
    line = " ".join(text.split())
    return visible(line if len(line) <= NAME_LONGEST else line[: NAME_LONGEST - 1] + "…")
