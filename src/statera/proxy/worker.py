"""One worker: its parts put together, two sockets served, and a tick twice a second.

    worker = Worker(terms, tools, board)
    await worker.serve(sockets, started)

Told to end, it takes nothing new, lets what is in flight finish for `drain_seconds`, then ends what
still streams as cut, and returns.
"""

import asyncio
import gc
import itertools
import logging
import os
import secrets
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, NamedTuple

from statera.guard.tools import Tools
from statera.proxy.admission import Admission
from statera.proxy.app import App
from statera.proxy.board import Board
from statera.proxy.control import Control
from statera.proxy.eventlog import EventLog
from statera.proxy.events import Hashing
from statera.proxy.health import Health
from statera.proxy.keeper import Keeper, PolicySource
from statera.proxy.listening import Server, control_server, public_server
from statera.proxy.metrics import Metrics
from statera.proxy.service import Service, Traces
from statera.proxy.terms import Terms, read_upstream
from statera.proxy.upstream import Limits, UpstreamClient

if TYPE_CHECKING:
    from statera.proxy.experiments.monitor import Looking
    from statera.proxy.experiments.serving import Serving

logger = logging.getLogger("statera.guard")

TICK = 0.5
_LAST = 2.0
_TIDY = 60  # ticks between looks for what refers to itself; what was there at the start is frozen


class ServingClock:
    """The system's time, read without a call in between: a request reads it often."""

    monotonic = staticmethod(time.monotonic)

    def now(self) -> float:
        """Return seconds since 1970 UTC."""
        return time.time_ns() / 1e9


def numbered() -> Callable[[], str]:
    """Return what gives ids: 8 random digits of this worker and 8 that count from a random one."""
    worker, count = secrets.token_hex(4), itertools.count(secrets.randbits(31))
    return lambda: f"{worker}{next(count) & 0xFFFFFFFF:08x}"


class Sockets(NamedTuple):
    """What one worker listens on."""

    public: socket
    control: socket


Closing = Callable[[], Awaitable[None]]


class Given(NamedTuple):
    """What a worker gets from outside: `events` None where none are written.

    `parent`: the process whose end is its own end too; `folder`: where workers sum what they count;
    `closing` closes what `tools` opened; `looking` reads an experiment's guardrails.
    """

    tools: Tools
    board: Board
    events: EventLog | None = None
    event_key: bytes = b""
    traces: bool = False
    number: int = 0
    parent: int | None = None
    folder: Path | None = None
    closing: Closing | None = None
    looking: "Looking | None" = None


class Worker:
    """One worker of a guard, made and served on one event loop."""

    def __init__(self, terms: Terms, given: Given) -> None:
        self.terms, self.given = terms, given
        self._ending = asyncio.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="statera-check")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="statera-body")
        self._upstream = UpstreamClient(
            read_upstream(terms.upstream),
            Limits(terms.connect_seconds, terms.read_seconds, terms.idle_seconds),
        )
        self._clock = ServingClock()
        self._metrics = Metrics(terms.models, given.folder)
        self._keeper = Keeper(
            PolicySource(Path(terms.policy), terms.toxicity_threshold),
            given.tools,
            clock=self._clock,
            pool=self._pool,
            observer=self._metrics.check,
        )
        self._admission = Admission(
            limit=terms.max_inflight,
            queue=terms.max_queue,
            seconds=terms.queue_seconds,
            changed=partial(given.board.busy, given.number),
            draining=lambda: given.board.draining,
        )
        self._health = Health(self._upstream)
        self._serving: Serving | None = None
        self._reloads = given.board.reloads
        self._counted = (0, 0, 0)

    async def serve(self, sockets: Sockets, started: Callable[[], None]) -> None:
        """Open the policy, then serve until `end`; DeclarationError before anything answers.

        `started` is called once both sockets answer.
        """
        try:
            await self._keeper.open()
            if self.terms.experiment:
                self._serving = self._experiments()
                await self._serving.open()
            gc.freeze()
            await self._serve(sockets, started)
        finally:
            if self._serving is not None:
                self._serving.close()
            if self.given.closing is not None:
                await self.given.closing()
            self._metrics.close()
            self._upstream.close()
            for pool in (self._pool, self._reader):
                pool.shutdown(wait=False, cancel_futures=True)
            for listener in sockets:
                listener.close()

    async def _serve(self, sockets: Sockets, started: Callable[[], None]) -> None:
        service = self._service()
        board, terms = self.given.board, self.terms
        serving = self._serving
        app = App(service, self._health, board, serving.feedbacks() if serving else None)
        control = Control(service, board, self.ordered_reload, terms.control_token)
        servers = [public_server(app, terms), control_server(control)]
        try:
            await self._run(servers, sockets, started)
        finally:
            if service.traces is not None:
                service.traces.close()

    def end(self) -> None:
        """Begin to end; from this event loop."""
        self._ending.set()

    async def reload(self) -> str:
        """Read the policy again; what is wrong with it, and then the old one stays."""
        fault = await self._keeper.reload()
        self._metrics.reload("kept" if fault else "ok")
        if fault:
            logger.error("the policy was not taken, the old one stays: %s", fault)
        else:
            keeper = self._keeper
            logger.info("policy %s is in force%s", keeper.armed.digest, keeper.remarks)
        return fault

    async def ordered_reload(self) -> str:
        """Read the policy again and, if it is taken, have the other workers do so too."""
        fault = await self.reload()
        if not fault:
            self.given.board.reload()
            self._reloads = self.given.board.reloads
        return fault

    async def _run(
        self, servers: list[Server], sockets: Sockets, started: Callable[[], None]
    ) -> None:
        async with asyncio.TaskGroup() as group:
            for server, listener in zip(servers, sockets, strict=True):
                group.create_task(server.serve([listener]))
            beside = self._serving.tasks() if self._serving is not None else []
            helpers = [group.create_task(one) for one in (self._ticks(), self._looks(), *beside)]
            for server in servers:
                await server.listening.wait()
            started()
            await self._ending.wait()
            await self._drained()
            for task in helpers:
                task.cancel()
            for server in servers:
                server.should_exit = True

    async def _drained(self) -> None:
        """Let what is in flight finish, and end as cut what does not in time."""
        self.given.board.end()
        self._admission.turn_away()
        if not await self._admission.emptied(self.terms.drain_seconds):
            self._upstream.interrupt()
            if self._serving is not None:
                self._serving.interrupt()
            await self._admission.emptied(_LAST)

    async def _ticks(self) -> None:
        board = self.given.board
        for tick in itertools.count(1):
            if not tick % _TIDY:
                gc.collect()
            if board.reloads != self._reloads or self._keeper.changed():
                self._reloads = board.reloads
                await self.reload()
            if self.given.parent not in (None, os.getppid()):
                self.end()
            if board.draining and self._admission.waiting:
                self._admission.turn_away()
            self._count()
            await asyncio.sleep(TICK)

    async def _looks(self) -> None:
        while True:
            await self._health.look()
            await asyncio.sleep(2 * TICK)

    def _count(self) -> None:
        """Count what was counted elsewhere since the last tick."""
        cache, events = self._keeper.armed.guard.cache, self.given.events
        dropped = events.dropped if events else 0
        now = (cache.hits, cache.misses, dropped)
        hits, misses, lost = (
            max(0, new - old) for new, old in zip(now, self._counted, strict=True)
        )
        self._counted = now
        self._metrics.cache(hits=hits, misses=misses)
        self._metrics.dropped(lost)
        if self._serving is not None:
            self._serving.count()
            if self.given.looking is not None and not self.given.number:
                self.given.board.watch(self._clock.monotonic())

    def _service(self) -> Service:
        return Service(
            terms=self.terms,
            keeper=self._keeper,
            admission=self._admission,
            upstream=self._upstream,
            metrics=self._metrics,
            events=self.given.events,
            hashing=Hashing(self.given.event_key),
            clock=self._clock,
            ids=numbered(),
            traces=_traces() if self.given.traces else None,
            reader=self._reader,
            experiments=self._serving.experiments if self._serving is not None else None,
        )

    def _experiments(self) -> "Serving":
        """Return the experiments; what they need is loaded only where there are some."""
        place = import_module("statera.proxy.experiments.serving")
        arms = import_module("statera.proxy.experiments.arms")
        longest = import_module("statera.proxy.experiments.states").BLIND_AFTER
        means = arms.Means(
            self.terms, self.given.tools, self._clock, self._pool, os.environ, self._metrics.check
        )
        first, board = not self.given.number, self.given.board
        looking = self.given.looking if first else None
        beside = place.Beside(
            self._upstream,
            self._metrics,
            lambda: self._keeper.armed,
            self._reader,
            looking,
            lambda: first or self._clock.monotonic() - board.watched <= longest,
        )
        made: Serving = place.Serving(self.terms, means, beside)
        return made


def _traces() -> Traces:
    """Return where traces go; the library is loaded only where they are made."""
    made: Traces = import_module("statera.proxy.telemetry").Telemetry()
    return made
