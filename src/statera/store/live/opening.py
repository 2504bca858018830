"""The live store: exposures, answers, feedback, in SQLite or in a PostgreSQL that pods share.

store = open_live(".statera/live.sqlite")  # or postgresql://user@host/name
store.register("tone", digest, text, at)
store.write([Exposure(...), Feedback(...)])
found = store.units(wanted)
"""

from collections.abc import Sequence

from sqlalchemy import select

from statera.records.live import Excluded, Fact, Occurrence, State
from statera.store.live import history
from statera.store.live.database import Database, backend_of
from statera.store.live.querying import Querying
from statera.store.live.reading import read
from statera.store.live.retention import retain
from statera.store.live.rows import rows_of
from statera.store.live.tables import contexts, feedback
from statera.store.live.wanted import Found, Registration, Wanted
from statera.store.live.withdrawal import withdraw


class LiveStore:
    """One live store; safe to use from several threads.

    Every method may raise LiveStoreAway: the database cannot be reached, or not be written, now.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._backend = database.backend

    @property
    def shown(self) -> str:
        """The store's place, without a password."""
        return self._backend.shown

    def write(self, facts: Sequence[Fact]) -> int:
        """Keep all facts or none in one transaction; return how many were new.

        FactRefused when the database refuses one of them; what it has already is left as it is.
        """
        parts = rows_of(facts)
        with self._database.writing() as connection:
            new = 0
            for table, rows in parts:
                count = self._backend.insert(connection, table, rows)
                new += 0 if table is contexts else count
            return new

    def register(self, name: str, digest: str, text: str, at: float) -> Registration:
        """Keep a design unless it is the last one kept, and return it.

        The first is the pre-registration (number 0); another digest later is an edit.
        """
        with self._database.writing() as connection:
            self._backend.hold(connection)
            return history.register(connection, name, digest, text, at)

    def designs(self, name: str) -> tuple[Registration, ...]:
        """Return the registrations of an experiment, the first one first."""
        with self._database.reading() as connection:
            return history.designs(connection, name)

    def names(self) -> tuple[str, ...]:
        """Return the experiments that were registered or exposed, sorted."""
        with self._database.reading() as connection:
            return history.names(connection)

    def occurrences(self, name: str) -> tuple[Occurrence, ...]:
        """Return what happened to an experiment, in order of time."""
        with self._database.reading() as connection:
            return history.occurrences_of(connection, name)

    def state(self, name: str) -> State:
        """Return `running` until a stop or the end was the last that happened; cheap."""
        with self._database.reading() as connection:
            return history.state(connection, name)

    def units(self, wanted: Wanted) -> Found:
        """Return the units of an experiment and what came of them."""
        with self._database.reading() as connection:
            return read(Querying(self._backend, connection), wanted)

    def outcomes(self) -> frozenset[str]:
        """Return the outcomes that anybody reported, on whatever experiment."""
        with self._database.reading() as connection:
            found = connection.execute(select(feedback.c.outcome).distinct()).scalars()
            return frozenset(found)

    def retain(self, before: float, now: float) -> dict[str, int]:
        """Delete the facts of experiments that ended before `before`, and older ones of none.

        Returns the number of rows by kind; an occurrence of each experiment says so at `now`.
        """
        with self._database.writing() as connection:
            return retain(connection, before, now)

    def withdraw(self, experiment: str, unit: int, left: Excluded) -> int:
        """Delete all facts of a unit that withdraws, and keep `left`, which counts it.

        Returns the number of exposures that were deleted.
        """
        with self._database.writing() as connection:
            for table, rows in rows_of([left]):
                self._backend.insert(connection, table, rows)
            return withdraw(connection, experiment, unit)

    def close(self) -> None:
        """Close every connection."""
        self._database.close()


def open_live(place: str, *, make: bool = True) -> LiveStore:
    """Open a live store, migrated if need be, and made if `make` says so.

    `place` is a file's path or `postgresql://…`. DeclarationError for one that is not there, for
    what is no live store, one of a newer statera, or a missing driver; LiveStoreAway when it cannot
    be reached.
    """
    return LiveStore(Database(backend_of(place), make=make))
