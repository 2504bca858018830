"""What PyRIT remembers, as plain objects: its SQLite file, or an export as JSON or CSV.

| table | what is read of it |
|---|---|
| `PromptMemoryEntries` | conversation, sequence, role, converters, target, both texts |
| `ScoreEntries` | the piece that was scored, scorer, value |
| `AttackResultEntries` | conversation, objective, outcome |

An export holds the first table alone; in JSON each piece brings its scores. DuckDB files of older
releases are not read: export them to JSON with the release that wrote them.
"""

import csv
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from statera.codec.files import read_bytes, read_csv, read_lines
from statera.errors import DeclarationError
from statera.interop.importing.documents import Object, part

SQLITE = (".db", ".sqlite", ".sqlite3")
DUCKDB = ".duckdb"
PIECES, SCORES, RESULTS = "PromptMemoryEntries", "ScoreEntries", "AttackResultEntries"

_MEMBERS = {"conversation_id", "role", "sequence"}
_TEXTS = ({"original_value"}, {"original_prompt_text"})
_MAGIC = b"SQLite format 3\x00"


class Memory(NamedTuple):
    """The rows of the three tables; pieces with their place in the file."""

    pieces: list[tuple[str, Object]]
    scores: list[Object]
    results: list[Object]


def is_memory(path: Path) -> bool:
    """Return whether the file holds what PyRIT remembers."""
    suffix = path.suffix.lower()
    if suffix in SQLITE:
        return _has_pieces(path)
    if suffix == ".csv":
        header = next(iter(read_lines(path)), b"").decode("utf-8-sig", "replace")
        return _are_pieces(next(csv.reader([header]), []))
    return suffix == ".json" and _are_pieces(_first_names(path))


def read_memory(path: Path) -> Memory:
    """Return what the file holds; DeclarationError where it is no memory of PyRIT."""
    suffix = path.suffix.lower()
    if suffix == DUCKDB:
        raise DeclarationError(
            f"{path}: DuckDB memory of an older PyRIT is not read: export it to JSON with it"
        )
    if not is_memory(path):
        raise DeclarationError(f"{path}: no {PIECES} with conversation_id, role and sequence")
    if suffix in SQLITE:
        return _from_sqlite(path)
    found = _from_csv(path) if suffix == ".csv" else _from_json(path)
    pieces = list(found)
    scores = [score for _, piece in pieces for score in _own_scores(piece)]
    return Memory(pieces, scores, [])


def _are_pieces(names: object) -> bool:
    found = set(names) if isinstance(names, list | dict) else set()
    return found >= _MEMBERS and any(found >= texts for texts in _TEXTS)


def _first_names(path: Path) -> list[str]:
    if next(iter(read_lines(path)), b"").lstrip()[:1] != b"[":
        return []
    found = _decoded(path)
    return (
        list(found[0]) if isinstance(found, list) and found and isinstance(found[0], dict) else []
    )


def _decoded(path: Path) -> object:
    try:
        found: object = json.loads(read_bytes(path))
    except (ValueError, RecursionError):
        return None
    return found


def _from_json(path: Path) -> Iterator[tuple[str, Object]]:
    found = _decoded(path)
    for place, one in enumerate(found if isinstance(found, list) else [], start=1):
        if not isinstance(one, dict):
            raise DeclarationError(f"{path}, piece {place}: no object")
        yield f"{path}, piece {place}", one


def _from_csv(path: Path) -> Iterator[tuple[str, Object]]:
    """Yield the pieces; a cell that holds JSON or a Python literal of it is decoded."""
    for place, row in enumerate(read_csv(path), start=1):
        yield f"{path}, piece {place}", {name: _cell(value) for name, value in row.items()}


def _cell(value: str) -> object:
    """Return what a cell holds: lists and objects, as `csv` wrote them, become such."""
    if value[:1] not in ("[", "{"):
        return value
    for candidate in (value, value.replace("'", '"').replace("None", "null")):
        try:
            found: object = json.loads(candidate)
        except ValueError:
            continue
        return found
    return value


def _own_scores(piece: Object) -> Iterator[Object]:
    scores = piece.get("scores")
    for score in scores if isinstance(scores, list) else []:
        if isinstance(score, dict):
            yield {"prompt_request_response_id": piece.get("id"), **score}


def _has_pieces(path: Path) -> bool:
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return False
    with closing(_opened(path)) as connection:
        return PIECES in _tables(connection)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def _tables(connection: sqlite3.Connection) -> set[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {row[0] for row in found}


def _from_sqlite(path: Path) -> Memory:
    try:
        with closing(_opened(path)) as connection:
            pieces, scores, results = (_table(connection, t) for t in (PIECES, SCORES, RESULTS))
    except sqlite3.Error as error:
        raise DeclarationError(f"{path}: cannot be read: {error}") from None
    named = [(f"{path}, piece {place}", one) for place, one in enumerate(pieces, start=1)]
    return Memory(named, scores, results)


def _table(connection: sqlite3.Connection, name: str) -> list[Object]:
    """Return a table's rows, empty where there is none; `name` is one of ours."""
    if name not in _tables(connection):
        return []
    rows = connection.execute(f'SELECT * FROM "{name}" ORDER BY rowid')
    return [_row(dict(row)) for row in rows]


def _row(row: Mapping[str, object]) -> Object:
    return {n: _cell(value) if isinstance(value, str) else value for n, value in row.items()}


def kind_of(identifier: object) -> str:
    """Return the class that an identifier names, in its newer or its older form."""
    found = part({"x": identifier}, "x")
    names = (found.get(name) for name in ("class_name", "__type__", "scorer_name", "name"))
    return next((name for name in names if isinstance(name, str) and name), "")
