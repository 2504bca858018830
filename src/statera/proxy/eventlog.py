"""Writes lines without ever waiting for who reads them.

    log = EventLog(sys.stdout.fileno())
    log.put(b'{"event": "decision"}\\n')
    log.close()

A thread writes what has gathered. When it cannot keep up, lines beyond `most` bytes are dropped,
counted, and told of in the log itself: {"event": "dropped", "count": 12}.
"""

import fcntl
import os
import threading
from time import sleep

_GATHER = 0.02  # seconds in which lines gather before they are written at once
_CLOSING = 2.0


class EventLog:
    """Lines to a file descriptor; `dropped` counts those that are lost.

    `lock` is a file that several processes writing to the same descriptor share.
    """

    def __init__(self, fd: int, *, most: int = 4 * 2**20, lock: int | None = None) -> None:
        self.dropped = 0
        self._fd, self._most, self._lock = fd, most, lock
        self._lines: list[bytes] = []
        self._size = 0
        self._told = 0
        self._ended = False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._write, name="statera-events", daemon=True)
        self._thread.start()

    def put(self, line: bytes) -> None:
        """Have the line written soon, or count it as dropped."""
        with self._change:
            if self._ended or self._size + len(line) > self._most:
                self.dropped += 1
                return
            self._lines.append(line)
            self._size += len(line)
            if len(self._lines) == 1:
                self._change.notify()

    def close(self) -> None:
        """Write what is left, for two seconds at most."""
        with self._change:
            self._ended = True
            self._change.notify()
        self._thread.join(_CLOSING)

    def _write(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._lines or self._ended)
                ended = self._ended
            if not ended:
                sleep(_GATHER)
            with self._change:
                lines, self._lines, self._size = self._lines, [], 0
                lost, self._told = self.dropped - self._told, self.dropped
            if lost:
                lines.append(b'{"event":"dropped","count":%d}\n' % lost)
            try:
                self._out(b"".join(lines))
            except OSError:
                with self._change:
                    self._ended = True
                    self.dropped += len(lines) + len(self._lines)
                return
            if ended:
                return

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
