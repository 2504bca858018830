r"""Escapes of characters: `\x68`, `\u0068`, `\u{68}`, `\150`, `U+0068`, `%u0068`."""

import re

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.surface import Surface

_ONE = (
    r"\\x[0-9a-fA-F]{2}|[\\%]u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\u\{[0-9a-fA-F]{1,6}\}"
    r"|\\[0-7]{3}|\b[Uu]\+[0-9a-fA-F]{4,6} ?"
)
_RUN = re.compile(f"(?:{_ONE})+")
_EACH = re.compile(_ONE)
_DIGITS = re.compile("[0-9a-fA-F]+")
_LETTER = re.compile(r"[A-Za-z](?:\\x|[\\%]u00|\\u\{)(?:[46][1-9a-fA-F]|[57][0-9aA])\}?[A-Za-z]")
_SIGNS = ("\\", "+", "%u")
FEWEST = 2
SIGN = r"[\\+]|%u"
"""Without this in it (RE2) a text has none."""
_LAST = 0x10FFFF


def replacements(seen: Surface) -> list[Replacement]:
    """Return all runs of escapes, if two letters or digits of ASCII are among them.

    One letter is enough inside a word.
    """
    if not any(sign in seen.odd for sign in _SIGNS):
        return []
    found = [Replacement(*run.span(), _text(run[0])) for run in _RUN.finditer(seen.text)]
    hidden = sum(one.isascii() and one.isalnum() for piece in found for one in piece.text)
    return found if hidden >= FEWEST or _LETTER.search(seen.odd) else []


def _text(run: str) -> str:
    codes = [_code(one) for one in _EACH.findall(run)]
    if all(one[1] == "x" for one in _EACH.findall(run)):
        return bytes(codes).decode(errors="replace")
    return "".join(map(chr, codes)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _code(escape: str) -> int:
    """Return the code point of one escape; beyond Unicode, that of the replacement character."""
    octal = escape[1].isdecimal()
    found = _DIGITS.search(escape, 1 if octal else 2)
    code = int(found[0], 8 if octal else 16) if found else _LAST
    return code if code <= _LAST else 0xFFFD
