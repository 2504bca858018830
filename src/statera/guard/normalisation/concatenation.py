"""Words in pieces that a program puts together: `"bo" + "mb"`, `a="bo"; b="mb"; a + b`."""

import re

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.surface import Surface

_SEAM = re.compile(r"(?<=[A-Za-z0-9])(?P<quote>[\"'`])\s{0,3}\+\s{0,3}(?P=quote)(?=[A-Za-z0-9])")
_NAME = "[A-Za-z_][A-Za-z0-9_]{0,20}"
_PIECE = re.compile(
    rf"\b(?P<name>{_NAME})\s{{0,3}}:?=\s{{0,3}}(?P<quote>[\"'`])(?P<text>[^\"'`\n]{{1,200}})(?P=quote)"
)
_SUM = re.compile(
    rf"(?<![\"'`\w]){_NAME}\b(?:\s{{0,3}}\+\s{{0,3}}{_NAME}\b)++(?![\"'`(.])"
    rf"|(?:\{{{_NAME}\}}){{2,}}+"
)
_NAMES = re.compile(_NAME)
_MOST = 4096
"""So many characters are put together at most."""
SIGN = r"\+|\}\{"
"""Without this in it (RE2) a text has none."""


def replacements(seen: Surface) -> list[Replacement]:
    """Return seams inside words, to be dropped, and sums of named pieces with what they spell."""
    if "+" not in seen.odd and "}{" not in seen.odd:
        return []
    seams = [Replacement(*seam.span(), "") for seam in _SEAM.finditer(seen.text)]
    pieces = {one["name"]: one["text"] for one in _PIECE.finditer(seen.text)}
    return sorted(seams + _sums(seen.text, pieces)) if pieces else seams


def _sums(text: str, pieces: dict[str, str]) -> list[Replacement]:
    found, room = [], _MOST
    for one in _SUM.finditer(text):
        names = _NAMES.findall(one[0])
        if not all(name in pieces for name in names):
            continue
        room -= sum(len(pieces[name]) for name in names)
        if room < 0:
            break
        found.append(Replacement(*one.span(), "".join(pieces[name] for name in names)))
    return found
