"""The release ledger: rulings in a chain of hashes, how often was asked, what people confirmed.

    ledger = store.ledger
    entry = ledger.record(ruling_as_json, looks, now=clock.now())
    ledger.broken()                 # the first entry whose hash does not fit, or None

The hash of an entry covers its content, its time and the hash before it, so that none can be
changed, put in or taken out unseen.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, Select, func, insert, select

from statera.codec.canonical import digest
from statera.errors import StoreError
from statera.store import bodies
from statera.store.database import Database
from statera.store.listing import number_of
from statera.store.tables import confirmations, looks, rulings, runs

FIRST = "0" * 64
"""What stands before the first entry."""


class LookRow(NamedTuple):
    """One question of a ruling: who was asked what, on which data, and on which items of them.

    `candidate` and `base` are digests of systems ("" without a base), `asked` names the question,
    `data` is a digest of the whole data set, `items` one of the items and trials asked so far.
    """

    candidate: str
    base: str
    asked: str
    data: str
    items: str
    trials: int


class Entry(NamedTuple):
    """A stored ruling: JSON text, with its hash and the hash of the entry before it."""

    number: int
    created: float
    content: str
    previous: str
    hash: str


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said of one failed item of a run, as `metric` tells failures.

    `trials` is how many trials of the item there were to read.
    """

    task: str
    sample_id: str
    metric: str
    failure: bool
    trials: int
    by: str
    why: str
    created: float = 0.0


class Ledger:
    """The part of a store that decisions are kept in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, content: str, asked: Sequence[LookRow], *, now: float) -> Entry:
        """Add a ruling with its questions, in one transaction, and return its entry.

        The very same content is not added again: its first entry is returned.
        """
        content = bodies.text(content) or ""
        with self._database.writing() as connection:
            known = connection.execute(_in_order().where(rulings.c.content == content)).first()
            if known is not None:
                return _entry(known)
            entry = _next(connection, content, now)
            connection.execute(insert(rulings).values(entry._asdict()))
            if asked:
                rows = [{"ruling": entry.number, **row._asdict()} for row in asked]
                connection.execute(insert(looks), rows)
            return entry

    def entries(self) -> list[Entry]:
        """Return every ruling, the first one first."""
        with self._database.reading() as connection:
            return [_entry(row) for row in connection.execute(_in_order())]

    def broken(self) -> Entry | None:
        """Return the first entry that is not what its hash says, or that does not follow."""
        before = FIRST
        for entry in self.entries():
            if entry.previous != before or entry.hash != sealed(entry):
                return entry
            before = entry.hash
        return None

    def looks(self, candidate: str, base: str) -> list[LookRow]:
        """Return what was asked about the candidate against that base, in order, each once."""
        query = select(looks).where(looks.c.candidate == candidate, looks.c.base == base)
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(looks.c.number))
            return list(dict.fromkeys(_look(row) for row in found))

    def asked(self, candidate: str) -> list[tuple[int, LookRow]]:
        """Return what was asked about the candidate, whatever the base, with each ruling's number.

        In the order of the rulings, the first one first.
        """
        query = select(looks).where(looks.c.candidate == candidate).order_by(looks.c.number)
        with self._database.reading() as connection:
            return [(row.ruling, _look(row)) for row in connection.execute(query)]

    def entry(self, number: int) -> Entry:
        """Return the ruling of that number; StoreError where there is none."""
        with self._database.reading() as connection:
            found = connection.execute(_in_order().where(rulings.c.number == number)).first()
        if found is None:
            raise StoreError(f"there is no ruling {number}")
        return _entry(found)

    def candidates(self, data: Collection[str]) -> dict[str, list[str]]:
        """Return, for each of the data sets, the candidates that were ever held to it, in order."""
        first = func.min(looks.c.number)
        query = select(looks.c.data, looks.c.candidate).where(looks.c.data.in_(list(data)))
        query = query.group_by(looks.c.data, looks.c.candidate).order_by(first)
        found: dict[str, list[str]] = {name: [] for name in data}
        with self._database.reading() as connection:
            for name, candidate in connection.execute(query):
                found[name].append(candidate)
        return found

    def confirm(self, run_id: str, said: Confirmation) -> None:
        """Keep what a person said; a later word about the same item and metric counts instead."""
        row = {
            "task": said.task,
            "sample": said.sample_id,
            "metric": said.metric,
            "failure": int(said.failure),
            "trials": said.trials,
            "by": bodies.text(said.by),
            "why": bodies.text(said.why),
            "created": said.created,
        }
        with self._database.writing() as connection:
            number = number_of(connection, run_id)
            connection.execute(insert(confirmations).values(run=number, **row))

    def confirmations(self, run_id: str) -> list[Confirmation]:
        """Return what people said of the run's failures, the earlier first."""
        query = select(confirmations).join(runs, runs.c.number == confirmations.c.run)
        query = query.where(runs.c.id == run_id).order_by(confirmations.c.number)
        with self._database.reading() as connection:
            return [_confirmation(row) for row in connection.execute(query)]


def sealed(entry: Entry) -> str:
    """Return the hash of what an entry holds, with what stands before it."""
    covered = [entry.number, entry.created, entry.content, entry.previous]
    return digest(covered, size=32)


def _next(connection: Connection, content: str, now: float) -> Entry:
    query = select(rulings.c.number, rulings.c.hash).order_by(rulings.c.number.desc()).limit(1)
    last = connection.execute(query).first()
    number, before = (1, FIRST) if last is None else (last.number + 1, last.hash)
    entry = Entry(number, now, content, before, "")
    return entry._replace(hash=sealed(entry))


def _in_order() -> Select[*tuple[Any, ...]]:
    return select(rulings).order_by(rulings.c.number)


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    return Entry(row.number, row.created, row.content, row.previous, row.hash)


def _look(row: Row[*tuple[Any, ...]]) -> LookRow:
    return LookRow(*(getattr(row, name) for name in LookRow._fields))


def _confirmation(row: Row[*tuple[Any, ...]]) -> Confirmation:
    return Confirmation(
        task=row.task,
        sample_id=row.sample,
        metric=row.metric,
        failure=bool(row.failure),
        trials=row.trials,
        by=row.by,
        why=row.why,
        created=row.created,
    )
