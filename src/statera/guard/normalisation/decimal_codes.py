"""ASCII codes in decimal numbers: `104 111 119`, `104,111,119`."""

import re

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.language import Count
from statera.guard.normalisation.readable import printable, reads
from statera.guard.normalisation.surface import Surface

_LIKELY = re.compile(r"(?<![0-9])1[012][0-9](?![0-9])")
SIGN = "(?:^|[^0-9])1[012][0-9](?:[^0-9]|$)"
"""Without this in it (RE2) a text has none."""
_RUN = re.compile(r"\b[0-9]{2,3}(?:[ ,;]{1,2}[0-9]{2,3}\b){4,}+")
_LETTERS = 3
_NUMBER = re.compile("[0-9]+")
_TOKENS = 2.5
_LARGEST = 126


def replacements(seen: Surface, count: Count) -> list[Replacement]:
    """Return the runs that spell words: at least 2.5 characters a token."""
    if len(_LIKELY.findall(seen.odd)) < _LETTERS:
        return []
    found = []
    for run in _RUN.finditer(seen.text):
        codes = [int(number) for number in _NUMBER.findall(run[0])]
        text = printable(codes) if max(codes) <= _LARGEST else None
        if text and reads(text) and count(text) * _TOKENS <= len(text):
            found.append(Replacement(*run.span(), text))
    return found
