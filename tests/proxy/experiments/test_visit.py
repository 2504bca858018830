"""A request is treated as its arm has it, and what came of it is written after the answer."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from statera.experiment.opened import open_design
from statera.proxy.bodies import Message, Receive, Send
from statera.proxy.experiments.choosing import Chooser
from statera.proxy.experiments.current import Assigner, current_arm
from statera.proxy.experiments.keys import Keys
from statera.proxy.experiments.lifespan import Asgi
from statera.proxy.experiments.tokens import verified
from statera.proxy.experiments.visit import MOST, Visit
from statera.records.live import Answered, Exposure, decision_number, identifier
from tests.proxy.experiments import times
from tests.proxy.experiments.applications import DESIGN, written
from tests.proxy.experiments.served import Kept
from tests.proxy.guards import CHAT, asking
from tests.proxy.upstreams import chat

KEYS = Keys(b"a key of units", b"a key to sign with")
JSON = (b"content-type", b"application/json")


class Visited:
    """An application that says what it was asked, and requests to it."""

    def __init__(self, folder: Path, design: str = DESIGN) -> None:
        self.kept, self.clock = Kept(), times.Standing()
        chooser = Chooser(open_design(written(folder, design)), key=KEYS.unit, clock=self.clock)
        self.assigner = Assigner(chooser, self.kept, self.clock, lambda _: "", Lock())
        self.asked: list[Message] = []

    async def app(self, scope: Message, receive: Receive, send: Send) -> None:
        parts = [await receive()]
        while parts[-1].get("more_body"):
            parts.append(await receive())
        body = b"".join(part.get("body", b"") for part in parts)
        self.asked.append({"headers": scope["headers"], "body": body, "parts": len(parts)})
        self.clock.at += 2
        facts = list(self.kept.facts)
        assert all(isinstance(fact, Exposure) for fact in facts), "nothing was answered yet"
        await send({"type": "http.response.start", "status": 201, "headers": [JSON]})
        await send({"type": "http.response.body", "body": json.dumps(chat("hi")).encode()})

    def ask(
        self,
        body: object,
        headers: Sequence[tuple[bytes, bytes]] = (JSON,),
        *,
        app: Asgi | None = None,
        **scope: Any,
    ) -> list[Message]:
        """Send a request in pieces; return what was sent back."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        middle = len(data) // 2
        pieces = [
            {"type": "http.request", "body": data[:middle], "more_body": True},
            {"type": "http.request", "body": data[middle:], "more_body": False},
        ]
        sent: list[Message] = []

        async def receive() -> Message:
            return pieces.pop(0) if pieces else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        told = {"type": "http", "method": "POST", "path": CHAT, "headers": list(headers), **scope}
        asyncio.run(Visit(self.assigner, KEYS, app or self.app, told).run(receive, send))
        return sent

    @property
    def kinds(self) -> list[str]:
        return [type(fact).__name__ for fact in self.kept.facts]


@pytest.fixture
def visited(tmp_path: Path) -> Visited:
    return Visited(tmp_path)


def headers_of(sent: Sequence[Message]) -> Mapping[bytes, bytes]:
    return dict(sent[0]["headers"])


def test_a_request_of_a_known_api_is_rewritten_and_recorded(visited: Visited) -> None:
    length = (b"content-length", b"999")
    sent = visited.ask(asking("hello", user="wim"), (JSON, length))
    [asked] = visited.asked
    body = json.loads(asked["body"])
    assert (body["model"], body["temperature"]) == ("m-warm", 0)
    assert body["messages"][0] == {"role": "system", "content": "Be warm."}
    assert dict(asked["headers"])[b"content-length"] == b"%d" % len(asked["body"])
    told = headers_of(sent)
    assert (told[b"x-statera-experiment"], told[b"x-statera-arm"]) == (b"tone", b"warm")
    exposure, answered = visited.kept.facts
    assert isinstance(exposure, Exposure)
    assert isinstance(answered, Answered)
    number = decision_number(told[b"x-statera-decision-id"].decode())
    assert verified(KEYS.feedback, told[b"x-statera-feedback"].decode()) == number
    assert exposure.decision == answered.decision == number
    assert (answered.status, answered.seconds, answered.fault) == (201, 2.0, False)
    assert (answered.input_tokens, answered.output_tokens) == (3, 2)
    assert answered.response == identifier(KEYS.unit, "response", "chatcmpl-1")
    assert (answered.arm, answered.first) == ("warm", None)


def test_the_base_is_answered_as_it_was_asked(visited: Visited) -> None:
    data = json.dumps(asking("hello", user="ben")).encode()
    sent = visited.ask(data, (JSON, (b"content-length", b"%d" % len(data))))
    [asked] = visited.asked
    assert (asked["body"], asked["parts"]) == (data, 2)
    assert headers_of(sent)[b"x-statera-arm"] == b"base"
    assert visited.kinds == ["Exposure", "Answered"]


@pytest.mark.parametrize(
    ("body", "headers", "scope", "kinds"),
    [
        (asking("x", user="wim"), [(b"content-type", b"text/plain")], {}, []),
        (asking("x", user="wim"), [JSON, (b"content-encoding", b"gzip")], {}, []),
        (asking("x", user="wim"), [JSON], {"path": "/v1/embeddings"}, []),
        (asking("x", user="wim"), [JSON], {"path": "/chat"}, []),
        (asking("x", user="wim"), [JSON], {"method": "PUT"}, []),
        (b'{"user": "wim"', [JSON], {}, []),
        (b'{"user": "wim", "user": "ben"}', [JSON], {}, []),
        (b'{"user": "wim", "x": "' + b"." * MOST + b'"}', [JSON], {}, []),
        (asking("x"), [JSON], {}, ["Excluded"]),
        ({"model": "m", "user": "wim", "messages": "none"}, [JSON], {}, ["Excluded"]),
    ],
)
def test_what_takes_no_part_passes_as_it_came(
    visited: Visited, body: object, headers: Any, scope: dict[str, str], kinds: list[str]
) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        visited.kept.facts, kept = [], visited.kept.facts
        await visited.app(scope, receive, send)
        visited.kept.facts += kept

    sent = visited.ask(data, headers, app=app, **scope)
    [asked] = visited.asked
    assert (asked["body"], asked["headers"]) == (data, list(headers))
    assert sent[0]["headers"] == [JSON]
    assert visited.kinds == kinds


def test_a_client_that_goes_away_while_it_asks_is_passed_on(visited: Visited) -> None:
    seen: list[str] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        del scope, send
        seen.extend([(await receive())["type"], (await receive())["type"]])

    async def receive() -> Message:
        return pieces.pop(0)

    async def send(message: Message) -> None:
        raise AssertionError(message)

    pieces: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {"type": "http", "method": "POST", "path": CHAT, "headers": [JSON]}
    asyncio.run(Visit(visited.assigner, KEYS, app, scope).run(receive, send))
    assert seen == ["http.request", "http.disconnect"]
    assert not visited.kept.facts


def test_an_application_that_raises_is_recorded_and_raises(visited: Visited) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        current_arm(unit="wim")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        visited.ask({}, app=app, path="/own")
    _, answered = visited.kept.facts
    assert isinstance(answered, Answered)
    assert (answered.status, answered.fault) == (500, True)


def test_two_experiments_share_a_decision_and_a_token(visited: Visited, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    other = Visited(tmp_path / "more", DESIGN.replace("experiment: tone", "experiment: price"))

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        assert sorted(scope["state"]["statera"]) == ["price", "tone"]
        current_arm("tone", unit="ben")
        current_arm("price", unit="wim")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def inner(scope: Message, receive: Receive, send: Send) -> None:
        await Visit(other.assigner, KEYS, app, scope).run(receive, send)

    sent = visited.ask({}, app=inner, path="/own")
    names = [name for name, _ in sent[0]["headers"]]
    assert names.count(b"x-statera-feedback") == names.count(b"x-statera-decision-id") == 1
    assert names.count(b"x-statera-arm") == 2
    facts = [*visited.kept.facts, *other.kept.facts]
    assert len({getattr(fact, "decision", None) for fact in facts}) == 1


def test_the_first_token_of_a_stream_is_timed(visited: Visited) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        current_arm(unit="wim")
        headers = [(b"Content-Type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for wait, data in ((3.0, b'data: {"id": "c"}\n\n'), (4.0, b"data: [DONE]\n\n")):
            visited.clock.at += wait
            await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    visited.ask({}, app=app, path="/own")
    _, answered = visited.kept.facts
    assert isinstance(answered, Answered)
    assert (answered.first, answered.seconds) == (3.0, 7.0)
    assert answered.response == identifier(KEYS.unit, "response", "c")
