"""A run into a file, whole or not at all; the file's extension says how.

.jsonl  one trial a line        .csv  one trial a row        .json  the run in one document
With the form `eee`, the Every Eval Ever schema: .json the aggregate, .jsonl the instances.
"""

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from statera.errors import DeclarationError, StateraError, StoreError, unknown
from statera.interop import csvfile, document, everyevalever, jsonl
from statera.interop.measured import Measured
from statera.records.specs import RunInfo
from statera.store.rows import Stored

Writer = Callable[[RunInfo, Iterable[Stored], Sequence[Measured]], Iterator[bytes]]

FORMATS: dict[str, dict[str, Writer]] = {
    "auto": {
        ".jsonl": lambda info, stored, metrics: jsonl.lines(stored),
        ".csv": lambda info, stored, metrics: csvfile.rows(stored),
        ".json": document.document,
    },
    "eee": {
        ".json": lambda info, stored, metrics: iter([everyevalever.aggregate(info, metrics)]),
        ".jsonl": lambda info, stored, metrics: everyevalever.instances(info, stored),
    },
}
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def writer(path: Path, form: str = "auto") -> Writer:
    """Return what writes such a file; DeclarationError for an unknown form or extension.

    Call it before a run to refuse a path that cannot be written afterwards.
    """
    if form not in FORMATS:
        raise unknown("format", form, FORMATS)
    found = FORMATS[form].get(path.suffix.lower())
    if found is None:
        allowed = ", ".join(FORMATS[form])
        raise DeclarationError(f"{path}: the extension says how to write; allowed: {allowed}")
    check_place(path)
    return found


def check_place(path: Path) -> None:
    """Raise DeclarationError where no file can be: it is a folder, or more than one is missing.

    One missing folder is made when the file is written; of two, a name may well be misspelt.
    """
    if path.is_dir():
        raise DeclarationError(f"{path}: a folder, not a file")
    above = path.absolute().parent.parent
    if not above.exists():
        raise DeclarationError(f"{path}: there is no folder {above}; only the last one is made")


def write_export(
    path: Path,
    info: RunInfo,
    stored: Iterable[Stored],
    metrics: Sequence[Measured],
    *,
    form: str = "auto",
) -> None:
    """Write the run to `path`, whole or not at all, holding no more than one trial.

    DeclarationError when the path cannot be written, StoreError when the disk fails or is full.
    """
    write_pieces(path, writer(path, form)(info, stored, metrics))


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write the pieces to a draft beside `path`, then rename it over `path`.

    The folder is made where only the last one is missing.
    """
    check_place(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        with draft.open("wb") as file:
            file.writelines(pieces)
        draft.replace(path)
    except OSError as error:
        raise _explained(path, error) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _explained(path: Path, error: OSError) -> StateraError:
    kind = StoreError if error.errno in _NO_ROOM else DeclarationError
    return kind(f"{path}: cannot be written: {error.strerror or error}")
