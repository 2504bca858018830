"""Whether bytes or characters that a decoder found are a text that someone wrote.

A few bytes that are none, as where a run was cut or has something before it, need not hide the
rest.
"""

from collections.abc import Iterable

SHARE = 0.6
"""At least so much of it is letters and spaces."""
LETTERS = 3
_MENDED = 16
"""Of so many bytes one may be none of the text; of twice as many, three."""
_EDGES = 3
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


def mended(data: bytes) -> str | None:
    """Return the text in bytes of which a few are none, or that are UTF-16, else None."""
    if len(data) < _MENDED:
        return None
    if data.count(0) * 3 >= len(data):
        codec = "utf-16-be" if data[0] == 0 else "utf-16-le"
        text = data.decode(codec, errors="ignore")
        return text if reads(text) else None
    text = "".join(one for one in data.decode(errors="ignore") if _printable(one))
    lost = len(data) - len(text.encode())
    few = lost <= max(len(data) // _MENDED, _EDGES if len(data) >= 2 * _MENDED else 1)
    return text if few and reads(text) else None


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
