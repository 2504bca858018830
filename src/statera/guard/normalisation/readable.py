"""Whether bytes or characters that a decoder found are a text that someone wrote."""

from collections.abc import Iterable

SHARE = 0.6
"""At least so much of it is letters and spaces."""
LETTERS = 3
LONG = 12
"""So many bytes that are all printable ASCII are no chance: another layer, perhaps."""


def readable(data: bytes) -> str | None:
    """Return the UTF-8 text in bytes when it reads like one, or is long and ASCII, else None."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    code = len(text) >= LONG and text.isascii() and _printable(text)
    return text if code or reads(text) else None


def reads(text: str) -> bool:
    """Return whether a text has no controls, three letters, and is mostly letters and spaces."""
    if not _printable(text):
        return False
    letters = sum(map(str.isalpha, text))
    return letters >= LETTERS and letters + text.count(" ") >= SHARE * len(text)


def printable(data: Iterable[int]) -> str | None:
    """Return code points from 0 to 255 as a text when all can be printed, else None."""
    text = "".join(map(chr, data))
    return text if _printable(text) else None


def _printable(text: str) -> bool:
    return text.isprintable() or "".join(text.split()).isprintable()
