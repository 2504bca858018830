"""Characters without a picture: zero-width, variation and bidirectional marks, controls, tags."""

import re

from statera.guard.normalisation.alignment import Replacement

INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls, without tab, line and page ends
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\ud800-\udfff"  # halves of a pair, which no UTF-8 holds
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""The inside of a character class."""

_RUN = re.compile(f"[{INVISIBLE}]+")
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_BETWEEN_WORDS = re.compile(f"(?<=[A-Za-z])[{_ZERO_WIDTH}]+(?=[A-Za-z])")


def present(characters: str) -> bool:
    """Return whether any of the characters is without a picture."""
    return bool(_RUN.search(characters))


def replacements(text: str) -> list[Replacement]:
    """Return every run of them, to be dropped."""
    return [Replacement(*run.span(), "") for run in _RUN.finditer(text)]


def as_spaces(text: str) -> list[Replacement]:
    """Return the runs of zero width between letters, each a space: they may stand for one."""
    if not any(mark in text for mark in _ZERO_WIDTH):
        return []
    return [Replacement(*run.span(), " ") for run in _BETWEEN_WORDS.finditer(text)]
