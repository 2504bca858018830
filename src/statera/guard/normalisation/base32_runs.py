"""Base32 (RFC 4648): capitals and the digits 2 to 7."""

import re
from base64 import b32decode
from binascii import Error

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.readable import readable
from statera.guard.normalisation.surface import Surface

_RUN = re.compile(r"\b[A-Z2-7]{16,}+(?![A-Za-z0-9])={0,6}")
SIGN = "[A-Z2-7]{16}"
"""Without this in it (RE2) a text has none."""


def replacements(seen: Surface) -> list[Replacement]:
    """Return the runs that hold a readable text, with the text."""
    if not _RUN.search(seen.long):
        return []
    found = []
    for run in _RUN.finditer(seen.text):
        text = _text(run[0].rstrip("="))
        if text is not None:
            found.append(Replacement(*run.span(), text))
    return found


def _text(digits: str) -> str | None:
    try:
        return readable(b32decode(digits + "=" * (-len(digits) % 8)))
    except Error:
        return None
