"""The store: every run, trial and score that a folder holds.

    store = RunStore(".statera")
    run = store.open_run(spec, tag="candidate", environment={}, now=clock.now())
    store.add_samples(run.id, "mmlu", samples)
    store.write(run.id, [Scored(trial, (Keyed(key, score),))])
    for row in store.scores(run.id): ...

A write is one transaction: whole or not at all. Writes of several threads take turns; an iterator
reads one unchanging state of the store while others write. Reading is lazy: nothing is fetched
before the first `next`, and at most a few hundred rows are held.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import update

from statera.codec.canonical import canonical
from statera.records.contents import Content
from statera.records.samples import Sample
from statera.records.scores import Outcome
from statera.records.specs import RunInfo, RunSpec, RunStatus
from statera.records.trials import Trial
from statera.store import bodies, listing, reading, replies, writing
from statera.store.content import content
from statera.store.database import Database
from statera.store.ledger import Ledger
from statera.store.rows import ReplyRow, RunCounts, Scored, ScoreRow, Stored
from statera.store.tables import runs, samples, tasks, trials

FILE = "store.sqlite"
_SAMPLE_PIECE = 2000
_SAMPLE_COLUMNS = 'task, id, position, category, "group", unit, severity, body'
_ADD_SAMPLES = f"INSERT INTO samples ({_SAMPLE_COLUMNS}) VALUES"
_PLACED_AGAIN = "ON CONFLICT (task, id) DO UPDATE SET position = excluded.position"


class Named(Protocol):
    """Anything with a name: a Suite."""

    @property
    def name(self) -> str:
        """The name."""
        ...


class RunStore:
    """A folder's store. Opening creates and migrates `store.sqlite`; StoreError if it cannot."""

    def __init__(self, folder: str | Path) -> None:
        self.path = Path(folder) / FILE
        self._database = Database(self.path)

    @property
    def ledger(self) -> Ledger:
        """Rulings, looks and confirmations."""
        return Ledger(self._database)

    def open_run(
        self, spec: RunSpec, *, tag: str | None, environment: dict[str, Any], now: float
    ) -> RunInfo:
        """Return the spec's run, created or set running again, with the tag added.

        The run's id is the digest of its spec. A tag names the run that got it last.
        """
        with self._database.writing() as connection:
            run = listing.open_run(connection, spec, environment=environment, now=now)
            if tag is not None:
                listing.add_tag(connection, run, tag)
            return next(info for info in listing.listed(connection) if info.id == run)

    def set_status(self, run_id: str, status: RunStatus, *, reason: str = "", now: float) -> None:
        """Record what became of the run, and why."""
        self._set(run_id, {"status": status, "reason": bodies.text(reason), "updated": now})

    def change_environment(
        self, run_id: str, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> RunInfo:
        """Replace the environment by what `change` makes of it, and return the run.

        It says what held when the run was made, and what was added since.
        Reading and writing are one transaction: what another process adds meanwhile stays.
        """
        with self._database.writing() as connection:
            changed = change(dict(listing.find(connection, run_id).environment))
            values = {"environment": canonical(changed).decode()}
            number = listing.number_of(connection, run_id)
            connection.execute(update(runs).where(runs.c.number == number).values(values))
            return listing.find(connection, run_id)

    def _set(self, run_id: str, values: dict[str, Any]) -> None:
        with self._database.writing() as connection:
            number = listing.number_of(connection, run_id)
            connection.execute(update(runs).where(runs.c.number == number).values(values))

    def add_samples(
        self, run_id: str, task: str, new: Iterable[Sample], content: Content = "full"
    ) -> None:
        """Add those samples of the task that the run lacks; the order is that of the last call.

        `content` is the form in which their texts are kept.
        """
        numbered = enumerate(new)
        with self._database.writing() as connection:
            number = listing.task_of(connection, run_id, task)
            while piece := list(islice(numbered, _SAMPLE_PIECE)):
                rows = [_sample_row(number, place, sample, content) for place, sample in piece]
                writing.insert_many(connection, _ADD_SAMPLES, rows, _PLACED_AGAIN)

    def write(self, run_id: str, batch: Sequence[Scored]) -> None:
        """Add finished trials with their scores, all in one transaction.

        A trial replaces an earlier one of the same task, sample and epoch that failed for reasons
        of plumbing, never one with an answer. StoreError for a sample that was not added.
        """
        if batch:
            with self._database.writing() as connection:
                run = listing.number_of(connection, run_id)
                writing.write_trials(connection, run, batch)

    def write_scores(self, run_id: str, rows: Sequence[Scored]) -> None:
        """Replace scores of stored trials by metric, in one transaction; trials stay untouched.

        New metrics come after those that are there; a trial's outcome is that of its first.
        """
        if rows:
            with self._database.writing() as connection:
                run = listing.number_of(connection, run_id)
                writing.write_scores(connection, run, rows)

    def answered(self, run_id: str, task: str) -> set[tuple[str, int]]:
        """Return (sample id, epoch) of the task's trials that have an answer."""
        with self._database.reading() as connection:
            return reading.answered(connection, listing.number_of(connection, run_id), task)

    def unscored(
        self, run_id: str, task: str, keys: Mapping[str, str]
    ) -> Iterator[tuple[Sample, Trial]]:
        """Yield the task's trials that lack a score with the scoring key of any metric in `keys`.

        `keys` maps metric to scoring key. Scores may be written while this iterates. A score that
        a grader failed to make is lacking too.
        """
        with self._database.reading() as connection:
            query = reading.select_trials(listing.number_of(connection, run_id))
            query = reading.lacking(query.where(tasks.c.name == task), keys)
            for row in reading.stream(connection, query):
                yield bodies.sample(row.body), reading.trial_of(row)

    def set_primary(self, run_id: str, task: str, metric: str) -> None:
        """Put that score first in every trial of the task; its outcome becomes the trial's."""
        with self._database.writing() as connection:
            run = listing.number_of(connection, run_id)
            writing.set_primary(connection, run, task, metric)

    def trials(
        self,
        run_id: str,
        *,
        task: str | None = None,
        outcome: Outcome | None = None,
        sample_ids: Collection[str] | None = None,
        limit: int | None = None,
    ) -> Iterator[Stored]:
        """Yield trials with samples and scores, by task, sample and epoch.

        `outcome` is the primary one: that of the trial's first score.
        """
        with self._database.reading() as connection:
            query = reading.select_trials(listing.number_of(connection, run_id)).limit(limit)
            query = reading.narrowed(query, task=task, outcome=outcome, sample_ids=sample_ids)
            yield from reading.read_stored(connection, query)

    def scores(self, run_id: str) -> Iterator[ScoreRow]:
        """Yield every score by task, sample and epoch, without any conversation."""
        with self._database.reading() as connection:
            yield from reading.read_scores(connection, listing.number_of(connection, run_id))

    def replies(self, run_id: str) -> Iterator[ReplyRow]:
        """Yield a digest of each trial's raw replies, in the order of `scores`."""
        with self._database.reading() as connection:
            yield from replies.read_replies(connection, listing.number_of(connection, run_id))

    def epochs(self, run_id: str) -> dict[str, int]:
        """Return, by task, how often its samples were asked at most."""
        with self._database.reading() as connection:
            return replies.epochs(connection, listing.number_of(connection, run_id))

    def scoring_keys(self, run_id: str) -> dict[str, dict[str, frozenset[str]]]:
        """Return, by task and score, the scoring keys that the run's scores were made with."""
        with self._database.reading() as connection:
            return reading.scoring_keys(connection, listing.number_of(connection, run_id))

    def categories(self, run_id: str) -> dict[str, frozenset[str]]:
        """Return, by task, the categories of the samples that the run has, answered or not."""
        with self._database.reading() as connection:
            return reading.categories(connection, listing.number_of(connection, run_id))

    def samples(self, run_id: str, task: str) -> Iterator[Sample]:
        """Yield the task's samples in order."""
        with self._database.reading() as connection:
            number = listing.number_of(connection, run_id)
            yield from reading.read_samples(connection, number, task)

    def counts(self, run_id: str) -> RunCounts:
        """Return how many trials there are, what became of them and what they used."""
        with self._database.reading() as connection:
            return reading.count(connection, listing.number_of(connection, run_id))

    def runs(self) -> list[RunInfo]:
        """Return every run, the one worked on last first."""
        with self._database.reading() as connection:
            return listing.listed(connection)

    def find(self, name: str) -> RunInfo:
        """Return the run of that id, unique prefix or tag, or the `latest`.

        DeclarationError lists the candidates when none or several fit.
        """
        with self._database.reading() as connection:
            return listing.find(connection, name)

    def latest(self, suite: str | Named, *, tag: str | None = None) -> RunInfo:
        """Return the run of the suite (or of its name) that was worked on, or tagged so, last."""
        name = suite if isinstance(suite, str) else suite.name
        with self._database.reading() as connection:
            return listing.latest(connection, name, tag)

    def content_digest(self, run_id: str) -> str:
        """Return the digest of all that was asked, said and scored, without times or attempts."""
        with self._database.reading() as connection:
            query = reading.select_trials(listing.number_of(connection, run_id)).order_by(None)
            query = query.order_by(tasks.c.number, samples.c.id, trials.c.epoch)
            stored = reading.read_stored(connection, query)
            return content((row.trial, row.scores) for row in stored)

    def close(self) -> None:
        """Close the file; iterators that are still open end with an error."""
        self._database.close()


def _sample_row(task: int, position: int, sample: Sample, content: Content) -> tuple[Any, ...]:
    places = (sample.category, sample.group, sample.unit, sample.severity)
    return (task, sample.id, position, *places, bodies.kept(sample, content))
