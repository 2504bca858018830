"""The one folder that a program may write to: made, watched and removed by us."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from statera.sandbox.limits import Limits


@contextmanager
def scratch(user: int | None) -> Iterator[Path]:
    """Give an empty private folder, owned by `user` if there is one, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="statera-sandbox-"))
    try:
        if user is not None:
            os.chown(folder, user, user)
        yield folder
    finally:
        remove(folder)


def overfull(folder: Path, limits: Limits) -> bool:
    """Return whether the folder holds more bytes or more entries than allowed.

    What cannot be looked at counts as too much.
    """
    used = 0
    try:
        for count, status in enumerate(_entries(folder), start=1):
            used += status.st_blocks * 512
            if used > limits.scratch_bytes or count > limits.scratch_files:
                return True
    except OSError:
        return True
    return False


def _entries(folder: Path) -> Iterator[os.stat_result]:
    waiting = [os.fspath(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                yield entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


def remove(folder: Path) -> None:
    """Remove the folder with all it holds, however deep; symbolic links are not followed.

    Sub-folders are lifted to the top one after another, so that depth costs neither stack nor
    path length.
    """
    lifted = 0
    while entries := _listed(folder):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
                continue
            os.chmod(entry.path, 0o700)
            for inner in _listed(entry.path):
                lifted += 1
                if inner.is_dir(follow_symlinks=False):
                    os.chmod(inner.path, 0o700)
                os.rename(inner.path, folder / f".lifted-{lifted}")
            os.rmdir(entry.path)
    folder.rmdir()


def _listed(folder: Path | str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return list(entries)
