"""The rows of a log, kept outside memory until the whole log has been read.

Nothing goes into the store before the last row is understood. Rows wait in an unnamed temporary
file; in memory stay a few dozen bytes a trial, and what the run's identity is made of.
"""

from array import array
from collections import Counter
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any, NamedTuple

import msgspec

from statera.codec.canonical import canonical, digest, digest_bytes
from statera.errors import DeclarationError
from statera.interop.importing.imported import Row
from statera.interop.importing.verdict import EMPTY_REPLY, verdict
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.trials import Exchange
from statera.store import bodies

_SIZE = 8


class Waiting(msgspec.Struct, frozen=True, array_like=True):
    """A row as it waits."""

    sample: Sample
    epoch: int
    started: float
    exchanges: tuple[Exchange, ...]
    scores: tuple[Score, ...]


class Piled(NamedTuple):
    """A trial as it comes out: with the scores of all its rows."""

    sample: Sample
    epoch: int
    started: float
    exchanges: tuple[Exchange, ...]
    scores: tuple[Score, ...]


class Told(NamedTuple):
    """How many trials ended how, and which outcomes the log states, not just shows by silence."""

    counts: Counter[Outcome]
    stated: frozenset[Outcome]


_DECODER = msgspec.msgpack.Decoder(Waiting)


class Seen:
    """What is known of a metric so far."""

    def __init__(self) -> None:
        self.between = self.outside = False

    def add(self, value: float | None) -> None:
        """Take in one value."""
        if value is not None:
            self.outside |= not 0.0 <= value <= 1.0
            self.between |= value not in (0.0, 1.0)


class TaskPile:
    """One task's rows: where they wait, its items' digests, its metrics in order."""

    def __init__(self, lead: str = "") -> None:
        self.lead = lead
        self.starts = array("q")
        self.items: dict[str, bytes] = {}
        self.metrics: dict[str, Seen] = {}
        self.changed: set[str] = set()
        self.replies = 0

    @property
    def data(self) -> str:
        """The digest of the items: ids, inputs, references and choices, in any order."""
        return digest([[name, self.items[name].hex()] for name in sorted(self.items)])

    @property
    def kept(self) -> list[str]:
        """The metrics whose values are all in [0, 1], the leading one first."""
        names = [name for name, seen in self.metrics.items() if not seen.outside]
        return sorted(names, key=lambda name: name != self.lead)

    @property
    def left_out(self) -> list[str]:
        """The metrics that have a value outside of [0, 1]."""
        return [name for name, seen in self.metrics.items() if seen.outside]

    def add(self, row: Row) -> None:
        """Take in the row's item and the values of its scores."""
        sample = row.sample
        facts = digest_bytes(canonical(_asked(sample)))
        if self.items.setdefault(sample.id, bytes.fromhex(facts)).hex() != facts:
            self.changed.add(sample.id)
        for score in row.scores:
            self.metrics.setdefault(score.metric, Seen()).add(score.value)


def _asked(sample: Sample) -> list[object]:
    return [sample.input, sample.accepted, sample.choices, sample.answer]


class Pile:
    """The rows of one log. Close it, or use it as a context.

    `lead` is the metric that counts first, where it is there; else the order of the log holds.
    """

    def __init__(self, lead: str = "") -> None:
        self._lead = lead
        self._file = TemporaryFile()  # noqa: SIM115  # closed by `close`
        self._places: dict[tuple[str, str, int], int] = {}
        self._scored: dict[int, tuple[str, ...]] = {}
        self._later: dict[int, list[Score]] = {}
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._end = 0
        self._content = 0
        self.tasks: dict[str, TaskPile] = {}

    def __enter__(self) -> "Pile":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the temporary file back."""
        self._file.close()

    @property
    def content(self) -> str:
        """The digest of what was asked, said and scored, in any order and whatever the file."""
        return digest(str(self._content))

    @property
    def trials(self) -> int:
        """How many trials there are."""
        return sum(len(task.starts) for task in self.tasks.values())

    @property
    def replies(self) -> int:
        """How many of them have a reply, or log-likelihoods."""
        return sum(task.replies for task in self.tasks.values())

    def add(self, row: Row) -> None:
        """Keep the row; DeclarationError when its trial has such a score already."""
        task = self.tasks.setdefault(row.task, TaskPile(self._lead))
        metrics = tuple(score.metric for score in row.scores)
        epoch, start = self._place(row, metrics)
        task.add(row)
        self._content += int(digest([epoch, *_facts(row)]), 16)
        if start is not None:
            self._later.setdefault(start, []).extend(row.scores)
            self._scored[start] += metrics
            return
        self._places[row.task, row.sample.id, epoch] = self._end
        self._scored[self._end] = self._names.setdefault(metrics, metrics)
        task.starts.append(self._end)
        waiting = Waiting(row.sample, epoch, row.started, row.exchanges, row.scores)
        self._write(waiting, row.where)
        task.replies += _has_reply(row)

    def _place(self, row: Row, metrics: tuple[str, ...]) -> tuple[int, int | None]:
        """Return the row's epoch, and where the trial waits that it belongs to, if any."""
        key = (row.task, row.sample.id)
        epoch = row.epoch or 0
        while (start := self._places.get((*key, epoch))) is not None:
            if metrics and set(metrics).isdisjoint(self._scored[start]):
                return epoch, start
            if row.epoch is not None:
                twice = f"'{row.sample.id}', epoch {epoch}, is there twice"
                raise DeclarationError(f"{row.where}: sample {twice}")
            epoch += 1
        return epoch, None

    def _write(self, waiting: Waiting, where: str) -> None:
        try:
            data = bodies.encode(waiting)
        except OverflowError:
            data = bodies.encode(_fitting(waiting, where))
        self._file.write(len(data).to_bytes(_SIZE, "little") + data)
        self._end += _SIZE + len(data)

    def samples(self, task: str) -> Iterator[Sample]:
        """Yield each sample of the task once, in the order of the log."""
        seen: set[str] = set()
        for start in self.tasks[task].starts:
            sample = self._read(start).sample
            if sample.id not in seen:
                seen.add(sample.id)
                yield sample

    def rows(self, task: str, graded: frozenset[str]) -> Iterator[Piled]:
        """Yield the task's trials, each with a score of every metric that it can have.

        A metric that is not among the `graded` has a value only where it is right or wrong. A
        trial without any score gets one of each metric: none could be made.
        """
        kept = self.tasks[task].kept
        for start in self.tasks[task].starts:
            found = self._read(start)
            scores = [*found.scores, *self._later.get(start, ())]
            yield Piled(
                found.sample,
                found.epoch,
                found.started,
                found.exchanges,
                tuple(_final(scores, kept, graded, found.exchanges)),
            )

    def _read(self, start: int) -> Waiting:
        self._file.seek(start)
        size = int.from_bytes(self._file.read(_SIZE), "little")
        return _DECODER.decode(self._file.read(size))

    def outcomes(self) -> Told:
        """Return how many trials ended how, by the first metric of their task."""
        counts: Counter[Outcome] = Counter()
        stated: set[Outcome] = set()
        for name in self.tasks:
            for trial in self.rows(name, frozenset()):
                for score in trial.scores[:1]:
                    counts[score.outcome] += 1
                    if score.why != EMPTY_REPLY:
                        stated.add(score.outcome)
        return Told(counts, frozenset(stated))


def _fitting(waiting: Waiting, where: str) -> Waiting:
    """Return the row with the numbers of its sample's fields that are too large as texts."""
    sample = msgspec.structs.replace(waiting.sample, fields=_shortened(waiting.sample.fields))
    found = msgspec.structs.replace(waiting, sample=sample)
    try:
        bodies.encode(found)
    except OverflowError as error:
        raise DeclarationError(f"{where}: a number is too large: {error}") from None
    return found


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shortened(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shortened(inner) for inner in value]
    large = isinstance(value, int) and abs(value) >= 2**63
    return str(value) if large else value


def _facts(row: Row) -> list[object]:
    said = [(one.response.text, one.response.failure) for one in row.exchanges]
    sums = [one.logprob for one in row.exchanges[-1].response.likelihoods]
    scores = sorted((score.metric, str(score.value), score.outcome) for score in row.scores)
    return [row.task, row.sample.id, said, sums, scores]


def _has_reply(row: Row) -> bool:
    said = row.exchanges[-1].response
    return said.text is not None or bool(said.likelihoods)


def _final(
    scores: list[Score], kept: list[str], graded: frozenset[str], said: tuple[Exchange, ...]
) -> Iterator[Score]:
    """Yield the scores in the order of the task's metrics."""
    named = {score.metric: score for score in scores}
    for metric in kept:
        if metric in named:
            yield _without_value(named[metric]) if metric not in graded else named[metric]
        elif not scores:
            yield verdict(metric, None, said[-1].response)


def _without_value(score: Score) -> Score:
    if score.outcome in ("right", "wrong") or score.value is None:
        return score
    return msgspec.structs.replace(score, value=None)
