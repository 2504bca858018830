"""Where a growing text may be cut so that no check sees a split word or sign.

A cut lies where a new word begins, or between two signs of a script that is written without spaces.
Whatever has no spaces in it, such as a base64 run or a placeholder, is therefore never cut, unless
it goes on for `EXTENSION` characters: then the cut is forced, still between whole signs.

>>> cut("one two three", 5, ended=False)
8
"""

from unicodedata import category, east_asian_width

EXTENSION = 256
_JOINED = 32  # marks and joined signs that one sign may trail, at most
_JOINER = "\u200d"
_MODIFIERS = range(0x1F3FB, 0x1F400)
_REGIONAL = range(0x1F1E6, 0x1F200)


def cut(text: str, least: int, *, ended: bool) -> int | None:
    """Return the first place at or after `least` where `text` may be cut.

    None while the text must grow before it is known. The place depends on the text before and
    just after it only, so that a longer text has the same. The end of an ended text is a place.
    """
    last = least + EXTENSION
    for at in range(least, min(last, len(text))):
        if _whole(text, at) and _between_words(text, at):
            return at
    for at in range(last, min(last + _JOINED, len(text))):
        if _whole(text, at):
            return at
    if len(text) > last + _JOINED:
        return last + _JOINED
    return len(text) if ended else None


def _between_words(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if before.isspace():
        return not after.isspace()
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
    return east_asian_width(sign) in ("W", "F") and category(sign) in ("Lo", "Po", "Pe", "Ps")
