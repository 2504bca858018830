"""What happened to an experiment: registrations of its design, occurrences, and its state."""

from sqlalchemy import Connection, case, insert, select

from statera.records.live import RANK, STATE_AFTER, Occurrence, State
from statera.store.live.tables import exposures, occurrences, registrations
from statera.store.live.wanted import Registration

_RANK = case(RANK, value=occurrences.c.kind)


def designs(connection: Connection, name: str) -> tuple[Registration, ...]:
    """Return the registrations of an experiment, the first one first."""
    query = select(registrations).where(registrations.c.experiment == name)
    rows = connection.execute(query.order_by(registrations.c.number))
    return tuple(Registration(**row._mapping) for row in rows)


def register(connection: Connection, name: str, digest: str, text: str, at: float) -> Registration:
    """Keep a design unless it is the last one kept; the caller holds the store."""
    known = designs(connection, name)
    if known and known[-1].digest == digest:
        return known[-1]
    made = Registration(experiment=name, number=len(known), digest=digest, text=text, at=at)
    values = {field: getattr(made, field) for field in made.__struct_fields__}
    connection.execute(insert(registrations).values(values))
    return made


def names(connection: Connection) -> tuple[str, ...]:
    """Return the experiments that were registered or exposed, sorted.

    Exposed ones are found by jumping from one to the next in the key, not by reading all rows.
    """
    known = set(connection.execute(select(registrations.c.experiment).distinct()).scalars())
    column = exposures.c.experiment
    following = select(column).order_by(column).limit(1)
    last = connection.execute(following).scalar()
    while last is not None:
        known.add(last)
        last = connection.execute(following.where(column > last)).scalar()
    return tuple(sorted(known))


def occurrences_of(connection: Connection, name: str) -> tuple[Occurrence, ...]:
    """Return what happened to an experiment, in order of time."""
    query = select(occurrences).where(occurrences.c.experiment == name)
    rows = connection.execute(query.order_by(occurrences.c.at, _RANK, occurrences.c.id))
    return tuple(Occurrence(**row._mapping) for row in rows)


def state(connection: Connection, name: str) -> State:
    """Return what the last start, stop, resumption or end left; running where there was none."""
    kind = _last(connection, name)
    return STATE_AFTER[kind[0]] if kind else "running"


def ended_before(connection: Connection, name: str, before: float) -> bool:
    """Return True for an experiment whose end was the last that happened, before that moment."""
    last = _last(connection, name)
    return last is not None and STATE_AFTER[last[0]] == "ended" and last[1] < before


def _last(connection: Connection, name: str) -> tuple[str, float] | None:
    column = occurrences.c
    row = connection.execute(
        select(column.kind, column.at)
        .where(column.experiment == name, column.kind.in_(STATE_AFTER))
        .order_by(column.at.desc(), _RANK.desc())
        .limit(1)
    ).one_or_none()
    return (row[0], row[1]) if row else None
