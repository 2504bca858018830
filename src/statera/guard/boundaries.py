"""Where a growing text may be cut so that no check sees a split word or sign.

A cut lies before a space that ends a word, where tokens begin too, or between two signs of a script
that is written without spaces. What has no spaces in it, such as a base64 run, a percent-encoded
one or a placeholder, is therefore never cut, nor is there a cut after a line of base64 or within
bytes that are spelt one by one, since more of the same may follow. What goes on for `EXTENSION`
characters is cut by force, still between whole signs.

>>> cut("one two three", 5, ended=False)
7
"""

import re
from unicodedata import category, east_asian_width

EXTENSION = 256
LOOKBACK = 24  # characters before a place that say whether it is one
_JOINED = 32  # marks and joined signs that one sign may trail, at most
_JOINER = "\u200d"
_MODIFIERS = range(0x1F3FB, 0x1F400)
_REGIONAL = range(0x1F1E6, 0x1F200)
_HANGUL = range(0xAC00, 0xD7B0)
_OPEN = re.compile(r"[A-Za-z0-9+/=_%-]{24}|.*\s[0-9A-Fa-f.\-]{1,8}", re.ASCII | re.DOTALL)


def cut(text: str, least: int, *, ended: bool, seen: int = 0) -> int | None:
    """Return the first place at or after `least` where `text` may be cut.

    Places before `seen` are known to be none. None while the text must grow before it is known.
    The place depends on the `LOOKBACK` characters before it and the one after it only, so that a
    longer text has the same. The end of an ended text is a place.
    """
    last = least + EXTENSION
    for at in range(max(least, seen), min(last, len(text))):
        if _between_words(text, at) and _whole(text, at):
            return at
    for at in range(max(last, seen), min(last + _JOINED, len(text))):
        if _whole(text, at):
            return at
    if len(text) > last + _JOINED:
        return last + _JOINED
    return len(text) if ended else None


def _between_words(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if after.isspace():
        return not (before.isspace() or _OPEN.fullmatch(text, max(0, at - LOOKBACK), at))
    return _unspaced(before) and (_unspaced(after) or category(after).startswith("P"))


def _whole(text: str, at: int) -> bool:
    """Say whether no sign is split: marks, joined and coloured emoji, flags, surrogates."""
    before, after = text[at - 1], text[at]
    if after.isascii() and before.isascii():
        return True
    code = ord(after)
    return not (
        category(after) in ("Mn", "Mc", "Me", "Cf", "Cs")
        or before == _JOINER
        or code in _MODIFIERS
        or (code in _REGIONAL and ord(before) in _REGIONAL)
    )


def _unspaced(sign: str) -> bool:
    """Say whether the sign is of a script written without spaces, as Chinese or Japanese."""
    return (
        east_asian_width(sign) in ("W", "F")
        and category(sign) in ("Lo", "Po", "Pe", "Ps")
        and ord(sign) not in _HANGUL
    )
