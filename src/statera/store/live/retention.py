"""What is deleted when it is old: facts of experiments that ended, and what belongs to none.

An experiment goes as a whole or stays as a whole: without its first exposures the others would
mislead. Registrations and occurrences stay, and say what was deleted.
"""

from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, Connection, Delete, delete, insert, or_, select

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
    for label, table in (("answers", answers), ("scores", scores)):
        old = delete(table).where(table.c.at < before, ~_exposed(table.c.decision))
        counts[label] = _deleted(connection, old)
    counts["feedback"] = _deleted(connection, _unlinked_feedback(before))
    return counts


def _exposed(decision: ColumnElement[Any]) -> ColumnElement[bool]:
    return decision.in_(select(exposures.c.decision))


def _unlinked_feedback(before: float) -> Delete:
    """Reports by response are kept while their answer is."""
    by_decision = feedback.c.decision.is_not(None) & ~_exposed(feedback.c.decision)
    known = select(answers.c.response).where(answers.c.response.is_not(None))
    by_response = feedback.c.decision.is_(None) & feedback.c.response.not_in(known)
    return delete(feedback).where(feedback.c.at < before, or_(by_decision, by_response))


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
