"""Files of traces, object by object, also while they are still being written.

One object a line, as the guard, a collector's file exporter and most loggers write them; or objects
over several lines, as console exporters print them: each ends with a `}` at the line's beginning.
"""

from collections.abc import Iterator
from pathlib import Path

from statera.codec.files import read_lines
from statera.errors import DeclarationError
from statera.interop.importing.documents import Place, decoded

LONGEST = 64 * 2**20
"""Bytes of one object; a file that has no end of one would fill the memory."""
_OPEN = (b"{", b"[")


def trace_objects(path: Path, notes: list[str]) -> Iterator[Place]:
    """Yield the objects of a file; DeclarationError names the line of one that is none.

    A last line without its end, which a writer has not finished, is left for the next time, and
    `notes` say so.
    """
    pieces: list[bytes] = []
    began = size = 0
    for number, line in enumerate(read_lines(path), start=1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        bare = text.strip()
        if pieces:
            pieces.append(text)
            size += len(text)
            if text.rstrip() in (b"}", b"},"):
                yield Place(f"{path}, line {began}", _several(pieces, f"{path}, line {began}"))
                pieces = []
            elif size > LONGEST:
                raise DeclarationError(f"{path}, line {began}: an object without an end")
        elif bare == b"{":
            pieces, began, size = [text], number, len(text)
        elif bare and bare not in (b"[", b"]"):
            yield from _line(text, f"{path}, line {number}", notes)
    if pieces:
        notes.append(
            f"{path.name}: the last object, from line {began} on, has no end yet: left out"
        )


def _several(pieces: list[bytes], where: str) -> dict[str, object]:
    return decoded(b"".join(pieces).strip().removesuffix(b","), where)


def _line(text: bytes, where: str, notes: list[str]) -> Iterator[Place]:
    try:
        yield Place(where, decoded(text.strip().removesuffix(b","), where))
    except DeclarationError:
        if text.endswith(b"\n") or not text.lstrip().startswith(_OPEN):
            raise
        notes.append(f"{where}: not written to its end yet: left out")
