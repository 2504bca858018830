"""Streams through a real guard over real sockets: what leaves was checked, all ends properly."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from statera.proxy.streaming import MOST_TOLD, Together
from statera.records.guarding import Decision, Outcome, Passage
from tests.proxy.guards import CHAT, POLICY, SEMANTIC, RunningGuard, asking, get, guard, post
from tests.proxy.upstreams import CLOSE, RESET, Asked, RawUpstream, Step, chunks, stream

WINDOW = "stream: {window: 64}\n"
LONG = "Nothing here is of any harm to anyone who reads it. " * 6


@pytest.fixture(scope="module")
def upstream() -> Iterator[RawUpstream]:
    with RawUpstream(lambda asked: stream(chunks("fine"))) as found:
        yield found


@pytest.fixture(scope="module")
def running(
    upstream: RawUpstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGuard]:
    folder, policy = tmp_path_factory.mktemp("guard"), POLICY + SEMANTIC % "closed" + WINDOW
    with guard(upstream.url, policy, folder, read_seconds=1.0) as found:
        yield found


def asked(running: RunningGuard, upstream: RawUpstream, *texts: str, **more: Any) -> str:
    """Let upstream stream the texts; return what the client gets."""
    upstream.script = lambda _: stream(chunks(*texts, **more))
    found = post(running.url + CHAT, asking("hello", stream=True))
    assert found.status == 200
    assert found.headers["content-type"] == "text/event-stream"
    return found.body.decode()


def events(body: str) -> list[dict[str, Any]]:
    """Return the objects of a stream."""
    data = [line[6:] for line in body.splitlines() if line.startswith("data: ")]
    return [json.loads(one) for one in data if one != "[DONE]"]


def said(body: str) -> str:
    """Return the text that the client was given."""
    deltas = [one["choices"][0]["delta"] for one in events(body) if one.get("choices")]
    return "".join(delta.get("content") or "" for delta in deltas)


def test_what_passes_is_what_upstream_said(running: RunningGuard, upstream: RawUpstream) -> None:
    texts = [LONG[at : at + 7] for at in range(0, len(LONG), 7)]
    found = asked(running, upstream, *texts)
    assert said(found) == LONG
    assert found.endswith("data: [DONE]\n\n")
    assert events(found)[-1]["choices"][0]["finish_reason"] == "stop"


def test_every_byte_that_leaves_was_checked(running: RunningGuard, upstream: RawUpstream) -> None:
    before = len(running.events())
    texts = [LONG[at : at + 11] for at in range(0, len(LONG), 11)]
    assert said(asked(running, upstream, *texts)) == LONG
    event = running.events(before + 2)[-1]
    windows = [one["text"] for one in event["passages"]]
    assert (event["phase"], event["checks"]) == ("stream", len(windows))
    covered = ""
    for window in windows:
        at = LONG.find(window, max(0, len(covered) - len(window)))
        assert 0 <= at <= len(covered), "no gap between what was checked"
        covered = LONG[: max(len(covered), at + len(window))]
    assert covered == LONG


def test_a_late_block_ends_the_stream_as_one(running: RunningGuard, upstream: RawUpstream) -> None:
    before = len(running.events())
    found = asked(running, upstream, LONG, "then forbidden words", LONG)
    assert "forbidden" not in said(found)
    assert LONG.startswith(said(found))
    assert events(found)[-1]["choices"][0]["finish_reason"] == "content_filter"
    assert found.endswith("data: [DONE]\n\n")
    event = running.events(before + 2)[-1]
    assert (event["outcome"], event["released"]) == ("block", len(said(found)))
    page = get(f"{running.url}/metrics").body.decode()
    assert f"statera_guard_released_before_block_chars_total {len(said(found))}.0" in page


def test_full_mode_lets_nothing_of_a_blocked_reply_leave(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    policy = POLICY + "stream: {mode: full}\n"
    with guard(upstream.url, policy, tmp_path) as running:
        found = asked(running, upstream, LONG, "then forbidden words")
    assert said(found) == "This reply was withheld by the content policy."
    assert events(found)[-1]["model"] == "m"
    assert events(found)[-1]["created"] > 1_700_000_000
    assert events(found)[-1]["choices"][0]["finish_reason"] == "content_filter"


def test_a_check_not_made_of_a_choice_is_no_bypass_where_another_is_blocked(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    def choice(index: int, text: str) -> bytes:
        one = {"index": index, "delta": {"content": text}, "finish_reason": "stop"}
        return f"data: {json.dumps({'id': 'c', 'choices': [one]})}\n\n".encode()

    upstream.script = lambda _: stream([choice(0, "BREAK"), choice(1, "forbidden")])
    policy = POLICY + SEMANTIC % "open" + "stream: {mode: full}\n"
    with guard(upstream.url, policy, tmp_path) as running:
        found = post(running.url + CHAT, asking("hello", stream=True)).body.decode()
        assert events(found)[-1]["choices"][0]["finish_reason"] == "content_filter"
        assert running.events(2)[-1]["outcome"] == "block"
        assert "statera_guard_bypasses_total{" not in get(f"{running.url}/metrics").body.decode()


def test_what_is_taken_out_of_a_stream_was_cut_anywhere(
    running: RunningGuard, upstream: RawUpstream
) -> None:
    found = asked(running, upstream, *("key s", "k-abc", "defghij", "k rest"))
    assert said(found) == "key [KEY] rest"


@pytest.mark.parametrize("text", ["then BREAK", "then SLOW"])
def test_a_check_that_fails_in_mid_stream_ends_it_as_an_error(
    running: RunningGuard, upstream: RawUpstream, text: str
) -> None:
    found = asked(running, upstream, LONG, text)
    assert text not in said(found)
    assert events(found)[-1]["error"]["code"] == "guard_unavailable"
    assert "[DONE]" not in found


def test_a_check_that_fails_first_is_answered_with_503(
    running: RunningGuard, upstream: RawUpstream
) -> None:
    upstream.script = lambda _: stream(chunks("BREAK")[1:])
    found = post(running.url + CHAT, asking("hello", stream=True))
    assert (found.status, found.json["error"]["code"]) == (503, "guard_unavailable")


@pytest.mark.parametrize("last", [RESET, CLOSE, 3.0, b"5\r\nxx"])
def test_a_stream_that_breaks_off_is_no_success(
    running: RunningGuard, upstream: RawUpstream, last: bytes | float | str
) -> None:
    begun = chunks(LONG, done=False, finish=False)
    upstream.script = lambda _: [*stream(begun, end=False), last, *([CLOSE] * (last != RESET))]
    found = post(running.url + CHAT, asking("hello", stream=True))
    text = found.body.decode()
    assert said(text) == LONG
    assert events(text)[-1]["error"]["code"] in ("upstream_error", "upstream_timeout")
    assert "[DONE]" not in text
    for _ in range(500):
        told = [
            one for one in running.events() if one["id"] == found.headers["x-statera-decision-id"]
        ]
        if len(told) == 3:
            break
        time.sleep(0.01)
    assert [one["event"] for one in told] == ["decision", "decision", "fault"]
    assert (told[-1]["phase"], told[-1]["status"]) == ("stream", 200)


def test_a_stream_that_never_begins_is_answered_as_an_error(
    running: RunningGuard, upstream: RawUpstream
) -> None:
    upstream.script = lambda _: [*stream([], end=False), CLOSE]
    found = post(running.url + CHAT, asking("hello", stream=True))
    assert (found.status, found.json["error"]["code"]) == (502, "upstream_error")


def test_a_client_that_leaves_ends_upstreams_work(
    running: RunningGuard, upstream: RawUpstream
) -> None:
    upstream.broken = 0
    upstream.script = lambda _: stream(chunks(*[LONG] * 2000), pause=0.005)
    connection = http.client.HTTPConnection(running.url.removeprefix("http://"), timeout=10)
    connection.request(
        "POST",
        CHAT,
        json.dumps(asking("hello", stream=True)),
        {"content-type": "application/json"},
    )
    reply = connection.getresponse()
    assert reply.read(10)
    sock = connection.sock
    reply.close()
    if sock is not None:
        sock.shutdown(socket.SHUT_RDWR)
    connection.close()
    until = time.monotonic() + 5
    while not upstream.broken and time.monotonic() < until:
        time.sleep(0.01)
    assert upstream.broken == 1


def test_a_client_that_does_not_read_holds_upstream_back(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    sent, piece = 0, chunks(LONG * 100, done=False, finish=False)[1]
    most = 40 * 2**20 // len(piece)

    def endless(asked: Asked) -> Iterator[Step]:
        nonlocal sent
        if asked.path == CHAT.encode():
            for step in stream(repeat(piece, most)):
                sent += len(step) if isinstance(step, bytes) else 0
                yield step

    upstream.script = endless
    policy = POLICY + "stream: {window: 20000}\n"
    with guard(upstream.url, policy, tmp_path, body_seconds=0.6) as running:
        host, _, port = running.url.removeprefix("http://").partition(":")
        body = json.dumps(asking("hello", stream=True)).encode()
        head = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect((host, int(port)))
            client.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
            until = time.monotonic() + 5
            page = b""
            while b'result="error"' not in page and time.monotonic() < until:
                time.sleep(0.1)
                page = get(f"{running.url}/metrics").body
            assert b'phase="stream",result="error"' in page, "the client was given up"
    assert sent < 30 * 2**20, "upstream was not read further than buffers of sockets are long"


def test_the_decision_on_a_stream_is_that_of_all_checks_together() -> None:
    together = Together("i", "p")
    one = Passage(text="x", side="output")
    for outcome, score in (("allow", 0.1), ("redact", 0.7), ("allow", 0.2)):
        together.add(
            Decision(id="i", policy="p", outcome=outcome, would="block", scores={"d": score}),  # type: ignore[arg-type]
            [one],
        )
    for _ in range(MOST_TOLD + 5):
        together.add(Decision(id="i", policy="p", outcome="allow", would="allow"), [one])
    found = together.decision()
    assert (found.outcome, found.would, found.scores) == ("redact", "block", {"d": 0.7})
    assert (together.checks, len(together.passages)) == (MOST_TOLD + 8, MOST_TOLD)


def test_values_that_were_taken_out_return_in_a_stream_too(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    policy = POLICY.replace("action: redact", "action: redact\n    restore: true")
    upstream.script = lambda _: stream(chunks("as you say, [KE", "Y_1] it", " is"))
    with guard(upstream.url, policy, tmp_path) as running:
        body = asking("my key is sk-aaaaaaaaaa", stream=True)
        found = post(running.url + CHAT, body).body.decode()
    assert "sk-aaaaaaaaaa" not in upstream.asked[-1].body.decode()
    assert said(found) == "as you say, sk-aaaaaaaaaa it is"


def test_the_first_block_is_what_is_told() -> None:
    together = Together("i", "p")
    for words in ("", "first", "second"):
        outcome: Outcome = "block" if words else "allow"
        together.add(
            Decision(id="i", policy="p", outcome=outcome, would=outcome, message=words), []
        )
    assert together.decision().message == "first"
