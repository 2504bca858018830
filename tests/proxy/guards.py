"""A running guard for tests, with a classifier that does what the text tells it to.

    with guard(upstream.url, POLICY, tmp_path) as running:
        status, headers, body = post(running.url + CHAT, {...})
        assert running.events()[0]["outcome"] == "block"

The classifier scores `toxic` and `jailbreak` by the words themselves; `BREAK` makes it raise and
`SLOW` makes it wait.
"""

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from statera.errors import DeclarationError
from statera.guard.tools import TextReading, Tools
from statera.protocols import Model
from statera.proxy.serving import guarding
from statera.proxy.terms import Terms

CHAT = "/v1/chat/completions"
POLICY = """
name: test
version: "7"
events: {content: full}
detectors:
  - name: words
    use: regex
    with: {patterns: ['forbidden'], label: WORD}
    sides: [input, output, tool_call, tool_result]
    action: block
  - name: keys
    use: regex
    with: {patterns: ['sk-[a-z0-9]{8,}'], label: KEY}
    sides: [input, output, tool_call, tool_result]
    action: redact
"""
SEMANTIC = """
  - name: toxicity
    use: classifier
    with: {head: toxicity}
    sides: [input, output]
    threshold: 0.85
    action: block
    timeout: 0.5
    on_failure: %s
"""


class Read(NamedTuple):
    """What the classifier saw."""

    scores: Mapping[str, float]
    spans: Mapping[str, tuple[int, int]]
    beyond: bool


class Told:
    """A classifier whose scores the text itself tells."""

    heads = ("toxicity", "jailbreak")
    digest = "told"

    def read(self, text: str) -> TextReading:
        if "BREAK" in text:
            raise RuntimeError("told to")
        if "SLOW" in text:
            time.sleep(0.8)
        scores = {"toxicity": 0.9 * ("toxic" in text), "jailbreak": 0.9 * ("jailbreak" in text)}
        return Read(scores, dict.fromkeys(self.heads, (0, len(text))), "BEYOND" in text)

    def embed(self, text: str) -> NDArray[np.float32]:
        return np.ones(1, dtype=np.float32)

    def token_count(self, text: str) -> int:
        return len(text.split())


def tools(folder: Path) -> Tools:
    """Return what policies of these tests need."""

    def foreign(path: Path) -> Told:
        raise DeclarationError(f"{path}: no such folder")

    def model(name: str) -> Model:
        raise DeclarationError(f"{name}: no such model")

    return Tools(encoder=lambda _: Told(), foreign=foreign, model=model, folder=folder)


class RunningGuard(NamedTuple):
    """A guard that runs."""

    url: str
    control: str
    policy: Path
    written: Path

    def events(self, least: int = 1) -> list[dict[str, Any]]:
        """Return the events so far, waiting until there are that many."""
        until = time.monotonic() + 5
        while True:
            lines = self.written.read_text(encoding="utf-8").splitlines()
            if len(lines) >= least or time.monotonic() > until:
                return [json.loads(line) for line in lines]
            time.sleep(0.01)


@contextmanager
def guard(
    upstream: str, policy: str, folder: Path, *, waits: bool = True, **terms: Any
) -> Iterator[RunningGuard]:
    """Run a guard while the block runs; `waits` until upstream answers."""
    file, written = folder / "policy.yaml", folder / "events.jsonl"
    file.write_text(policy, encoding="utf-8")
    own = Terms(
        **{
            "upstream": upstream,
            "policy": str(file),
            "host": "127.0.0.1",
            "port": 0,
            "control_port": 0,
            "events": str(written),
            "drain_seconds": 2.0,
            **terms,
        }
    )
    with guarding(own, tools(folder)) as running:
        if waits:
            until_answering(running.url)
        yield RunningGuard(running.url, running.control, file, written)


def until_answering(url: str) -> None:
    """Wait until upstream was seen once."""
    until = time.monotonic() + 5
    while get(f"{url}/health/ready").status != 200 and time.monotonic() < until:
        time.sleep(0.01)


class Answered(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def post(url: str, body: object, headers: Mapping[str, str] | None = None) -> Answered:
    """Send a POST; `body` may be bytes that are no JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return send("POST", url, data, {"content-type": "application/json", **(headers or {})})


def get(url: str, headers: Mapping[str, str] | None = None) -> Answered:
    """Send a GET."""
    return send("GET", url, None, headers or {})


def send(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answered:
    """Send a request on a connection of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, dict(headers))
        found = connection.getresponse()
        named = {name.lower(): value for name, value in found.getheaders()}
        return Answered(found.status, named, found.read())
    finally:
        connection.close()


def asking(text: str, **more: Any) -> dict[str, Any]:
    """Return the body of a chat completion that asks `text`."""
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}
