"""A live store in one SQLite file.

WAL lets readers go on while one writer commits. `synchronous=FULL`: what is committed outlives a
power cut, as what was shipped is deleted from the spool. Whole columns are fetched as one text
(`group_concat`) that NumPy reads, at an eighth of the cost of a tuple for each row; in pieces by
the key, which keeps the texts short.
"""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    case,
    create_engine,
    event,
    func,
    select,
)

from statera.errors import DeclarationError, StateraError
from statera.store.live.backend import FactRefused, LiveStoreAway, Query, Row
from statera.store.live.tables import APPLICATION, VERSION

WAIT_SECONDS = 30.0
"""How long one writer waits for another before it gives up."""

PIECES = 16
_MOST_ROWS = 8  # of two to the power of it: far below SQLite's 32,766 values a statement
_LOWEST, _STEP = -(2**63), 2**64 // PIECES
_MESSAGES = {
    "SQLITE_FULL": "the disk is full; everything committed is kept",
    "SQLITE_READONLY": "the live store is read-only",
    "SQLITE_CANTOPEN": "cannot be opened; is its folder writable?",
    "SQLITE_BUSY": f"another process has held the live store for {WAIT_SECONDS:.0f} seconds",
    "SQLITE_IOERR": "the disk failed, or is full; everything committed is kept",
    "SQLITE_CORRUPT": "the file is damaged; restore it from a copy, or move it away",
    "SQLITE_PERM": "permission denied",
}


class Sqlite:
    """The backend of one file."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, path: Path) -> None:
        self.shown = str(path)
        self.fixed = path.exists() and not all(os.access(p, os.W_OK) for p in (path, path.parent))
        self._path = path

    def exists(self) -> bool:
        """Return whether the file is there."""
        return self._path.exists()

    def engine(self) -> Engine:
        """Return the engine; of a fixed file, one that makes no file beside it."""
        place = self.shown
        if self.fixed:
            logged = Path(f"{self._path}-wal").exists()
            place = f"{self._path.absolute().as_uri()}?mode=ro&uri=true"
            place += "" if logged else "&immutable=1"
        else:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _made(self._path)
        options = {"timeout": WAIT_SECONDS, "check_same_thread": False}
        engine = create_engine(
            f"sqlite:///{place}", connect_args=options, pool_size=2, max_overflow=-1
        )
        event.listen(engine, "connect", _unmanaged if self.fixed else _prepared)
        event.listen(engine, "begin", _begin)
        return engine

    def revision(self, connection: Connection) -> str | None:
        """Return the revision, None for an empty file; DeclarationError for a foreign one."""
        names = set(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
        if not names:
            return None
        if connection.exec_driver_sql("PRAGMA application_id").scalar() != APPLICATION:
            raise DeclarationError(f"{self.shown}: an SQLite file, but not a live store of statera")
        found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION}").scalar()
        return None if found is None else str(found)

    def mark(self, connection: Connection) -> None:
        """Set the file's application id."""
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION}")

    def hold(self, connection: Connection) -> None:
        """Nothing to do: a transaction that writes holds the file."""

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row]) -> int:
        """Insert rows but those whose key is known; return how many.

        Many in a statement: each statement lets other threads run, and waits for its turn again.
        """
        width, new, start = len(table.columns), 0, 0
        while start < len(rows):
            count = 1 << min(_MOST_ROWS, (len(rows) - start).bit_length() - 1)
            values = tuple(chain.from_iterable(rows[start : start + count]))
            new += connection.exec_driver_sql(_insertion(table.name, width, count), values).rowcount
            start += count
        return new

    def arrays(self, connection: Connection, query: Query) -> list[np.ndarray]:
        """Return the columns of a query, in the order of its key."""
        texts = [_text(*one) for one in zip(query.kinds, query.columns, strict=True)]
        parts: list[list[np.ndarray]] = [[] for _ in texts]
        for piece in range(PIECES):
            low = _LOWEST + piece * _STEP
            inside = query.key.between(low, low + (_STEP - 1))
            row = connection.execute(select(*texts).where(inside, *query.where)).one()
            for part, kind, text in zip(parts, query.kinds, row, strict=True):
                part.append(_numbers(text or "", kind))
        return [np.concatenate(part) for part in parts]

    def complaint(self, error: Exception) -> StateraError:
        """Return what SQLite says as one line that names the file."""
        name = getattr(error, "sqlite_errorname", "")
        if name == "SQLITE_NOTADB":
            return DeclarationError(f"{self.shown}: not a live store, and not an SQLite file")
        if isinstance(error, (sqlite3.IntegrityError, sqlite3.DataError)):
            return FactRefused(f"{self.shown}: {error}")
        kind = "_".join(name.split("_")[:2])
        told = f"{_MESSAGES.get(kind, error)}" + (f" ({name})" if name else "")
        return LiveStoreAway(f"{self.shown}: {told}")


@cache
def _insertion(table: str, width: int, count: int) -> str:
    """Return the statement for `count` rows; they are powers of two, so that it stays prepared."""
    row = f"({', '.join('?' * width)})"
    return f"INSERT INTO {table} VALUES {', '.join([row] * count)} ON CONFLICT DO NOTHING"


def _made(path: Path) -> None:
    """Make the file, for its owner's eyes only; what SQLite puts beside it is as it is."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _text(kind: str, column: ColumnElement[Any]) -> ColumnElement[str]:
    if kind == "i":
        return func.group_concat(column)
    return func.group_concat(case((column.is_(None), "nan"), else_=func.printf("%!.17g", column)))


def _numbers(text: str, kind: str) -> np.ndarray:
    return np.fromstring(text, np.int64 if kind == "i" else np.float64, sep=",")


def _unmanaged(connection: Any, _record: object) -> None:
    """Leave it to `_begin` to begin transactions."""
    connection.isolation_level = None


def _prepared(connection: Any, _record: object) -> None:
    _unmanaged(connection, _record)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
