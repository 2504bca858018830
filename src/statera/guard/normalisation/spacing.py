"""Letters set apart: `k i l l`, `k-i-l-l`, one a line; words by wider gaps or by nothing."""

import re

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.language import Count, falls
from statera.guard.normalisation.segmentation import segmented
from statera.guard.normalisation.surface import Surface

_SINGLE = frozenset("bcdefghjklmnopqrstuvwxyzBCDEFGHJKLMNOPQRSTUVWXYZ")
_FEWEST = 2
_SIGNED = re.compile(r"(?:(?<![^\W_])[^\W_][.\-_*/|,+~]){3}")
_SPACED = re.compile(r" \w \w \w")
_COLUMN = re.compile(r"\n\w\n\w\n\w")
_ANY = r"[0-9A-Za-z_\x{80}-\x{10FFFF}]"
SIGN = rf"(?:{_ANY}[.\-_*/|,+~]){{3}}|(?: {_ANY}){{3}}|(?:\n{_ANY}){{3}}"
"""Without this in it (RE2) a text has none."""
_RUN = re.compile(
    r"(?<![^\W_])[^\W_](?P<sign>[ .\-_*/|,+~\n])[^\W_](?![^\W_])"
    r"(?:(?:(?P=sign){1,4}|[ ]{1,4}|[ ]?[/|][ ])[^\W_](?![^\W_])){2,}+"
)
_TOKENS = 2.5
"""At least so many letters a token on average."""
_ACRONYM = 8
_MOSTLY = 0.75


def replacements(seen: Surface, count: Count) -> list[Replacement]:
    """Return the runs of at least four letters that are words once they are together."""
    apart = len(seen.words & _SINGLE) >= _FEWEST and any(
        signs.search(seen.text) for signs in (_SPACED, _COLUMN)
    )
    if not apart and not _SIGNED.search(seen.odd):
        return []
    found = []
    for run in _RUN.finditer(seen.text):
        words = _words(run[0], run["sign"])
        letters = "".join(words)
        if _ordinary(letters, run["sign"]):
            continue
        if len(words) == 1:
            words = segmented(letters.lower(), count).split()
        text = " ".join(words)
        if count(text) * _TOKENS <= len(letters) and falls(run[0], text, count):
            found.append(Replacement(*run.span(), text))
    return found


def _ordinary(letters: str, sign: str) -> bool:
    """Return whether these are numbers, or a short acronym with its dots."""
    acronym = sign == "." and letters.isupper() and len(letters) < _ACRONYM
    return acronym or sum(map(str.isalpha, letters)) < _MOSTLY * len(letters)


def _words(run: str, sign: str) -> list[str]:
    """Return the words: gaps wider than one sign, or spaces between other signs, part them."""
    gap = r" {2,}| ?[/|] " if sign == " " else rf"{re.escape(sign)}{{2,}}|[ ]+(?:[/|][ ])?"
    return [re.sub(r"[\W_]", "", word) for word in re.split(gap, run)]
