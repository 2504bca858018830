"""The client of upstream against a real server that misbehaves."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from statera.proxy.connection import UpstreamFault
from statera.proxy.terms import read_upstream
from statera.proxy.upstream import Limits, UpstreamClient, content_type
from tests.proxy.upstreams import CLOSE, RawUpstream, Step, answer

T = TypeVar("T")
LIMITS = Limits()


def using(
    upstream: RawUpstream, what: Callable[[UpstreamClient], Awaitable[T]], limits: Limits = LIMITS
) -> T:
    """Run something with a client of this upstream."""

    async def go() -> T:
        client = UpstreamClient(read_upstream(upstream.url), limits)
        try:
            return await what(client)
        finally:
            client.close()

    return asyncio.run(go())


async def body(client: UpstreamClient, limit: int = 10**6) -> bytes:
    reply = await client.open(b"POST", b"/a?b=c", [(b"x-a", b"1")], b"hello")
    try:
        return await reply.read(limit=limit)
    finally:
        reply.close()


def test_a_request_goes_out_as_it_was_given() -> None:
    with RawUpstream(lambda asked: [answer(b"fine")]) as upstream:
        assert using(upstream, body) == b"fine"
    asked = upstream.asked[0]
    assert (asked.method, asked.path, asked.body) == (b"POST", b"/a?b=c", b"hello")
    assert asked.headers[b"x-a"] == b"1"
    assert asked.headers[b"host"].startswith(b"127.0.0.1:")


def test_a_unix_socket_and_a_prefix_will_do(tmp_path: Path) -> None:
    with RawUpstream(lambda asked: [answer(b"fine")], path=tmp_path / "s") as upstream:
        assert using(upstream, body) == b"fine"
    there = read_upstream("http://h:1/base/v1")
    assert (there.prefix, there.base) == ("/base", "http://h:1/base")


def test_a_connection_is_used_again_only_while_it_is_fresh() -> None:
    ports: list[object] = []

    async def thrice(client: UpstreamClient) -> None:
        for pause in (0.0, 0.0, 0.3):
            await asyncio.sleep(pause)
            reply = await client.open(b"POST", b"/", [], b"x")
            ports.append(reply._connection._transport)
            await reply.read(limit=100)
            reply.close()

    with RawUpstream(lambda asked: [answer(b"fine")]) as upstream:
        using(upstream, thrice, Limits(idle=0.2))
    assert ports[0] is ports[1]
    assert ports[1] is not ports[2]


def test_one_that_upstream_wants_closed_is_not_used_again() -> None:
    async def twice(client: UpstreamClient) -> list[bytes]:
        return [await body(client), await body(client)]

    script: list[Step] = [answer(b"fine", more="connection: close\r\n"), CLOSE]
    with RawUpstream(lambda asked: script) as upstream:
        assert using(upstream, twice) == [b"fine", b"fine"]


REPLIES: dict[str, tuple[list[Step], bytes]] = {
    "with a length": ([answer(b"fine")], b"fine"),
    "until the end": ([b"HTTP/1.1 200 OK\r\n\r\nfi", b"ne", CLOSE], b"fine"),
    "in chunks": (
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nfi\r\n2\r\nne\r\n0\r\n\r\n"],
        b"fine",
    ),
    "after a hint": ([b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n", answer(b"fine")], b"fine"),
    "cut anywhere": ([bytes([one]) for one in answer(b"fine")], b"fine"),
    "empty": ([answer(b"")], b""),
}


@pytest.mark.parametrize("name", REPLIES)
def test_replies_are_read_as_http_has_it(name: str) -> None:
    steps, expected = REPLIES[name]
    with RawUpstream(lambda asked: steps) as upstream:
        assert using(upstream, body) == expected


FAULTS: dict[str, tuple[list[Step], str]] = {
    "two lengths": (
        [b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"],
        "invalid",
    ),
    "length and chunks": (
        [b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\na"],
        "invalid",
    ),
    "no HTTP": ([b"hello\r\n\r\n"], "invalid"),
    "headers without end": ([b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000], "invalid"),
    "another protocol": (
        [b"HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"],
        "invalid",
    ),
    "cut": ([answer(b"fine")[:-1], CLOSE], "reset"),
    "cut in a chunk": (
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nfi", CLOSE],
        "reset",
    ),
    "nothing": ([CLOSE], "reset"),
    "silence": ([5.0], "silent"),
    "too long": ([answer(b"x" * 300)], "too_large"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_no_proper_reply_is_a_fault(name: str) -> None:
    steps, kind = FAULTS[name]
    with (
        RawUpstream(lambda asked: steps) as upstream,
        pytest.raises(UpstreamFault) as found,
    ):
        using(upstream, lambda client: body(client, 200), Limits(read=0.2))
    assert found.value.kind == kind


def test_more_than_one_answer_ends_the_connection() -> None:
    async def twice(client: UpstreamClient) -> list[bytes]:
        return [await body(client), await body(client)]

    with RawUpstream(lambda asked: [answer(b"fine") + answer(b"injected")]) as upstream:
        assert using(upstream, twice) == [b"fine", b"fine"]


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    async def go() -> None:
        client = UpstreamClient(read_upstream(f"http://127.0.0.1:{port}"), Limits())
        with pytest.raises(UpstreamFault, match="cannot be reached") as found:
            await body(client)
        assert found.value.kind == "unreachable"
        client.close()

    asyncio.run(go())


def test_upstream_waits_while_nobody_takes_what_it_sent() -> None:
    async def go(client: UpstreamClient) -> tuple[bool, int]:
        reply = await client.open(b"POST", b"/", [], b"x")
        await asyncio.sleep(0.3)
        paused, size = reply._connection.paused, 0
        while part := await reply.part():
            size += len(part)
        reply.close()
        return paused, size

    data = b"x" * 2**23
    with RawUpstream(lambda asked: [answer(data)]) as upstream:
        assert using(upstream, go) == (True, len(data))


def test_an_interrupted_reply_is_cut() -> None:
    async def go(client: UpstreamClient) -> str:
        task = asyncio.ensure_future(body(client))
        await asyncio.sleep(0.1)
        client.interrupt()
        with pytest.raises(UpstreamFault) as found:
            await task
        return found.value.kind

    with RawUpstream(lambda asked: [5.0]) as upstream:
        assert using(upstream, go) == "draining"


def test_a_media_type_is_known_without_its_parameters() -> None:
    assert content_type([(b"content-type", b"Text/Event-Stream; charset=utf-8")]) == (
        b"text/event-stream"
    )
