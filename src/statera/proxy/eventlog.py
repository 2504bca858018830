"""Writes lines without ever waiting for who reads them.

    log = EventLog(sys.stdout.fileno())
    log.put(b'{"event": "decision"}\\n')
    log.close()

A thread writes what has gathered, and makes the lines that were only promised (`later`): many in a
row cost less than one by one between other work. When it cannot keep up, lines beyond `most` bytes
are dropped, counted, and told of in the log itself: {"event": "dropped", "count": 12}.
"""

import fcntl
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from time import sleep

logger = logging.getLogger("statera.guard")

_GATHER = 0.03  # seconds in which lines gather before they are written at once
_CLOSING = 2.0


class EventLog:
    """Lines to a file descriptor, put from one thread; `dropped` counts those that are lost.

    `lock` is a file that several processes writing to the same descriptor share.
    """

    def __init__(self, fd: int, *, most: int = 4 * 2**20, lock: int | None = None) -> None:
        self.dropped = 0
        self._fd, self._most, self._lock = fd, most, lock
        self._lines: deque[tuple[int, Callable[[], bytes]]] = deque()
        self._put = self._taken = 0  # bytes, each counted by one thread only
        self._told = 0
        self._ended = self._broken = False
        self._news = threading.Event()
        self._thread = threading.Thread(target=self._write, name="statera-events", daemon=True)
        self._thread.start()

    def put(self, line: bytes) -> None:
        """Have the line written soon, or count it as dropped."""
        self.later(len(line), line.__bytes__)

    def later(self, size: int, make: Callable[[], bytes]) -> None:
        """Have a line written soon that is made only then, or count it as dropped.

        `size` is about how many bytes `make` holds until then; one that raises is dropped.
        """
        if self._broken or self._put - self._taken > self._most:
            self.dropped += 1
            return
        self._lines.append((size, make))
        self._put += size
        if not self._news.is_set():
            self._news.set()

    def close(self) -> None:
        """Write what is left, for two seconds at most."""
        self._ended = True
        self._news.set()
        self._thread.join(_CLOSING)

    def _write(self) -> None:
        while True:
            self._news.wait()
            if not self._ended:
                sleep(_GATHER)
            self._news.clear()
            ended = (
                self._ended
            )  # looked at after the clearing, so that no call of `close` is missed
            lines = self._gathered()
            try:
                self._out(b"".join(lines))
            except OSError:
                self._broken = True
                self.dropped += len(lines) + len(self._lines)
                return
            if ended:
                return

    def _gathered(self) -> list[bytes]:
        lines = []
        while self._lines:
            size, make = self._lines.popleft()
            self._taken += size
            try:
                lines.append(make())
            except Exception as error:  # noqa: BLE001 - it ends no other line
                self.dropped += 1
                logger.error("an event could not be made: %s", type(error).__name__)
        lost, self._told = self.dropped - self._told, self.dropped
        if lost:
            lines.append(b'{"event":"dropped","count":%d}\n' % lost)
        return lines

    def _out(self, data: bytes) -> None:
        if self._lock is not None:
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._fd, view) :]
        finally:
            if self._lock is not None:
                fcntl.flock(self._lock, fcntl.LOCK_UN)
