"""A plain pass-through on the server that the guard uses: what any proxy in Python costs at least.

    UPSTREAM=http://127.0.0.1:8090 uvicorn benchmarks.passthrough:app --loop uvloop --http httptools

A bare ASGI callable with aiohttp's client; no body is read into anything, nothing is checked.
"""

import os
from typing import Any

import aiohttp

_DROPPED = {b"host", b"content-length", b"connection", b"transfer-encoding", b"accept-encoding"}


class Passthrough:
    """Sends every request on and its reply back."""

    def __init__(self) -> None:
        self._client: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=256), auto_decompress=False
            )
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {k.decode(): v.decode() for k, v in scope["headers"] if k not in _DROPPED}
        url = os.environ["UPSTREAM"] + scope["path"]
        async with self._client.request(scope["method"], url, data=body, headers=headers) as reply:
            kind = reply.headers.get("content-type", "").encode()
            await self._answer(reply, kind, send)

    async def _answer(self, reply: aiohttp.ClientResponse, kind: bytes, send: Any) -> None:
        start: dict[str, Any] = {"type": "http.response.start", "status": reply.status}
        if b"event-stream" in kind:
            await send({**start, "headers": [(b"content-type", kind)]})
            async for part in reply.content.iter_any():
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            return
        data = await reply.read()
        length = (b"content-length", b"%d" % len(data))
        await send({**start, "headers": [(b"content-type", kind), length]})
        await send({"type": "http.response.body", "body": data})


app = Passthrough()
