"""Letters in Braille patterns (U+2800 to U+28FF), uncontracted."""

import re

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.surface import Surface

_PATTERNS = "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵⠀"
_LETTERS = "abcdefghijklmnopqrstuvwxyz "
SIGN = f"[{_PATTERNS}]"
"""Without this in it (RE2) a text has none."""
_TO_LETTERS = str.maketrans(_PATTERNS, _LETTERS)
_PATTERN = re.compile(SIGN)
_RUN = re.compile(f"[{_PATTERNS}](?:[{_PATTERNS}]|[ ](?=[{_PATTERNS}]))+")


def replacements(seen: Surface) -> list[Replacement]:
    """Return the runs of at least two patterns, each with its letter."""
    if not _PATTERN.search(seen.beyond):
        return []
    return [
        Replacement(*run.span(), run[0].translate(_TO_LETTERS), exact=True)
        for run in _RUN.finditer(seen.text)
    ]
