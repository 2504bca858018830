r"""Server-sent events: bytes that arrive cut anywhere to messages, and events to bytes.

    source = Splitter(limit=2**20)
    source.feed(b"data: {\"a\": 1}\r\n\r\nda")
    while message := source.next():              # SseFault for what is no event
        ...
    source.finish()

Lines end in LF, CRLF or CR. Ids, retry times and what comments say are not told: they carry nothing
that the APIs need, and could carry text past the checks.
"""

import re
from collections import deque
from typing import NamedTuple

import msgspec

from statera.proxy.wire.api import Event

DONE = b"[DONE]"
COMMENT = b":\n\n"

_NAME = re.compile(rb"[A-Za-z0-9_.:-]{1,64}")
_BOM = b"\xef\xbb\xbf"
_encode = msgspec.json.Encoder().encode


class SseFault(Exception):
    """What came is no event stream; the message holds nothing of it."""


class Message(NamedTuple):
    """One event as it came: its name ("" for none) and its data; None for a comment."""

    name: str
    data: bytes | None


class Splitter:
    """Makes messages of bytes; keeps no more than one event, which `limit` bounds in bytes.

    It reads no further than it is asked, so that what comes after a fault changes nothing before.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lines: deque[bytes] = deque()  # whole lines with their ends
        self._partial: list[bytes] = []
        self._size = 0  # of the lines that were read of an event
        self._open = 0  # of the line that has not ended
        self._after_cr = False
        self._begun = False
        self._name = ""
        self._data: list[bytes] = []

    def feed(self, data: bytes) -> None:
        """Add what arrived."""
        if self._after_cr and data[:1] == b"\n":
            data = data[1:]
            self._after_cr = False
        if not data:
            return
        self._after_cr = data[-1:] == b"\r"
        lines = data.splitlines(keepends=True)
        if self._partial and _ended(lines[0]):
            lines[0] = b"".join((*self._partial, lines[0]))
            self._partial, self._open = [], 0
        if not _ended(lines[-1]):
            self._open += len(lines[-1])
            self._partial.append(lines.pop())
        self._lines += lines

    def next(self) -> Message | None:
        """Return the next message, or None until more has arrived.

        Raises SseFault for a line that is none of an event, and for an event above the limit.
        """
        while self._lines:
            line = self._lines.popleft()
            self._size += len(line)
            self._bound(self._size)
            found = self._read(line.rstrip(b"\r\n"))
            if found is not None:
                return found
        self._bound(self._size + self._open)
        return None

    def finish(self) -> Message | None:
        """Return the last message when nothing but its empty line is missing and it says `[DONE]`.

        Raises SseFault when the stream ended within any other event.
        """
        last = b"".join(self._partial)
        if last:
            self._partial = []
            self._read(last)
        if self._data == [DONE]:
            return self._dispatch()
        if last or self._data or self._name:
            raise SseFault("the stream broke off within an event")
        return None

    def _bound(self, size: int) -> None:
        if size > self._limit:
            raise SseFault(f"an event is longer than {self._limit:,} bytes")

    def _read(self, line: bytes) -> Message | None:
        if not self._begun:
            self._begun = True
            line = line.removeprefix(_BOM)
        if line.startswith(b"data:"):
            self._data.append(line[6:] if line[5:6] == b" " else line[5:])
        elif not line:
            return self._dispatch()
        elif line.startswith(b":"):
            return Message("", None)
        else:
            self._other(line)
        return None

    def _other(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        if field == b"event":
            value = value.removeprefix(b" ")
            if not _NAME.fullmatch(value):
                raise SseFault("the name of an event is none")
            self._name = value.decode()
        elif field == b"data":
            self._data.append(b"")
        elif field not in (b"id", b"retry"):
            raise SseFault("a line belongs to no event")

    def _dispatch(self) -> Message | None:
        name, data = self._name, self._data
        self._size = 0
        self._name, self._data = "", []
        whole = data[0] if len(data) == 1 else b"\n".join(data)
        return Message(name, whole) if whole.strip() else None


def event_bytes(event: Event) -> bytes:
    """Return the bytes of an event."""
    data = event.data
    return message_bytes(event.name, data.encode() if isinstance(data, str) else _encode(data))


def message_bytes(name: str, data: bytes) -> bytes:
    r"""Return the bytes of an event whose `data` is one line.

    >>> message_bytes("ping", b"{}")
    b'event: ping\ndata: {}\n\n'
    """
    if name:
        return b"event: %s\ndata: %s\n\n" % (name.encode(), data)
    return b"data: %s\n\n" % data


def _ended(line: bytes) -> bool:
    return line.endswith((b"\n", b"\r"))
