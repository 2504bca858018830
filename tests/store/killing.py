"""Kills a real process at a chosen or a random moment, again and again, until it gets through.

    for moment in moments:
        end = run_and_kill(command, moment)
    assert run_and_kill(command, None).code == 0

Nothing here knows the store: any command will do, `statera run …` too.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

POLL_SECONDS = 0.002


class Moment(NamedTuple):
    """When to kill: `after` seconds from when `when()` is first true (at once without it)."""

    after: float = 0.0
    when: Callable[[], bool] | None = None


class End(NamedTuple):
    """How the process ended: `killed` when a signal did it, `lines` is what it printed."""

    code: int
    killed: bool
    lines: list[str]
    errors: str


def run_and_kill(
    command: Sequence[str],
    moment: Moment | None,
    *,
    env: Mapping[str, str] | None = None,
    limit: float = 60.0,
) -> End:
    """Start the command in a process group of its own and kill the group at the moment.

    Without a moment it runs to its end. After `limit` seconds it is killed in any case.
    """
    process = subprocess.Popen(
        command,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        if moment is not None:
            _wait(process, moment, time.monotonic() + limit)
            _kill(process)
        out, errors = process.communicate(timeout=limit)
    finally:
        _kill(process)
        process.wait(10)
    return End(process.returncode, process.returncode < 0, out.splitlines(), errors)


def _wait(process: subprocess.Popen[str], moment: Moment, deadline: float) -> None:
    while moment.when is not None and not moment.when():
        if process.poll() is not None or time.monotonic() > deadline:
            return
        time.sleep(POLL_SECONDS)
    if moment.after:
        time.sleep(min(moment.after, max(0.0, deadline - time.monotonic())))


def _kill(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def grown(path: Path, size: int) -> Callable[[], bool]:
    """Return a condition: the file is there and has at least `size` bytes."""
    return lambda: path.exists() and path.stat().st_size >= size
