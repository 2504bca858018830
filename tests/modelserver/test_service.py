"""Clients that hang up, clients that wait for each other, and the shared shapes."""

import asyncio
import http.client
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from statera.models.clock import SystemClock
from statera.modelserver.refusals import Refusal
from statera.modelserver.service import Service, all_in_order, usage
from tests.embedded_server import EmbeddedServer, post

LONG = 1500


def long_request(server: EmbeddedServer, *, stream: bool) -> bytes:
    """Return a request for a reply that would take very long."""
    body = {
        "model": server.model,
        "prompt": "1, 2, 3, 4,",
        "max_tokens": LONG,
        "temperature": 0,
        "stream": stream,
    }
    data = json.dumps(body).encode()
    head = f"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n\r\n"
    return head.encode() + data


def connect(server: EmbeddedServer) -> socket.socket:
    address = urlsplit(server.root)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=30)


def in_memory(server: EmbeddedServer) -> int:
    """Return how many tokens the engine holds, without waiting for its turn."""
    return len(server.loaded.llama._tokens)


def in_memory_afterwards(server: EmbeddedServer) -> int:
    """Return how many tokens it holds when the work that was queued before is over."""

    async def main() -> int:
        return await server.loaded.worker.call(lambda _: in_memory(server))

    return asyncio.run(main())


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_hangs_up_stops_its_generation(
    embedded_server: EmbeddedServer, stream: bool
) -> None:
    post(f"{embedded_server.url}/completions", {"model": embedded_server.model, "prompt": "a"})
    connection = connect(embedded_server)
    connection.sendall(long_request(embedded_server, stream=stream))
    waits = (0.002 for _ in range(10_000))
    while in_memory(embedded_server) < 30:
        time.sleep(next(waits))
    connection.close()
    assert 30 <= in_memory_afterwards(embedded_server) < LONG


def test_waiting_requests_are_served_in_turn(embedded_server: EmbeddedServer) -> None:
    """Many at once all finish, with the answers that they get alone."""

    def ask(number: int) -> str:
        body = {
            "model": embedded_server.model,
            "prompt": f"{number}, {number + 1}, {number + 2},",
            "max_tokens": 3,
            "temperature": 0,
        }
        status, answer = post(f"{embedded_server.url}/completions", body)
        assert status == 200
        text: str = answer["choices"][0]["text"]
        return text

    alone = [ask(number) for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(ask, range(8)))
    assert together == alone


def test_a_kept_connection_does_not_block_a_second(embedded_server: EmbeddedServer) -> None:
    host = urlsplit(embedded_server.root).netloc
    first, second = (http.client.HTTPConnection(host, timeout=30) for _ in range(2))
    try:
        for connection in (first, second, first, second):
            connection.request("GET", "/tokenizer_info")
            answer = connection.getresponse()
            assert answer.status == 200
            answer.read()
    finally:
        first.close()
        second.close()


def test_work_is_queued_at_once_and_given_back_in_order() -> None:
    begun: list[int] = []

    async def one(number: int) -> int:
        begun.append(number)
        await asyncio.sleep(0.001 * (5 - number))
        return number

    async def main() -> list[int]:
        return await all_in_order([one(number) for number in range(5)])

    assert asyncio.run(main()) == begun == list(range(5))


def test_usage_adds_up() -> None:
    assert usage(3, 4) == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


def test_only_the_served_model_is_expected(embedded_server: EmbeddedServer) -> None:
    server = Service(embedded_server.loaded, SystemClock())
    server.expect(None)
    server.expect(server.name)
    with pytest.raises(Refusal, match="'other' does not exist; this server has 'smollm2"):
        server.expect("other")


def test_every_answer_has_a_fresh_id_and_the_models_fingerprint(
    embedded_server: EmbeddedServer,
) -> None:
    server = Service(embedded_server.loaded, SystemClock())
    first: dict[str, Any]
    first, second = (server.envelope("chat.completion", "chatcmpl") for _ in range(2))
    assert first["id"] != second["id"]
    assert first["system_fingerprint"] == "embedded:b179c9523d0e"
