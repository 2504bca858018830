"""The model server: requests out, replies in, over connections that are kept.

    upstream = UpstreamClient(read_upstream("http://127.0.0.1:8000"), limits)
    reply = await upstream.open(b"POST", b"/v1/chat/completions", headers, body)
    try: data = await reply.read(limit=2**26)
    finally: reply.close()

A request is sent once: what may have been answered is never asked again. A reply that is closed
before it is whole ends its connection, so that upstream stops working on it.
"""

import asyncio
import ssl
from typing import NamedTuple

from statera.proxy.connection import Connection, Head, UpstreamFault
from statera.proxy.headers import Pairs, value_of
from statera.proxy.terms import Upstream

_STEP = 0.5
_LONG = "upstream's answer is longer than {:,} bytes"


class Limits(NamedTuple):
    """Seconds: until a connection stands, upstream's longest silence, a connection's idle time."""

    connect: float = 5.0
    read: float = 600.0
    idle: float = 4.0


class Reply:
    """What upstream answers: status and headers, and the body as it comes; to be closed."""

    def __init__(self, client: "UpstreamClient", connection: Connection, head: Head) -> None:
        self._client = client
        self._connection = connection
        self.status, self.headers = head

    async def part(self) -> bytes:
        """Return the next bytes of the body, b"" at its end; UpstreamFault when it is cut."""
        return await self._connection.part()

    async def read(self, *, limit: int) -> bytes:
        """Return the whole body; UpstreamFault (`too_large`) above `limit` bytes."""
        parts, size = [], 0
        while part := await self._connection.part():
            parts.append(part)
            size += len(part)
            if size > limit:
                raise UpstreamFault("too_large", _LONG.format(limit), answered=True)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Give the connection back; one whose reply is not whole is closed."""
        self._client.release(self._connection)


class UpstreamClient:
    """A pool of connections to one server, used from one event loop."""

    def __init__(self, upstream: Upstream, limits: Limits) -> None:
        self._upstream = upstream
        self._limits = limits
        self._idle: list[Connection] = []
        self._used: set[Connection] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._ssl = ssl.create_default_context() if upstream.tls else None
        self._prefix = upstream.prefix.encode()
        host = upstream.base.partition("://")[2].partition("/")[0]
        self._host = b" HTTP/1.1\r\nhost: " + host.encode()

    async def open(self, method: bytes, target: bytes, headers: Pairs, body: bytes = b"") -> Reply:
        """Send a request and return its reply; UpstreamFault when there is none.

        `target` is path and query; `headers` are sent as they are, beside host and length.
        """
        connection = self._kept() or await self._connected()
        self._used.add(connection)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_STEP, self._sweep)
        try:
            connection.send(self._head(method, target, headers, len(body)), body)
            return Reply(self, connection, await connection.head())
        except BaseException:
            self.release(connection)
            raise

    def release(self, connection: Connection) -> None:
        """Keep the connection for the next request, or close it when its reply is not whole."""
        self._used.discard(connection)
        if connection.reusable:
            self._idle.append(connection)
        else:
            connection.close()

    def interrupt(self) -> None:
        """End every reply that is still coming, as one that is cut."""
        for connection in list(self._used):
            connection.fail("draining", "the guard is shutting down")

    def close(self) -> None:
        """Close every connection."""
        for connection in (*self._idle, *self._used):
            connection.close()
        self._idle.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _head(self, method: bytes, target: bytes, headers: Pairs, length: int) -> bytes:
        lines = [method, b" ", self._prefix, target, self._host]
        for name, value in headers:
            lines += (b"\r\n", name, b": ", value)
        lines.append(b"\r\ncontent-length: %d\r\n\r\n" % length if length else b"\r\n\r\n")
        return b"".join(lines)

    def _kept(self) -> Connection | None:
        """Return the connection used last, unless upstream may be about to close it."""
        oldest = asyncio.get_running_loop().time() - self._limits.idle
        while self._idle:
            connection = self._idle.pop()
            if connection.active > oldest and connection.reusable:
                return connection
            connection.close()
        return None

    async def _connected(self) -> Connection:
        loop, there = asyncio.get_running_loop(), self._upstream
        try:
            async with asyncio.timeout(self._limits.connect):
                if there.socket:
                    made = await loop.create_unix_connection(lambda: Connection(loop), there.socket)
                else:
                    made = await loop.create_connection(
                        lambda: Connection(loop), there.host, there.port, ssl=self._ssl
                    )
        except TimeoutError:
            raise UpstreamFault("silent", "upstream takes no connection") from None
        except OSError as error:
            words = error.strerror or type(error).__name__
            raise UpstreamFault("unreachable", f"upstream cannot be reached: {words}") from None
        return made[1]

    def _sweep(self) -> None:
        """End replies that upstream is silent on, and connections that nobody needs."""
        loop, limits = asyncio.get_running_loop(), self._limits
        now = loop.time()
        for connection in list(self._used):
            late = now - connection.active > limits.read
            if late and connection.busy and not connection.paused:
                connection.fail("silent", f"upstream sent nothing for {limits.read:g} s")
        fresh = [one for one in self._idle if now - one.active <= limits.idle]
        for connection in set(self._idle).difference(fresh):
            connection.close()
        self._idle = fresh
        more = self._used or self._idle
        self._timer = loop.call_later(_STEP, self._sweep) if more else None


def content_type(headers: Pairs) -> bytes:
    """Return the media type of a reply in lower case, without its parameters."""
    return value_of(headers, b"content-type").partition(b";")[0].strip().lower()
