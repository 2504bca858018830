"""One SQLite file: opened, checked, migrated, and its complaints told in one clear line.

WAL lets readers go on while one writer commits; `synchronous=NORMAL` loses nothing to a killed
process (only a power cut may undo the last commits, whole). Writers take turns: threads of this
process by a lock, other processes by SQLite's own, waited for up to 30 seconds. A store that cannot
be written is read as it is.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from statera.errors import DeclarationError, StateraError, StoreError
from statera.store.tables import APPLICATION, NEWEST

WAIT_SECONDS = 30.0
"""How long one writer waits for another before it gives up."""

_MESSAGES = {
    "SQLITE_FULL": "the disk is full; everything committed is kept",
    "SQLITE_READONLY": "the store is read-only",
    "SQLITE_CANTOPEN": "cannot be opened; is its folder writable?",
    "SQLITE_BUSY": f"another process has held the store for {WAIT_SECONDS:.0f} seconds",
    "SQLITE_IOERR": "the disk failed, or is full; everything committed is kept",
    "SQLITE_CORRUPT": "the file is damaged; restore it from a copy, or move it away",
    "SQLITE_PERM": "permission denied",
}


class Database:
    """A store's file with its connections. Constructing it creates and migrates the file.

    `fixed` says that file or folder cannot be written: it is read only.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fixed = _is_fixed(path)
        self._turn = Lock()
        self._engine = _engine(path, fixed=self.fixed)
        if not self.fixed:
            event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        try:
            self._open()
        except StateraError:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store until it is given back."""
        with told(self.path), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction: committed at the end, undone by any exception.

        DeclarationError for a store that cannot be written.
        """
        if self.fixed:
            raise DeclarationError(
                f"{self.path}: the store is read-only here, and this would write to it; use a copy"
            )
        with self._turn, told(self.path), self._engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close every connection; the last one of all processes folds the log into the file."""
        self._engine.dispose()

    def _open(self) -> None:
        with told(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.reading() as connection:
            current = _revision(connection, self.path)
        if self.fixed and current != NEWEST:
            raise DeclarationError(
                f"{self.path}: store revision {current}, not {NEWEST}, and it is read-only: "
                "a copy that can be written is brought up to date when it is opened"
            )
        if current != NEWEST:
            with self.writing() as connection:
                _upgrade(connection, self.path)


def _is_fixed(path: Path) -> bool:
    """Return True for a file that is there, where it or its folder cannot be written."""
    return path.exists() and not all(os.access(place, os.W_OK) for place in (path, path.parent))


def _engine(path: Path, *, fixed: bool) -> Engine:
    """Return the engine; of a fixed file, one that locks nothing and makes no file beside it.

    A log that another process left beside a fixed file holds commits, so it is read too: SQLite
    says when it cannot.
    """
    options = {"timeout": WAIT_SECONDS, "check_same_thread": False}
    place = str(path)
    if fixed:
        logged = Path(f"{path}-wal").exists()
        place = f"{path.absolute().as_uri()}?mode=ro&uri=true" + ("" if logged else "&immutable=1")
    return create_engine(f"sqlite:///{place}", connect_args=options, pool_size=2, max_overflow=-1)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what the database or the file system says into one line that names the file."""
    try:
        yield
    except DBAPIError as error:
        raise _explained(path, error.orig) from error
    except sqlite3.Error as error:
        raise _explained(path, error) from error
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error


def _explained(path: Path, error: BaseException | None) -> StateraError:
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_NOTADB":
        return DeclarationError(f"{path}: not a statera store, and not an SQLite file")
    kind = "_".join(name.split("_")[:2])
    return StoreError(f"{path}: {_MESSAGES.get(kind, error)}" + (f" ({name})" if name else ""))


def _prepare(connection: Any, _record: object) -> None:
    """Set up a new connection; transactions are begun by `_begin` alone."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision(connection: Connection, path: Path) -> str | None:
    """Return the revision of the store, None for an empty file; DeclarationError for a foreign."""
    names = set(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
    if not names:
        return None
    if connection.exec_driver_sql("PRAGMA application_id").scalar() != APPLICATION:
        raise DeclarationError(f"{path}: an SQLite file of another program, not a statera store")
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if revision is None else str(revision)


def _upgrade(connection: Connection, path: Path) -> None:
    """Bring the tables to the newest revision; loads Alembic only when there is work for it."""
    current = _revision(connection, path)  # again: another process may have been faster
    if current != NEWEST:
        import_module("statera.store.upgrade").upgrade(connection, current, path)
