"""Raw bytes on the socket: what is not HTTP as we have it is refused and reaches nobody."""

import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statera.proxy.clients import MOST_HEADERS, Joined
from tests.proxy.guards import CHAT, POLICY, RunningGuard, asking, get, guard, post
from tests.proxy.upstreams import RawUpstream, answer, chat

BODY = b'{"model":"m","messages":[{"role":"user","content":"hi"}]}'
EVIL = b'{"model":"m","messages":[{"role":"user","content":"forbidden"}]}'


@pytest.fixture(scope="module")
def upstream() -> Iterator[RawUpstream]:
    with RawUpstream(lambda asked: [answer(chat("fine"))]) as found:
        yield found


@pytest.fixture(scope="module")
def running(
    upstream: RawUpstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGuard]:
    folder = tmp_path_factory.mktemp("guard")
    terms: dict[str, Any] = {"header_seconds": 0.4, "body_seconds": 0.4, "max_body": 50_000}
    with guard(upstream.url, POLICY, folder, **terms) as found:
        yield found


def spoken(running: RunningGuard, *data: bytes, pause: float = 0.0, end: bool = True) -> bytes:
    """Send bytes as they are and return all that comes back until the connection ends."""
    host, _, port = running.url.removeprefix("http://").partition(":")
    found = b""
    with socket.create_connection((host, int(port)), timeout=5) as client:
        try:
            for piece in data:
                client.sendall(piece)
                time.sleep(pause)
            while part := client.recv(65536):
                found += part
                if end and b"\r\n\r\n" in found and _whole(found):
                    break
        except ConnectionError:
            pass
    return found


def _whole(found: bytes) -> bool:
    head, _, rest = found.partition(b"\r\n\r\n")
    length = next(
        (line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")),
        b"0",
    )
    return len(rest) >= int(length)


def request(
    *headers: bytes, body: bytes = BODY, line: bytes = b"POST /v1/chat/completions HTTP/1.1"
) -> bytes:
    lines = [line, b"host: x", b"content-type: application/json", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


CLOSE = b"connection: close"
LENGTH = b"content-length: %d" % len(BODY)

REFUSED: dict[str, tuple[bytes, int]] = {
    "two lengths": (request(LENGTH, LENGTH), 400),
    "two lengths that differ": (request(LENGTH, b"content-length: 3"), 400),
    "length and chunks": (request(LENGTH, b"transfer-encoding: chunked"), 400),
    "chunks in disguise": (request(b"transfer-encoding: xchunked"), 400),
    "chunks after a blank": (request(b"transfer-encoding : chunked"), 400),
    "a negative length": (request(b"content-length: -5"), 400),
    "a length in words": (request(b"content-length: ten"), 400),
    "two hosts": (request(LENGTH, b"host: y"), 400),
    "two kinds of body": (request(LENGTH, b"content-type: text/plain"), 400),
    "a control character": (request(LENGTH, b"x-a: a\x01b"), 400),
    "a blank in a name": (request(LENGTH, b"x a: 1"), 400),
    "a folded header": (request(LENGTH, b"x-a: 1\r\n two"), 400),
    "bare line feeds": (b"POST /v1/chat/completions HTTP/1.1\nhost: x\n\n", 400),
    "no HTTP": (b"\x16\x03\x01\x02\x00hello\r\n\r\n", 400),
    "a header without end": (request(LENGTH, b"x-a: " + b"a" * (MOST_HEADERS + 9)), 400),
    "another host's address": (
        request(LENGTH, line=b"POST http://evil/v1/chat/completions HTTP/1.1"),
        400,
    ),
    "a doubled slash": (request(LENGTH, line=b"POST /v1//chat/completions HTTP/1.1"), 404),
    "a slash at the end": (request(LENGTH, line=b"POST /v1/chat/completions/ HTTP/1.1"), 404),
    "an escaped path": (request(LENGTH, line=b"POST /v1/chat%2fcompletions HTTP/1.1"), 404),
    "an escaped letter": (request(LENGTH, line=b"POST /v1/%63hat/completions HTTP/1.1"), 404),
    "dots": (request(LENGTH, line=b"POST /v1/x/../chat/completions HTTP/1.1"), 404),
    "escaped dots": (request(LENGTH, line=b"POST /v1/%2e%2e/invocations HTTP/1.1"), 404),
    "other letters": (request(LENGTH, line=b"POST /V1/Chat/Completions HTTP/1.1"), 404),
    "a path parameter": (request(LENGTH, line=b"POST /v1/chat/completions;a=1 HTTP/1.1"), 404),
    "a route that is not named": (request(LENGTH, line=b"POST /invocations HTTP/1.1"), 404),
    "GET": (request(LENGTH, line=b"GET /v1/chat/completions HTTP/1.1"), 405),
    "HEAD": (request(CLOSE, line=b"HEAD /v1/chat/completions HTTP/1.1", body=b""), 405),
    "OPTIONS": (request(line=b"OPTIONS /v1/chat/completions HTTP/1.1", body=b""), 405),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_two_readers_could_read_differently_is_refused(
    running: RunningGuard, upstream: RawUpstream, name: str
) -> None:
    upstream.asked.clear()
    data, status = REFUSED[name]
    found = spoken(running, data)
    assert found.startswith(b"HTTP/1.1 %d " % status), found[:80]
    assert upstream.asked == []


def test_a_second_request_hidden_in_the_first_is_a_request_of_its_own(
    running: RunningGuard, upstream: RawUpstream
) -> None:
    upstream.asked.clear()
    hidden = request(b"content-length: %d" % len(EVIL), CLOSE, body=EVIL)
    found = spoken(running, request(LENGTH) + hidden, end=False)
    assert found.count(b"HTTP/1.1 ") == 2
    assert b"HTTP/1.1 400" in found
    assert [one.body for one in upstream.asked] == [BODY]


def test_a_trailer_is_no_header(running: RunningGuard, upstream: RawUpstream) -> None:
    upstream.asked.clear()
    chunked = b"%x\r\n" % len(BODY) + BODY + b"\r\n0\r\nauthorization: Bearer stolen\r\n\r\n"
    found = spoken(running, request(b"transfer-encoding: chunked", body=chunked))
    assert found.startswith(b"HTTP/1.1 200")
    assert b"authorization" not in upstream.asked[0].headers
    assert upstream.asked[0].body == BODY


def test_headers_of_one_connection_only_do_not_pass(
    running: RunningGuard, upstream: RawUpstream
) -> None:
    upstream.asked.clear()
    found = spoken(
        running,
        request(
            LENGTH, b"connection: keep-alive, x-secret", b"x-secret: 1", b"te: trailers",
            b"x-kept: caf\xc3\xa9 \xff",
        ),
    )  # fmt: skip
    assert found.startswith(b"HTTP/1.1 200")
    headers = upstream.asked[0].headers
    assert not headers.keys() & {b"connection", b"x-secret", b"te"}
    assert headers[b"x-kept"] == b"caf\xc3\xa9 \xff"


def test_a_client_that_asks_first_is_told_to_go_on(
    running: RunningGuard, upstream: RawUpstream
) -> None:
    found = spoken(running, request(LENGTH, b"expect: 100-continue", CLOSE), end=False)
    first, _, rest = found.partition(b"\r\n\r\n")
    assert first == b"HTTP/1.1 100 Continue"
    assert rest.startswith(b"HTTP/1.1 200")
    assert b"expect" not in upstream.asked[-1].headers


@pytest.mark.parametrize(
    "data",
    [b"", b"POST /v1/chat/completions HTTP/1.1\r\nhost:", request(LENGTH, body=BODY[:9])],
    ids=["nothing", "half a header", "half a body"],
)
def test_a_client_that_does_not_go_on_is_let_go(running: RunningGuard, data: bytes) -> None:
    began = time.monotonic()
    assert spoken(running, data, end=False) == b""
    assert time.monotonic() - began < 4


def test_a_body_that_says_it_is_too_long_is_not_read(
    running: RunningGuard, upstream: RawUpstream
) -> None:
    upstream.asked.clear()
    found = spoken(running, request(b"content-length: 100000000", body=b"{"))
    assert found.startswith(b"HTTP/1.1 413")
    assert upstream.asked == []


def test_one_that_turns_out_too_long_neither(running: RunningGuard, upstream: RawUpstream) -> None:
    upstream.asked.clear()
    piece = b"2000\r\n" + b" " * 0x2000 + b"\r\n"
    found = spoken(running, request(b"transfer-encoding: chunked", body=piece), *[piece] * 40)
    assert found.startswith(b"HTTP/1.1 413")
    assert upstream.asked == []


_bytes = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda a, b: request(LENGTH)[:a] + b, st.integers(0, 150), st.binary(max_size=60)),
    st.builds(
        lambda at, what: request(LENGTH)[:at] + what + request(LENGTH)[at + len(what) :],
        st.integers(0, 150),
        st.binary(min_size=1, max_size=4),
    ),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_bytes)
def test_no_bytes_get_through_or_bring_it_down(
    running: RunningGuard, upstream: RawUpstream, data: bytes
) -> None:
    upstream.asked.clear()
    host, _, port = running.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        try:
            while client.recv(65536):
                pass
        except ConnectionError:
            pass
    assert all(one.json["messages"][0]["content"] != "forbidden" for one in upstream.asked)
    assert get(f"{running.url}/health/live").status == 200


@pytest.mark.parametrize("seconds", [0.0, 1.2])
def test_a_client_that_sends_no_more_is_answered(
    running: RunningGuard, upstream: RawUpstream, seconds: float
) -> None:
    script, upstream.script = upstream.script, lambda asked: [seconds, answer(chat("fine"))]
    host, _, port = running.url.removeprefix("http://").partition(":")
    found = b""
    with socket.create_connection((host, int(port)), timeout=5) as client:
        client.sendall(request(LENGTH))
        client.shutdown(socket.SHUT_WR)
        while part := client.recv(65536):
            found += part
    upstream.script = script
    head, _, rest = found.rpartition(b"HTTP/1.1 200")
    assert head == b"HTTP/1.1 100 Continue\r\n\r\n" * (head.count(b"\r\n\r\n"))
    assert rest.endswith(b"}")


def test_a_client_that_is_gone_ends_what_is_done_for_it(
    running: RunningGuard, upstream: RawUpstream
) -> None:
    script, upstream.script = upstream.script, lambda asked: [30.0, answer(chat("fine"))]
    host, _, port = running.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as client:
        client.sendall(request(LENGTH))
        inflight = f"{running.control}/control/inflight"
        until = time.monotonic() + 10
        while get(inflight).json["inflight"] != 1:
            assert time.monotonic() < until
    while get(inflight).json["inflight"]:
        assert time.monotonic() < until
        time.sleep(0.01)
    upstream.script = script


def test_bodies_that_come_slowly_take_no_place(upstream: RawUpstream, tmp_path: Path) -> None:
    with guard(upstream.url, POLICY, tmp_path, max_inflight=2, max_queue=0) as running:
        host, _, port = running.url.removeprefix("http://").partition(":")
        slow = [socket.create_connection((host, int(port)), timeout=5) for _ in range(4)]
        try:
            for client in slow:
                client.sendall(request(LENGTH, body=BODY[:1]))
            assert post(running.url + CHAT, asking("hello")).status == 200
            assert get(f"{running.control}/control/inflight").json["inflight"] == 0
            slow[0].sendall(BODY[1:])
            assert slow[0].recv(65536).startswith(b"HTTP/1.1 200")
        finally:
            for client in slow:
                client.close()


def test_after_all_this_it_still_works(running: RunningGuard) -> None:
    assert post(running.url + CHAT, asking("hello")).status == 200


class Closed(asyncio.Transport):
    """A transport that is closed, as uvloop's: writing several pieces raises."""

    def is_closing(self) -> bool:
        return True

    def write(self, data: object) -> None:
        raise AssertionError("nothing is written")

    def writelines(self, list_of_data: object) -> None:
        raise RuntimeError("the handler is closed")


def test_what_is_written_to_a_closed_connection_is_lost() -> None:
    joined = Joined(Closed())
    joined.write(b"HTTP/1.1 200 OK\r\n\r\n")
    joined.write(b"{}")
    joined.flush()
