"""A model server of raw bytes for tests: what it answers is a script, so that it can misbehave.

    with RawUpstream(lambda asked: [head(200, b"{}")]) as upstream:
        ... point a guard at upstream.url ...
        assert upstream.asked[0].path == b"/v1/chat/completions"

A script yields bytes to write, numbers of seconds to wait, `RESET` or `CLOSE`.
"""

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

RESET, CLOSE = "reset", "close"
Step = bytes | float | str


class Asked(NamedTuple):
    """A request as it came in; header names in lower case."""

    method: bytes
    path: bytes
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Script = Callable[[Asked], Iterable[Step]]


def answer(
    body: object, status: int = 200, kind: str = "application/json", more: str = ""
) -> bytes:
    """Return a whole HTTP answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(data)}\r\n{more}"
    return f"{head}\r\n".encode() + data


def chat(text: str, **more: Any) -> dict[str, Any]:
    """Return a chat completion that says `text`."""
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
        **more,
    }


def chunks(*texts: str, done: bool = True, finish: bool = True) -> list[bytes]:
    """Return the events of a streamed chat completion."""
    base = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    deltas: list[tuple[dict[str, str], str | None]] = [({"role": "assistant", "content": ""}, None)]
    deltas += [({"content": text}, None) for text in texts]
    deltas += [({}, "stop")] if finish else []
    events = [
        {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": end}]}
        for delta, end in deltas
    ]
    data = [f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode() for event in events]
    return [*data, b"data: [DONE]\n\n"] if done else data


def stream(events: Iterable[bytes], *, pause: float = 0.0, end: bool = True) -> Iterable[Step]:
    """Yield a chunked answer with one write an event."""
    kinds = b"content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
    yield b"HTTP/1.1 200 OK\r\n" + kinds + b"\r\n"
    for event in events:
        yield b"%x\r\n" % len(event) + event + b"\r\n"
        if pause:
            yield pause
    if end:
        yield b"0\r\n\r\n"


class RawUpstream:
    """The server; `asked` holds every request but those for `/health`, in order of arrival."""

    def __init__(self, script: Script, *, path: Path | None = None) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.broken = 0
        self.healthy = True
        self._path = path
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"unix:{self._path}" if self._path else f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(10)

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._run())

    async def _run(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        if self._path:
            server = await asyncio.start_unix_server(self._connection, self._path)
        else:
            server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
            self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        async with server:
            await self._closing.wait()
            for task in self._tasks:
                task.cancel()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (asked := await _read(reader)) is not None:
                if not await self._answer(asked, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            self.broken += 1
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            with suppress(ConnectionError, RuntimeError):
                writer.close()

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        if asked.path == b"/health":
            writer.write(answer({}, 200 if self.healthy else 503))
            return True
        self.asked.append(asked)
        for step in self.script(asked):
            if isinstance(step, bytes):
                writer.write(step)
                await writer.drain()
            elif isinstance(step, float):
                await asyncio.sleep(step)
            else:
                if step == RESET:
                    found = writer.get_extra_info("socket")
                    linger = struct.pack("ii", 1, 0)
                    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    writer.transport.abort()
                return False
        return True


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head[:-4].split(b"\r\n")
    method, path, _ = first.split(b" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get(b"content-length", b"0")))
    return Asked(method, path, headers, body)
