"""Bytes in hexadecimal: `686f77`, `68 6f 77`, `0x68, 0x6f`, `0x686f77`, one a line."""

import re

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.readable import mended, readable
from statera.guard.normalisation.surface import Surface

_LONG = re.compile("[0-9a-fA-F]{12}")
_PAIR = re.compile("(?<![0-9A-Za-z])(?:0x)?[2-7][0-9a-fA-F](?![0-9A-Za-z])")
_PAIRS = 2
"""A text in pairs has at least so many different ones with a digit."""
_RUN = re.compile(
    r"\b(?:0x)?[0-9a-fA-F]{12,}+\b"
    r"|\b(?:0x)?[0-9a-fA-F]{2}(?:(?:[ ,:;-]{1,2}|,?\r?\n)(?:0x)?[0-9a-fA-F]{2}\b){3,}+"
)
_NO_DECIMAL = re.compile("[a-fA-Fx]")
_PREFIX = re.compile("0x|[^0-9a-fA-F]")
SIGN = "[0-9a-fA-F]{12}|(?:^|[^0-9A-Za-z])(?:0x)?[2-7][0-9a-fA-F](?:[^0-9A-Za-z]|$)"
"""Without this in it (RE2) a text has none."""


def replacements(seen: Surface) -> list[Replacement]:
    """Return the runs that hold a readable text and are not all decimal digits, with the text."""
    if len(_PAIR.findall(seen.odd)) < _PAIRS and not _LONG.search(seen.long):
        return []
    found = []
    for run in _RUN.finditer(seen.text):
        text = _text(_PREFIX.sub("", run[0])) if _NO_DECIMAL.search(run[0]) else None
        if text is not None:
            found.append(Replacement(*run.span(), text))
    return found


def _text(digits: str) -> str | None:
    """Return what digits spell; of an odd number the first or the last is none of them."""
    even = (digits,) if len(digits) % 2 == 0 else (digits[1:], digits[:-1])
    data = [bytes.fromhex(one) for one in even]
    return next((text for read in (readable, mended) for text in map(read, data) if text), None)
