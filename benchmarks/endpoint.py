"""A mock endpoint for measurements: chat completions at little cost, with faults and counts.

    python -m benchmarks.endpoint --port 8089

POST /v1/chat/completions answers a letter by the tag in the last message (`benchmarks.hashing`).
A request without a tag (is anybody there?) is answered and not counted. GET /__config?name=value&…
sets `Behaviour`, /__reset forgets the counts, /__stats and /__keys give them as JSON. It is an
asyncio.Protocol with its own framing, since a web framework would cost several times what it
serves.
"""

import argparse
import asyncio
import re
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, get_type_hints
from urllib.parse import parse_qsl

import msgspec
import uvloop

from benchmarks.hashing import hashed, letter, struck

_TAG = re.compile(rb"item-\d+")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_COMPLETION = (
    '{"id":"chatcmpl-%016x","object":"chat.completion","created":1700000000,"model":"mock",'
    '"choices":[{"index":0,"message":{"role":"assistant","content":%s},"logprobs":null,'
    '"finish_reason":"stop"}],"usage":{"prompt_tokens":%d,"completion_tokens":1,"total_tokens":%d}}'
)
_ERROR = '{"error":{"message":"%s","type":"%s","code":"%s","param":null}}'
_STATUSES = {"429": "rate_limit_exceeded", "500": "server_error", "503": "overloaded"}


class Behaviour(msgspec.Struct):
    """What the endpoint does: the fault strikes `fault_pct` of the tags, by hash.

    It strikes the first `fault_times` attempts of each, all of them when that is 0. `fault` is
    none, 429, 500, 503, reset, hang, badjson, empty or null; `latency_ms` precedes every answer.
    """

    latency_ms: float = 0.0
    fault: str = "none"
    fault_pct: float = 0.0
    fault_times: int = 1
    retry_after: float = 1.0
    hang_s: float = 600.0


class Counts:
    """What came in and went out; times are on the system's monotonic clock."""

    def __init__(self) -> None:
        self.attempts: Counter[str] = Counter()
        self.served: Counter[str] = Counter()
        self.outcome: Counter[str] = Counter()
        self.requests = self.current = self.most = self.connections = 0
        self.first = self.last = self.end = self.area = 0.0

    def step(self, change: int) -> None:
        """Note that a request came in (1) or was answered (-1)."""
        now = time.monotonic()
        self.first = self.first or now
        self.area += (now - (self.last or now)) * self.current
        self.last = now
        self.current += change
        self.most = max(self.most, self.current)
        self.requests += change > 0
        self.end = now if change < 0 else self.end

    def report(self) -> dict[str, Any]:
        """Return the counts as they are served."""
        span = max(0.0, self.end - self.first)
        return {
            "requests": self.requests,
            "connections": self.connections,
            "span_s": span,
            "first_at": self.first,
            "mean_in_flight": self.area / span if span else 0.0,
            "max_in_flight": self.most,
            "distinct_keys": len(self.attempts),
            "retried_keys": sum(count > 1 for count in self.attempts.values()),
            "served_twice_keys": sum(count > 1 for count in self.served.values()),
            "never_ok_keys": len(self.attempts) - len(self.served),
            "outcome": dict(self.outcome),
        }


class Mock:
    """What all connections share."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour, self.counts = behaviour, Counts()

    def configure(self, query: str) -> None:
        """Set what the query names; ValueError and KeyError for what cannot be set."""
        kinds = get_type_hints(Behaviour)
        for name, value in parse_qsl(query):
            setattr(self.behaviour, name, kinds[name](value))

    def control(self, path: str) -> bytes:
        """Answer the control plane and the list of models."""
        place, _, query = path.partition("?")
        found: object = {}
        if place == "/__config":
            self.configure(query)
        elif place == "/__reset":
            self.counts = Counts()
        elif place == "/__stats":
            found = self.counts.report()
        elif place == "/__keys":
            found = self.counts.attempts
        elif place.startswith("/v1/models"):
            found = {"object": "list", "data": [{"id": "mock", "object": "model"}]}
        return reply("200 OK", msgspec.json.encode(found))

    def fault(self, key: str) -> str:
        """Return the fault that strikes this attempt at the key, or `none`."""
        behaviour = self.behaviour
        if behaviour.fault == "none" or not struck(key, behaviour.fault_pct):
            return "none"
        passed = behaviour.fault_times and self.counts.attempts[key] > behaviour.fault_times
        return "none" if passed else behaviour.fault


def reply(status: str, body: bytes, more: str = "") -> bytes:
    """Return a whole HTTP answer."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return f"{head}{more}\r\n".encode() + body


def completion(key: str, fault: str, size: int) -> bytes:
    """Return the answer to the key, under a fault that still answers 200."""
    said = {"empty": '""', "null": "null"}.get(fault, f'"{letter(key)}"')
    body = (_COMPLETION % (hashed(key), said, size // 4, size // 4 + 1)).encode()
    return body[: len(body) // 2] if fault == "badjson" else body


class Connection(asyncio.Protocol):
    """One client: framing by content-length, one request at a time."""

    def __init__(self, mock: Mock) -> None:
        self._mock, self._buffer = mock, b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment]
        self._mock.counts.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = int(found[1]) if (found := _LENGTH.search(head)) else 0
            if len(self._buffer) < end + 4 + length:
                return
            body, self._buffer = (
                self._buffer[end + 4 : end + 4 + length],
                self._buffer[end + 4 + length :],
            )
            self._handle(head, body)

    def _handle(self, head: bytes, body: bytes) -> None:
        method, path, _ = head.split(b" ", 2)
        if method == b"POST":
            self._complete(body)
        else:
            self._write(self._mock.control(path.decode()))

    def _complete(self, body: bytes) -> None:
        mock = self._mock
        tags = _TAG.findall(body)
        if not tags:
            self._write(reply("200 OK", completion("", "none", len(body))))
            return
        key = tags[-1].decode()
        mock.counts.step(1)
        mock.counts.attempts[key] += 1
        fault = mock.fault(key)
        self._later(mock.behaviour.latency_ms / 1000, lambda: self._answer(key, fault, len(body)))

    def _later(self, seconds: float, then: Callable[[], None]) -> None:
        if seconds:
            asyncio.get_running_loop().call_later(seconds, then)
        else:
            then()

    def _answer(self, key: str, fault: str, size: int) -> None:
        counts, behaviour = self._mock.counts, self._mock.behaviour
        counts.outcome["ok" if fault == "none" else fault] += 1
        if fault == "hang":
            self._later(behaviour.hang_s, self._reset)
        elif fault == "reset":
            self._reset()
        elif fault in _STATUSES:
            words = _STATUSES[fault]
            more = f"retry-after: {behaviour.retry_after:g}\r\n" if fault != "500" else ""
            self._write(reply(f"{fault} No", (_ERROR % (words, words, words)).encode(), more))
        else:
            counts.served[key] += fault == "none"
            self._write(reply("200 OK", completion(key, fault, size)))
        counts.step(-1)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def _reset(self) -> None:
        """Close so that the client gets a reset and not an end of file."""
        if self._transport is None:
            return
        found = self._transport.get_extra_info("socket")
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


async def serve(port: int, behaviour: Behaviour) -> None:
    """Serve on 127.0.0.1 until cancelled."""
    mock = Mock(behaviour)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(mock), "127.0.0.1", port, backlog=512)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description="A mock endpoint with faults and counts.")
    parser.add_argument("--port", type=int, default=8089)
    uvloop.run(serve(parser.parse_args().port, Behaviour()))


if __name__ == "__main__":
    main()
