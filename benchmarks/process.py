"""Runs a command and says what it cost: CPU of its whole tree, wall time, peak memory."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

STATERA = str(Path(sys.executable).parent / "statera")


class Cost(NamedTuple):
    """What a process took; `cpu` is user and system seconds, `rss` the peak in MiB.

    `began` is on the system's monotonic clock; `code` is negative when a signal ended it.
    """

    code: int
    cpu: float
    wall: float
    rss: float
    began: float
    output: str


def run(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    limit: float = 300.0,
) -> Cost:
    """Run to the end, or kill the process group after `limit` seconds."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**kept, **(env or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        status, usage = _wait(process.pid, began + limit)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(process.returncode, cpu, wall, usage.ru_maxrss / 1024, began, text)


def _wait(pid: int, deadline: float) -> tuple[int, "os.struct_rusage"]:  # type: ignore[name-defined]
    while True:
        found, status, usage = os.wait4(pid, os.WNOHANG)
        if found:
            return status, usage
        if time.monotonic() > deadline:
            os.killpg(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
            return status, usage
        time.sleep(0.01)


def checked(cost: Cost) -> Cost:
    """Return the cost of a command that must succeed; SystemExit with its words otherwise."""
    if cost.code != 0:
        sys.exit(f"a measured command ended with {cost.code}:\n{cost.output[-2000:]}")
    return cost
