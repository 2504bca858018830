"""A live store in PostgreSQL, by psycopg 3.

A batch goes as one statement with an array for each column, in binary: as fast as COPY, and no
temporary table. Whole columns come back the same way (`array_agg`), read by NumPy without a Python
object for each value. Nothing is prepared on the server, so a pooler between is no trouble.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Double,
    Engine,
    Integer,
    SmallInteger,
    String,
    Table,
    create_engine,
    func,
    literal,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.types import NullType

from statera.errors import DeclarationError, StateraError
from statera.store.live.backend import FactRefused, LiveStoreAway, Query, Row
from statera.store.live.tables import VERSION, exposures

_CONNECT: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "prepare_threshold": None,
    "application_name": "statera",
}
_SECRETS = ("password", "sslpassword", "passfile")
"""What libpq takes in a URL's query and nobody is shown."""
_LOCK = 0x53544154_4C495645
"""The advisory lock of whoever migrates or registers ("STATLIVE")."""

_TABLES = """SELECT tablename FROM pg_tables
WHERE tablename = ANY(%s) AND schemaname = ANY(current_schemas(false))"""
"""Reads the catalogue itself: `to_regclass` may not know yet what others have just made."""

_TYPES: tuple[tuple[type, str], ...] = (
    (BigInteger, "bigint"),
    (SmallInteger, "smallint"),
    (Integer, "integer"),
    (Double, "double precision"),
    (String, "text"),
)
_REFUSED = (psycopg.DataError, psycopg.IntegrityError)
_AWAY = (psycopg.OperationalError, psycopg.InterfaceError)
_HEAD = 20
"""Bytes of a binary array before its values: dimensions, flags, type, length, lower bound."""


class Postgres:
    """The backend of one database."""

    fixed = False
    errors: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, place: str) -> None:
        try:
            url = make_url(place)
        except (ArgumentError, ValueError):
            raise DeclarationError(
                "the live store's place is no URL. Allowed: postgresql://USER@HOST:PORT/DATABASE"
            ) from None
        if "@" in (url.host or ""):
            raise DeclarationError("the live store's place: an @ in a password is written %40")
        self._url = url.set(drivername="postgresql+psycopg")
        shown = url.set(drivername="postgresql").difference_update_query(_SECRETS)
        self.shown = shown.render_as_string(hide_password=True)

    def exists(self) -> bool:
        """Return True: only a connection tells more."""
        return True

    def engine(self) -> Engine:
        """Return the engine; a connection that the server has left is noticed and made again."""
        return create_engine(
            self._url, connect_args=_CONNECT, pool_size=2, max_overflow=-1, pool_pre_ping=True
        )

    def revision(self, connection: Connection) -> str | None:
        """Return the revision, None for a database without; DeclarationError for foreign tables."""
        ours = (VERSION, exposures.name)
        tables = set(connection.exec_driver_sql(_TABLES, (list(ours),)).scalars())
        if VERSION not in tables:
            if tables:
                raise DeclarationError(
                    f"{self.shown}: has a table {exposures.name} of another program"
                )
            return None
        found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION}").scalar()
        return None if found is None else str(found)

    def mark(self, connection: Connection) -> None:
        """Say whose table it is, for people who look."""
        told = "'statera: live experiments'"
        connection.exec_driver_sql(f"COMMENT ON TABLE {VERSION} IS {told}")

    def hold(self, connection: Connection) -> None:
        """Take the advisory lock until the transaction ends."""
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row]) -> int:
        """Insert rows but those whose key is known; return how many."""
        arrays = ", ".join(f"%b::{_type(column.type)}[]" for column in table.columns)
        sql = f"INSERT INTO {table.name} SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"
        return connection.exec_driver_sql(sql, tuple(map(list, zip(*rows, strict=True)))).rowcount

    def arrays(self, connection: Connection, query: Query) -> list[np.ndarray]:
        """Return the columns of a query."""
        columns = [_array(*one) for one in zip(query.kinds, query.columns, strict=True)]
        compiled = (
            select(*columns)
            .where(*query.where)
            .compile(connection, compile_kwargs={"render_postcompile": True})
        )
        driver: Any = connection.connection.driver_connection
        with driver.cursor(binary=True) as cursor:
            result = cursor.execute(str(compiled), compiled.params).pgresult
            values = [result.get_value(0, number) for number in range(len(columns))]
            return [_numbers(*one) for one in zip(values, query.kinds, strict=True)]

    def complaint(self, error: Exception) -> StateraError:
        """Return what the driver or the server says as one line."""
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        kind = FactRefused if isinstance(error, _REFUSED) else LiveStoreAway
        if isinstance(error, (*_REFUSED, *_AWAY)):
            return kind(f"{self.shown}: {said}")
        return LiveStoreAway(f"{self.shown}: {said} ({type(error).__name__})")


def _type(column: object) -> str:
    return next(name for kind, name in _TYPES if isinstance(column, kind))


def _array(kind: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
    if kind == "i":
        return func.array_agg(column.cast(BigInteger), type_=NullType())
    number = func.coalesce(column.cast(Double), literal("NaN").cast(Double))
    return func.array_agg(number, type_=NullType())


def _numbers(value: bytes | None, kind: str) -> np.ndarray:
    """Return a binary array without NULLs as numbers; each has its length (8) before it."""
    native = np.int64 if kind == "i" else np.float64
    if value is None:
        return np.empty(0, native)
    pairs = np.frombuffer(value, [("length", ">i4"), ("value", f">{kind}8")], offset=_HEAD)
    return pairs["value"].astype(native)
