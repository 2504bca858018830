"""Strict decoding: unknown keys, wrong types and quoted booleans are errors that say where.

gate.yaml: Object contains unknown field `margn` - at `$.rules[0]`. Did you mean 'margin'?
"""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
import yaml
from msgspec import structs

from statera.errors import DeclarationError, nearest

T = TypeVar("T")

_UNKNOWN = re.compile(r"unknown field `([^`]+)`")
_MISSING = re.compile(r"missing required field `([^`]+)`")
_MISSING_TAG = re.compile(r"Invalid value '([^']*)'")
_PLACE = re.compile(r"- at `\$([^`]*)`")
_ENUM = re.compile(r"^Invalid enum value '?([^']*?)'?(?: - at .*)?$")
_TYPES = re.compile(r"`([a-z]+(?: \| [a-z]+)*)`")
_WORDS = {
    "array": "a list",
    "bool": "true or false",
    "date": "a day",
    "datetime": "a time with its zone, as 2026-12-01T08:00:00Z",
    "float": "a number",
    "int": "a whole number",
    "null": "nothing",
    "object": "a mapping",
    "str": "text",
}
_NO_TIME = "Invalid RFC3339 encoded datetime"
_STEP = re.compile(r"[^.\[\]]+|\.\.\.")


class StrictLoader(yaml.SafeLoader):
    """YAML without two surprises: a key twice is an error, and `yes`, `no`, `on`, `off` are text.

    YAML 1.2 reads booleans so (section 10.2.1.2); YAML 1.1 would make a list of answers
    `[yes, no]` a list of booleans.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping; ConstructorError for a key that is already there."""
        lines: dict[str, int] = {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in lines:
                problem = f"key `{key.value}` is already on line {lines[key.value]}"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            lines[str(key.value)] = key.start_mark.line + 1
        return super().construct_mapping(node, deep)


_BOOL = "tag:yaml.org,2002:bool"
StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
StrictLoader.add_implicit_resolver(
    _BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def convert(value: Any, kind: type[T], *, source: str) -> T:
    """Return `value` as `kind`, or raise DeclarationError naming `source` and the path inside."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise DeclarationError(f"{source}: {_explain(str(error), kind, value)}") from None


def from_yaml(text: str, kind: type[T], *, source: str) -> T:
    """Return the YAML document as `kind`; every mistake is one line with `source`."""
    try:
        value = yaml.load(text, StrictLoader)
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
    except RecursionError:
        raise DeclarationError(f"{source}: nested too deep") from None
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        told = _explain(str(error), kind, _plain(data))
        raise DeclarationError(f"{source}: {told}") from None


def _explain(message: str, kind: Any, value: Any) -> str:
    """Add what is allowed at that place, and the nearest name, to msgspec's message."""
    found = _PLACE.search(message)
    steps = _STEP.findall(found[1]) if found else []
    if wrong := _UNKNOWN.search(message):
        names = sorted({name for one in _structs_at(kind, value, steps) for name in _names(one)})
        return f"{message}.{nearest(wrong[1], names)} Allowed: {', '.join(names)}"
    if (wrong := _MISSING.search(message)) and isinstance(document := _at(value, steps), dict):
        own = {name for one in _structs_at(kind, value, steps) for name in _names(one)}
        slips = get_close_matches(wrong[1], [str(key) for key in document if key not in own])
        return f"{message}. Is '{slips[0]}' meant to be it?" if slips else message
    if wrong := _MISSING_TAG.search(message):
        tags = sorted({str(_tag(one)) for one in _structs_at(kind, value, steps[:-1])})
        return f"{message}.{nearest(wrong[1], tags)} Allowed: {', '.join(tags)}"
    if wrong := _ENUM.search(message):
        literals = [one for one in _kinds_at(kind, value, steps) if get_origin(one) is Literal]
        allowed = [str(name) or '""' for one in literals for name in get_args(one)]
        told = message.replace("Invalid enum value", "Invalid value", 1)
        return f"{told}.{nearest(wrong[1], allowed)} Allowed: {', '.join(allowed)}"
    return _in_words(message)


def _in_words(message: str) -> str:
    """Return `Expected true or false, got text - at ...` for msgspec's names of types."""
    if message.startswith(_NO_TIME):
        return message.replace(
            _NO_TIME, "Expected a time with its zone, as 2026-12-01T08:00:00Z", 1
        )
    if not message.startswith("Expected "):
        return message
    told, mark, place = message.partition(" - at ")
    return _TYPES.sub(_type_words, told) + mark + place


def _type_words(found: re.Match[str]) -> str:
    names = found[1].split(" | ")
    return " or ".join(_WORDS.get(name, f"`{name}`") for name in names)


def _structs_at(kind: Any, value: Any, steps: Iterable[str]) -> list[type[msgspec.Struct]]:
    """Return the Structs that may stand at the place in the document where the steps lead."""
    return [found for found in _kinds_at(kind, value, steps) if _is_struct(found)]


def _kinds_at(kind: Any, value: Any, steps: Iterable[str]) -> list[Any]:
    """Return the kinds that may stand at the place in the document where the steps lead."""
    kinds = _fitting(kind, value)
    for step in steps:
        value = _inside(value, step)
        kinds = [found for one in kinds for part in _parts(one, step) for found in _fitting(part)]
        kinds = _tagged_as(value, kinds)
    return kinds


def _parts(kind: Any, step: str) -> list[Any]:
    """Return the kinds of what is called `step` in an object, or of a list's items."""
    if _is_struct(kind):
        return [field.type for field in structs.fields(kind) if field.encode_name == step]
    return list(get_args(kind))


def _fitting(kind: Any, value: Any = None) -> list[Any]:
    """Return the members of a union; of tagged Structs, the one that the value names, if any."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _fitting(get_args(kind)[0], value)
    if origin in (Union, UnionType):
        members = [found for part in get_args(kind) for found in _fitting(part)]
        return _tagged_as(value, members)
    return [kind]


def _tagged_as(value: Any, kinds: list[Any]) -> list[Any]:
    named = [k for k in kinds if _is_struct(k) and _tag(k) and _tag(k) == _given_tag(value, k)]
    return named or kinds


def _given_tag(value: Any, kind: type[msgspec.Struct]) -> Any:
    return value.get(kind.__struct_config__.tag_field) if isinstance(value, dict) else None


def _at(value: Any, steps: Iterable[str]) -> Any:
    """Return what stands in the document where the steps lead."""
    for step in steps:
        value = _inside(value, step)
    return value


def _inside(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isdigit():
        return value[int(step)]
    return None


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _tag(kind: type[msgspec.Struct]) -> str | int | None:
    return kind.__struct_config__.tag


def _names(kind: type[msgspec.Struct]) -> Iterator[str]:
    yield from kind.__struct_encode_fields__
    if _tag(kind) is not None:
        yield str(kind.__struct_config__.tag_field)


def _plain(data: bytes | str) -> Any:
    """Return the document whatever it holds; None when it is no JSON."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
