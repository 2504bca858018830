"""Images, recordings and files, which nobody here reads; what is a text among them is read.

A text hides in `data:text/plain,...` and in base64 that is one once decoded. It cannot be edited.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from statera.proxy.wire.fields import Reader, joined
from statera.proxy.wire.leaves import Leaf, is_field, is_label, leaves_in
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import Body, Holder, Key, Repeat

_DATA = re.compile(r"data:([^,;\s]{0,128})((?:;[^,;\s]{1,128}){0,8}),", re.ASCII | re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/\r\n]*={0,2}|[A-Za-z0-9_-]*={0,2}", re.ASCII)
_ADDRESS = re.compile(r"(?:https?|file|gs|s3)://[^\s]{0,2048}", re.ASCII)
_BINARY = re.compile(r"(?:image|audio|video|font)/(?!svg)[\w.+-]+|application/(?:pdf|octet-stream)")
_TEXTUAL = re.compile(
    r"text/.*|(?:.*[/+-])?(?:csv|html|javascript|json|markdown|python|sql|svg|toml|xml|yaml)|"
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_URLSAFE = str.maketrans("-_", "+/", "\r\n=")
_BEGINNING = 1024  # characters of base64; a multiple of four
_LEAST = 16  # characters; what is shorter and has no space is a name


def media(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take an image, a recording or a file where the policy allows it.

    What stands beside its data, its address and its names is read all the same.
    """
    if reader.policy.images != "allow":
        raise Refused(
            f"'{place}' holds an image, a recording or a file, which the policy does not allow.",
            code="image_not_allowed",
            param=place,
        )
    leaves = []
    for one in leaves_in(holder, key, value):
        named = one.key is None and is_field(one.text)
        said = None if named else _said(one.text, place)
        if said is not None:
            leaves.append(one if said == one.text else Leaf(said, one.holder, None))
    joined(reader, leaves, place)


def recording(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take a recording of a text that stands beside it; it is withheld when that is edited."""
    media(reader, holder, key, value, place)
    reader.repeats.append(Repeat(cast("Body", holder), str(key), place))


def _said(text: str, place: str) -> str | None:
    """Return what the text says, decoded; None for data, an address or a name.

    Raises Refused for a text in an encoding that is not read.
    """
    if _ADDRESS.fullmatch(text):
        return None
    if text.isdecimal():
        return text
    found = _DATA.match(text)
    if found:
        return _in_address(text, found, place)
    if len(text) < _LEAST:
        return None if is_label(text) or _BASE64.fullmatch(text) else text
    return _in_base64(text) if _BASE64.fullmatch(text) else text


def _in_address(text: str, found: re.Match[str], place: str) -> str | None:
    """Return the text in a `data:` address, None for data that is none."""
    kind, terms = found[1].lower(), found[2].lower().split(";")
    rest = text[found.end() :]
    encoded = "base64" in terms
    if encoded and not _BASE64.fullmatch(rest):
        return text
    if _BINARY.fullmatch(kind):
        return _in_base64(rest) if encoded else text
    data = _decoded(rest) if encoded else unquote_to_bytes(rest)
    said = _as_text(data) if _CHARSETS.issuperset(_charsets(terms)) else None
    if said is None and _TEXTUAL.fullmatch(kind):
        raise Refused(
            f"'{place}' holds a file of text that is not in UTF-8.",
            code="image_not_allowed",
            param=place,
        )
    return said


def _charsets(terms: Iterable[str]) -> Iterator[str]:
    return (one.partition("=")[2].strip("\"'") for one in terms if one.startswith("charset"))


def _in_base64(text: str) -> str | None:
    """Return the text behind base64, None when there is none."""
    if _as_text(_decoded(text[:_BEGINNING]), cut=True) is None:
        return None
    return _as_text(_decoded(text))


def _decoded(text: str) -> bytes:
    plain = text.translate(_URLSAFE)
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except (ValueError, binascii.Error):
        return b"\x00"


def _as_text(data: bytes, *, cut: bool = False) -> str | None:
    """Return the bytes as text; None when they are none. `cut`: the last character may be torn."""
    if _CONTROLS.search(data):
        return None
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        torn = cut and error.start >= len(data) - 3
        return data[: error.start].decode() if torn else None
