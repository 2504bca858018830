"""Runs the server in a thread of its own, on this machine only unless told otherwise.

    with serving(load(), SystemClock()) as url:          # 'http://127.0.0.1:41231'
        ...                                              # POST {url}/v1/chat/completions

The port is taken before anything starts, so that the address is known and a port in use is one
clear error. Leaving the block ends open requests and frees the model.
"""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from errno import EADDRINUSE
from threading import Thread
from time import sleep

import uvicorn

from statera.errors import DeclarationError
from statera.models.embedded import Loaded
from statera.modelserver.app import create_app
from statera.modelserver.service import Service
from statera.protocols import Clock

_GRACE_SECONDS = 1
_IDLE_SECONDS = 75


@contextmanager
def serving(
    loaded: Loaded, clock: Clock, *, host: str = "127.0.0.1", port: int = 0
) -> Iterator[str]:
    """Serve the model while the block runs; the value is the server's root URL.

    Port 0 is a free one. DeclarationError when the address cannot be had.
    """
    with closing(loaded), closing(_listen(host, port)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(Service(loaded, clock)),
                log_level="warning",
                access_log=False,
                lifespan="off",
                timeout_keep_alive=_IDLE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        thread = Thread(target=server.run, args=([listener],), name="statera-modelserver")
        thread.start()
        try:
            _until_started(server, thread)
            yield f"http://{_shown(host)}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket at the address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        taken = " is taken; choose another with --port"
        reason = taken if error.errno == EADDRINUSE else f" cannot be had: {error.strerror}"
        raise DeclarationError(f"port {port} on {host}{reason}") from None


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _until_started(server: uvicorn.Server, thread: Thread) -> None:
    while not server.started:
        if not thread.is_alive():
            raise DeclarationError("the model server did not start")
        sleep(0.005)
