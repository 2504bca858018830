"""All texts in a JSON value, and what need not be read: labels, addresses, sealed data.

A label is what the APIs use as an id, a name or a word: `chatcmpl-1`, `org/model`, `auto`.
"""

import re
from typing import Any, NamedTuple

from statera.proxy.wire.slots import Body, Holder, Key

_LABEL = re.compile(r"[A-Za-z0-9_.:/+=~|#-]{0,256}", re.ASCII)
_SEALED = re.compile(r"[A-Za-z0-9_+/=-]*", re.ASCII)
_ADDRESS = re.compile(r"(?:https?|data|file|gs|s3):[^\s]*", re.ASCII)
_LONG = 1_000_000

# Words of JSON schemas and of the APIs' own types, which say nothing to a model.
_WORDS = """
$defs $ref $schema additionalProperties allOf anyOf array boolean cache_control const default
description enum ephemeral format function integer items json_object json_schema maxItems maxLength
maximum minItems minLength minimum name null number object oneOf parameters pattern properties
required schema strict string text title type
"""
_STRUCTURE = frozenset(_WORDS.split()) | {""}


class Leaf(NamedTuple):
    """A text somewhere in a value; `key` None for a name in an object."""

    text: str
    holder: Holder
    key: Key | None


def is_label(text: str) -> bool:
    """Return whether the text is a label: at most 256 characters, no space, no `@`."""
    return _LABEL.fullmatch(text) is not None


def is_sealed(text: str) -> bool:
    """Return whether the text looks like data in base64."""
    return _SEALED.fullmatch(text) is not None


def is_media(text: str) -> bool:
    """Return whether the text is an image's (a file's) data, address or label."""
    return any(kind.fullmatch(text) for kind in (_LABEL, _SEALED, _ADDRESS))


def says_nothing(value: object) -> bool:
    """Return whether the value has numbers and labels only, so that it may be said again."""
    return all(is_label(one.text) for one in leaves_in({}, "", value))


def leaves_in(holder: Holder, key: Key, value: object) -> list[Leaf]:
    """Return the texts in `value`, which stands at `holder[key]`, and the names of its fields.

    Numbers of seven digits or more are texts too, since they may be those of a card or a person;
    words of JSON schemas are not.
    """
    found: list[Leaf] = []
    _gather(found, holder, key, value)
    return found


def _gather(found: list[Leaf], holder: Holder, key: Key, value: Any) -> None:
    kind = type(value)
    if kind is str:
        if value not in _STRUCTURE:
            found.append(Leaf(value, holder, key))
    elif kind is dict:
        _gather_named(found, value)
    elif kind is list:
        for position, one in enumerate(value):
            _gather(found, value, position, one)
    elif kind is int and abs(value) >= _LONG:
        found.append(Leaf(str(value), holder, key))


def _gather_named(found: list[Leaf], value: Body) -> None:
    for name, one in value.items():
        if name not in _STRUCTURE:
            found.append(Leaf(name, value, None))
        _gather(found, value, name, one)
