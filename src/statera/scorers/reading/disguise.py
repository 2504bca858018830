"""A reply in Base64 or ROT13 is read as what it says: models answer an encoded request in kind.

Of the ways to read a text, the one with most everyday English words counts; the text itself where
none has more.

>>> plainest("SGVyZSBpcyB3aGF0IHRoZSB0ZXh0IHNheXM="), plainest("the plain text of it")
('Here is what the text says', 'the plain text of it')
"""

import base64
import binascii
import codecs
import re

_WORD = re.compile(r"[a-z']+")
_COMMON = frozenset(
    _WORD.findall(
        "a an and are as at be but by can cannot do for from have how i if in is it me my not of "
        "on or so sorry that the this to was what with you your"
    )
)
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{16,}={0,2}\s*")


def plainest(text: str) -> str:
    """Return the reading of the text that is most like English."""
    readings = [text, _from_base64(text), codecs.encode(text, "rot13")]
    return max(readings, key=_common)


def _common(text: str) -> int:
    return sum(word in _COMMON for word in _WORD.findall(text.lower()))


def _from_base64(text: str) -> str:
    """Return what a text that is nothing but Base64 holds, else an empty one."""
    if not _BASE64.fullmatch(text):
        return ""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
