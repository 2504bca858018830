"""All texts in a JSON value, and what need not be read: terms, ids, labels, sealed data.

A term is a word of the APIs (`auto`), an id what a server draws (`chatcmpl-1f3a`), a label the name
of a model (`org/model`). None of them has a space; what is none of them is read.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from statera.proxy.wire.slots import Body, Holder, Key, written
from statera.proxy.wire.vocabulary import TERMS

# Up to two short words, then hexadecimal groups or one run of letters that has a digit in it: no
# number alone, no long word.
_ID = re.compile(
    r"(?!(?:[a-z]{1,8}[-_])*[0-9_-]{9,}$)(?![A-Za-z0-9_-]*(?:[a-z]{12}|[A-Z]{12}))"
    r"(?:[a-z]{1,8}[-_]){0,2}"
    r"(?:[0-9a-fA-F]{1,56}(?:-[0-9a-fA-F]{1,12}){0,5}|[A-Za-z]{0,48}[0-9][A-Za-z0-9]{0,56})",
    re.ASCII,
)
_LONGEST_ID = 64
_LONGEST_LABEL = 128
_LABEL = re.compile(r"(?![0-9._:+-]{9,}$)[A-Za-z0-9_./][A-Za-z0-9_.:/=~-]*", re.ASCII)
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}|-?[0-9]{1,8}", re.ASCII)
_SEALED = re.compile(r"[A-Za-z0-9+/]*={0,2}|[A-Za-z0-9_-]*={0,2}", re.ASCII)
_PADDING = re.compile(r"(?!.*(?:[a-z]{12}|[A-Z]{12}))[A-Za-z0-9]*", re.ASCII)
_MOST_PADDING = 128
_MOST_SEALED = 2**18
_READ_FROM = 1_000_000
LARGE = 10**11

# Words of JSON schemas and of the APIs' own types, which say nothing to a model.
_WORDS = """
$defs $ref $schema additionalProperties allOf anyOf array boolean cache_control const default
description enum ephemeral format function integer items json_object json_schema maxItems maxLength
maximum minItems minLength minimum name null number object oneOf parameters pattern properties
required schema strict string text title type
"""
_STRUCTURE = frozenset(_WORDS.split()) | {""}
_TERMS = TERMS | {""}


class Leaf(NamedTuple):
    """A text somewhere in a value; `key` None for a name in an object, or a text that was decoded.

    What has no key can be read and not be edited.
    """

    text: str
    holder: Holder
    key: Key | None


def is_term(text: str) -> bool:
    """Return whether the text is a word of the APIs."""
    return text in _TERMS


def is_id(text: str) -> bool:
    """Return whether the text is a term, or looks like an id that a server has drawn.

    At most 64 characters, at most two short words before what was drawn.
    """
    return text in _TERMS or (len(text) <= _LONGEST_ID and _is_drawn(text))


def is_label(text: str) -> bool:
    """Return whether the text is like a model's name: at most 128 characters, and no number."""
    return not text or (len(text) <= _LONGEST_LABEL and _is_named(text))


# A client and a server say the same ids and labels over and over.
@lru_cache(maxsize=1024)
def _is_drawn(text: str) -> bool:
    return _ID.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _is_named(text: str) -> bool:
    return _LABEL.fullmatch(text) is not None


def is_field(text: str) -> bool:
    """Return whether the text is like a field's name, or a short number: at most 64 characters."""
    return _FIELD.fullmatch(text) is not None


def is_sealed(text: str) -> bool:
    """Return whether the text looks like data in base64, of at most 262,144 characters."""
    return len(text) <= _MOST_SEALED and _SEALED.fullmatch(text) is not None


def is_padding(text: str) -> bool:
    """Return whether the text is like what pads an event: at most 128 letters, no word of many."""
    return len(text) <= _MOST_PADDING and _PADDING.fullmatch(text) is not None


def is_plain(leaf: Leaf) -> bool:
    """Return whether the leaf is the name of a field, a term or an id."""
    text = leaf.text
    return (leaf.key is None and _FIELD.fullmatch(text) is not None) or is_id(text)


def says_nothing(value: object) -> bool:
    """Return whether the value has numbers and labels only, so that it may be said again."""
    return all(is_plain(one) or is_label(one.text) for one in leaves_in({}, "", value))


def leaves_in(holder: Holder, key: Key, value: object) -> list[Leaf]:
    """Return the texts in `value`, which stands at `holder[key]`, and the names of its fields.

    Numbers of seven digits or more before the point are texts too, since they may be those of a
    card or a person; words of JSON schemas are not.
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
    elif (kind is int or kind is float) and abs(value) >= _READ_FROM:
        found.append(Leaf(written(value), holder, key))


def _gather_named(found: list[Leaf], value: Body) -> None:
    for name, one in value.items():
        if name not in _STRUCTURE:
            found.append(Leaf(name, value, None))
        if type(one) is not int or not -_READ_FROM < one < _READ_FROM:
            _gather(found, value, name, one)
