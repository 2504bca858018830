"""People's own applications behind the middleware, served by uvicorn as people do."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from statera.proxy.experiments.current import current_arm
from statera.proxy.listening import listen
from statera.proxy.serving import url_of
from tests.proxy.upstreams import chat, chunks

DESIGN = """
experiment: tone
arms:
  - {name: base, weight: 0.5}
  - {name: warm, weight: 0.5, system_prompt: warm.txt, model: m-warm, parameters: {temperature: 0}}
primary: {outcome: solved, minimum: 0.02}
guardrails:
  - {outcome: complaint, margin: 0.005}
overrides: {ben: base, wim: warm}
"""


def written(folder: Path, text: str = DESIGN) -> Path:
    """Write a design and its prompt; return the design's file."""
    (folder / "warm.txt").write_text("Be warm.", encoding="utf-8")
    file = folder / "tone.yaml"
    file.write_text(text, encoding="utf-8")
    return file


async def _chat(request: Request) -> Response:
    body = await request.json()
    if body.get("stream"):
        return StreamingResponse(_events(), media_type="text/event-stream")
    return JSONResponse(chat("hello", asked=body))


async def _events() -> AsyncIterator[bytes]:
    for chunk in chunks("a", "b"):
        yield chunk
        await asyncio.sleep(0.01)


def _ask(request: Request) -> Response:
    arm = current_arm(unit=request.query_params.get("who", ""))
    return JSONResponse({"arm": arm.name, "prompt": arm.prompt, "part": arm.assigned})


async def _late(request: Request) -> Response:
    async def said() -> AsyncIterator[str]:
        yield "first "
        yield current_arm(unit=request.query_params["who"]).name

    return StreamingResponse(said(), media_type="text/plain")


async def _broken(_: Request) -> Response:
    current_arm(unit="anna")
    raise ZeroDivisionError


async def _home(request: Request) -> Response:
    return PlainTextResponse(",".join(request.state.statera))


def application() -> Starlette:
    """Return one with a chat, a page that asks for its arm, and one that does not."""
    return Starlette(
        routes=[
            Route("/v1/chat/completions", _chat, methods=["POST"]),
            Route("/ask", _ask),
            Route("/late", _late),
            Route("/broken", _broken),
            Route("/", _home),
        ]
    )


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """An application that knows no start and no end."""
    if scope["type"] != "http":
        raise ValueError(scope["type"])
    body = current_arm(unit="wim").name.encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def running(app: Any, lifespan: Any = "on") -> Iterator[str]:
    """Serve an application by uvicorn while the block runs; give its URL, "" if it does not."""
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(app, lifespan=lifespan, log_config=None, access_log=False)
    server = uvicorn.Server(config)

    def serve() -> None:
        with suppress(SystemExit):
            asyncio.run(server.serve([listener]))

    thread = Thread(target=serve)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.005)
        yield url_of(listener) if server.started else ""
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
