"""Trials and scores into the tables, a batch in one transaction.

First one query finds what each trial of the batch meets: its sample's number, and an earlier trial
of the same sample and epoch. Then everything is inserted by statements of many rows each. The
statements are plain SQL, because SQLAlchemy's own inserts cost three times as much a trial; many
rows a statement, because each statement gives up Python's lock and, beside a busy event loop, waits
long to get it back.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Table

from statera.errors import StoreError
from statera.records.responses import Response
from statera.records.scores import Outcome, Score
from statera.records.trials import Trial
from statera.store import bodies, tables
from statera.store.rows import Keyed, Scored

SIZES = (256, 128, 64, 32, 16, 8, 4, 2, 1)
"""Rows a statement: a batch is cut into few of these, so that each is prepared only once."""

_LARGEST = 2**63 - 1

_MEET = """
SELECT json_group_array(json_array(place, sample, trial, answered, graded)) FROM (
    SELECT asked.key AS place, samples.number AS sample, trials.number AS trial, answered,
        trials.outcome IS NOT NULL AS graded
    FROM json_each(?) AS asked
    JOIN tasks ON tasks.run = ? AND tasks.name = asked.value ->> 0
    JOIN samples ON samples.task = tasks.number AND samples.id = asked.value ->> 1
    LEFT JOIN trials ON trials.sample = samples.number AND trials.epoch = asked.value ->> 2
    ORDER BY asked.key
)
"""
"""One value for the whole batch: each row that is fetched gives up Python's lock."""

_PLACES = """
SELECT trial, metric, position FROM scores
WHERE trial IN (SELECT value FROM json_each(?))
"""
_PRIMARY = """
UPDATE trials SET outcome = (
    SELECT outcome FROM scores WHERE trial = trials.number ORDER BY position LIMIT 1
) WHERE number IN (SELECT value FROM json_each(?))
"""


class Met(NamedTuple):
    """What a trial finds in the store: its sample, and perhaps an earlier trial."""

    sample: int
    trial: int | None
    answered: bool
    graded: bool


_MET = msgspec.json.Decoder(list[tuple[int, int, int | None, int | None, int]])


def write_trials(connection: Connection, run: int, batch: Sequence[Scored]) -> None:
    """Insert the trials with their scores; an answered trial that is there already stays."""
    planned = _plan(_meet(connection, run, batch), batch, _next_number(connection))
    replaced = [number for number, again, _, _ in planned if again]
    if replaced:
        connection.exec_driver_sql(
            "DELETE FROM scores WHERE trial IN (SELECT value FROM json_each(?))", (_json(replaced),)
        )
    trials = [_trial_row(number, sample, row) for number, _, sample, row in planned]
    _insert(connection, tables.trials, trials)
    scores = [
        _score_row(number, position, keyed)
        for number, _, _, row in planned
        for position, keyed in enumerate(row.scores)
    ]
    _insert(connection, tables.scores, scores)


def write_scores(connection: Connection, run: int, batch: Sequence[Scored]) -> None:
    """Replace the scores by metric, add those of new metrics after them; trials stay.

    A trial's outcome stays that of its first metric.
    """
    met = _meet(connection, run, batch)
    numbers = [_present(place, row) for place, row in zip(met, batch, strict=True)]
    places = _places(connection, numbers)
    rows = []
    for number, row in zip(numbers, batch, strict=True):
        known = places.setdefault(number, {})
        for keyed in row.scores:
            position = known.setdefault(keyed.score.metric, max(known.values(), default=-1) + 1)
            rows.append(_score_row(number, position, keyed))
    _insert(connection, tables.scores, rows)
    connection.exec_driver_sql(_PRIMARY, (_json(numbers),))


def set_primary(connection: Connection, run: int, task: str, metric: str) -> None:
    """Put the metric's score first in every trial of the task, and take the outcome from it."""
    trials = """
        SELECT trials.number FROM trials JOIN samples ON samples.number = trials.sample
        JOIN tasks ON tasks.number = samples.task WHERE tasks.run = ? AND tasks.name = ?
    """
    connection.exec_driver_sql(
        "UPDATE scores SET position = (SELECT min(position) - 1 FROM scores AS other "
        f"WHERE other.trial = scores.trial) WHERE metric = ? AND trial IN ({trials})",
        (metric, run, task),
    )
    connection.exec_driver_sql(
        "UPDATE trials SET outcome = (SELECT outcome FROM scores WHERE trial = trials.number "
        f"ORDER BY position LIMIT 1) WHERE number IN ({trials})",
        (run, task),
    )


def _present(met: Met, row: Scored) -> int:
    """Return the number of the trial that is to be scored; StoreError when there is none."""
    if met.trial is None:
        raise StoreError(f"no trial of {row.trial.sample_id}, epoch {row.trial.epoch}, to score")
    return met.trial


def _meet(connection: Connection, run: int, batch: Sequence[Scored]) -> list[Met]:
    """Return what each trial meets, in the batch's order; StoreError for an unknown sample."""
    asked = [(row.trial.task, row.trial.sample_id, row.trial.epoch) for row in batch]
    met = connection.exec_driver_sql(_MEET, (_json(asked), run)).scalar_one()
    found = _MET.decode(met)
    if len(found) != len(batch):
        known = {row[0] for row in found}
        task, sample, _ = next(place for index, place in enumerate(asked) if index not in known)
        raise StoreError(f"sample {sample} of task {task} was never added to this run")
    return [
        Met(sample, trial, bool(answered), bool(graded))
        for _, sample, trial, answered, graded in found
    ]


def _plan(
    met: Sequence[Met], batch: Sequence[Scored], free: int
) -> list[tuple[int, bool, int, Scored]]:
    """Return (number, replaces, sample, row) of the trials to write; `free` is the first number.

    Of two trials of one place the later counts, unless the earlier has an answer. One that has an
    answer but no scores yet takes them from the later one.
    """
    planned: dict[tuple[int, int], tuple[int, bool, int, Scored]] = {}
    for (sample, trial, answered, graded), row in zip(met, batch, strict=True):
        place = (sample, row.trial.epoch)
        earlier = planned.get(place)
        grades = bool(row.scores)
        if answered and (graded or not grades):
            continue
        if earlier and has_answer(earlier[3].trial) and (earlier[3].scores or not grades):
            continue
        number = earlier[0] if earlier else free if trial is None else trial
        planned[place] = (number, trial is not None, sample, row)
        free += number == free
    return list(planned.values())


def _next_number(connection: Connection) -> int:
    number = connection.exec_driver_sql("SELECT max(number) FROM trials").scalar()
    return int(number or 0) + 1


def _places(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return the place of each metric among its trial's scores."""
    places: dict[int, dict[str, int]] = {}
    for trial, metric, position in connection.exec_driver_sql(_PLACES, (_json(numbers),)):
        places.setdefault(trial, {})[metric] = position
    return places


def _insert(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Insert the rows, values in the order of the table's columns; the same key is replaced."""
    columns = ",".join(table.columns.keys())
    insert_many(connection, f"INSERT OR REPLACE INTO {table.name} ({columns}) VALUES", rows)


def insert_many(
    connection: Connection, head: str, rows: Sequence[Sequence[Any]], tail: str = ""
) -> None:
    """Run `head (…), (…), … tail` over all rows, many in a statement."""
    if not rows:
        return
    one = f"({','.join('?' * len(rows[0]))})"
    for piece in _pieces(rows):
        every = ",".join([one] * len(piece))
        values = tuple(chain.from_iterable(piece))
        connection.exec_driver_sql(f"{head} {every} {tail}", values)


def _pieces(rows: Sequence[Sequence[Any]]) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield the rows in pieces of the known sizes, the largest first."""
    start = 0
    while start < len(rows):
        size = next(size for size in SIZES if size <= len(rows) - start)
        yield rows[start : start + size]
        start += size


def has_answer(trial: Trial) -> bool:
    """Return False when plumbing failed, so that the trial is to be asked again."""
    failure = trial.response.failure
    return failure is None or failure.kind != "infra"


def _is_empty(response: Response) -> bool:
    return response.text is not None and not response.text.strip()


def _outcome(row: Scored) -> Outcome | None:
    if row.scores:
        return row.scores[0].score.outcome
    return None if has_answer(row.trial) else "infra_error"


def _trial_row(number: int, sample: int, row: Scored) -> tuple[Any, ...]:
    trial = row.trial
    said = [exchange.response for exchange in trial.exchanges]
    return (
        number,
        sample,
        trial.epoch,
        int(has_answer(trial)),
        int(_is_empty(trial.response)),
        _outcome(row),
        trial.key,
        trial.started,
        *_usage(said),
        bodies.kept(trial.exchanges, row.content),
    )


def _usage(said: Sequence[Response]) -> tuple[int | None, int | None, float | None]:
    """Return prompt tokens, completion tokens and cost over the conversation; None is unknown.

    Half a price is not a price, so that one reply of unknown cost makes the whole unknown.
    """
    prompt = completion = None
    cost: float | None = 0.0
    for response in said:
        if response.usage is not None:
            prompt = _plus(prompt, response.usage.prompt_tokens)
            completion = _plus(completion, response.usage.completion_tokens)
        cost = None if cost is None or response.cost is None else cost + response.cost
    return prompt, completion, cost


def _plus(total: int | None, part: int | None) -> int | None:
    """Return the sum of what is known, within what SQLite can hold."""
    return total if part is None else min((total or 0) + part, _LARGEST)


def _score_row(trial: int, position: int, keyed: Keyed) -> tuple[Any, ...]:
    score: Score = keyed.score
    start, end = score.span or (None, None)
    return (
        trial,
        score.metric,
        position,
        keyed.key,
        score.value,
        score.outcome,
        bodies.text(score.why),
        bodies.text(score.extracted),
        start,
        end,
        _json(score.flags) if score.flags else None,
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
