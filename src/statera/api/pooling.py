"""One side of a decision: a run, pooled with those of the same system that differ in seed only.

Asking again with another seed is more epochs of the same candidate, not a fresh chance.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

import msgspec

from statera.analysis.comparison import pair
from statera.analysis.frame import Early, Frame, frames
from statera.analysis.instrument import is_imported
from statera.analysis.pairing import Pairing
from statera.analysis.standing import Standings, together
from statera.api.stored import Run, known_judges, run_metrics, score_rows, stopped_early, untold
from statera.codec.canonical import digest
from statera.gate.failures import Confirmations, Confirmed
from statera.records.scores import Outcome
from statera.records.specs import RunInfo, RunSpec
from statera.store.rows import ScoreRow
from statera.store.runstore import RunStore


class Pool(NamedTuple):
    """The run that was named first, then those pooled with it, and the items of all of them."""

    store: RunStore
    infos: tuple[RunInfo, ...]
    frames: tuple[Frame, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the runs."""
        return tuple(info.id for info in self.infos)

    @property
    def named(self) -> RunInfo:
        """The run that was named."""
        return self.infos[0]

    @property
    def system(self) -> str:
        """What identifies the system under test, whatever the seed."""
        return digest(self.named.spec.system)

    @property
    def declared(self) -> dict[str, frozenset[str]]:
        """By task, the categories of the items that were to be asked."""
        found: dict[str, frozenset[str]] = {}
        for run in self.ids:
            for task, names in self.store.categories(run).items():
                found[task] = found.get(task, frozenset()) | names
        return found

    @property
    def standings(self) -> Standings:
        """What is known of the judges behind its scores: of all its runs, the worst."""
        return together([known_judges(self.store, info) for info in self.infos])

    @property
    def confirmed(self) -> Confirmations:
        """What people said of failures: of each run the last word, of several runs all together."""
        found: dict[tuple[str, str, str], Confirmed] = {}
        for run in self.ids:
            said = {
                (c.task, c.sample_id, c.metric): c for c in self.store.ledger.confirmations(run)
            }
            for key, word in said.items():
                before = found.get(key, Confirmed(False, 0))
                trials = before.trials + word.trials
                failure = before.failure or word.failure
                found[key] = Confirmed(failure, trials, word.by, word.why)
        return found


def alone(run: Run) -> Pool:
    """Return the run by itself."""
    return Pool(run.store, (run.info,), run.frames)


def paired_with(candidate: Pool, other: Pool | Run | None) -> dict[str, Pairing] | None:
    """Return the candidate's pairs with another side by task, None where there is none."""
    if other is None:
        return None
    return {pairing.task: pairing for pairing in pair(candidate.frames, other.frames)}


def pooled(run: Run) -> Pool:
    """Return the run with every other of the store that differs from it in seed or nonce only.

    An imported run stays alone: another tool's log does not say all of its system.
    """
    if is_imported(run.info):
        return alone(run)
    same = _ignoring_seed(run.info.spec)
    infos = [info for info in run.store.runs() if _ignoring_seed(info.spec) == same]
    others = sorted((info for info in infos if info.id != run.info.id), key=attrgetter("created"))
    return pool(run.store, [run.info, *others]) if others else alone(run)


def pool(store: RunStore, infos: Sequence[RunInfo]) -> Pool:
    """Return these runs of one system as one: an item's trials are those of all of them.

    The metrics are those of the first run. With one that stopped early among several, the order in
    which they were asked is lost.
    """
    if len(infos) == 1:
        return alone(Run(store, infos[0]))
    early: Early = "mixed" if any(stopped_early(info) for info in infos) else ""
    metrics = run_metrics(store, infos[0])
    rows = _by_item(chain.from_iterable(score_rows(store, info.id, metrics) for info in infos))
    blind = frozenset[Outcome]().union(*map(untold, infos))
    found = frames(rows, metrics, early=early, blind=blind)
    return Pool(store, tuple(infos), tuple(found))


def _by_item(rows: Iterable[ScoreRow]) -> Iterator[ScoreRow]:
    """Yield the rows by task and item, each in the order of its first row."""
    items: dict[str, dict[str, list[ScoreRow]]] = {}
    for row in rows:
        items.setdefault(row.task, {}).setdefault(row.sample_id, []).append(row)
    return (row for of_task in items.values() for of_item in of_task.values() for row in of_item)


def _ignoring_seed(spec: RunSpec) -> RunSpec:
    return msgspec.structs.replace(spec, seed=0, nonce="")
