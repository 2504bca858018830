"""Several workers behind one port: started, started again when one dies, ended together.

Each worker is the same command once more, with its sockets handed down. The kernel spreads
connections over the workers' own sockets on the port; these stay open here, so that what waits at
a worker that died is answered by the one that takes its place.
"""

import logging
import os
import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

import msgspec

from statera.errors import StateraError
from statera.guard.tools import Tools
from statera.proxy.board import Board
from statera.proxy.listening import listen
from statera.proxy.serving import OTEL, event_key, events_of, listeners, remarked, run_worker, where
from statera.proxy.terms import Terms
from statera.proxy.worker import Closing, Given, Sockets

if TYPE_CHECKING:
    from statera.proxy.experiments.monitor import Looking

logger = logging.getLogger("statera.guard")

PLACE = "STATERA_GUARD_WORKER"
EVENT_KEY = "STATERA_GUARD_EVENT_KEY"
_STEP = 0.05
_SOON = 1.0  # seconds: a worker that ends sooner is started again only after so long
_PATIENCE = 10.0


class WorkerPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a worker is handed down: its number, its sockets, the folder and parent of all."""

    number: int
    workers: int
    public: int
    control: int
    folder: str
    parent: int


class WorkersEnded(StateraError):
    """The first worker could not be started; it said why."""

    def __init__(self, code: int) -> None:
        super().__init__("a worker could not be started")
        self.exit_code = code


def serve_as_worker(
    terms: Terms,
    tools: Tools,
    place: WorkerPlace,
    closing: Closing | None = None,
    looking: "Looking | None" = None,
) -> None:
    """Serve as one worker of several, until a signal ends it."""
    folder = Path(place.folder)
    sockets = Sockets(socket(fileno=place.public), socket(fileno=place.control))
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    with events_of(terms, lock) as events:
        given = Given(
            tools=tools,
            board=Board(place.workers, folder / "board"),
            events=events,
            event_key=event_key(terms),
            traces=OTEL in os.environ,
            number=place.number,
            parent=place.parent,
            folder=folder,
            closing=closing,
            looking=looking,
        )
        run_worker(terms, given, sockets, (folder / f"up-{place.number}").touch)


class Supervisor:
    """Runs `command` as `terms.workers` workers until a signal ends them."""

    def __init__(self, terms: Terms, command: Sequence[str], folder: Path) -> None:
        self._command, self._folder = command, folder
        self._terms = terms
        self._board = Board(terms.workers, folder / "board")
        first = listeners(terms, shared=True)
        port = first.public.getsockname()[1]
        more = [listen(terms.host, port, shared=True) for _ in range(terms.workers - 1)]
        self._control = first.control
        self._sockets = [first.public, *more]
        self._where = where(terms, first)
        self._environment = {
            **os.environ,
            EVENT_KEY: terms.event_key or secrets.token_hex(32),
        }
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._started: dict[int, float] = {}
        self._ending = False

    def run(self, announce: Callable[[str], None]) -> None:
        """Serve until a signal ends it; WorkersEnded when the first worker cannot start."""
        for end in (signal.SIGTERM, signal.SIGINT):
            signal.signal(end, self._end)
        signal.signal(signal.SIGHUP, lambda *_: self._board.reload())
        self._start(0)
        self._wait_until_up()
        for number in range(1, self._terms.workers):
            self._start(number)
        announce(remarked(self._where, self._terms))
        while not self._ending:
            self._tend()
            time.sleep(_STEP)
        self._finish()

    def _start(self, number: int) -> None:
        place = WorkerPlace(
            number=number,
            workers=self._terms.workers,
            public=self._sockets[number].fileno(),
            control=self._control.fileno(),
            folder=str(self._folder),
            parent=os.getpid(),
        )
        environment = {**self._environment, PLACE: msgspec.json.encode(place).decode()}
        self._started[number] = time.monotonic()
        self._processes[number] = subprocess.Popen(
            self._command, env=environment, pass_fds=(place.public, place.control)
        )

    def _wait_until_up(self) -> None:
        first = self._processes[0]
        while not (self._folder / "up-0").exists():
            if (code := first.poll()) is not None:
                raise WorkersEnded(code)
            time.sleep(_STEP)

    def _tend(self) -> None:
        """Start again what ended."""
        for number, process in self._processes.items():
            code = process.poll()
            if code is None or time.monotonic() - self._started[number] < _SOON:
                continue
            logger.error("worker %d ended with %d; another takes its place", number, code)
            self._board.busy(number, 0, 0)
            self._start(number)
            return

    def _end(self, *_: object) -> None:
        self._ending = True
        self._board.end()

    def _finish(self) -> None:
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        until = time.monotonic() + self._terms.drain_seconds + _PATIENCE
        for process in self._processes.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def supervise(terms: Terms, command: Sequence[str], announce: Callable[[str], None]) -> None:
    """Run the command as several workers until a signal ends them."""
    with tempfile.TemporaryDirectory(prefix="statera-guard-") as folder:
        Supervisor(terms, command, Path(folder)).run(announce)


def worker_place(environ: Mapping[str, str]) -> WorkerPlace | None:
    """Return the place of this process among workers, None when it is none."""
    text = environ.get(PLACE)
    return msgspec.json.decode(text, type=WorkerPlace) if text else None
