"""What an answer on its way says of itself: its id, and the tokens that it took.

    heard = Hearing(headers)
    heard.feed(data)                     # for every part that was sent
    heard.response, heard.usage

Read of JSON bodies and of event streams in UTF-8; of anything else nothing is known.
"""

import msgspec

from statera.proxy.headers import Pairs, is_json, is_utf_8, value_of
from statera.proxy.sse import DONE, Splitter, SseFault
from statera.proxy.wire.api import Usage, usage_of

MOST = 2**20
"""Bytes of a body, or of one event, that are read."""

_STREAM = b"text/event-stream"


class _Said(msgspec.Struct):
    """The few fields of a body or an event that are read; the rest is passed over."""

    id: object = None
    usage: object = None
    response: object = None
    message: object = None


_decode = msgspec.json.Decoder(_Said).decode


class Hearing:
    """Listens to one answer; whatever it cannot read leaves what it knows as it was."""

    def __init__(self, headers: Pairs) -> None:
        self.response = ""
        self.usage = Usage()
        kind = value_of(headers, b"content-type")
        plain = value_of(headers, b"content-encoding") in (b"", b"identity")
        self.streamed = kind.partition(b";")[0].strip().lower() == _STREAM
        self._events = Splitter(MOST) if plain and self.streamed and is_utf_8(kind) else None
        self._whole: bytearray | None = bytearray() if plain and is_json(kind) else None

    def feed(self, data: bytes) -> None:
        """Take in what was sent."""
        if self._events is not None:
            self._follow(self._events, data)
        elif self._whole is not None:
            self._whole += data
            if len(self._whole) > MOST:
                self._whole = None

    def close(self) -> None:
        """Read a body that has come to its end."""
        if self._whole:
            self._read(bytes(self._whole))

    def _follow(self, events: Splitter, data: bytes) -> None:
        try:
            events.feed(data)
            while message := events.next():
                said = message.data
                if said and said != DONE and (not self.response or b'"usage"' in said):
                    self._read(said)
        except SseFault:
            self._events = None

    def _read(self, data: bytes) -> None:
        try:
            said = _decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        inner = said.response if type(said.response) is dict else said.message
        named = said.id or (inner.get("id") if type(inner) is dict else None)
        if not self.response and type(named) is str:
            self.response = named
        found = usage_of(msgspec.structs.asdict(said))
        told = (self.usage.input, self.usage.output)
        self.usage = Usage(
            *(old if new is None else new for new, old in zip(found, told, strict=True))
        )
