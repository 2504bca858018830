"""Tables as they come: separated by commas, semicolons, tabs or bars, JSON lines, or JSON.

A JSON file is a list of objects, or an object in which one list of objects stands. The rows come
out with their places; what is broken is a DeclarationError that names file and line.
"""

import csv
import io
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from statera.codec.files import read_bytes, read_lines
from statera.codec.strict import from_json
from statera.errors import DeclarationError
from statera.interop.importing.documents import Place, objects

SEPARATED = (".csv", ".tsv", ".tab")
JSON = (".jsonl", ".ndjson", ".json")
SUFFIXES = (*SEPARATED, *JSON)
ENDINGS = (*SUFFIXES, *(f"{suffix}.gz" for suffix in SUFFIXES))
_SEPARATORS = ",;\t|"
_LONGEST_CELL = 2**30


def suffix_of(path: Path) -> str:
    """Return how the file's name ends, in small letters, without `.gz`."""
    return Path(path.name.lower().removesuffix(".gz")).suffix


def is_separated(path: Path) -> bool:
    """Return whether the file is text with separated cells: by its name, or its first character."""
    suffix = suffix_of(path)
    if suffix in SUFFIXES:
        return suffix in SEPARATED
    first = next((line for line in read_lines(path) if line.strip()), b"")
    return not first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def table_rows(path: Path) -> Iterator[Place]:
    """Yield the rows of a table by the names of its columns."""
    suffix = suffix_of(path)
    if suffix == ".json":
        return _listed(path)
    return _separated(path) if is_separated(path) else objects(path)


def first_rows(path: Path, count: int) -> list[Place]:
    """Return the first rows of a table; DeclarationError for one that has none."""
    found = []
    for place in table_rows(path):
        found.append(place)
        if len(found) == count:
            break
    if not found:
        raise DeclarationError(f"{path}: holds no row")
    return found


def _separated(path: Path) -> Iterator[Place]:
    with closing(_lines(path)) as lines:
        first = next(lines, "")
        reader = csv.reader(chain([first], lines), delimiter=_separator(path, first), strict=True)
        before = csv.field_size_limit(_LONGEST_CELL)
        try:
            header = [name.strip() for name in next(reader, [])]
            for name in header:
                if header.count(name) > 1:
                    raise DeclarationError(f"{path}, line 1: column '{name}' is there twice")
            for cells in filter(None, reader):
                yield _cells(f"{path}, line {reader.line_num}", header, cells)
        except csv.Error as error:
            raise DeclarationError(f"{path}, line {reader.line_num}: {error}") from None
        finally:
            csv.field_size_limit(before)


def header_of(path: Path) -> list[str]:
    """Return the names at the top of a separated file, which may hold no row."""
    with closing(_lines(path)) as lines:
        first = next(lines, "")
    cells = next(csv.reader(io.StringIO(first), delimiter=_separator(path, first)), [])
    return [name.strip() for name in cells]


def _separator(path: Path, header: str) -> str:
    """Return the character that separates the cells: the commonest of the header."""
    if suffix_of(path) in (".tsv", ".tab"):
        return "\t"
    most = max(_SEPARATORS, key=header.count)
    return most if most in header else ","


def _cells(where: str, header: Sequence[str], cells: Sequence[str]) -> Place:
    if len(cells) != len(header):
        raise DeclarationError(f"{where}: {len(cells)} cells for {len(header)} columns")
    return Place(where, dict(zip(header, cells, strict=True)))


def _lines(path: Path) -> Generator[str, None, None]:
    """Yield the lines with their ends, holding one at a time."""
    for place, line in enumerate(read_lines(path), start=1):
        try:
            yield line.decode("utf-8-sig" if place == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise DeclarationError(
                f"{path}, line {place}: not UTF-8 at byte {error.start}"
            ) from None


def _listed(path: Path) -> Iterator[Place]:
    """Yield the objects of the one list that a JSON file holds."""
    data = read_bytes(path).removeprefix(b"\xef\xbb\xbf")
    found: Any = from_json(data, Any, source=str(path))
    name, rows = _list_in(str(path), found)
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise DeclarationError(f"{path}, {name}[{number}]: no object, but {_kind(row)}")
        yield Place(f"{path}, {name}[{number}]", row)


def _list_in(where: str, found: Any) -> tuple[str, list[Any]]:
    if isinstance(found, list):
        return "", found
    if isinstance(found, dict):
        lists = {name: value for name, value in found.items() if _has_objects(value)}
        if len(lists) == 1:
            return next(iter(lists.items()))
        if lists:
            raise DeclarationError(f"{where}: several lists of rows: {', '.join(lists)}")
    raise DeclarationError(f"{where}: no list of objects in it")


def _has_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _kind(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 40 else f"{text[:40]}…"
