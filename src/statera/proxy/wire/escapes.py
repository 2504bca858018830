r"""JSON text as it reads once its escapes are undone, with the way back.

>>> unescaped(r'{"q": "b\u006fmb"}').text
'{"q": "bomb"}'

`unescapings` goes on while there is something to undo: JSON in JSON is escaped twice.

It works on a text that is cut anywhere or is no JSON at all: what is no escape stays as it is.
"""

import re
from bisect import bisect_right
from typing import NamedTuple

_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt])|u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?)')
_PLAIN = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_DEEPEST = 3
_UNREADABLE = "�"


class Unescaped(NamedTuple):
    """The text; from character `starts[k]` on it comes from characters `raws[k]` on of the raw.

    `under` is what the raw was itself unescaped from, if it was.
    """

    text: str
    starts: tuple[int, ...]
    raws: tuple[int, ...]
    raw_length: int
    under: "Unescaped | None" = None

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the characters of the first raw text behind `text[start:end]`, whole escapes."""
        first = self._raw(start)
        last = self._raw(end - 1, after=True) if end > start else first
        return self.under.raw_span(first, last) if self.under else (first, last)

    def _raw(self, at: int, *, after: bool = False) -> int:
        run = bisect_right(self.starts, at) - 1
        raw = self.raws[run] + at - self.starts[run]
        if not after:
            return raw
        last = run + 1 == len(self.starts)
        following = self.raw_length if last else self.raws[run + 1]
        ends_run = not last and at + 1 == self.starts[run + 1]
        return following if ends_run else min(raw + 1, following)


def unescaped(raw: str) -> Unescaped:
    """Return the text behind the escapes of `raw`; linear in its length."""
    pieces: list[str] = []
    starts, raws = [0], [0]
    done = length = 0
    for found in _ESCAPE.finditer(raw):
        text, end = _meaning(found)
        pieces += (raw[done : found.start()], text)
        length += found.start() - done
        starts.append(length)
        raws.append(found.start())
        length += len(text)
        starts.append(length)
        raws.append(end)
        done = end
    pieces.append(raw[done:])
    return Unescaped("".join(pieces), tuple(starts), tuple(raws), len(raw))


def unescapings(raw: str) -> tuple[Unescaped, ...]:
    r"""Return what `raw` says with its escapes undone once, twice and thrice; none without any.

    >>> [one.text for one in unescapings(r"b\\u006fmb")]
    ['b\\u006fmb', 'bomb']
    """
    found: list[Unescaped] = []
    text = raw
    while "\\" in text and len(found) < _DEEPEST:
        plain = unescaped(text)
        if plain.text == text:
            break
        found.append(plain._replace(under=found[-1]) if found else plain)
        text = plain.text
    return tuple(found)


def _meaning(found: re.Match[str]) -> tuple[str, int]:
    """Return what an escape stands for, and where it ends."""
    simple, first, second = found.groups()
    if simple:
        return _PLAIN[simple], found.end()
    code = int(first, 16)
    if not 0xD800 <= code < 0xDC00:
        end = found.start() + 6
        return _UNREADABLE if 0xDC00 <= code < 0xE000 else chr(code), end
    if second:
        low = int(second, 16)
        return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)), found.end()
    return _UNREADABLE, found.start() + 6
