"""The file that a study appends to: every act of every person, so that it goes on after an end.

with journal(Path(".statera/study-tone")) as kept:
    kept.entries            # what was kept before
    kept.append(entry)      # on the disk when it returns
    kept.forget(entry)      # a person withdrew: their lines go, `entry` stands in their place
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from statera.codec.files import append_bytes, to_json, write_bytes, write_once
from statera.errors import DeclarationError
from statera.web.studydesk import Entry

_ACTS = "acts.jsonl"
_KEY = "key"
_KEY_BYTES = 32
_OWN = 0o600
_OWN_FOLDER = 0o700


class Journal:
    """The open file. Only the person who runs the study can read it (mode 600)."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _ACTS
        self.entries = _read(self._path)

    def append(self, entry: Entry) -> None:
        """Append one entry, on the disk when this returns; OSError when it cannot be kept."""
        append_bytes(self._path, to_json(entry) + b"\n", mode=_OWN)

    def forget(self, withdrawn: Entry) -> None:
        """Take all lines of a person away, and keep that they withdrew."""
        rest = [one for one in _read(self._path) if one.person != withdrawn.person]
        write_bytes(self._path, b"".join(to_json(one) + b"\n" for one in [*rest, withdrawn]))
        self._path.chmod(_OWN)


@contextmanager
def journal(folder: Path) -> Iterator[Journal]:
    """Hold the folder for one study. DeclarationError where another page holds it, or for a folder
    that cannot be written."""
    with _locked(folder):
        yield Journal(folder)


def key_of(folder: Path) -> bytes:
    """Return the study's own secret, made when it is first asked for: links and units follow it."""
    path = folder / _KEY
    try:
        folder.mkdir(mode=_OWN_FOLDER, parents=True, exist_ok=True)
        write_once(path, secrets.token_hex(_KEY_BYTES).encode())
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except OSError as error:
        raise DeclarationError(f"{path}: cannot be had: {error.strerror}") from None
    except ValueError:
        raise DeclarationError(f"{path}: no key of a study; it was changed") from None


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(mode=_OWN_FOLDER, parents=True, exist_ok=True)
        file = (folder / "lock").open("ab")
    except OSError as error:
        raise DeclarationError(f"{folder}: cannot be written: {error.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DeclarationError(f"{folder}: another study page is using it") from None
        yield


def _read(path: Path) -> list[Entry]:
    """Return the entries; a last line that a kill cut short was never said to be kept."""
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.truncate(path, whole)
    decoder = msgspec.json.Decoder(Entry)
    try:
        return [decoder.decode(line) for line in data[:whole].splitlines()]
    except msgspec.MsgspecError as error:
        raise DeclarationError(f"{path}: not what a study keeps: {error}") from None
