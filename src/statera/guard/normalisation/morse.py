"""Morse code (ITU-R M.1677-1): letters apart by a space, words by `/`, `|` or more spaces."""

import re

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.surface import Surface

_SIGNALS = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- "
    ".-- -..- -.-- --.. ----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. .-.-.- "
    "--..-- ..--.. .----. -.-.--"
)
_CODES = dict(zip(_SIGNALS.split(), "abcdefghijklmnopqrstuvwxyz0123456789.,?'!", strict=True))
SIGN = "[.·•][‐-―−_-]|[‐-―−_-][.·•]"
"""Without this in it (RE2) a text has none."""
_LIKELY = re.compile(SIGN)
_RUN = re.compile(
    r"(?<![^\s\"'(:])[.·•‐-―−_-]{1,6}(?:[ ]{1,3}(?:[/|][ ]?)?[.·•‐-―−_-]{1,6}(?!\S)){3,}+"
)
_TO_DOTS = str.maketrans("·•_‐‑‒–—―−", "..--------")
_WORDS = re.compile(r" ?[/|] ?| {2,}")
_DIFFERENT = 3


def replacements(seen: Surface) -> list[Replacement]:
    """Return the runs that are Morse throughout, in small letters."""
    if not _LIKELY.search(seen.odd):
        return []
    found = ((run, _text(run[0].translate(_TO_DOTS))) for run in _RUN.finditer(seen.text))
    return [Replacement(*run.span(), text) for run, text in found if text]


def _text(run: str) -> str:
    words = [[_CODES.get(code, "") for code in word.split()] for word in _WORDS.split(run)]
    letters = [letter for word in words for letter in word]
    if not all(letters) or len(set(letters)) < _DIFFERENT:
        return ""
    return " ".join("".join(word) for word in words)
