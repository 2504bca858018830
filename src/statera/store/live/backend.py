"""What SQLite and PostgreSQL do each in their own way, behind one protocol."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from sqlalchemy import ColumnElement, Connection, Engine, Table

from statera.errors import StateraError, StoreError

Row = tuple[Any, ...]


class LiveStoreAway(StoreError):
    """The live database cannot be reached, or not be written, now; later it may."""


class FactRefused(StoreError):
    """The live database refuses a fact for what it is; trying again would not help."""


class Query:
    """Rows of one table as columns of numbers.

    `columns` are numbers by SQL, whole or not as `kinds` says (`i` for int64, `f` for float64; NULL
    is NaN in the latter, and must not be in the former). `key`: a column of whole numbers that the
    table is found by.
    """

    def __init__(
        self,
        key: ColumnElement[Any],
        kinds: str,
        columns: Sequence[ColumnElement[Any]],
        where: Sequence[ColumnElement[bool]],
    ) -> None:
        self.key = key
        self.kinds = kinds
        self.columns = columns
        self.where = where


class Backend(Protocol):
    """One kind of database; `shown` is its place without a password, `fixed`: it is read only.

    `errors` are what the driver raises where SQLAlchemy is not between.
    """

    shown: str
    fixed: bool
    errors: tuple[type[Exception], ...]

    def exists(self) -> bool:
        """Return False where there can be no store yet, as there is no file."""
        ...

    def engine(self) -> Engine:
        """Return an engine; connects to nothing yet."""
        ...

    def revision(self, connection: Connection) -> str | None:
        """Return the revision, None for an empty database; DeclarationError for a foreign one."""
        ...

    def mark(self, connection: Connection) -> None:
        """Say in the database whose it is."""
        ...

    def hold(self, connection: Connection) -> None:
        """Keep other processes from migrating and registering until the transaction ends."""
        ...

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row]) -> int:
        """Insert rows in the order of the table's columns, but known keys; return how many."""
        ...

    def arrays(self, connection: Connection, query: Query) -> list[np.ndarray]:
        """Return the columns of a query, all in the same order, which may be any."""
        ...

    def complaint(self, error: Exception) -> StateraError:
        """Return what the driver says as one line."""
        ...
