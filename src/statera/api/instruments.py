"""Were two stored runs measured by the same instrument? What their records, and their items, say.

Ordinary runs know a digest of their whole data. A log that was imported knows only the items that
it holds, so two of them are compared item by item: one over fewer items has the same data.
"""

import shlex
from collections.abc import Iterable
from importlib import import_module

from statera.analysis.instrument import (
    IMPORTED,
    UNNAMED,
    Change,
    instrument_changes,
    is_imported,
)
from statera.api.stored import Run
from statera.records.samples import Sample
from statera.records.specs import RunInfo

_TABLES = ("csv", "jsonl")


def import_command(info: RunInfo) -> str:
    """Return the command that reads an imported run's log again, from the folder that holds it.

    A table's task and model are those that were named then; other logs name their own.
    """
    imported = info.environment[IMPORTED]
    form = imported["tool"]
    words = ["statera", "import"]
    if form in _TABLES:
        words.append(form)
    words += imported["files"]
    if form in _TABLES:
        words += ["--task", info.spec.tasks[0].name]
        if not info.spec.system.model.startswith(UNNAMED):
            words += ["--model-name", info.spec.system.model]
    return shlex.join(words)


def changes(candidate: Run, base: Run) -> tuple[Change, ...]:
    """Return what differs in the instrument, over the tasks that both runs have."""
    keys = candidate.scoring_keys, base.scoring_keys
    found = tuple(
        _told(candidate, base, change) if change.score else change
        for change in instrument_changes(candidate.info, base.info, keys)
    )
    if not (is_imported(candidate.info) and is_imported(base.info)):
        return found
    tasks = {f"{task.name} data": task.name for task in candidate.info.spec.tasks}
    return tuple(
        one
        for change in found
        for one in (
            _items(candidate, base, change, tasks[change.what])
            if change.what in tasks
            else (change,)
        )
    )


def _told(candidate: Run, base: Run, change: Change) -> Change:
    """Return a score's change in words where a judge gave it.

    What tells judges apart is loaded here, when scores differ: it would add 0.15 s to every start.
    """
    judgechanges = import_module("statera.api.judgechanges")
    found: Change = judgechanges.told(candidate, base, change)
    return found


def _items(candidate: Run, base: Run, change: Change, task: str) -> tuple[Change, ...]:
    """Return nothing when all items of both runs are the same, else how many are not."""
    new, old = (_asked(run.store.samples(run.info.id, task)) for run in (candidate, base))
    shared = new.keys() & old.keys()
    differing = sum(new[name] != old[name] for name in shared)
    if not shared:
        return (change,)
    if not differing:
        return ()
    return (Change(f"{task} items", f"{len(shared)} shared", f"{differing} asked otherwise"),)


def _asked(samples: Iterable[Sample]) -> dict[str, tuple[object, ...]]:
    return {s.id: (s.input, s.reference, s.references, s.choices, s.answer) for s in samples}
