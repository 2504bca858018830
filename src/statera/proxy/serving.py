"""Runs a guard in this process, until a signal ends it, or in a thread while a block runs.

    with guarding(Terms(upstream="http://127.0.0.1:8000", policy="p.yaml"), tools) as running:
        ...                                          # POST {running.url}/v1/chat/completions

SIGTERM and SIGINT drain and end, SIGHUP reads the policy again.
"""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from socket import socket
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

import uvloop

from statera.errors import DeclarationError
from statera.guard.tools import Tools
from statera.proxy.board import Board
from statera.proxy.eventlog import EventLog
from statera.proxy.keeper import PolicySource, remarks, written
from statera.proxy.listening import listen
from statera.proxy.terms import Terms
from statera.proxy.worker import Closing, Given, Sockets, Worker

if TYPE_CHECKING:
    from statera.proxy.experiments.monitor import Looking

OTEL = "OTEL_EXPORTER_OTLP_ENDPOINT"
STDOUT, NONE = "stdout", "none"


class Running(NamedTuple):
    """Where a guard answers, and `end`, which lets it drain."""

    url: str
    control: str
    end: Callable[[], None]


def listeners(terms: Terms, *, shared: bool = False) -> Sockets:
    """Return both listening sockets; DeclarationError for an address that cannot be had."""
    public = listen(terms.host, terms.port, shared=shared)
    try:
        control = listen(terms.control_host, terms.control_port, flag="control-port")
    except BaseException:
        public.close()
        raise
    return Sockets(public, control)


def serve(
    terms: Terms,
    tools: Tools,
    announce: Callable[[str], None],
    closing: Closing | None = None,
    looking: "Looking | None" = None,
) -> None:
    """Serve in this process until a signal ends it; `announce` is told in one line where.

    `closing` closes what `tools` opened, on the event loop that used it. `looking` reads the
    guardrails of experiments, which are watched with it.
    """
    sockets = listeners(terms)
    board, place = Board(1), where(terms, sockets)
    with events_of(terms) as events:
        given = Given(
            tools=tools,
            board=board,
            events=events,
            event_key=event_key(terms),
            traces=OTEL in os.environ,
            closing=closing,
            looking=looking,
        )
        run_worker(terms, given, sockets, lambda: announce(remarked(place, terms)))


def run_worker(terms: Terms, given: Given, sockets: Sockets, started: Callable[[], None]) -> None:
    """Run one worker on an event loop of its own until a signal ends it."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_signal(Worker(terms, given), sockets, started))


async def _until_signal(worker: Worker, sockets: Sockets, started: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.end)
    loop.add_signal_handler(signal.SIGHUP, worker.given.board.reload)
    await worker.serve(sockets, started)


@contextmanager
def guarding(terms: Terms, tools: Tools, looking: "Looking | None" = None) -> Iterator[Running]:
    """Serve in a thread while the block runs; DeclarationError when it cannot."""
    sockets = listeners(terms)
    running: Future[Running] = Future()
    work = partial(_in_thread, terms, tools, sockets, running, looking)
    thread = Thread(target=work, name="statera-guard")
    thread.start()
    try:
        found = running.result()
        try:
            yield found
        finally:
            found.end()
    finally:
        thread.join()


def _in_thread(
    terms: Terms,
    tools: Tools,
    sockets: Sockets,
    running: "Future[Running]",
    looking: "Looking | None",
) -> None:
    try:
        with (
            events_of(terms) as events,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            traced = OTEL in os.environ
            given = Given(tools, Board(1), events, event_key(terms), traced, looking=looking)
            runner.run(_told(Worker(terms, given), sockets, running))
    except BaseException as error:
        if running.done():
            raise
        running.set_exception(error)


async def _told(worker: Worker, sockets: Sockets, running: "Future[Running]") -> None:
    loop = asyncio.get_running_loop()
    found = Running(
        url_of(sockets.public), url_of(sockets.control), lambda: _call(loop, worker.end)
    )
    await worker.serve(sockets, lambda: running.set_result(found))


def _call(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(what)


@contextmanager
def events_of(terms: Terms, lock: int | None = None) -> Iterator[EventLog | None]:
    """Give where events are written, as `events` says; DeclarationError for a file that is not."""
    if terms.events == NONE:
        yield None
        return
    own = terms.events != STDOUT
    fd = _opened(Path(terms.events)) if own else sys.stdout.fileno()
    log = EventLog(fd, lock=lock)
    try:
        yield log
    finally:
        log.close()
        if own:
            os.close(fd)


def event_key(terms: Terms) -> bytes:
    """Return the key of the events' hashes: the one given, or a random one."""
    return terms.event_key.encode() or secrets.token_bytes(32)


def where(terms: Terms, sockets: Sockets) -> str:
    """Return the line that says what is guarded and where."""
    return (
        f"Guarding {terms.upstream} at {url_of(sockets.public)} by {terms.policy}; "
        f"control at {url_of(sockets.control)}"
        + (f"; experiment {terms.experiment}" if terms.experiment else "")
    )


def remarked(line: str, terms: Terms) -> str:
    """Return the line with what an operator may not expect of the policy that was opened."""
    policy = written(PolicySource(Path(terms.policy), terms.toxicity_threshold))
    return line + remarks(policy, terms.toxicity_threshold)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        raise DeclarationError(f"{path}: events cannot be written: {error.strerror}") from None


def url_of(listener: socket) -> str:
    """Return the root URL at which a socket listens."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
