"""Starts a mock endpoint as a process of its own and speaks its control plane.

    with Server.start(binary) as server:
        server.configure(latency_ms=50)
        ... run something against server.url ...
        print(server.stats()["requests"])

Without a binary the endpoint is `benchmarks.endpoint`; a binary must take `--port` and know
`/__config`, `/__reset` and `/__stats`.
"""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CALM: dict[str, object] = {
    "latency_ms": 0, "fault": "none", "fault_pct": 0, "fault_times": 1, "retry_after": 1,
    "hang_s": 30,
}  # fmt: skip


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The running endpoint."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, name: str) -> None:
        self.process, self.name = process, name
        self.base = f"http://127.0.0.1:{port}"

    @classmethod
    def start(cls, binary: Path | None) -> Self:
        """Start it and wait until it answers."""
        port = free_port()
        command = [str(binary)] if binary else [sys.executable, "-m", "benchmarks.endpoint"]
        process = subprocess.Popen(
            [*command, "--port", str(port)], stderr=subprocess.DEVNULL, start_new_session=True
        )
        server = cls(process, port, "a compiled one" if binary else "benchmarks/endpoint.py")
        server._wait()
        return server

    @property
    def url(self) -> str:
        """The base URL of its API."""
        return f"{self.base}/v1"

    @property
    def model(self) -> str:
        """What `statera --model` takes."""
        return f"{self.url}#mock"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait(10)

    def configure(self, **settings: object) -> None:
        """Behave so from now on, everything unnamed being calm, and forget the counts."""
        wanted = CALM | settings
        self._get("/__config?" + "&".join(f"{name}={value}" for name, value in wanted.items()))
        self._get("/__reset")

    def stats(self) -> dict[str, Any]:
        """Return the counts since the last `configure`."""
        found: dict[str, Any] = json.loads(self._get("/__stats"))
        return found

    def keys(self) -> dict[str, int]:
        """Return the attempts by item's tag; only `benchmarks.endpoint` counts them."""
        found: dict[str, int] = json.loads(self._get("/__keys"))
        return found

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.base + path, timeout=10) as answer:
            data: bytes = answer.read()
        return data

    def _wait(self) -> None:
        deadline = time.monotonic() + 10
        while True:
            try:
                self._get("/__stats")
            except (urllib.error.URLError, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return
