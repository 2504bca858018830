import socket
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from statera.report.kubernetes.inpod import health
from statera.report.kubernetes.inpod.health import well


def once(server: socket.socket, status: bytes) -> None:
    line, _ = server.accept()
    with line:
        line.recv(4096)
        line.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize(("status", "good"), [(b"200 OK", True), (b"503 Busy", False)])
@pytest.mark.parametrize("kind", ["port", "socket"])
def test_the_servers_word_counts(kind: str, status: bytes, good: bool, tmp_path: Path) -> None:
    family = socket.AF_UNIX if kind == "socket" else socket.AF_INET
    place = str(tmp_path / "api.sock")
    with socket.socket(family) as server:
        server.bind(place if kind == "socket" else ("127.0.0.1", 0))
        server.listen()
        Thread(target=once, args=(server, status), daemon=True).start()
        assert well(place if kind == "socket" else str(server.getsockname()[1])) is good


def test_nobody_there_is_not_well_and_neither_is_silence(tmp_path: Path) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = str(server.getsockname()[1])
        assert not well(port)
        server.listen()
        assert not well(port, 0.1)
    assert not well(str(tmp_path / "none.sock"))


def test_the_kubelet_reads_the_exit_code(tmp_path: Path) -> None:
    asked = [sys.executable, "-I", health.__file__, str(tmp_path / "none.sock")]
    assert subprocess.run(asked, timeout=30, check=False).returncode == 1
