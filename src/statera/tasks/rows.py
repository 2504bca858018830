"""Rows of a user's data file with their line numbers, so that every mistake can be found.

JSONL (one object a line) or CSV with a header, plain or `.gz`, UTF-8.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from statera.codec.files import read_lines, read_text
from statera.codec.strict import from_json
from statera.errors import DeclarationError


class Row(NamedTuple):
    """One record: its 0-based place, the 1-based line that it ends on, and its columns.

    The place of a JSONL record is its line counted from 0, that of a CSV record leaves the header
    out.
    """

    place: int
    line: int
    columns: dict[str, Any]


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows; DeclarationError names the line that is malformed, or an unknown format."""
    name = path.name.removesuffix(".gz")
    if name.endswith(".jsonl"):
        return _jsonl(path)
    if name.endswith(".csv"):
        return _csv(path)
    raise DeclarationError(f"{path}: unknown kind of file. Allowed: .jsonl, .csv, also .gz")


def _jsonl(path: Path) -> Iterator[Row]:
    decoder = msgspec.json.Decoder(dict[str, Any])
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        try:
            columns = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            columns = _explained(line, f"{path}, line {number}")
        yield Row(number - 1, number, columns)


def _explained(line: bytes, source: str) -> dict[str, Any]:
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DeclarationError(f"{source}: not UTF-8 at byte {error.start}") from None
    return from_json(text, dict[str, Any], source=source)


def _csv(path: Path) -> Iterator[Row]:
    reader = csv.DictReader(io.StringIO(read_text(path)), strict=True)
    try:
        header = list(reader.fieldnames or ())
        _check_header(path, header)
        for place, columns in enumerate(reader):
            if None in columns or None in columns.values():
                raise DeclarationError(
                    f"{path}, line {reader.line_num}: expected {len(header)} columns"
                )
            yield Row(place, reader.line_num, columns)
    except csv.Error as error:
        raise DeclarationError(f"{path}, line {reader.reader.line_num}: {error}") from None


def _check_header(path: Path, header: list[str]) -> None:
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise DeclarationError(f"{path}, line 1: column '{twice[0]}' is there twice")
