"""One database of live facts: opened, checked, migrated, its complaints told in one clear line."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from statera.errors import DeclarationError, StateraError
from statera.store.live.backend import Backend, FactRefused, LiveStoreAway
from statera.store.live.sqlite import Sqlite
from statera.store.live.tables import NEWEST

__all__ = ["Database", "FactRefused", "LiveStoreAway", "backend_of"]

_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")
_LIKE_A_URL = re.compile(r"[a-z][a-z0-9+]+:", re.I)  # more than the letter of a drive


def backend_of(place: str) -> Backend:
    """Return the backend of a place; connects to nothing.

    DeclarationError for a place that is none, or whose driver is missing.
    """
    scheme, colon, _ = place.partition("://")
    if not place:
        raise DeclarationError("the live store has no place. Allowed: a file, or postgresql://…")
    if not colon and (close := _LIKE_A_URL.match(place)):
        raise DeclarationError(
            f"live store: '{close[0]}' is no file's path. Allowed: a path, postgresql://…"
        )
    if not colon:
        return Sqlite(Path(place))
    if scheme not in _POSTGRES:
        raise DeclarationError(
            f"live store: '{scheme}://' is not known. Allowed: a file's path, postgresql://…"
        )
    try:
        module = import_module("statera.store.live.postgres")
    except ImportError:
        raise DeclarationError(
            "PostgreSQL needs psycopg, which is not installed: pip install 'statera[postgres]'"
        ) from None
    backend: Backend = module.Postgres(place)
    return backend


class Database:
    """A live database with its connections. Constructing it migrates the tables.

    With `make` it makes those that are not there; without, DeclarationError says so.
    """

    def __init__(self, backend: Backend, *, make: bool = True) -> None:
        self.backend = backend
        self._make = make
        if not make and not backend.exists():
            raise self._absent()
        self._turn = Lock()
        with self._told():
            self._engine = backend.engine()
        try:
            self._open()
        except StateraError:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store until it is given back."""
        with self._told(), self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction: committed at the end, undone by any exception.

        DeclarationError for a store that cannot be written.
        """
        if self.backend.fixed:
            raise DeclarationError(f"{self.backend.shown}: read-only here; use a copy")
        with self._turn, self._told(), self._engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _open(self) -> None:
        with self.reading() as connection:
            current = self.backend.revision(connection)
        if current is None and not self._make:
            raise self._absent()
        if self.backend.fixed and current != NEWEST:
            raise DeclarationError(
                f"{self.backend.shown}: live store revision {current}, not {NEWEST}, and it is "
                "read-only: a copy that can be written is brought up to date when it is opened"
            )
        if current != NEWEST:
            with self.writing() as connection:
                self._upgrade(connection)

    def _absent(self) -> DeclarationError:
        return DeclarationError(
            f"{self.backend.shown}: no live store is there (--live); `statera experiment start` "
            "makes one"
        )

    def _upgrade(self, connection: Connection) -> None:
        """Bring the tables to the newest revision; loads Alembic only when there is work for it."""
        self.backend.hold(connection)
        current = self.backend.revision(connection)  # again: another process may have been faster
        if current != NEWEST:
            module = import_module("statera.store.live.upgrade")
            module.upgrade(connection, current, self.backend.shown)
            self.backend.mark(connection)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the driver or the file system says into one line that names the place."""
        try:
            yield
        except DBAPIError as error:
            origin = error.orig if isinstance(error.orig, Exception) else error
            raise self.backend.complaint(origin) from error
        except (OverflowError, UnicodeError) as error:
            raise FactRefused(f"{self.backend.shown}: {error}") from error
        except OSError as error:
            raise LiveStoreAway(f"{self.backend.shown}: {error.strerror or error}") from error
        except self.backend.errors as error:
            raise self.backend.complaint(error) from error
