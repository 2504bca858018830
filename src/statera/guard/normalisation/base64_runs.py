"""Base64 (RFC 4648), standard or safe for URLs, padded or not, in lines, also written backwards."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.readable import readable
from statera.guard.normalisation.surface import Surface

Span = tuple[int, int]
_RUN = re.compile(
    r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9][A-Za-z0-9+/_-]{11,}+={0,2}"
    r"|(?<![A-Za-z0-9+/_-])[A-Za-z0-9][A-Za-z0-9+/_-]{1,10}={1,2}"
    r"|={1,2}[A-Za-z0-9][A-Za-z0-9+/_-]{2,}+"
    r"|(?<=\n)[A-Za-z0-9+/_-]++"
)
_TO_STANDARD = str.maketrans("-_", "+/", "=\r\n")
_ALONE = 12
"""A run of fewer characters counts only with its padding."""
_LINE = 48
"""A line of at least so many goes on in the next."""


def replacements(seen: Surface) -> list[Replacement]:
    """Return the runs that hold a readable text, with the text."""
    if not any(_worth(run[0]) for run in _RUN.finditer(seen.long)):
        return []
    found = []
    for lines in _blocks(seen.text):
        block = _readings(seen.text, [(lines[0][0], lines[-1][1])])
        block = block or _readings(seen.text, [(lines[0][0], lines[-2:][0][1]), lines[-1]])
        found += block or _readings(seen.text, lines)
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


def _readings(text: str, spans: list[Span]) -> list[Replacement]:
    """Return what spans hold, as far as they hold a text."""
    found = []
    for start, end in spans:
        run = text[start:end]
        read = _decoded(run) if _worth(run) else None
        if read is not None and (read.isascii() or len(run) >= _ALONE):
            found.append(Replacement(start, end, read))
    return found


def _worth(run: str) -> bool:
    """Return whether a run is long or padded, and no word: letters of one case, a number."""
    if len(run) < _ALONE and ("=" not in (run[0], run[-1]) or len(run) % 4):
        return False
    return not (run[1:].islower() or run.isupper() or run.isdecimal())


def _decoded(run: str) -> str | None:
    digits = run.translate(_TO_STANDARD)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return _text(digits) or _text(digits[::-1])


def _text(digits: str) -> str | None:
    try:
        return readable(b64decode(digits + "=" * (-len(digits) % 4)))
    except Error:
        return None
