"""Runs the page's server in a thread of its own, on this machine only unless told otherwise.

with serving(desk) as url:         # 'http://127.0.0.1:41231/T0k3n…/'
    ...
"""

import secrets
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from errno import EADDRINUSE
from threading import Thread
from time import sleep
from typing import Literal

import uvicorn
from starlette.types import ASGIApp

from statera.errors import DeclarationError
from statera.web.app import create_app
from statera.web.desk import Desk
from statera.web.guarding import Guarded

_TOKEN_BYTES = 16
_GRACE_SECONDS = 1
_USUAL_PORT = 80  # a browser does not name it
_EVERYWHERE = ("0.0.0.0", "::", "")


@contextmanager
def serving(
    desk: Desk, *, labeller: str | None = None, host: str = "127.0.0.1", port: int = 0
) -> Iterator[str]:
    """Serve the page while the block runs; the value is its address, the token included.

    Port 0 is a free one. DeclarationError when the address cannot be had.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    app = create_app(desk, token=token, labeller=labeller)
    with running(app, host=host, port=port, name="statera-labelling") as address:
        yield f"{address}/{token}/"


@contextmanager
def running(
    app: ASGIApp, *, host: str, port: int, name: str, lifespan: Literal["off", "on"] = "off"
) -> Iterator[str]:
    """Serve an application behind the door while the block runs; the value is `http://host:port`.

    It runs in a thread called `name`; with `lifespan` it is told when it starts and ends.
    DeclarationError when the address cannot be had.
    """
    with closing(_listen(host, port)) as listener:
        number = listener.getsockname()[1]
        server = uvicorn.Server(
            uvicorn.Config(
                Guarded(app, hosts_of(host, number)),
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan=lifespan,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        thread = Thread(target=server.run, args=([listener],), name=name)
        thread.start()
        try:
            _until_started(server, thread)
            yield f"http://{_shown(host)}:{number}"
        finally:
            server.should_exit = True
            thread.join()


def hosts_of(host: str, port: int) -> tuple[str, ...]:
    """Return the Host headers that name this server; none where it listens everywhere."""
    if host in _EVERYWHERE:
        return ()
    names = {_shown(host).lower(), "127.0.0.1", "localhost", "[::1]"}
    bare = names if port == _USUAL_PORT else set[str]()
    return tuple(sorted(bare | {f"{name}:{port}" for name in names}))


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        taken = " is taken; choose another with --port"
        reason = taken if error.errno == EADDRINUSE else f" cannot be had: {error.strerror}"
        raise DeclarationError(f"port {port} on {host}{reason}") from None


def _until_started(server: uvicorn.Server, thread: Thread) -> None:
    while not server.started:
        if not thread.is_alive():
            raise DeclarationError("the page did not start")
        sleep(0.005)
