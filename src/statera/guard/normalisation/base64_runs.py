"""Base64 (RFC 4648), standard or safe for URLs, padded or not, also written backwards.

In one run, in lines or in groups of four or eight, and also after letters that do not belong to it.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Iterator

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.readable import mended, readable
from statera.guard.normalisation.surface import Surface

Span = tuple[int, int]
Reader = Callable[[bytes], str | None]
_READERS: tuple[Reader, Reader] = (readable, mended)
_RUN = re.compile(
    r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9][A-Za-z0-9+/_-]{11,}+={0,2}"
    r"|(?<![A-Za-z0-9+/_-])[A-Za-z0-9][A-Za-z0-9+/_-]{1,10}={1,2}"
    r"|={1,2}[A-Za-z0-9][A-Za-z0-9+/_-]{2,}+"
    r"|(?<=\n)[A-Za-z0-9+/_-]++"
)
_DIGIT = "[A-Za-z0-9+/_-]"
_GROUPS = re.compile(
    rf"(?<!\S)(?:{_DIGIT}{{4}}(?P<gap>\s){_DIGIT}{{4}}(?:(?P=gap){_DIGIT}{{4}}(?!\S))++"
    rf"(?:(?P=gap){_DIGIT}{{2,3}}={{0,2}}(?!\S))?+"
    rf"|{_DIGIT}{{8}}(?P<wide>\s){_DIGIT}{{8}}(?!\S)(?:(?P=wide){_DIGIT}{{8}}(?!\S))*+"
    rf"(?:(?P=wide){_DIGIT}{{2,7}}={{0,2}}(?!\S))?+)"
)
_DIGITS = re.compile(rf"(?<!\S)(?=\S*[0-9])(?=\S*[A-Za-z])(?:{_DIGIT}{{4}}|{_DIGIT}{{8}})(?!\S)")
_CAPITALS = re.compile("[A-Z][A-Za-z0-9]{0,2}[A-Z]")
"""Few words have either inside; groups that hold a text have one."""
_NONE = "[^A-Za-z0-9+/_-]"
SIGN = (
    f"=|{_DIGIT}{{12}}|(?:^|{_NONE}){_DIGIT}{{4}}{_NONE}{_DIGIT}{{4}}{_NONE}{_DIGIT}{{4}}(?:{_NONE}|$)"
    f"|(?:^|{_NONE}){_DIGIT}{{8}}{_NONE}{_DIGIT}{{8}}(?:{_NONE}|$)"
)
"""Without this in it (RE2) a text has none."""
_TO_STANDARD = str.maketrans("-_", "+/", "= \t\r\n")
_ALONE = 12
"""A run of fewer characters counts only with its padding."""
_LINE = 16
"""A line of at least so many goes on in the next."""
_BEFORE = 20
"""Of a run of at least so many, up to three may stand before it and shift the others."""


def replacements(seen: Surface) -> list[Replacement]:
    """Return the runs that hold a readable text, with the text."""
    found = _grouped(seen)
    if found or not any(_worth(run[0]) for run in _RUN.finditer(seen.long)):
        return found
    for lines in _blocks(seen.text):
        found += _block(seen.text, lines)
    return found


def _block(text: str, lines: list[Span]) -> list[Replacement]:
    """Return what lines hold: together, without the last one, or each by itself."""
    start, end = lines[0][0], lines[-1][1]
    together = [(start, end)], [(start, lines[-2:][0][1]), lines[-1]]
    tried = [(spans, reader) for reader in _READERS for spans in together]
    for spans, reader in [*tried, *((lines, reader) for reader in _READERS)]:
        if found := _readings(text, spans, reader):
            return found
    return []


def _grouped(seen: Surface) -> list[Replacement]:
    """Return the groups that hold a readable text together."""
    if not _DIGITS.search(seen.odd) and not _CAPITALS.search(seen.text):
        return []
    found = []
    for groups in _GROUPS.finditer(seen.text):
        reads = (_decoded(groups[0], reader) for reader in _READERS if _worth(groups[0]))
        if read := next(filter(None, reads), None):
            found.append(Replacement(*groups.span(), read))
    return found


def _blocks(text: str) -> Iterator[list[Span]]:
    """Yield the spans of runs, those on lines that follow one another together."""
    lines: list[Span] = []
    for run in _RUN.finditer(text):
        last = lines[-1] if lines else (0, 0)
        if last[1] - last[0] < _LINE or text[last[1] : run.start()] not in ("\n", "\r\n"):
            if lines:
                yield lines
            lines = []
        lines.append(run.span())
    if lines:
        yield lines


def _readings(text: str, spans: list[Span], reader: Reader) -> list[Replacement]:
    """Return what spans hold, as far as they hold a text."""
    found = []
    for start, end in spans:
        run = text[start:end]
        read = _decoded(run, reader) if _worth(run) else None
        if read is not None and (read.isascii() or len(run) >= _ALONE):
            found.append(Replacement(start, end, read))
    return found


def _worth(run: str) -> bool:
    """Return whether a run is long or padded, and no word: letters of one case, a number."""
    if len(run) < _ALONE and ("=" not in (run[0], run[-1]) or len(run) % 4):
        return False
    return not (run[1:].islower() or run.isupper() or run.isdecimal())


def _decoded(run: str, reader: Reader) -> str | None:
    digits = run.translate(_TO_STANDARD)
    before = range(1, 4) if len(digits) >= _BEFORE else ()
    readings = (digits, digits[::-1], *(digits[at:] for at in before))
    return next((text for one in readings if (text := _text(one, reader))), None)


def _text(digits: str, reader: Reader) -> str | None:
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    try:
        return reader(b64decode(digits + "=" * (-len(digits) % 4)))
    except Error:
        return None
