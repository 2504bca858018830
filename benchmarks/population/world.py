"""What the population meets: two model servers, two pods of the guard, and the store they share.

with world(folder, scenes, postgres) as found:
    found.pods, found.place, found.experiments["effect"]

Everything is a process of its own.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from tests.postgres_server import PostgresServer

from benchmarks.population.endpoint import PROMPT
from benchmarks.population.scenes import Scene, design, manners
from benchmarks.process import STATERA
from benchmarks.server import free_port
from benchmarks.setting import ROOT
from statera.api.experiments import Experiment

TOKEN, UNIT_KEY = "token-of-the-population", "key-of-the-population" * 2
LIMIT = 60.0
_LIGHT = ROOT / "src" / "statera" / "guard" / "policies" / "light.yaml"


class World(NamedTuple):
    """Where everything is; `postgres` is None where the store is SQLite.

    `nobodys`: how many reports on no known decision each scene has sent; they are in the store, and
    of no experiment. `away`: when the database was killed and when it was back, since 1970.
    """

    pods: list[str]
    place: str
    folder: Path
    experiments: dict[str, Experiment]
    postgres: PostgresServer | None
    nobodys: list[int]
    away: list[float]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query finds in the live store."""
        if self.postgres is not None:
            with psycopg.connect(self.place) as connection:
                return connection.execute(query.encode()).fetchall()
        with closing(sqlite3.connect(self.place)) as connection:
            return connection.execute(query).fetchall()

    def stopped_at(self, name: str) -> float | None:
        """Return when an experiment was stopped, None while it runs."""
        asked = f"select at from live_occurrences where kind = 'stopped' and experiment = '{name}'"
        found = self.rows(asked)
        return float(found[0][0]) if found else None


@contextmanager
def world(
    folder: Path, scenes: Iterable[Scene], postgres: PostgresServer | None, pods: int = 2
) -> Iterator[World]:
    """Start it all, for experiments in parts of one layer, and end it; without a server, SQLite."""
    scenes = list(scenes)
    place = postgres.database() if postgres else str(folder / "live.sqlite")
    (folder / "warm.txt").write_text(PROMPT, encoding="utf-8")
    with ExitStack() as stack:
        models = [
            _model(stack, folder, f"manners-{number}", told)
            for number, told in enumerate(manners(scenes))
        ]
        files = [
            _design(folder, design(scene, f"{models[1].url}/v1", (number, len(scenes))))
            for number, scene in enumerate(scenes)
        ]
        served = models[0].url, files, place
        guards = [_pod(stack, folder, number, served) for number in range(pods)]
        for one in models:
            one.wait("/health")
        for one in guards:
            one.wait("/health/ready")
        experiments = {one.name: one for one in map(Experiment.load, files)}
        yield World([one.url for one in guards], place, folder, experiments, postgres, [], [])


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until something is so; TimeoutError when it takes too long."""
    deadline = time.monotonic() + LIMIT
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {LIMIT:g} s it is still not so that {what}")
        time.sleep(0.05)


class Running(NamedTuple):
    """A server that was started."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def wait(self, path: str) -> None:
        """Wait until it answers at a path; RuntimeError with its last words if it ended."""
        until(lambda: self._is_over() or _answers(self.url + path), f"{self.url} answers")
        if self._is_over():
            raise RuntimeError(self.log.read_text(encoding="utf-8")[-2000:])

    def _is_over(self) -> bool:
        return self.process.poll() is not None


def _design(folder: Path, told: dict[str, Any]) -> Path:
    file = folder / f"{told['experiment']}.yaml"
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def _model(stack: ExitStack, folder: Path, name: str, told: dict[str, Any]) -> Running:
    file, port = folder / f"{name}.json", free_port()
    file.write_text(json.dumps(told), encoding="utf-8")
    command = [
        sys.executable, "-m", "benchmarks.population.endpoint", "--port", str(port), "--manners",
        str(file),
    ]  # fmt: skip
    log = folder / f"{name}.log"
    process = _process(stack, command, log, cwd=ROOT)
    return Running(f"http://127.0.0.1:{port}", process, log)


def _pod(
    stack: ExitStack, folder: Path, number: int, served: tuple[str, list[Path], str]
) -> Running:
    upstream, files, place = served
    port = free_port()
    command = [
        STATERA, "guard", "serve", "--upstream", upstream, "--policy",
        str(_LIGHT), "--host", "127.0.0.1", "--port", str(port), "--control-port", "0", "--events",
        "none", "--experiment", ",".join(map(str, files)), "--live", place, "--spool",
        str(folder / f"spool-{number}"),
    ]  # fmt: skip
    environ = {"STATERA_GUARD_UNIT_KEY": UNIT_KEY, "STATERA_GUARD_FEEDBACK_TOKEN": TOKEN}
    log = folder / f"pod-{number}.log"
    process = _process(stack, command, log, environ=environ)
    return Running(f"http://127.0.0.1:{port}", process, log)


def _process(
    stack: ExitStack,
    command: list[str],
    log: Path,
    *,
    cwd: Path | None = None,
    environ: dict[str, str] | None = None,
) -> "subprocess.Popen[bytes]":
    output = stack.enter_context(log.open("wb"))
    process = subprocess.Popen(
        command, cwd=cwd, env={**os.environ, **(environ or {})}, stdout=output, stderr=output,
        start_new_session=True,
    )  # fmt: skip
    stack.callback(_end, process)
    return process


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
