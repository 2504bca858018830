"""The real embedded model and its real server, once a test process.

The fixtures are known to every test (`tests/conftest.py`):

    def test_something(embedded_server: EmbeddedServer) -> None:
        status, body = post(f"{embedded_server.url}/completions", {...})
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from statera.models.clock import SystemClock
from statera.models.embedded import EmbeddedModel, Loaded, load
from statera.modelserver.serving import serving

CONTEXT = 2048


class EmbeddedServer(NamedTuple):
    """A running server. `root` is its address, `url` that of OpenAI's paths (`root/v1`)."""

    root: str
    model: str
    loaded: Loaded

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    @property
    def reference(self) -> str:
        """The model as a user names it: `URL#NAME`."""
        return f"{self.url}#{self.model}"


@pytest.fixture(scope="session")
def embedded_server() -> Iterator[EmbeddedServer]:
    """The embedded model behind HTTP, on a free port of 127.0.0.1."""
    loaded = load(context=CONTEXT)
    with serving(loaded, SystemClock()) as root:
        yield EmbeddedServer(root, loaded.weights.name, loaded)


@pytest.fixture(scope="session")
def embedded() -> Iterator[Loaded]:
    """The embedded model in this process, with nothing around it."""
    loaded = load(context=CONTEXT)
    yield loaded
    loaded.close()


@pytest.fixture(scope="session")
def embedded_model(embedded: Loaded) -> EmbeddedModel:
    """The embedded model as a Model."""
    return EmbeddedModel(embedded, SystemClock())


def post(url: str, body: Any) -> tuple[int, dict[str, Any]]:
    """Return status and JSON of a POST; `body` may be bytes that are no JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return _sent(Request(url, data=data, headers={"Content-Type": "application/json"}))


def get(url: str) -> tuple[int, dict[str, Any]]:
    """Return status and JSON of a GET."""
    return _sent(Request(url))


def events(url: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the chunks of a stream, which must end with `[DONE]`."""
    request = Request(url, data=json.dumps(body | {"stream": True}).encode())
    with urlopen(request, timeout=600) as answer:
        lines = [line[6:] for line in answer.read().decode().split("\n") if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def _sent(request: Request) -> tuple[int, dict[str, Any]]:
    try:
        with urlopen(request, timeout=600) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)
