"""Letters that no screen shows: tag characters and variation selectors that spell a text.

U+E0020 to U+E007E mirror ASCII. A run of variation selectors can hold bytes: U+FE00 to U+FE0F are
0 to 15, U+E0100 to U+E01EF are 16 to 255. The three flags that are written with tags (England,
Scotland, Wales) are flags.
"""

import re

from statera.guard.normalisation.alignment import Replacement

_TAGS = re.compile("[\U000e0001-\U000e007f]+")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}")
_ANY = re.compile("[\ufe00-\ufe0f\U000e0000-\U000e01ef]")
_BLACK_FLAG = "\U0001f3f4"
_FLAGS = ("gbeng", "gbsct", "gbwls")
_TO_ASCII = {0xE0000 + code: code for code in range(0x20, 0x7F)} | {0xE0001: None, 0xE007F: None}


def present(characters: str) -> bool:
    """Return whether any of the characters could spell something."""
    return bool(_ANY.search(characters))


def replacements(text: str) -> list[Replacement]:
    """Return the runs that spell something in ASCII, which stands there instead."""
    found = [Replacement(*run.span(), _tagged(text, run)) for run in _TAGS.finditer(text)]
    found += [Replacement(*run.span(), _selected(run[0])) for run in _SELECTORS.finditer(text)]
    return sorted(one for one in found if one.text)


def _tagged(text: str, run: re.Match[str]) -> str:
    """Return what tags spell; nothing for a flag."""
    spelled = run[0].translate(_TO_ASCII)
    flag = text.startswith(_BLACK_FLAG, run.start() - 1) and spelled in _FLAGS
    return "" if flag or not spelled.isprintable() else spelled


def _selected(run: str) -> str:
    """Return what the selectors' bytes spell, or nothing."""
    spelled = bytes(
        ord(one) - 0xFE00 if one < "\U000e0000" else ord(one) - 0xE0100 + 16 for one in run
    ).decode("latin-1")
    return spelled if spelled.isascii() and spelled.isprintable() else ""
