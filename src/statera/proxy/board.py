"""What the workers of one guard share: who is busy, and what all are told.

    board = Board(workers=4, path=folder / "board")      # every worker opens the same file
    board.busy(0, 3, 1)
    board.drain(); board.draining; board.resume()

Numbers of 8 bytes in a shared map, each written by one worker or by an order to all: no locks, and
a worker that is killed leaves nothing half written.
"""

import mmap
from pathlib import Path
from typing import NamedTuple

_DRAINING, _RELOADS, _RESUMES, _WATCHED, _COMMON = 0, 1, 2, 3, 4
_EACH = 2
_DRAIN, _END = 1, 2


class Busy(NamedTuple):
    """Requests in flight and waiting, over all workers."""

    inflight: int
    waiting: int


class Board:
    """The shared numbers of `workers` workers, in the file `path` or in this process only."""

    def __init__(self, workers: int, path: Path | None = None) -> None:
        self.workers = workers
        size = 8 * (_COMMON + _EACH * workers)
        if path is None:
            self._map = mmap.mmap(-1, size)
        else:
            with path.open("a+b") as file:
                file.truncate(size)
                self._map = mmap.mmap(file.fileno(), size)
        self._cells = memoryview(self._map).cast("q")

    @property
    def draining(self) -> bool:
        """True once nothing new is to be taken."""
        return bool(self._cells[_DRAINING])

    @property
    def ending(self) -> bool:
        """True once nothing new will be taken any more."""
        return self._cells[_DRAINING] == _END

    @property
    def resumes(self) -> int:
        """How often a resume was ordered."""
        return self._cells[_RESUMES]

    @property
    def reloads(self) -> int:
        """How often a reload was asked for."""
        return self._cells[_RELOADS]

    @property
    def watched(self) -> float:
        """When the worker that watches experiments said last that it does, as `watch` was told."""
        return self._cells[_WATCHED] / 1000

    def watch(self, at: float) -> None:
        """Say that experiments are watched, at a time in seconds that all workers count alike."""
        self._cells[_WATCHED] = int(at * 1000)

    def drain(self) -> None:
        """Tell all workers to take nothing new, until they are told to resume."""
        self._cells[_DRAINING] = max(self._cells[_DRAINING], _DRAIN)

    def end(self) -> None:
        """Tell all workers to take nothing new any more."""
        self._cells[_DRAINING] = _END

    def resume(self) -> None:
        """Tell all workers to take requests again, unless they are ending."""
        if self._cells[_DRAINING] != _END:
            self._cells[_DRAINING] = 0
            self._cells[_RESUMES] += 1

    def reload(self) -> None:
        """Tell all workers to read the policy again."""
        self._cells[_RELOADS] += 1

    def busy(self, worker: int, inflight: int, waiting: int) -> None:
        """Say how busy one worker is."""
        at = _COMMON + _EACH * worker
        self._cells[at] = inflight
        self._cells[at + 1] = waiting

    def total(self) -> Busy:
        """Return how busy all are together."""
        each = range(_COMMON, _COMMON + _EACH * self.workers, _EACH)
        return Busy(sum(self._cells[at] for at in each), sum(self._cells[at + 1] for at in each))

    def close(self) -> None:
        """Let go of the shared map."""
        self._cells.release()
        self._map.close()
