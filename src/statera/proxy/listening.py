"""Sockets, and the servers on them: uvicorn without its signals, log lines and headers.

listener = listen("0.0.0.0", 8080)
server = public_server(app, terms)
await server.serve([listener])                   # until server.should_exit
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EADDRINUSE
from typing import Any

import uvicorn

from statera.errors import DeclarationError
from statera.proxy.clients import Patience, connections
from statera.proxy.terms import Terms

_BACKLOG = 2048
_KEPT_SECONDS = 75
_CLOSING_SECONDS = 2


class Server(uvicorn.Server):
    """A server that leaves signals to who runs it; `listening` is set once it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def public_server(app: Any, terms: Terms) -> Server:
    """Return the server of the guard itself."""
    return _server(app, Patience(header=terms.header_seconds, body=terms.body_seconds))


def control_server(app: Any) -> Server:
    """Return the server of control."""
    return _server(app, Patience(header=10.0, body=10.0))


def listen(host: str, port: int, *, flag: str = "port", shared: bool = False) -> socket.socket:
    """Return a listening socket; `shared` with others on the same port.

    DeclarationError that names `flag` when the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server(
            (host, port), family=family, backlog=_BACKLOG, reuse_port=shared
        )
    except OSError as error:
        taken = f" is taken; choose another with --{flag}"
        reason = taken if error.errno == EADDRINUSE else f" cannot be had: {error.strerror}"
        raise DeclarationError(f"port {port} on {host}{reason}") from None


def _server(app: Any, patience: Patience) -> Server:
    config = uvicorn.Config(
        app,
        http=connections(patience),
        ws="none",
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEPT_SECONDS,
        timeout_graceful_shutdown=_CLOSING_SECONDS,
    )
    return Server(config)
