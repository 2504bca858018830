"""NFKC, the compatibility form of Unicode (UAX 15): full-width, circled, mathematical letters."""

import re
import unicodedata
from functools import cache

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.marks import leaning_class

GROWTH = 4
"""Words in one character (U+FDFA holds 18) stay as they are: a text grows at most so many times."""

_RUN = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]++")


_SINGLE = ((0x80, 0x3400), (0xF900, 0x10000), (0x1D400, 0x1F300))
"""Where characters stand that are one other character in NFKC, apart from rare ideographs."""


@cache
def _cluster() -> re.Pattern[str]:
    return re.compile(f"[^{leaning_class()}]?[{leaning_class()}]++|[^\x00-\x7f]")


@cache
def _singles() -> dict[int, str]:
    codes = (code for block in _SINGLE for code in range(*block))
    forms = {code: unicodedata.normalize("NFKC", chr(code)) for code in codes}
    return {code: form for code, form in forms.items() if len(form) == 1 and ord(form) != code}


def replacements(text: str) -> list[Replacement]:
    """Return the pieces that NFKC changes: rows of single characters, or what combines with one."""
    if unicodedata.is_normalized("NFKC", text):
        return []
    found = []
    for run in _RUN.finditer(text):
        new = unicodedata.normalize("NFKC", run[0])
        if new == run[0].translate(_singles()):
            found.append(Replacement(*run.span(), new, exact=True))
        elif new != run[0]:
            found += _changed(text, *run.span())
    return found


def _changed(text: str, start: int, end: int) -> list[Replacement]:
    found = []
    for cluster in _cluster().finditer(text, start, end):
        old = cluster[0]
        new = unicodedata.normalize("NFKC", old)
        if new != old and len(new) <= GROWTH * len(old):
            found.append(Replacement(*cluster.span(), new))
    return found
