import asyncio
import socket

import pytest

from statera.errors import DeclarationError
from statera.models.clock import SystemClock
from statera.models.preflight import Listed, listed, preflight
from statera.models.stack import HttpSettings, http_endpoint
from statera.models.transport import Timeouts
from tests.echo_endpoint import EchoEndpoint
from tests.endpoint import NO_MODEL, Behaviour, Endpoint

KEY = "sk-1234567890"


def fly(url: str, name: str = "test", total: float = 5.0) -> None:
    settings = HttpSettings(timeouts=Timeouts(connect=2, first_byte=total, total=total))

    async def main() -> None:
        endpoint = http_endpoint(url, name, settings, KEY, SystemClock())
        try:
            await preflight(endpoint, name)
        finally:
            await endpoint.transport.close()

    asyncio.run(main())


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def test_a_good_endpoint_passes_with_one_small_request() -> None:
    with Endpoint() as endpoint:
        fly(endpoint.url)
        assert endpoint.count == 1
        assert endpoint.received[0].body["max_tokens"] == 1


def test_a_server_of_completions_only_passes() -> None:
    with EchoEndpoint() as endpoint:
        fly(endpoint.url, "toy")


def test_an_unreachable_endpoint_is_one_line() -> None:
    port = free_port()
    with pytest.raises(DeclarationError, match=f"127.0.0.1:{port}/v1#test: cannot connect"):
        fly(f"http://127.0.0.1:{port}/v1")


def test_a_server_that_says_nothing_at_all_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(DeclarationError, match="time-out"):
            fly(f"http://127.0.0.1:{port}/v1", total=0.3)


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_told_in_the_servers_words_without_the_key(status: int) -> None:
    body = {"error": {"message": f"Incorrect API key provided: {KEY}."}}
    struck = Behaviour(fault="body", status=status, body=body)
    with (
        Endpoint(struck) as endpoint,
        pytest.raises(DeclarationError, match="Incorrect API key provided") as caught,
    ):
        fly(endpoint.url)
    assert KEY not in str(caught.value)


def test_a_wrong_model_name_comes_with_the_right_ones() -> None:
    struck = Behaviour(fault="body", status=404, body=NO_MODEL)
    with Endpoint(struck) as endpoint, pytest.raises(DeclarationError) as caught:
        fly(endpoint.url, "tset")
    message = str(caught.value)
    assert "The model `nope` does not exist" in message
    assert "Did you mean 'test'? Models there: test" in message
    assert "\n" not in message


@pytest.mark.parametrize("fault", ["429", "500", "503", "reset", "badjson", "empty", "html"])
def test_what_may_pass_is_left_to_the_run(fault: str) -> None:
    with Endpoint(Behaviour(fault=fault)) as endpoint:  # type: ignore[arg-type]
        fly(endpoint.url)


@pytest.mark.parametrize(
    ("model", "context"),
    [
        (Listed(id="a"), None),
        (Listed(id="a", max_model_len=4096), 4096),
        (Listed(id="a", meta={"n_ctx_train": 8192}), 8192),
        (Listed(id="a", meta={"n_ctx": 2048, "n_ctx_train": 8192}), 2048),
        (Listed(id="a", meta={"n_ctx": "many"}), None),
    ],
)
def test_the_context_limit_where_a_list_tells(model: Listed, context: int | None) -> None:
    assert model.context == context


def test_the_list_of_models() -> None:
    async def main(url: str) -> list[Listed]:
        endpoint = http_endpoint(url, "test", HttpSettings(), None, SystemClock())
        try:
            return await listed(endpoint)
        finally:
            await endpoint.transport.close()

    with Endpoint() as endpoint:
        assert [model.id for model in asyncio.run(main(endpoint.url))] == ["test"]
