"""ASCII in binary digits: groups of eight or seven, with spaces or without."""

import re

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.readable import printable, reads
from statera.guard.normalisation.surface import Surface

_RUN = re.compile(r"\b[01]{7,8}(?:[ ,]{1,2}[01]{7,8}\b){2,}+|\b(?:[01]{8}){3,}+\b")
_GROUP = re.compile("[01]+")
SIGN = "[01]{7}"
"""Without this in it (RE2) a text has none."""


def replacements(seen: Surface) -> list[Replacement]:
    """Return the runs that hold a readable text, with the text."""
    if not ("01" in seen.odd and "10" in seen.odd):
        return []
    found = []
    for run in _RUN.finditer(seen.text):
        text = printable(int(group, 2) for group in _groups(run[0]))
        if text is not None and reads(text):
            found.append(Replacement(*run.span(), text))
    return found


def _groups(run: str) -> list[str]:
    if run.isdecimal():
        return [run[at : at + 8] for at in range(0, len(run), 8)]
    return _GROUP.findall(run)
