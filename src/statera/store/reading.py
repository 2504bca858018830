"""Rows back to records, streamed: memory stays flat however many trials there are."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select, tuple_

from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.trials import Trial
from statera.store import bodies
from statera.store.rows import RunCounts, ScoreRow, Stored
from statera.store.tables import samples, scores, tasks, trials

Query = Select[*tuple[Any, ...]]
Line = Row[*tuple[Any, ...]]

PIECE = 500
"""Rows held at a time."""

_FLAGS = msgspec.json.Decoder(tuple[str, ...])
_SCORE = (
    scores.c.metric,
    scores.c.value,
    scores.c.outcome,
    scores.c.why,
    scores.c.extracted,
    scores.c.span_start,
    scores.c.span_end,
    scores.c.flags,
)
_PLACE = (tasks.c.name, samples.c.id, trials.c.epoch)
_KINDS = (samples.c.category, samples.c.group, samples.c.unit, samples.c.severity)
_ORDER = (tasks.c.number, samples.c.position, samples.c.number, trials.c.epoch)
_TRIALS = tasks.join(samples, samples.c.task == tasks.c.number).join(
    trials, trials.c.sample == samples.c.number
)


def stream(connection: Connection, query: Query) -> Iterator[Line]:
    """Yield the query's rows, holding no more than a piece of them."""
    yield from connection.execution_options(yield_per=PIECE).execute(query)


def answered(connection: Connection, run: int, task: str) -> set[tuple[str, int]]:
    """Return (sample id, epoch) of every trial of the task that needs no asking."""
    query = (
        select(samples.c.id, trials.c.epoch)
        .select_from(_TRIALS)
        .where(tasks.c.run == run, tasks.c.name == task, trials.c.answered == 1)
    )
    return {(row[0], row[1]) for row in stream(connection, query)}


def read_samples(connection: Connection, run: int, task: str) -> Iterator[Sample]:
    """Yield the task's samples in order."""
    query = (
        select(samples.c.body)
        .join(tasks, samples.c.task == tasks.c.number)
        .where(tasks.c.run == run, tasks.c.name == task)
        .order_by(samples.c.position, samples.c.number)
    )
    for row in stream(connection, query):
        yield bodies.sample(row[0])


def categories(connection: Connection, run: int) -> dict[str, frozenset[str]]:
    """Return the categories of each task's samples."""
    query = select(tasks.c.name, samples.c.category).distinct()
    query = query.join(samples, samples.c.task == tasks.c.number).where(tasks.c.run == run)
    found: dict[str, set[str]] = {}
    for task, category in connection.execute(query.where(samples.c.category.is_not(None))):
        found.setdefault(task, set()).add(category)
    return {task: frozenset(names) for task, names in found.items()}


def select_trials(run: int) -> Query:
    """Return the query for a run's whole trials, in sample order."""
    columns = (trials.c.number, *_PLACE, trials.c.key, trials.c.started, samples.c.body)
    query = select(*columns, trials.c.exchanges).select_from(_TRIALS)
    return query.where(tasks.c.run == run).order_by(*_ORDER)


def in_order(run: int, *columns: ColumnElement[Any]) -> Query:
    """Return the query for columns of a run's trials after their places, in sample order."""
    query = select(*_PLACE, *columns).select_from(_TRIALS)
    return query.where(tasks.c.run == run).order_by(*_ORDER)


def narrowed(
    query: Query,
    *,
    task: str | None,
    outcome: Outcome | None,
    sample_ids: Collection[str] | None,
) -> Query:
    """Return the query with those conditions that are not None."""
    if task is not None:
        query = query.where(tasks.c.name == task)
    if outcome is not None:
        query = query.where(trials.c.outcome == outcome)
    if sample_ids is not None:
        listed = func.json_each(msgspec.json.encode(list(sample_ids)).decode())
        query = query.where(samples.c.id.in_(select(listed.table_valued("value").c.value)))
    return query


def lacking(query: Query, keys: Mapping[str, str]) -> Query:
    """Return the query for trials that miss a score, by metric, with that scoring key.

    A score that says `infra_error` of a trial that has an answer is the grader's failure, and is
    missing too.
    """
    present = (
        select(func.count())
        .where(scores.c.trial == trials.c.number)
        .where(or_(scores.c.outcome != "infra_error", trials.c.answered == 0))
        .where(tuple_(scores.c.metric, scores.c.key).in_(list(keys.items())))
        .scalar_subquery()
    )
    return query.where(present < len(keys))


def read_stored(connection: Connection, query: Query) -> Iterator[Stored]:
    """Yield the trials of a `select_trials` query, with samples and scores."""
    result = connection.execution_options(yield_per=PIECE).execute(query)
    for piece in result.partitions():
        found = _scores_of(connection, [row.number for row in piece])
        for row in piece:
            yield Stored(bodies.sample(row.body), trial_of(row), tuple(found.get(row.number, ())))


def trial_of(row: Line) -> Trial:
    """Return the trial in a row of a `select_trials` query."""
    return Trial(
        task=row.name,
        sample_id=row.id,
        epoch=row.epoch,
        key=row.key,
        exchanges=bodies.exchanges(row.exchanges),
        started=row.started,
    )


def _scores_of(connection: Connection, numbers: list[int]) -> dict[int, list[Score]]:
    """Return each trial's scores, the primary one first."""
    query = (
        select(scores.c.trial, *_SCORE)
        .where(scores.c.trial.in_(numbers))
        .order_by(scores.c.trial, scores.c.position)
    )
    found: dict[int, list[Score]] = {}
    for trial, *fields in connection.execute(query):
        found.setdefault(trial, []).append(_score(fields))
    return found


def read_scores(connection: Connection, run: int) -> Iterator[ScoreRow]:
    """Yield every score of the run by task, sample position, epoch and place."""
    query = (
        select(*_PLACE, *_KINDS, *_SCORE)
        .select_from(_TRIALS.join(scores, scores.c.trial == trials.c.number))
        .where(tasks.c.run == run)
        .order_by(*_ORDER, scores.c.position)
    )
    for row in stream(connection, query):
        yield ScoreRow._make((*row[:6], _score(row[7:]), row[6]))


def scoring_keys(connection: Connection, run: int) -> dict[str, dict[str, frozenset[str]]]:
    """Return, by task and score, the scoring keys of the run's scores."""
    query = (
        select(tasks.c.name, scores.c.metric, scores.c.key)
        .select_from(_TRIALS.join(scores, scores.c.trial == trials.c.number))
        .where(tasks.c.run == run)
        .distinct()
    )
    found: dict[str, dict[str, frozenset[str]]] = {}
    for task, metric, key in connection.execute(query):
        of_task = found.setdefault(task, {})
        of_task[metric] = of_task.get(metric, frozenset()) | {key}
    return found


def _score(fields: Sequence[Any]) -> Score:
    """Return the score in the columns of `_SCORE`."""
    metric, value, outcome, why, extracted, start, end, flags = fields
    return Score(
        metric=metric,
        value=value,
        outcome=outcome,
        why=why,
        extracted=extracted,
        span=None if start is None else (start, end),
        flags=_FLAGS.decode(flags) if flags else (),
    )


def count(connection: Connection, run: int) -> RunCounts:
    """Return how many trials a run has, what became of them and what they used."""
    sums = (trials.c.prompt_tokens, trials.c.completion_tokens, trials.c.cost)
    unpriced, empty = func.count() - func.count(trials.c.cost), func.sum(trials.c.empty)
    counted = (func.count(), unpriced, empty, *(func.sum(column) for column in sums))
    query = select(trials.c.outcome, *counted).select_from(_TRIALS).where(tasks.c.run == run)
    rows = connection.execute(query.group_by(trials.c.outcome)).all()
    return RunCounts(
        trials=sum(row[1] for row in rows),
        outcomes={row[0]: row[1] for row in rows if row[0] is not None},
        prompt_tokens=_sum([row[4] for row in rows]),
        completion_tokens=_sum([row[5] for row in rows]),
        cost=_sum([row[6] for row in rows]),
        unpriced=sum(row[2] for row in rows),
        empty=sum(row[3] for row in rows),
    )


def _sum(parts: list[Any]) -> Any:
    """Return the sum of what is known, None when nothing is."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None
