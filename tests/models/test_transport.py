import asyncio
import base64
import json
import socket
from collections.abc import Awaitable, Callable
from errno import ECONNREFUSED, EHOSTUNREACH
from typing import TypeVar
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from statera.errors import DeclarationError
from statera.models.transport import (
    AttemptFailed,
    Timeouts,
    Transport,
    _attempt_failed,
    read_address,
)
from tests.endpoint import Behaviour, Endpoint, Fault, StreamStyle

T = TypeVar("T")
BODY = b'{"messages": [{"role": "user", "content": "hello"}]}'
STREAM = b'{"stream": true, "messages": [{"role": "user", "content": "hello"}]}'
QUICK = Timeouts(connect=5, first_byte=0.15, total=20)


def using(
    url: str,
    use: Callable[[Transport], Awaitable[T]],
    *,
    timeouts: Timeouts | None = None,
    headers: dict[str, str] | None = None,
) -> T:
    async def main() -> T:
        transport = Transport(url, headers=headers, timeouts=timeouts)
        try:
            return await use(transport)
        finally:
            await transport.close()

    return asyncio.run(main())


async def gather_lines(transport: Transport) -> list[bytes]:
    return [line async for line in transport.lines("/chat/completions", STREAM)]


ADDRESSES = [
    ("http://h/v1", "http://h/v1", "http://h", ""),
    ("http://h/v1/", "http://h/v1", "http://h", ""),
    (" https://h:8443/v1// ", "https://h:8443/v1", "https://h:8443", ""),
    ("http://h/v1/chat/completions", "http://h/v1", "http://h", ""),
    ("http://h/v1/completions/", "http://h/v1", "http://h", ""),
    ("http://h:1/api/v1", "http://h:1/api/v1", "http://h:1/api", ""),
    ("http://h", "http://h", "http://h", ""),
    ("http://[::1]:8000/v1", "http://[::1]:8000/v1", "http://[::1]:8000", ""),
    ("https://h/o/d/x?api-version=2", "https://h/o/d/x", "https://h/o/d/x", "api-version=2"),
    ("http://h/v1#name", "http://h/v1", "http://h", ""),
]


@pytest.mark.parametrize(("url", "base", "root", "query"), ADDRESSES)
def test_a_base_url_is_read_however_it_is_written(
    url: str, base: str, root: str, query: str
) -> None:
    assert read_address(url)[:3] == (base, root, query)


def test_credentials_in_the_url_become_a_header() -> None:
    address = read_address("http://me:p%40ss@h/v1")
    assert address.base == "http://h/v1"
    assert address.authorization == "Basic " + base64.b64encode(b"me:p@ss").decode()


@pytest.mark.parametrize("url", ["h/v1", "ftp://h/v1", "", "http://", "http://h:port/v1"])
def test_what_is_no_url_is_a_declared_error(url: str) -> None:
    with pytest.raises(DeclarationError):
        Transport(url)


def test_a_header_that_http_does_not_allow_is_told_without_its_value() -> None:
    with pytest.raises(DeclarationError, match="'authorization'") as caught:
        Transport("http://h/v1", headers={"authorization": "Bearer secret\nx"})
    assert "secret" not in str(caught.value)


def test_paths_under_the_base_and_at_the_root_are_reached(endpoint: Endpoint) -> None:
    async def use(transport: Transport) -> list[int]:
        return [
            (await transport.post("/chat/completions", BODY)).status,
            (await transport.get("/models")).status,
            (await transport.post("/tokenize", b'{"prompt": "a b"}', at="root")).status,
            (await transport.get("/nothing")).status,
        ]

    assert using(endpoint.url + "/", use) == [200, 200, 200, 404]


def test_a_reply_has_status_headers_and_body(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="429", retry_after={"Retry-After": "7"}))
    reply = using(endpoint.url, lambda transport: transport.post("/chat/completions", BODY))
    assert (reply.status, reply.headers["retry-after"]) == (429, "7")
    assert json.loads(reply.body)["error"]["message"] == "fault 429"


def test_headers_go_with_every_request(endpoint: Endpoint) -> None:
    using(
        endpoint.url,
        lambda transport: transport.post("/completions", b'{"prompt": "x"}'),
        headers={"Authorization": "Bearer k"},
    )
    headers = {name.lower(): value for name, value in endpoint.received[0].headers.items()}
    assert headers["authorization"] == "Bearer k"
    assert headers["content-type"] == "application/json"


def test_a_query_goes_with_every_request(endpoint: Endpoint) -> None:
    url = endpoint.url + "?api-version=2024-10-21"
    reply = using(url, lambda transport: transport.post("/chat/completions", BODY))
    assert reply.status == 200


FAULTS: list[tuple[Fault, str]] = [
    ("reset", "reset"),
    ("hang", "timeout"),
    ("cut", "undecodable"),
]


@pytest.mark.parametrize(("fault", "kind"), FAULTS)
def test_what_breaks_on_the_wire_is_one_exception(
    endpoint: Endpoint, fault: Fault, kind: str
) -> None:
    endpoint.reset(Behaviour(fault=fault))
    with pytest.raises(AttemptFailed) as caught:
        using(
            endpoint.url,
            lambda transport: transport.post("/chat/completions", BODY),
            timeouts=QUICK if fault == "hang" else None,
        )
    assert caught.value.kind == kind
    assert caught.value.message


def test_a_silent_server_ends_at_the_first_byte_time_out(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="hang"))
    with pytest.raises(AttemptFailed, match="first-byte"):
        using(endpoint.url, lambda t: t.post("/chat/completions", BODY), timeouts=QUICK)


def test_a_slow_stream_ends_at_the_total_time_out(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(style=StreamStyle(pause=0.05, cut=1)))
    limits = Timeouts(first_byte=10, total=0.4)
    with pytest.raises(AttemptFailed, match="total") as caught:
        using(endpoint.url, gather_lines, timeouts=limits)
    assert caught.value.kind == "timeout"


def test_no_listener_is_told_as_no_connection() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        port = free.getsockname()[1]
        with pytest.raises(AttemptFailed) as caught:
            using(url, lambda transport: transport.get("/models"))
    assert caught.value.kind == "connect"
    assert caught.value.message == f"cannot connect to 127.0.0.1:{port}: nothing listens there"


def test_a_server_that_speaks_no_https_is_told_in_plain_words(endpoint: Endpoint) -> None:
    with pytest.raises(AttemptFailed) as caught:
        using(endpoint.url.replace("http:", "https:"), lambda transport: transport.get("/models"))
    assert caught.value.kind == "connect"
    place = urlsplit(endpoint.url).netloc
    start = f"cannot connect to {place}: it does not speak HTTPS as it should"
    assert caught.value.message.startswith(start)
    assert "ssl:" not in caught.value.message


PLACE = ConnectionKey("gpu-box", 8000, False, True, None, None, None)
UNCONNECTED: list[tuple[aiohttp.ClientConnectorError, str]] = [
    (aiohttp.ClientConnectorDNSError(PLACE, OSError(-2, "?")), "no host of that name is known"),
    (aiohttp.ClientConnectorError(PLACE, OSError(ECONNREFUSED, "?")), "nothing listens there"),
    (aiohttp.ClientConnectorError(PLACE, OSError(EHOSTUNREACH, "?")), "No route to host"),
]


@pytest.mark.parametrize(("error", "words"), UNCONNECTED)
def test_why_there_is_no_connection_is_told_in_plain_words(
    error: aiohttp.ClientConnectorError, words: str
) -> None:
    failed = _attempt_failed(error)
    assert failed.message == f"cannot connect to gpu-box:8000: {words}"
    assert failed.kind == "connect"


@pytest.mark.parametrize("streaming", [False, True])
def test_no_redirect_is_followed(endpoint: Endpoint, streaming: bool) -> None:
    async def use(transport: Transport) -> int:
        if not streaming:
            return (await transport.post("/chat/completions", STREAM)).status
        with pytest.raises(AttemptFailed) as caught:
            await gather_lines(transport)
        assert caught.value.reply is not None
        return caught.value.reply.status

    place = {"Location": f"{endpoint.url}/chat/completions"}
    away = Behaviour(fault="body", status=307, body={}, retry_after=place)
    with Endpoint(away) as first:
        assert using(first.url, use, headers={"api-key": "secret"}) == 307
    assert endpoint.count == 0


def test_a_connection_that_never_stands_ends_at_the_connect_time_out() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}/v1"
        limits = Timeouts(connect=0.2, first_byte=20, total=20)
        with pytest.raises(AttemptFailed, match="connect time-out") as caught:
            using(url, lambda transport: transport.get("/models"), timeouts=limits)
    assert caught.value.kind == "timeout"


STYLES = [
    StreamStyle(),
    StreamStyle(newline="\r\n"),
    StreamStyle(newline="\r"),
    StreamStyle(cut=1),
    StreamStyle(cut=2, newline="\r\n"),
    StreamStyle(cut=7, newline="\r"),
    StreamStyle(cut=5, comments=True),
]


@pytest.mark.parametrize("style", STYLES)
def test_lines_are_whole_wherever_the_network_cuts_them(style: StreamStyle) -> None:
    with Endpoint(Behaviour(style=style), answer=lambda _: "Zürich 東京 ✓") as endpoint:
        lines = using(endpoint.url, gather_lines)
    told = [line.decode() for line in lines if line.startswith(b"data: {")]
    said = [json.loads(line[6:])["choices"][0]["delta"].get("content", "") for line in told]
    assert "".join(said) == "Zürich 東京 ✓"
    assert [line for line in lines if line][-1] == b"data: [DONE]"


def test_no_stream_gives_the_whole_reply(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="body", status=400, body={"error": "no"}))
    with pytest.raises(AttemptFailed) as caught:
        using(endpoint.url, gather_lines)
    assert caught.value.reply is not None
    assert (caught.value.reply.status, caught.value.reply.body) == (400, b'{"error": "no"}')


def test_a_transport_can_be_used_again_after_it_was_closed(endpoint: Endpoint) -> None:
    async def use(transport: Transport) -> int:
        await transport.post("/chat/completions", BODY)
        await transport.close()
        return (await transport.post("/chat/completions", BODY)).status

    assert using(endpoint.url, use) == 200


def test_no_more_connections_are_open_than_allowed(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(latency=0.01))

    async def main() -> None:
        transport = Transport(endpoint.url, connections=3)
        await asyncio.gather(*(transport.post("/chat/completions", BODY) for _ in range(12)))
        await transport.close()

    asyncio.run(main())
    assert endpoint.most_in_flight == 3
