"""One SQLite file: opened, checked, migrated, and its complaints told in one clear line.

WAL lets readers go on while one writer commits; `synchronous=NORMAL` loses nothing to a killed
process (only a power cut may undo the last commits, whole). Writers take turns: threads of this
process by a lock, other processes by SQLite's own, waited for up to 30 seconds.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, create_engine, event
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
    """A store's file with its connections. Constructing it creates and migrates the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = Lock()
        self._engine = create_engine(
            f"sqlite:///{path}",
            connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False},
            pool_size=2,
            max_overflow=-1,
        )
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
        """A connection in a transaction: committed at the end, undone by any exception."""
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
        if current != NEWEST:
            with self.writing() as connection:
                _upgrade(connection, self.path)


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
