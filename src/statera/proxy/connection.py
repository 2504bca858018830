"""One HTTP/1.1 connection to upstream: a request out, its reply in, on llhttp's parser.

    connection.send(data)
    status, headers = await connection.head()
    while part := await connection.part(): ...
    connection.reusable                              # True: the next request may use it

A general client costs most of a proxy's CPU, and this is the part of one that a proxy needs. What
goes wrong on the wire is one exception, UpstreamFault.
"""

import asyncio
from typing import Literal, NamedTuple

import httptools

Kind = Literal["unreachable", "reset", "silent", "invalid", "too_large", "draining"]

_HIGH, _LOW = 2**18, 2**16  # bytes that lie unread before upstream is told to pause, and to go on
_MOST_HEADERS = 2**16
_SHORT = 2**14  # bytes that are copied rather than written apart
_LENGTHS = (b"content-length", b"transfer-encoding")


class UpstreamFault(Exception):
    """Upstream did not answer as HTTP has it; `answered` when the head of a reply was there."""

    def __init__(self, kind: Kind, message: str, *, answered: bool = False) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.answered = answered


class Head(NamedTuple):
    """A reply's status and headers, names in lower case."""

    status: int
    headers: list[tuple[bytes, bytes]]


class Connection(asyncio.Protocol):
    """A connection that answers one request at a time; all methods belong to its event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._waiter: asyncio.Future[None] | None = None
        self._fault: tuple[Kind, str] | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._size = 0
        self._head: Head | None = None
        self._parts: list[bytes] = []
        self._unread = 0
        self._done = self._kept = self._until_end = self._paused = self._busy = False
        self.active = loop.time()

    @property
    def reusable(self) -> bool:
        """True when the last reply came whole and the connection may carry another."""
        return self._done and self._kept and self._fault is None and not self.closed

    @property
    def busy(self) -> bool:
        """True from a request until its reply is there as a whole."""
        return self._busy

    @property
    def paused(self) -> bool:
        """True while upstream is told to wait, since what it sent was not yet taken."""
        return self._paused

    @property
    def closed(self) -> bool:
        """True when nothing more can be sent."""
        return self._transport is None or self._transport.is_closing()

    def send(self, head: bytes, body: bytes) -> None:
        """Send a request."""
        assert self._transport is not None, "the connection is made"
        self._head, self._parts, self._unread = None, [], 0
        self._done = self._kept = self._until_end = self._paused = False
        self._busy = True
        self.active = self._loop.time()
        if len(body) < _SHORT:
            self._transport.write(head + body)
        else:
            self._transport.writelines((head, body))

    async def head(self) -> Head:
        """Return the head of the reply; UpstreamFault when none comes."""
        while (head := self._head) is None:
            await self._more()
        return head

    async def part(self) -> bytes:
        """Return what came of the body since the last call, b"" at its end."""
        while not self._parts and not self._done:
            await self._more()
        parts, self._parts, self._unread = self._parts, [], 0
        self._resume()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def fail(self, kind: Kind, message: str) -> None:
        """End the reply with this fault, and the connection."""
        if self._fault is None:
            self._fault = kind, message
        self.close()
        self._wake()

    def close(self) -> None:
        """End the connection at once, whatever it is doing."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, error: Exception | None) -> None:  # noqa: D102
        if self._busy and self._fault is None:
            if self._head is not None and self._until_end and error is None:
                self._done, self._busy = True, False
            else:
                self.fail("reset", "upstream closed the connection")
        self._transport = None
        del self._parser  # it knows this object, which nobody would free soon
        self._wake()

    def data_received(self, data: bytes) -> None:  # noqa: D102
        self.active = self._loop.time()
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.fail("invalid", "upstream's answer is not HTTP/1.1")
            return
        if self._unread > _HIGH and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def on_message_begin(self) -> None:  # noqa: D102
        if not self._busy:
            raise ValueError("more than one answer")
        self._headers, self._size = [], 0

    def on_header(self, name: bytes, value: bytes) -> None:  # noqa: D102
        if self._head is not None:
            return  # trailers
        self._size += len(name) + len(value) + 4
        if self._size > _MOST_HEADERS:
            raise ValueError("headers without end")
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:  # noqa: D102
        status = self._parser.get_status_code()
        if 100 <= status < 200:
            return
        self._head = Head(status, self._headers)
        self._until_end = not any(name in _LENGTHS for name, _ in self._headers)

    def on_body(self, data: bytes) -> None:  # noqa: D102
        self._parts.append(data)
        self._unread += len(data)

    def on_message_complete(self) -> None:  # noqa: D102
        if self._head is None:
            return  # 1xx: the reply itself follows
        self._done, self._busy = True, False
        self._kept = self._parser.should_keep_alive()

    async def _more(self) -> None:
        """Wait until something happened."""
        if self._fault is not None:
            raise UpstreamFault(*self._fault, answered=self._head is not None)
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _resume(self) -> None:
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
