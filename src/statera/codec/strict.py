"""Strict decoding: unknown keys, wrong types and quoted booleans are errors that say where.

gate.yaml: Object contains unknown field `margn` - at `$.rules[0]`. Did you mean 'margin'?
"""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
import yaml

from statera.errors import DeclarationError, nearest

T = TypeVar("T")

_UNKNOWN = re.compile(r"unknown field `([^`]+)`")
_MISSING_TAG = re.compile(r"Invalid value '([^']*)'")


def convert(value: Any, kind: type[T], *, source: str) -> T:
    """Return `value` as `kind`, or raise DeclarationError naming `source` and the path inside."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise DeclarationError(f"{source}: {_explain(str(error), kind)}") from None


def from_yaml(text: str, kind: type[T], *, source: str) -> T:
    """Return the YAML document as `kind`; every mistake is one line with `source`."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise DeclarationError(f"{source}{place}: {problem}") from None
    return convert(value, kind, source=source)


def from_json(data: bytes | str, kind: type[T], *, source: str) -> T:
    """Return the JSON document as `kind`; every mistake is one line with `source`."""
    try:
        return msgspec.json.decode(data, type=kind)
    except UnicodeDecodeError as error:
        raise DeclarationError(f"{source}: not UTF-8 at byte {error.start}") from None
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise DeclarationError(f"{source}: {_explain(str(error), kind)}") from None


def _explain(message: str, kind: Any) -> str:
    """Add the allowed names, and the nearest, to msgspec's message."""
    names = sorted(set(_names(kind)))
    if found := _UNKNOWN.search(message):
        return f"{message}.{nearest(found[1], names)} Allowed: {', '.join(names)}"
    if found := _MISSING_TAG.search(message):
        return f"{message}.{nearest(found[1], _tags(kind))} Allowed: {', '.join(_tags(kind))}"
    return message


def _structs(kind: Any, seen: set[Any] | None = None) -> Iterator[type[msgspec.Struct]]:
    """Yield every Struct that `kind` can hold, itself included."""
    seen = set() if seen is None else seen
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if kind in seen:
            return
        seen.add(kind)
        yield kind
        for field in msgspec.structs.fields(kind):
            yield from _structs(field.type, seen)
    for part in getattr(kind, "__args__", ()):
        yield from _structs(part, seen)


def _names(kind: Any) -> Iterator[str]:
    for struct in _structs(kind):
        yield from struct.__struct_encode_fields__


def _tags(kind: Any) -> list[str]:
    tags = [struct.__struct_config__.tag for struct in _structs(kind)]
    return sorted({str(tag) for tag in tags if tag is not None})
