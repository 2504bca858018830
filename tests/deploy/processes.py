"""Real processes as the containers of a pod, and how a kubelet ends them."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import randbelow

from statera.report.kubernetes.access import SCRIPTS

WITHIN = 60
POLICY = "name: tested\ndetectors: []\n"


def free_ports(count: int) -> list[int]:
    """Return ports of loopback below those that the system gives away, so that none is taken."""
    found: list[int] = []
    while len(found) < count:
        port = 15_000 + randbelow(15_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found += [] if port in found else [port]
    return found


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until it is so; AssertionError with `what` after a minute."""
    end = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < end, f"not within {WITHIN} s: {what}"
        time.sleep(0.05)


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is gone at the end, whatever happens."""
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def answered(port: int, path: str) -> int:
    """Return the status of a GET, or 0 when nobody answers."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request("GET", path)
        return line.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        line.close()


def serve_command(policy: Path, upstream: str, *more: str) -> list[str]:
    """Return how the guard is started."""
    guard = [sys.executable, "-m", "statera", "guard", "serve"]
    return [*guard, "--policy", str(policy), "--upstream", upstream, *more]


def hook(command: Sequence[str], control: int) -> list[str]:
    """Return a container's command as it runs here: this Python, these files, this port."""
    if command[0] == "statera":
        return [sys.executable, "-m", *command, "--control-port", str(control)]
    script = SCRIPTS / Path(command[1]).name
    return [sys.executable, "-I", str(script), *command[2:], str(control)]
