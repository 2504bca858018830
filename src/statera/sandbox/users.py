"""User ids to run hostile code under, when we are root: one for each program at a time.

The range is in nobody's use: distributions end below 60000, systemd begins at 61184. A root that
may not change its user (a container without that capability, or one where these ids do not exist)
stays who it is; the sandbox does not depend on it.
"""

import itertools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FIRST, COUNT = 60_600, 400
_NEEDED = 1 << 0 | 1 << 6 | 1 << 7  # CAP_CHOWN, CAP_SETGID, CAP_SETUID (linux/capability.h)
_PROCESS = Path("/proc/self")
_LOCK = threading.Lock()
_TAKEN: set[int] = set()


@contextmanager
def borrowed_user() -> Iterator[int | None]:
    """Give a user id that no other program of this process has; None where it cannot be changed.

    Two statera processes start at different places of the range, so that they rarely meet; if they
    do, the process limit is shared and nothing else.
    """
    if not can_change_user():
        yield None
        return
    with _LOCK:
        start = os.getpid() * 16
        order = (FIRST + (start + n) % COUNT for n in itertools.count())
        user = next(id for id in order if id not in _TAKEN)
        _TAKEN.add(user)
    try:
        yield user
    finally:
        with _LOCK:
            _TAKEN.discard(user)


def can_change_user(process: Path = _PROCESS) -> bool:
    """Return whether we are root with the right to become each of the ids; `process` is /proc's."""
    if os.geteuid() != 0:
        return False
    try:
        status = (process / "status").read_text(encoding="ascii")
        ranges = (process / "uid_map").read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    effective = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    capable = int(effective.split()[1], 16) & _NEEDED == _NEEDED
    return capable and any(_covers(*map(int, line.split())) for line in ranges)


def _covers(first: int, _: int, count: int) -> bool:
    last = FIRST + COUNT
    return first <= FIRST and last <= first + count


def own_user() -> str:
    """Return the words that a sandbox's name gets where it changes the user."""
    return " + own user" if can_change_user() else ""
