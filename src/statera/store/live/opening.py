"""The live store: exposures, answers, feedback, in SQLite or in a PostgreSQL that pods share.

store = open_live(".statera/live.sqlite")  # or postgresql://user@host/name
store.register("tone", digest, text, at)
store.write([Exposure(...), Feedback(...)])
found = store.units(wanted)
"""

from collections.abc import Sequence

from statera.records.live import Fact, Occurrence
from statera.store.live.wanted import Found, Registration, State, Wanted


class LiveStore:
    """One live store; safe to use from several threads.

    Every method may raise LiveStoreAway: the database cannot be reached, or not be written, now.
    """

    def write(self, facts: Sequence[Fact]) -> int:
        """Keep all facts or none in one transaction; return how many were new.

        FactRefused when the database refuses one of them; what it has already is left as it is.
        """
        raise NotImplementedError

    def register(self, name: str, digest: str, text: str, at: float) -> Registration:
        """Keep a design unless it is the last one kept, and return it.

        The first is the pre-registration (number 0); another digest later is an edit.
        """
        raise NotImplementedError

    def designs(self, name: str) -> tuple[Registration, ...]:
        """Return the registrations of an experiment, the first one first."""
        raise NotImplementedError

    def names(self) -> tuple[str, ...]:
        """Return the experiments that were registered or exposed, sorted."""
        raise NotImplementedError

    def occurrences(self, name: str) -> tuple[Occurrence, ...]:
        """Return what happened to an experiment, in order of time."""
        raise NotImplementedError

    def state(self, name: str) -> State:
        """Return `running` until a stop or the end was the last that happened; cheap."""
        raise NotImplementedError

    def units(self, wanted: Wanted, *, until: float | None = None) -> Found:
        """Return the units of an experiment and what came of them, as it was known at `until`."""
        raise NotImplementedError

    def retain(self, before: float, now: float) -> dict[str, int]:
        """Delete what is older than `before` of ended experiments; return the rows by table."""
        raise NotImplementedError

    def close(self) -> None:
        """Close every connection."""
        raise NotImplementedError


def open_live(place: str) -> LiveStore:
    """Open a live store, made and migrated if need be.

    `place` is a file's path or `postgresql://…`. DeclarationError for what is no live store, one of
    a newer statera, or a missing driver; LiveStoreAway when it cannot be reached.
    """
    raise NotImplementedError(place)
