"""A client's connection: uvicorn's, with limits on what a client may make us wait for or hold.

A header or a body that does not come in time, a header without end, a target that is no path, and
a client that does not read what it asked for end the connection. A client that goes away ends what
is done for it. One that only says that it sends no more is answered: whether it is still there
shows when it is written to, so that it gets `100 Continue` twice a second until its answer begins.
"""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from statera.proxy.headers import Pairs

MOST_HEADERS = 2**16
_PHRASES = {one.value: one.phrase for one in HTTPStatus}
_STEP = 0.5
_LINES = {
    status: f"HTTP/1.1 {status} {_PHRASES.get(status, '')}\r\n".encode()
    for status in range(100, 1000)
}
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_FINAL = tuple(b"HTTP/1.1 %d" % first for first in range(2, 6))


class Patience:
    """Seconds that a client may take, and the sweep that keeps them: one timer for all."""

    def __init__(self, *, header: float, body: float) -> None:
        self.header = header
        self.body = body
        self._connections: set[ClientConnection] = set()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, connection: "ClientConnection") -> None:
        """Watch a connection until `forget`."""
        self._connections.add(connection)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_STEP, self._sweep)

    def forget(self, connection: "ClientConnection") -> None:
        """Watch a connection no more."""
        self._connections.discard(connection)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        for connection in list(self._connections):
            if connection.late(loop.time(), self):
                connection.transport.abort()
            elif connection.ended:
                connection.probe()
        more = bool(self._connections)
        self._timer = loop.call_later(_STEP, self._sweep) if more else None


class Joined:
    """A transport that writes the head of an answer together with what follows it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""

    def write(self, data: bytes) -> None:
        """Write, or hold the head until the next call; nothing once it is closed."""
        if self._transport.is_closing():
            self._head = b""
        elif self._head:
            self._transport.writelines((self._head, data))
            self._head = b""
        elif data.startswith(_FINAL):
            self._head = data
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Write what is held."""
        if self._head and not self._transport.is_closing():
            self._transport.write(self._head)
            self._head = b""

    def close(self) -> None:
        """Write what is held and close."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Return whether nothing more can be written."""
        return self._transport.is_closing()


class ClientConnection(HttpToolsProtocol):
    """One client. `running` is the task that answers it, cancelled when the client leaves.

    `ended`: the client sends no more, and is gone or waits for its answer.
    """

    patience: Patience

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.running: asyncio.Task[Any] | None = None
        self.lost = self.ended = False
        self._header_since: float | None = None
        self._body_since: float | None = None
        self._unread_since: float | None = None
        self._size = 0
        self._trailing = False
        self._joined: Joined

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # noqa: D102
        super().connection_made(transport)
        self._header_since = self.loop.time()
        self._joined = Joined(transport)
        self.patience.watch(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: D102
        super().connection_lost(exc)
        self.patience.forget(self)
        self.lost = True
        if self.running is not None:
            self.running.cancel()

    def eof_received(self) -> bool:  # type: ignore[override]  # noqa: D102
        cycle = self.cycle
        whole = self._header_since is None and self._body_since is None
        if cycle is None or cycle.response_complete or not whole:
            return False
        self.ended = True
        cycle.keep_alive = False
        return True

    def probe(self) -> None:
        """Write what a client passes over and a connection that is closed answers with a reset."""
        cycle = self.cycle
        begun = cycle.response_started or self.pipeline or self.transport.is_closing()
        if not begun and self.scope["http_version"] == "1.1":
            self.transport.write(_CONTINUE)

    def late(self, now: float, patience: Patience) -> bool:
        """True when the client takes longer than it may."""
        return (
            (self._header_since is not None and now - self._header_since > patience.header)
            or (self._body_since is not None and now - self._body_since > patience.body)
            or (self._unread_since is not None and now - self._unread_since > patience.body)
        )

    def on_message_begin(self) -> None:  # noqa: D102
        super().on_message_begin()
        self._header_since = self.loop.time()
        self._size, self._trailing = 0, False

    def on_url(self, url: bytes) -> None:  # noqa: D102
        super().on_url(url)
        self._measured(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:  # noqa: D102
        if not self._trailing:  # a trailer is no header: nothing was decided by it
            super().on_header(name, value)
            self._measured(len(name) + len(value) + 4)

    def on_headers_complete(self) -> None:  # noqa: D102
        self._header_since, self._trailing = None, True
        self._body_since = self.loop.time()
        if not self.url.startswith(b"/"):
            raise ValueError("a target that is no path")
        self.scope["state"]["connection"] = self
        super().on_headers_complete()
        self.cycle.transport = self._joined  # type: ignore[assignment]

    def on_message_complete(self) -> None:  # noqa: D102
        self._body_since = None
        super().on_message_complete()

    def on_response_complete(self) -> None:  # noqa: D102
        self._joined.flush()
        super().on_response_complete()

    def answer(self, status: int, headers: Pairs, body: bytes) -> bool:
        """Write a whole answer at once; False when it has to go piece by piece.

        It does what uvicorn's cycle does for a head and a body, at a third of the cost.
        """
        cycle = self.cycle
        whole = self.scope["method"] != "HEAD" and not self.pipeline and not cycle.response_started
        if not whole or self.flow.write_paused or cycle.disconnected:
            return False
        lines = [_LINES[status]]
        for name, value in headers:
            lines += (name, b": ", value, b"\r\n")
        if not cycle.keep_alive:
            lines.append(b"connection: close\r\n")
        lines += (b"content-length: %d\r\n\r\n" % len(body), body)
        self.transport.write(b"".join(lines))
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def pause_writing(self) -> None:  # noqa: D102
        self._unread_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:  # noqa: D102
        self._unread_since = None
        super().resume_writing()

    def _measured(self, size: int) -> None:
        self._size += size
        if self._size > MOST_HEADERS:
            raise ValueError("a header without end")


def connections(patience: Patience) -> type[ClientConnection]:
    """Return the class of connections that this patience watches."""
    return type("ClientConnection", (ClientConnection,), {"patience": patience})
