"""Runs a command and says what it cost: CPU of its whole tree, wall time, peak memory."""

import os
import re
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

    The peak is the process's own (VmHWM): what the system accounts to a finished child begins with
    the memory of its parent.

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
        status, usage, peak = _wait(process.pid, began + limit)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(process.returncode, cpu, wall, (peak or usage.ru_maxrss) / 1024, began, text)


def _wait(pid: int, deadline: float) -> tuple[int, "os.struct_rusage", int]:  # type: ignore[name-defined]
    """Return the exit status, what it used, and its own peak in KiB (0 where there is no /proc)."""
    peak = 0
    while True:
        peak = max(peak, _peak(pid))
        found, status, usage = os.wait4(pid, os.WNOHANG)
        if found:
            return status, usage, peak
        if time.monotonic() > deadline:
            os.killpg(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
            return status, usage, peak
        time.sleep(0.01)


def _peak(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.M)
    return int(found[1]) if found else 0


def checked(cost: Cost) -> Cost:
    """Return the cost of a command that must succeed; SystemExit with its words otherwise."""
    if cost.code != 0:
        sys.exit(f"a measured command ended with {cost.code}:\n{cost.output[-2000:]}")
    return cost
