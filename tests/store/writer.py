"""A process that writes a run through the Journal and says what is safe; made to be killed.

python -m tests.store.writer FOLDER COUNT [STATEMENT NTH | bytes SIZE | linger]

It prints `safe ID ID …` once those trials are on disk. With STATEMENT it kills itself
as the NTH SQL statement that starts so begins; with `bytes` the kernel kills it in the middle of
the write that would make a file larger than SIZE; with `linger` it waits at its end to be killed.
"""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Engine, event

from statera.models.clock import SystemClock
from statera.store.journal import Journal
from statera.store.rows import Scored
from statera.store.runstore import RunStore
from tests.store.made import samples, scored, spec

GROUP = 20
LINGER = 60.0


def main(folder: str, count: int) -> None:
    store = RunStore(folder)
    run = store.open_run(spec(), tag="kill", environment={}, now=SystemClock().now())
    store.add_samples(run.id, "mmlu", samples(count))
    done = store.answered(run.id, "mmlu")
    rows = (scored(number) for number in range(count))
    missing = [row for row in rows if (row.trial.sample_id, 0) not in done]
    _say("resumed", str(len(done)))
    asyncio.run(_write(store, run.id, missing))
    store.set_status(run.id, "done", now=SystemClock().now())
    store.close()


async def _write(store: RunStore, run_id: str, missing: list[Scored]) -> None:
    rows = iter(missing)
    async with Journal(store, run_id, SystemClock()) as journal:
        while group := list(islice(rows, GROUP)):
            for row in group:
                await journal.add(row)
            await journal.flush()
            _say("safe", *(row.trial.sample_id for row in group))
        await asyncio.sleep(LINGER if "linger" in sys.argv else 0)


def _say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def arm(fault: Sequence[str]) -> None:
    """Prepare this process to die: `STATEMENT NTH` or `bytes SIZE`; anything else does nothing."""
    match fault:
        case ["bytes", size]:
            die_beyond(int(size))
        case [statement, nth]:
            die_at(statement, int(nth))


def die_at(statement: str, nth: int) -> None:
    """Kill this process as the nth statement that starts so begins."""
    seen = 0

    def trace(sql: str) -> None:
        nonlocal seen
        seen += sql.lstrip().startswith(statement)
        if seen == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    _on_connect(lambda connection: connection.set_trace_callback(trace))


def die_beyond(size: int) -> None:
    """Let the kernel kill this process in the write that makes a file larger than `size` bytes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _on_connect(prepare: Callable[[Any], None]) -> None:
    event.listen(Engine, "connect", lambda connection, _record: prepare(connection))


if __name__ == "__main__":
    arm(sys.argv[3:5])
    main(sys.argv[1], int(sys.argv[2]))
