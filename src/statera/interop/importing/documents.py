"""JSON of other tools' making: objects with their places, NaN and infinities included.

Python's own `json` writes NaN and Infinity, which are no JSON; some tools log such numbers.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from statera.codec.files import read_bytes, read_lines
from statera.codec.strict import convert, from_json
from statera.errors import DeclarationError

T = TypeVar("T")
Object = dict[str, Any]
_LARGEST = 2**63 - 1
_OBJECT = msgspec.json.Decoder(Object)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Place(NamedTuple):
    """An object of a file with its place, as in `a.jsonl, line 3`."""

    where: str
    value: Object


def objects(path: Path) -> Iterator[Place]:
    """Yield each non-empty line's object; DeclarationError names the line that is none."""
    for number, line in enumerate(read_lines(path), start=1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if text.strip():
            where = f"{path}, line {number}"
            yield Place(where, decoded(text, where))


def document(path: Path) -> Object:
    """Return the file's one object; DeclarationError says what is wrong where."""
    return decoded(read_bytes(path), str(path))


def decoded(data: bytes, where: str) -> Object:
    """Return the JSON object; DeclarationError with `where` when it is none."""
    try:
        return _OBJECT.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _with_constants(data, where)


def _with_constants(data: bytes, where: str) -> Object:
    """Return an object in which NaN or Infinity stands; anything else is explained."""
    if b"NaN" in data or b"Infinity" in data:
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            return found
    return from_json(data, Object, source=where)


def member_names(path: Path) -> frozenset[str]:
    """Return the names at the top of a JSON file; empty when it is no object.

    Only the first object counts in a file of lines.
    """
    try:
        data = read_bytes(path) if path.suffix == ".json" else next(iter(_filled(path)), b"")
        return frozenset(_MEMBERS.decode(data))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return frozenset()


def _filled(path: Path) -> Iterator[bytes]:
    return (line for line in read_lines(path) if line.strip())


def taken(found: Mapping[str, Any], name: str, kind: type[T], where: str) -> T:
    """Return a member that must be there, as `kind`; DeclarationError names it."""
    if name not in found:
        raise DeclarationError(f"{where}: '{name}' is missing")
    return convert(found[name], kind, source=f"{where}: '{name}'")


def part(found: object, *names: str) -> Object:
    """Return the object at the end of the names, empty where there is none."""
    value: Any = found
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, dict) else {}


def several(found: object, *names: str) -> list[Any]:
    """Return the list at the end of the names, empty where there is none."""
    value = part(found, *names[:-1]).get(names[-1]) if names else found
    return value if isinstance(value, list) else []


def texts(found: object) -> tuple[str, ...]:
    """Return the texts of a list, or the one text."""
    listed = found if isinstance(found, list) else [found]
    return tuple(one for one in listed if isinstance(one, str))


def text(found: object, *names: str) -> str:
    """Return the first of these members that is a text with something in it, or an empty one."""
    values = (part(found).get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value), "")


def number(value: object) -> float | None:
    """Return a number or a boolean as a number, None for anything else."""
    return float(value) if isinstance(value, bool | int | float) else None


def count(value: object) -> int | None:
    """Return a whole number from 0 on that a store can hold, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _LARGEST else None


def moment(value: object) -> float:
    """Return an ISO 8601 text or seconds as seconds since 1970 UTC; 0 for anything else."""
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value.replace(" UTC", "+00:00"))
        except ValueError:
            return 0.0
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def files_in(paths: Iterable[Path], suffixes: Sequence[str]) -> list[Path]:
    """Return the files with such names, looking into folders; each file once, in order."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        named = [one for one in inside if not path.is_dir() or one.name.endswith(tuple(suffixes))]
        found.update(dict.fromkeys(one for one in named if one.is_file() or not path.is_dir()))
    return list(found)
