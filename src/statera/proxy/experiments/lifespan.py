"""What is begun before an application starts and closed after it ended, as its server tells it.

await Lifespan(app, begin, close).run(scope, receive, send)

The application need not know of ASGI's lifespan. A StateraError at the beginning is told to the
server, which then does not serve.
"""

import asyncio
from collections.abc import Awaitable, Callable

from statera.errors import StateraError
from statera.proxy.bodies import Message, Receive, Send

Asgi = Callable[[Message, Receive, Send], Awaitable[None]]


class Lifespan:
    """One life of an application; `begin` and `close` may block and are called in a thread."""

    def __init__(self, app: Asgi, begin: Callable[[], None], close: Callable[[], None]) -> None:
        self._app, self._begin, self._close = app, begin, close
        self._began = self._failed = False

    async def run(self, scope: Message, receive: Receive, send: Send) -> None:
        """Follow it from start to end."""

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._started(send)
            return message

        async def sending(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                await asyncio.to_thread(self._close)
            await send(message)

        try:
            await self._app(scope, receiving, sending)
        except Exception:
            if self._began and not self._failed:
                raise
            if not self._began:
                await self._alone(receiving, sending)

    async def _started(self, send: Send) -> None:
        self._began = True
        try:
            await asyncio.to_thread(self._begin)
        except StateraError as error:
            self._failed = True
            await asyncio.to_thread(self._close)
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise

    async def _alone(self, receive: Receive, send: Send) -> None:
        """Follow the server for an application that knows neither start nor end."""
        try:
            await receive()
        except StateraError:
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
