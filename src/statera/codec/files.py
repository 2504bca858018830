"""Reading and writing files, the one place in `codec` that touches the disk.

Text is UTF-8. A `.gz` file is unpacked on the fly. What is written is complete or absent: a
temporary file is renamed over the old one.
"""

import csv
import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from statera.codec.strict import from_json, from_yaml
from statera.errors import DeclarationError

YAML = (".yaml", ".yml")
"""How the name of a YAML file ends."""

T = TypeVar("T")


def read_bytes(path: Path) -> bytes:
    """Return the content, unpacked when the name ends in `.gz`; DeclarationError if unreadable."""
    with _readable(path):
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines with their ends, unpacked like `read_bytes`, holding one at a time."""
    with _readable(path), gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        yield from file


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is read into one line that names it."""
    try:
        yield
    except FileNotFoundError:
        raise DeclarationError(f"{path}: no such file") from None
    except (EOFError, zlib.error) as error:
        raise DeclarationError(f"{path}: cannot be read: {error}") from None
    except OSError as error:
        told = error.strerror or error
        raise DeclarationError(f"{path}: cannot be read: {told}") from None


def read_text(path: Path) -> str:
    """Return the content as UTF-8 text; DeclarationError names the byte that is not."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DeclarationError(f"{path}: not UTF-8 at byte {error.start}") from None


def read_yaml(path: Path, kind: type[T]) -> T:
    """Return the YAML file as `kind`, strictly."""
    return from_yaml(read_text(path), kind, source=str(path))


def read_json(path: Path, kind: type[T]) -> T:
    """Return the JSON file as `kind`, strictly."""
    return from_json(read_bytes(path), kind, source=str(path))


def read_jsonl(path: Path, kind: type[T]) -> Iterator[T]:
    """Yield each non-empty line as `kind`; a malformed one is named by its line number."""
    decoder = msgspec.json.Decoder(kind)
    for number, line in enumerate(read_lines(path), start=1):
        if line.strip():
            try:
                yield decoder.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                yield from_json(line, kind, source=f"{path}, line {number}")


def read_csv(path: Path) -> Iterator[dict[str, str]]:
    """Yield each row as a mapping; a row of the wrong width is named by its line number."""
    reader = csv.DictReader(io.StringIO(read_text(path)), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise DeclarationError(f"{path}, line {reader.line_num}: {_width(row)}")
            yield row
    except csv.Error as error:
        raise DeclarationError(f"{path}, line {reader.line_num}: {error}") from None


def _width(row: dict[Any, Any]) -> str:
    """Return what is wrong with a row that has too few or too many cells."""
    names = [name for name in row if name is not None]
    if extra := row.get(None):
        found = len(names) + len(extra)
        return f"expected {len(names)} columns, found {found}; no name for {extra[0]!r}"
    missing = [name for name in names if row[name] is None]
    found = len(names) - len(missing)
    return f"expected {len(names)} columns, found {found}; none for '{missing[0]}'"


def write_bytes(path: Path, data: bytes) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def append_bytes(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Append to the file, on the disk when this returns; a new one is made with `mode`."""
    opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, mode)
    try:
        while data:
            data = data[os.write(opened, data) :]
        os.fsync(opened)
    finally:
        os.close(opened)


def write_once(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write a new file whole, unless there is one; of several processes one is first.

    OSError where it cannot be written; the folder must be there.
    """
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        os.write(file, data)
    finally:
        os.close(file)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def to_json(value: Any) -> bytes:
    """Return the value as JSON for machines: one line, no trailing newline."""
    return msgspec.json.encode(value)
