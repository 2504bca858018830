"""Markdown inside a word: `b**o**mb`, `bo~~mb~~`."""

import re

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.language import Count
from statera.guard.normalisation.surface import Surface

_SIGN = r"(?:\*{1,3}|__|~~)"
SIGN = rf"[A-Za-z]{_SIGN}[A-Za-z]"
"""Without this in it (RE2) a text has none."""
_LIKELY = re.compile(SIGN)
_WORD = re.compile(rf"(?<!\w)(?:{_SIGN})?+[A-Za-z]++(?:{_SIGN}[A-Za-z]++)++(?:{_SIGN})?+(?!\w)")
_SIGNS = re.compile(_SIGN)
_SHORTEST = 4
_LONGEST = 32


def replacements(seen: Surface, count: Count | None) -> list[Replacement]:
    """Return the signs, always in pairs, inside words of four letters (one token, if counted)."""
    if not _LIKELY.search(seen.odd):
        return []
    found = []
    for run in _WORD.finditer(seen.text):
        signs = list(_SIGNS.finditer(seen.text, *run.span()))
        if len(signs) % 2 == 0 and _word(_SIGNS.sub("", run[0]), count):
            found += [Replacement(*sign.span(), "") for sign in signs]
    return found


def _word(letters: str, count: Count | None) -> bool:
    if not _SHORTEST <= len(letters) <= _LONGEST:
        return False
    return count is None or count(letters) == 1
