"""User ids to run hostile code under, when we are root: one for each program at a time.

The range is in nobody's use: distributions end below 60000, systemd begins at 61184.
"""

import itertools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

FIRST, COUNT = 60_600, 400
_LOCK = threading.Lock()
_TAKEN: set[int] = set()


@contextmanager
def borrowed_user() -> Iterator[int | None]:
    """Give a user id that no other program of this process has; None when we are not root.

    Two statera processes start at different places of the range, so that they rarely meet; if they
    do, the process limit is shared and nothing else.
    """
    if os.geteuid() != 0:
        yield None
        return
    with _LOCK:
        start = os.getpid() * 16
        free = (FIRST + (start + n) % COUNT for n in itertools.count())
        user = next(id for id in itertools.islice(free, COUNT) if id not in _TAKEN)
        _TAKEN.add(user)
    try:
        yield user
    finally:
        with _LOCK:
            _TAKEN.discard(user)


def own_user() -> str:
    """Return the words that a sandbox's name gets where it changes the user."""
    return " + own user" if os.geteuid() == 0 else ""
