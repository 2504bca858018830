"""What goes with an application begins before it and ends after it, whether it knows or not."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from statera.errors import StoreError
from statera.proxy.bodies import Message, Receive, Send
from statera.proxy.experiments.lifespan import Asgi, Lifespan

SCOPE = {"type": "lifespan"}


def lived(app: Callable[[list[str]], Asgi], *, fault: str = "") -> tuple[list[str], list[Message]]:
    """Have a server start and end an application; return what happened and what it was told."""
    done: list[str] = []
    sent: list[Message] = []

    def begin() -> None:
        done.append("begin")
        if fault:
            raise StoreError(fault)

    async def life() -> None:
        asked = iter(["lifespan.startup", "lifespan.shutdown"])

        async def receive() -> Message:
            return {"type": next(asked)}

        async def send(message: Message) -> None:
            done.append(message["type"].removeprefix("lifespan."))
            sent.append(message)

        own = Lifespan(app(done), begin, lambda: done.append("close"))
        await own.run(dict(SCOPE), receive, send)

    asyncio.run(life())
    return done, sent


def knowing(done: list[str]) -> Asgi:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        assert scope == SCOPE
        for stage in ("startup", "shutdown"):
            await receive()
            done.append(f"app {stage}")
            await send({"type": f"lifespan.{stage}.complete"})

    return app


def ignorant(_: list[str]) -> Asgi:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        raise ValueError(scope["type"])

    return app


def test_it_begins_before_the_application_and_ends_after_it() -> None:
    done, _ = lived(knowing)
    assert done == ["begin", "app startup", "startup.complete", "app shutdown", "close",
                    "shutdown.complete"]  # fmt: skip


def test_the_application_need_not_know() -> None:
    assert lived(ignorant)[0] == ["begin", "startup.complete", "close", "shutdown.complete"]


@pytest.mark.parametrize("app", [knowing, ignorant])
def test_what_cannot_begin_is_told_to_the_server(app: Callable[[list[str]], Asgi]) -> None:
    done, sent = lived(app, fault="the design was changed")
    assert done == ["begin", "close", "startup.failed"]
    assert sent[0]["message"] == "the design was changed"


def test_what_the_application_raises_at_its_start_is_its_own() -> None:
    def failing(_: list[str]) -> Asgi:
        async def app(scope: Any, receive: Receive, send: Send) -> None:
            await receive()
            raise ZeroDivisionError

        return app

    with pytest.raises(ZeroDivisionError):
        lived(failing)
