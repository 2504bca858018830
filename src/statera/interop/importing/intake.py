"""Logs into a store: all are read to their end before the first is written.

take_in(logs([Path("results")], Wanted()), ".statera", tag="base")
"""

from collections.abc import Generator, Iterable
from contextlib import ExitStack, closing
from pathlib import Path

from statera.errors import DeclarationError
from statera.interop.importing.imported import Log, Row, Watch
from statera.interop.importing.keeping import Kept, keep
from statera.interop.importing.pile import Pile
from statera.models.clock import SystemClock
from statera.protocols import Clock
from statera.store.listing import check_tag
from statera.store.runstore import RunStore


def take_in(
    found: Iterable[Log],
    store: str | Path,
    *,
    tag: str | None = None,
    watch: Watch = lambda step, rows: None,
    clock: Clock | None = None,
) -> list[Kept]:
    """Return what was made of the logs.

    DeclarationError when anything in any of them is broken, or when a tag is given and there are
    several: the store is then as it was, and not created.
    """
    with ExitStack() as stack:
        read: list[tuple[Log, Pile]] = []
        for log in found:
            pile = stack.enter_context(Pile(log.lead))
            fill(pile, log, watch)
            read.append((log, pile))
        _check_tag(tag, [log for log, _ in read])
        runs, now = RunStore(store), (clock or SystemClock()).now()
        return [keep(runs, log, pile, tag=tag, now=now, watch=watch) for log, pile in read]


def fill(pile: Pile, log: Log, watch: Watch) -> None:
    """Put the log's rows on the pile; DeclarationError for what is broken, or for no row."""
    with closing(_each(log.rows)) as rows:
        for row in rows:
            pile.add(row)
            watch("read", pile.trials)
    name = log.files[0]
    if not pile.trials:
        raise DeclarationError(f"{name}: holds no trial")
    for task in list(pile.tasks):
        log.notes.extend(_notes(task, pile))
        if not pile.tasks[task].kept:
            log.notes.append(f"task {task} is left out: it has no score in [0, 1]")
            del pile.tasks[task]
    if not pile.tasks:
        raise DeclarationError(f"{name}: nothing to import: {'; '.join(log.notes)}")


def _each(rows: Iterable[Row]) -> Generator[Row, None, None]:
    yield from rows


def _notes(task: str, pile: Pile) -> list[str]:
    """Return what a reader should know of the task's rows."""
    piled = pile.tasks[task]
    notes = [f"{task}/{name} is left out: not all in [0, 1]" for name in piled.left_out]
    if changed := len(piled.changed):
        notes.append(f"{task}: {changed} items differ between their trials; the first counts")
    return notes


def _check_tag(tag: str | None, logs: list[Log]) -> None:
    if not logs:
        raise DeclarationError("nothing to import: no file of that format")
    if tag is not None:
        check_tag(tag)
    if tag is not None and len(logs) > 1:
        named = "; ".join(dict.fromkeys(_named(log) for log in logs))
        raise DeclarationError(f"--tag names one run, and here are {len(logs)}: {named}")


def _named(log: Log) -> str:
    return f"{log.files[0].name} ({log.system.model})"
