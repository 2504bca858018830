"""The zip file of an Inspect log, whose parts newer versions compress with Zstandard.

Python's own zipfile reads that from 3.14 on. Before, the parts are found by it and unpacked by the
package `zstandard`.
"""

import zipfile
import zlib
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import IO

from statera.errors import DeclarationError

ZSTANDARD = 93
"""The number of the method in a zip file (APPNOTE 6.3.8, section 4.4.5)."""

_HEAD = 30
_DAMAGE = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error)


class EvalZip:
    """A log's parts by name, in the order of the file; DeclarationError when it is no zip file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise DeclarationError(f"{path}: no such file") from None
        except (OSError, zipfile.BadZipFile) as error:
            raise DeclarationError(f"{path}: not a whole .eval file: {error}") from None
        self._parts = {part.filename: part for part in self._zip.infolist()}

    def __enter__(self) -> "EvalZip":
        return self

    def __exit__(self, *error: object) -> None:
        self._zip.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parts."""
        return tuple(self._parts)

    def read(self, name: str) -> bytes:
        """Return a part, unpacked; DeclarationError when it is damaged."""
        part = self._parts[name]
        try:
            if part.compress_type == ZSTANDARD:
                return self._unpacked(part)
            return self._zip.read(part)
        except _DAMAGE as error:
            raise DeclarationError(f"{self._path}, {name}: damaged: {error}") from None

    def _unpacked(self, part: zipfile.ZipInfo) -> bytes:
        module = _zstandard(self._path)
        with self._path.open("rb") as file:
            data = _packed(file, part)
        try:
            found: bytes = module.ZstdDecompressor().decompressobj().decompress(data)
        except module.ZstdError as error:
            raise ValueError(str(error)) from None
        if len(found) != part.file_size or zlib.crc32(found) != part.CRC:
            raise ValueError("its checksum is another")
        return found


def _packed(file: IO[bytes], part: zipfile.ZipInfo) -> bytes:
    """Return a part's bytes as they lie in the file, after its own header."""
    file.seek(part.header_offset)
    head = file.read(_HEAD)
    name, extra = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
    file.seek(name + extra, 1)
    return file.read(part.compress_size)


def _zstandard(path: Path) -> ModuleType:
    try:
        return import_module("zstandard")
    except ImportError:
        raise DeclarationError(
            f"{path}: packed with Zstandard: pip install 'statera[inspect]', "
            "or `inspect log convert --to json`"
        ) from None
