"""What is deleted when it is old: facts of experiments that ended, and what belongs to none.

An experiment goes as a whole or stays as a whole: without its first exposures the others would
mislead. Registrations and occurrences stay, and say what was deleted.
"""

from hashlib import blake2b

from sqlalchemy import Connection, Delete, Table, delete, except_, insert, select

from statera.store.live.history import ended_before, names
from statera.store.live.tables import (
    answers,
    excluded,
    exposures,
    feedback,
    occurrences,
    scores,
)


def retain(connection: Connection, before: float, now: float) -> dict[str, int]:
    """Delete old facts; return the number of rows by what they are.

    Exposures and exclusions of experiments that ended before `before`; then answers, scores and
    reports from before it that no exposure is left for.
    """
    ended = [name for name in names(connection) if ended_before(connection, name, before)]
    counts = dict.fromkeys(("exposures", "answers", "scores", "feedback", "excluded"), 0)
    for name in ended:
        gone = _deleted(connection, delete(exposures).where(exposures.c.experiment == name))
        counts["exposures"] += gone
        mine = excluded.c.experiment == name
        counts["excluded"] += _deleted(connection, delete(excluded).where(mine))
        if gone:
            _note(connection, name, gone, now)
    counts["answers"] = _deleted(connection, _unlinked(answers, before))
    counts["scores"] = _deleted(connection, _unlinked(scores, before))
    counts["feedback"] = _deleted(connection, _unlinked(feedback, before))
    counts["feedback"] += _deleted(connection, _unnamed(before))
    return counts


def _unlinked(table: Table, before: float) -> Delete:
    """Old rows of decisions without an exposure; NULL is no decision."""
    old = table.c.at < before
    known = select(exposures.c.decision)
    gone = except_(select(table.c.decision).where(old), known)
    return delete(table).where(old, table.c.decision.in_(gone))


def _unnamed(before: float) -> Delete:
    """Old reports by a response alone, whose answer is not there any more."""
    column = feedback.c
    old = (column.at < before) & column.decision.is_(None)
    gone = except_(select(column.response).where(old), select(answers.c.response))
    return delete(feedback).where(old, column.response.in_(gone))


def _deleted(connection: Connection, statement: Delete) -> int:
    return connection.execute(statement).rowcount


def _note(connection: Connection, name: str, gone: int, now: float) -> None:
    digest = blake2b(f"retained {name} {now!r}".encode(), digest_size=8).digest()
    values = {
        "id": int.from_bytes(digest, "big", signed=True),
        "experiment": name,
        "at": now,
        "kind": "retained",
        "detail": f"{gone:,} exposures and what came of them were deleted, as they are old",
        "data": f'{{"exposures":{gone}}}',
    }
    connection.execute(insert(occurrences).values(values))
