"""An application behind the guard's own server, in a thread, and what it put away."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread
from typing import Any

import uvloop

from statera.proxy.listening import Server, listen, public_server
from statera.proxy.serving import url_of
from statera.proxy.terms import Terms
from statera.records.live import Fact


class Kept:
    """Keeps facts in a list; `full` loses them instead."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.lost = 0
        self.full = False

    def put(self, fact: Fact) -> None:
        if self.full:
            self.lost += 1
        else:
            self.facts.append(fact)


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve an ASGI application while the block runs, and give its root URL."""
    listener = listen("127.0.0.1", 0)
    started: Future[Server] = Future()

    async def serving() -> None:
        server = public_server(app, Terms())
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve([listener]))
            await server.listening.wait()
            started.set_result(server)

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serving())

    thread = Thread(target=run)
    thread.start()
    try:
        yield url_of(listener)
    finally:
        started.result().should_exit = True
        thread.join()
        listener.close()
