"""A folder of segments: lines that a process appends, each with the operating system at once.

`OWNER.NUMBER.spool` are the segments of one process, `OWNER.lock` is locked as long as it lives:
who can lock it may take over what is left. Lines are whole, but for the last after a power cut.
`sync` puts what was appended on the disk; call it each second and a power cut costs one second.
A spool never fills its disk: where less than `LEAST_FREE` is left, or a twentieth of a small disk,
no segment is begun.
"""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from statera.errors import StoreError

SEGMENT_BYTES = 8 << 20
"""From so many bytes on, a new segment is begun."""

LEAST_FREE = 1 << 30
"""So many bytes of the disk are left to others."""


class Spool:
    """This process's segments. StoreError when the folder cannot be made or written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.owner = f"{os.getpid()}-{secrets.token_hex(6)}"
        self._turn = Lock()
        self._file = -1
        self._size = self._count = self._number = 0
        self._path = folder / "none"
        self._ended: list[Path] = []
        self._lines: dict[Path, int] = {}
        self._unsynced: set[Path] = set()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = _locked_anew(folder, self.owner)
        except OSError as error:
            raise StoreError(f"spool {folder}: {error.strerror or error}") from error

    def append(self, line: bytes) -> None:
        """Append a line with its end, whole or not at all; OSError when the disk takes it not."""
        with self._turn:
            if self._file < 0:
                self._begin()
            if os.write(self._file, line) != len(line):
                os.ftruncate(self._file, self._size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._size += len(line)
            self._count += 1
            if self._size >= SEGMENT_BYTES:
                self._end()

    def segments(self) -> list[Path]:
        """Return the segments that are ended; where there is none, end the one being written."""
        with self._turn:
            if not self._ended and self._size:
                self._end()
            return list(self._ended)

    def ended(self) -> list[Path]:
        """Return the segments that are ended, and let the one being written grow."""
        with self._turn:
            return list(self._ended)

    def remove(self, segment: Path) -> int:
        """Remove a segment that was shipped; return how many lines it had."""
        segment.unlink(missing_ok=True)
        with self._turn:
            self._ended.remove(segment)
            self._unsynced.discard(segment)
            return self._lines.pop(segment)

    def sync(self) -> None:
        """Put on the disk what was appended until now; OSError when it cannot."""
        with self._turn:
            paths = list(self._unsynced)
            self._unsynced = {self._path} if self._file >= 0 else set()
        for path in paths:
            with suppress(FileNotFoundError):  # shipped meanwhile
                _synced(path, os.O_WRONLY)
        if paths:
            _synced(self.folder, os.O_RDONLY)

    def close(self) -> None:
        """End the segment; what is left may be taken over by others."""
        with self._turn:
            if self._file >= 0:
                self._end()
            if not self._ended:
                (self.folder / f"{self.owner}.lock").unlink(missing_ok=True)
            os.close(self._lock)

    def _begin(self) -> None:
        if _is_short(self.folder):
            raise OSError(errno.ENOSPC, "its disk is nearly full")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._path = self.folder / f"{self.owner}.{self._number:08d}.spool"
        self._file = os.open(self._path, flags, 0o600)
        self._size = self._count = 0
        self._unsynced.add(self._path)

    def _end(self) -> None:
        os.close(self._file)
        self._ended.append(self._path)
        self._lines[self._path] = self._count
        self._file, self._size = -1, 0
        self._number += 1


def owners(folder: Path) -> set[str]:
    """Return everybody, alive or dead, who has a lock or a segment in the folder."""
    segments = {path.name.rsplit(".", 2)[0] for path in folder.glob("*.spool")}
    return segments | {path.stem for path in folder.glob("*.lock")}


@contextmanager
def taken_over(folder: Path, owner: str) -> Iterator[list[Path]]:
    """What a dead process left, kept from others meanwhile; nothing of one that lives.

    What is not there any more at the end was shipped; without a segment the lock goes too.
    """
    place = folder / f"{owner}.lock"
    file = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _is_locked(file, place):
            yield []
            return
        yield sorted(folder.glob(f"{owner}.*.spool"))
        if not any(folder.glob(f"{owner}.*.spool")):
            place.unlink(missing_ok=True)
    finally:
        os.close(file)


def _is_locked(file: int, place: Path) -> bool:
    """Return True when the lock is ours now, and still the one that the folder shows."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.stat(place).st_ino == os.fstat(file).st_ino
    except (BlockingIOError, FileNotFoundError):
        return False


def _locked_anew(folder: Path, owner: str) -> int:
    """Make a lock that is never seen unlocked."""
    made = folder / f".{owner}.new"
    file = os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    made.rename(folder / f"{owner}.lock")
    return file


def _is_short(folder: Path) -> bool:
    disk = os.statvfs(folder)
    least = min(LEAST_FREE, disk.f_blocks * disk.f_frsize // 20)
    return disk.f_bavail * disk.f_frsize < least


def _synced(path: Path, flags: int) -> None:
    file = os.open(path, flags)
    try:
        os.fsync(file)
    finally:
        os.close(file)
