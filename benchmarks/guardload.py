"""The guard under load while its upstream misbehaves: nothing lost, doubled, mixed up or unchecked.

    python -m benchmarks guardload                       # a short one, for the section
    python -m benchmarks.guardload --requests 180000 --connections 32 --workers 1

Every request has a number, and the number says what happens to it: most are answered, whole or as a
stream; of a hundred one each is reset, left hanging, slow, garbage, cut off, an error of
upstream's, cut in mid-stream, blocked in the request, in the reply, and late in a stream.
"""

import argparse
import asyncio
import http.client
import json
import multiprocessing
import os
import re
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import aiohttp
import uvloop

from benchmarks import wrk
from benchmarks.process import STATERA
from benchmarks.report import table
from benchmarks.server import free_port
from benchmarks.setting import Setting

WORD = "forbiddenword"
KINDS = (
    "reset", "hang", "slow", "garbage", "cut", "error", "stream cut", "blocked request",
    "blocked reply", "late block",
)  # fmt: skip
EXPECTED = {
    "whole": "200 whole",
    "stream": "200 stream",
    "reset": "502",
    "hang": "504",
    "slow": "200 whole",
    "garbage": "502",
    "cut": "502",
    "error": "500",
    "stream cut": "200 error event",
    "blocked request": "400 content_filter",
    "blocked reply": "200 content_filter",
    "late block": "200 content_filter in a stream",
}
HANG, SLOW, READ = 3.0, 0.2, 1.0
SHORT, CONNECTIONS, RATE = 20_000, 32, 100
POLICY = f"""
name: load
detectors:
  - name: word
    use: regex
    with: {{patterns: ['{WORD}']}}
    sides: [input, output, tool_call, tool_result]
"""


def kind_of(number: int) -> str:
    """Return what happens to the request of that number."""
    place = (number * 7919) % 100
    if place < len(KINDS):
        return KINDS[place]
    return "stream" if place % 2 else "whole"


def said(number: int) -> str:
    """Return what upstream says to it."""
    return f"answer {number} " + f"and so it goes on {number} " * 12


class Upstream(asyncio.Protocol):
    """Upstream: answers by the number in the request, and counts every number that comes."""

    seen: ClassVar[Counter[int]] = Counter()

    def __init__(self) -> None:
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            found = re.search(rb"content-length: *(\d+)", head)
            size = end + 4 + (int(found[1]) if found else 0)
            if len(self._buffer) < size:
                return
            body, self._buffer = self._buffer[end + 4 : size], self._buffer[size:]
            self._asked(head, body)

    def _asked(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"GET /seen"):
            self._whole(json.dumps(self.seen).encode())
        elif not body:
            self._whole(b"{}")
        else:
            number = int(re.findall(rb"item-(\d+)", body)[-1])
            self.seen[number] += 1
            self._answer(number, kind_of(number))

    def _answer(self, number: int, kind: str) -> None:
        loop = asyncio.get_running_loop()
        if kind == "reset":
            self._transport.abort()
        elif kind == "hang":
            loop.call_later(HANG, self._transport.abort)
        elif kind == "slow":
            loop.call_later(SLOW, self._whole, _completion(said(number)))
        elif kind == "garbage":
            self._transport.write(b"\x00\x01 no http at all\r\n\r\n")
        elif kind == "error":
            self._whole(b'{"error":{"message":"engine died","code":500}}', 500)
        elif kind in ("stream", "stream cut", "late block"):
            self._stream(number, kind)
        else:
            text = said(number) + (WORD if kind == "blocked reply" else "")
            data = _completion(text)
            self._whole(data, cut=9 if kind == "cut" else 0)

    def _whole(self, data: bytes, status: int = 200, cut: int = 0) -> None:
        head = b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        self._transport.write(head % (status, len(data)) + data[: len(data) - cut])
        if cut:
            self._transport.close()

    def _stream(self, number: int, kind: str) -> None:
        words = said(number).split(" ")
        half = len(words) // 2
        if kind == "late block":
            words.insert(half, WORD)
        pieces = [f"{word} " for word in words[:-1]] + words[-1:]
        events = [_chunk(piece) for piece in (pieces[:half] if kind == "stream cut" else pieces)]
        kinds = b"content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
        head = b"HTTP/1.1 200 X\r\n" + kinds + b"\r\n"
        self._transport.write(head + b"".join(b"%x\r\n%b\r\n" % (len(e), e) for e in events))
        if kind == "stream cut":
            self._transport.close()
            return
        last = _chunk("", "stop") + b"data: [DONE]\n\n"
        self._transport.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(last), last))


def _completion(text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"id": "x", "object": "chat.completion", "choices": [choice]}).encode()


def _chunk(text: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    data = json.dumps({"id": "x", "object": "chat.completion.chunk", "choices": [choice]})
    return f"data: {data}\n\n".encode()


def serve_upstream(port: int) -> None:
    """Serve until killed."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Upstream, "127.0.0.1", port, backlog=512)
        await server.serve_forever()

    uvloop.run(serve())


class Asking(NamedTuple):
    """What the client saw: outcomes by kind, what was wrong, resident memory over time in MiB."""

    outcomes: Counter[tuple[str, str]]
    wrong: list[str]
    memory: list[float]
    seconds: float


async def ask_all(url: str, count: int, connections: int, pid: int) -> Asking:
    """Ask every number once, so many at a time."""
    outcomes: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    memory: list[float] = []
    numbers = iter(range(count))
    began = time.monotonic()
    connector = aiohttp.TCPConnector(limit=connections)
    timeout = aiohttp.ClientTimeout(total=60)

    async def one(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            kind = kind_of(number)
            found = await _outcome(session, url, number, kind, wrong)
            outcomes[kind, found] += 1
            if found != EXPECTED[kind] and len(wrong) < 20:
                wrong.append(f"number {number} ({kind}): {found}")

    async def watch() -> None:
        while True:
            memory.append(wrk.usage(pid).rss)
            await asyncio.sleep(1)

    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        watching = asyncio.ensure_future(watch())
        await asyncio.gather(*(one(session) for _ in range(connections)))
        watching.cancel()
    return Asking(outcomes, wrong, memory, time.monotonic() - began)


async def _outcome(
    session: aiohttp.ClientSession, url: str, number: int, kind: str, wrong: list[str]
) -> str:
    stream = kind in ("stream", "stream cut", "late block")
    text = f"say item-{number}" + (f" {WORD}" if kind == "blocked request" else "")
    body = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": text}]}
    try:
        async with session.post(url, json=body) as reply:
            data = await reply.text()
            status = reply.status
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"no answer: {type(error).__name__}"
    if WORD in data:
        wrong.append(f"number {number} ({kind}): an unchecked text came through")
    return _told(status, data, number, stream)


def _told(status: int, data: str, number: int, stream: bool) -> str:
    if status != 200:
        code = json.loads(data)["error"]["code"]
        return f"{status} content_filter" if code == "content_filter" else str(status)
    if not stream:
        choice = json.loads(data)["choices"][0]
        if choice["finish_reason"] == "content_filter":
            return "200 content_filter"
        return "200 whole" if choice["message"]["content"] == said(number) else "200 other text"
    lines = [line[6:] for line in data.splitlines() if line.startswith("data: ")]
    events = [json.loads(line) for line in lines if line != "[DONE]"]
    if "error" in events[-1]:
        return "200 error event" if lines[-1] != "[DONE]" else "200 error event as a success"
    if events[-1]["choices"][0]["finish_reason"] == "content_filter":
        return "200 content_filter in a stream"
    text = "".join(one["choices"][0]["delta"].get("content") or "" for one in events)
    return "200 stream" if text == said(number) else "200 other text"


class Result(NamedTuple):
    """A whole run; `twice` numbers were asked of upstream more than once, `unasked` not at all."""

    requests: int
    asking: Asking
    twice: int
    leaked: int
    unasked: int
    alive: bool
    cpu: float


def load(work: Path, count: int, connections: int, workers: int) -> Result:
    """Start upstream and guard, ask everything, and count."""
    with _upstream() as up, _guard(work, up, workers) as (process, port):
        before = wrk.usage(process.pid).cpu
        url = f"http://127.0.0.1:{port}/v1/chat/completions"
        asking = uvloop.run(ask_all(url, count, connections, process.pid))
        cpu = wrk.usage(process.pid).cpu - before
        seen = {int(number): times for number, times in _seen(up).items()}
        alive = process.poll() is None
    blocked = {number for number in range(count) if kind_of(number) == "blocked request"}
    return Result(
        requests=count,
        asking=asking,
        twice=sum(times > 1 for times in seen.values()),
        leaked=sum(number in blocked for number in seen),
        unasked=count - len(blocked) - sum(number not in blocked for number in seen),
        alive=alive,
        cpu=cpu,
    )


@contextmanager
def _upstream() -> Iterator[int]:
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=serve_upstream, args=(port,))
    process.start()
    try:
        _until(lambda: _seen(port) == {})
        yield port
    finally:
        process.kill()
        process.join()


@contextmanager
def _guard(
    work: Path, upstream: int, workers: int
) -> "Iterator[tuple[subprocess.Popen[bytes], int]]":
    policy, port = work / "load.yaml", free_port()
    policy.write_text(POLICY, encoding="utf-8")
    command = [
        STATERA, "guard", "serve", "--upstream", f"http://127.0.0.1:{upstream}", "--policy",
        str(policy), "--host", "127.0.0.1", "--port", str(port), "--control-port", "0", "--workers",
        str(workers), "--events", str(work / "events.jsonl"), "--read-seconds", str(READ),
    ]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _until(lambda: b'"ready"' in _get(port, "/health/ready"))
        yield process, port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _until(true: Any) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            if true():
                return
        except (OSError, AssertionError):
            pass
        if time.monotonic() > deadline:
            raise SystemExit("a server did not start")
        time.sleep(0.05)


def _seen(port: int) -> dict[str, int]:
    found: dict[str, int] = json.loads(_get(port, "/seen"))
    return found


def _get(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    data: bytes = connection.getresponse().read()
    connection.close()
    return data


def measure(setting: Setting) -> str:
    """A short run with one worker and one with two."""
    return "\n\n".join(
        told(load(setting.work, SHORT, CONNECTIONS, workers), workers) for workers in (1, 2)
    )


def told(result: Result, workers: int) -> str:
    """Return the run in words and a table."""
    asking, memory = result.asking, result.asking.memory
    early = max(memory[: max(2, len(memory) // 5)])
    rate = result.requests / asking.seconds
    good = not asking.wrong and not result.twice and not result.leaked and not result.unasked
    words = (
        f"{result.requests:,} requests, {CONNECTIONS} at a time, {workers} worker(s): 30 minutes' "
        f"worth at {result.requests / 1800:.1f} a second, sent in {asking.seconds:.0f} s "
        f"({rate:,.0f} a second). Answered: {sum(asking.outcomes.values()):,}; not as expected: "
        f"{len(asking.wrong)}; asked of upstream twice: {result.twice}; blocked ones that reached "
        f"upstream: {result.leaked}; lost on the way: {result.unasked}. Memory: {early:.0f} MiB "
        f"after a fifth, {memory[-1]:.0f} MiB at the end, {max(memory):.0f} at most. "
        f"{1000 * result.cpu / result.requests:.2f} ms of CPU a request. "
        f"**{'All held' if good and result.alive else 'Not all held'}.**"
    )
    rows = sorted((kind, found, count) for (kind, found), count in asking.outcomes.items())
    shown = table(("what happens", "the client sees", "requests"), rows)
    return "\n\n".join([words, shown, *asking.wrong])


def main() -> None:
    """Run once, as long as is said."""
    parser = argparse.ArgumentParser(description="The guard under load with faults upstream.")
    parser.add_argument("--requests", type=int, default=RATE * 1800, help="how many (%(default)s)")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="statera-load-") as work:
        found = load(Path(work), options.requests, options.connections, options.workers)
    print(told(found, options.workers))


if __name__ == "__main__":
    main()
