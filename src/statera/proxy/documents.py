"""A body's bytes to a JSON object that every reader reads alike.

>>> decode(b'{"model": "m", "messages": []}')
{'model': 'm', 'messages': []}

What two readers may read differently is refused: a key twice (RFC 8259, section 4, leaves open
which one counts), half a surrogate pair, numbers out of range, more than `depth` levels. So bytes
that were decoded here may be sent on as they came when nothing in them is changed.
"""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from statera.proxy.wire.refusals import Refused, shown

DEPTH = 64

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def decode(body: bytes, depth: int = DEPTH) -> dict[str, Any]:
    """Return the JSON object in `body`; Refused (`invalid_json`) for all that is not one.

    Takes time linear in the body, also for hostile ones.
    """
    value = _parsed(body)
    if type(value) is not dict:
        raise _refused(f"the body must be a JSON object, not {_kind(value)}")
    if body.count(b"{") + body.count(b"[") > depth and not _within(value, depth):
        raise _refused(f"nested deeper than {depth} levels")
    if _may_repeat(body, value):
        _scan(body)
    return value


def encode(value: dict[str, Any]) -> bytes:
    """Return the JSON of an edited body."""
    return _encode(value)


def _parsed(body: bytes) -> object:
    try:
        return _decode(body)
    except UnicodeDecodeError:
        raise _refused(f"not UTF-8{_first_bad_byte(body)}") from None
    except RecursionError:
        raise _refused("nested too deep") from None
    except msgspec.ValidationError:
        raise _refused("a number is out of range") from None
    except msgspec.DecodeError as error:
        raise _refused(_told(str(error), body)) from None


def _told(message: str, body: bytes) -> str:
    if "truncated" in message:
        return _standard_words(body)
    return message.removeprefix("JSON is malformed: ")


def _standard_words(body: bytes) -> str:
    """Return what is wrong in the words of `json`, which knows the byte where a text breaks off."""
    try:
        json.loads(body.decode())
    except UnicodeDecodeError:
        return f"not UTF-8{_first_bad_byte(body)}"
    except json.JSONDecodeError as error:
        return f"{error.msg.lower()} (byte {len(error.doc[: error.pos].encode())})"
    except (ValueError, RecursionError):
        return "cut off"
    return "half a surrogate pair in a string"


def _first_bad_byte(body: bytes) -> str:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return f" (byte {error.start})"
    return ""


def _may_repeat(body: bytes, value: dict[str, Any]) -> bool:
    """Return False only if no key is twice in one object of the body.

    Decoding keeps the last of two equal keys, so that encoding again gives fewer colons than there
    were, unless a string held an escaped one.
    """
    if b"\\u003a" in body or b"\\u003A" in body:
        return True
    return body.count(b":") != _encode(value).count(b":")


def _scan(body: bytes) -> None:
    json.loads(body.decode(), object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _refused(f"the key {shown(name)} is twice in one object")
        found[name] = value
    return found


def _within(value: object, depth: int) -> bool:
    level: list[object] = [value]
    for _ in range(depth):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return True
    return False


def _inside(value: object) -> Iterator[object]:
    if type(value) is dict:
        return (one for one in value.values() if type(one) is dict or type(one) is list)
    if type(value) is list:
        return (one for one in value if type(one) is dict or type(one) is list)
    return iter(())


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {list: "an array", str: "a string", bool: "a boolean"}
    return names.get(type(value), "a number")


def _refused(why: str) -> Refused:
    return Refused(f"The body's JSON cannot be read: {why}.", code="invalid_json")
