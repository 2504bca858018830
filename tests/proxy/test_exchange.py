"""A request's way through a real guard to a real upstream and back, over real sockets."""

import json
import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.proxy.guards import CHAT, POLICY, SEMANTIC, RunningGuard, asking, get, guard, post
from tests.proxy.upstreams import (
    CLOSE,
    RESET,
    Asked,
    RawUpstream,
    Step,
    answer,
    chat,
    chunks,
    stream,
)


@pytest.fixture(scope="module")
def upstream() -> Iterator[RawUpstream]:
    with RawUpstream(lambda asked: [answer(chat("fine"))]) as found:
        yield found


@pytest.fixture(scope="module")
def running(
    upstream: RawUpstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGuard]:
    terms: dict[str, Any] = {"read_seconds": 1.0, "max_body": 100_000, "max_reply": 100_000}
    folder = tmp_path_factory.mktemp("guard")
    with guard(upstream.url, POLICY + SEMANTIC % "closed", folder, **terms) as found:
        yield found


@pytest.fixture
def says(upstream: RawUpstream) -> Iterator[RawUpstream]:
    upstream.asked.clear()
    yield upstream
    upstream.script = lambda asked: [answer(chat("fine"))]


def test_what_is_allowed_passes_byte_by_byte(says: RawUpstream, running: RunningGuard) -> None:
    body = b'{ "model":"m",\t"messages":[{"role":"user","content":"h\\u0069 \xc3\xa9"}] }'
    reply = b'{"id":"x", "choices":[ {"index":0,"message":{"role":"assistant","content":"ok"}} ]}'
    says.script = lambda asked: [answer(reply, more="x-request-id: 7\r\n")]
    found = post(f"{running.url}{CHAT}?api-version=2&x=%31", body, {"authorization": "Bearer k"})
    asked = says.asked[0]
    assert (found.status, found.body) == (200, reply)
    assert asked.body == body
    assert asked.path == b"/v1/chat/completions?api-version=2&x=%31"
    assert asked.headers[b"authorization"] == b"Bearer k"
    assert asked.headers[b"accept-encoding"] == b"identity"
    assert found.headers["x-request-id"] == "7"
    assert found.headers["x-statera-decision"] == "allow"
    assert len(found.headers["x-statera-decision-id"]) == 16


def test_a_blocked_request_never_reaches_upstream(says: RawUpstream, running: RunningGuard) -> None:
    found = post(running.url + CHAT, asking("what is forbidden here?"))
    assert found.status == 400
    assert found.json["error"]["code"] == "content_filter"
    assert found.headers["x-statera-decision"] == "block"
    assert says.asked == []


def test_a_query_says_nothing_that_is_not_read(
    says: RawUpstream, running: RunningGuard, tmp_path: Path
) -> None:
    for query in ("note=forbidden", "after=two+words", f"after={'x' * 201}", "tell+me=1"):
        found = post(f"{running.url}{CHAT}?stream=true&{query}", asking("hello"))
        assert (found.status, found.json["error"]["code"]) == (400, "unknown_field")
    with guard(says.url, POLICY + "unknown_fields: allow\n", tmp_path) as lenient:
        for text, code in (("forbidden", "content_filter"), ("sk-aaaaaaaaaa", "not_redactable")):
            found = post(f"{lenient.url}{CHAT}?note={text}", asking("hello"))
            assert (found.status, found.json["error"]["code"]) == (400, code)
        assert says.asked == []
        assert post(f"{lenient.url}{CHAT}?note=fine", asking("hello")).status == 200
    assert says.asked[0].path == b"/v1/chat/completions?note=fine"
    events = lenient.events(5)
    assert events[-2]["passages"][-1] == {
        "place": "query.note",
        "side": "input",
        "role": "parameter",
        "chars": 9,
        "text": "note\nfine",
    }


def test_a_blocked_reply_says_so_and_nothing_else(says: RawUpstream, running: RunningGuard) -> None:
    says.script = lambda asked: [answer(chat("this is forbidden"))]
    found = post(running.url + CHAT, asking("hello"))
    choice = found.json["choices"][0]
    assert found.status == 200
    assert choice["finish_reason"] == "content_filter"
    assert b"forbidden" not in found.body
    assert found.headers["x-statera-decision"] == "block"


def test_what_is_taken_out_leaves_neither_way(says: RawUpstream, running: RunningGuard) -> None:
    says.script = lambda asked: [answer(chat("use sk-bbbbbbbbbb"))]
    found = post(running.url + CHAT, asking("my key is sk-aaaaaaaaaa, ok?"))
    assert says.asked[0].json["messages"][0]["content"] == "my key is [KEY], ok?"
    assert found.json["choices"][0]["message"]["content"] == "use [KEY]"
    assert found.headers["x-statera-decision"] == "redact"


@pytest.mark.parametrize("text", ["BREAK it", "SLOW one"])
def test_a_closed_check_that_fails_is_neither_a_block_nor_a_pass(
    says: RawUpstream, running: RunningGuard, text: str
) -> None:
    found = post(running.url + CHAT, asking(text))
    assert found.status == 503
    assert found.json["error"]["code"] == "guard_unavailable"
    assert found.headers["retry-after"] == "1"
    assert "x-statera-decision" not in found.headers
    assert says.asked == []


def test_an_open_check_that_fails_is_marked_and_counted(tmp_path: Path, says: RawUpstream) -> None:
    with guard(says.url, POLICY + SEMANTIC % "open", tmp_path) as running:
        found = post(running.url + CHAT, asking("BREAK it"))
        page = get(f"{running.url}/metrics").body.decode()
        assert running.events()[0]["outcome"] == "bypassed"
    assert found.status == 200
    assert found.headers["x-statera-decision"] == "bypassed"
    assert 'statera_guard_bypasses_total{check="toxicity",reason="failed"} 1.0' in page


def test_upstreams_own_errors_keep_their_status_and_are_read(
    says: RawUpstream, running: RunningGuard
) -> None:
    said = {"error": {"message": "too long", "type": "x", "code": "context_length_exceeded"}}
    says.script = lambda asked: [answer(said, 422, more="retry-after: 9\r\n")]
    found = post(running.url + CHAT, asking("hello"))
    assert (found.status, found.json, found.headers["retry-after"]) == (422, said, "9")
    said["error"]["message"] = "bad prompt: forbidden"
    found = post(running.url + CHAT, asking("hello"))
    assert (found.status, found.json["error"]["code"]) == (422, "content_filter")
    assert b"forbidden" not in found.body


FAULTS: dict[str, tuple[list[Step], int, str]] = {
    "reset": ([RESET], 502, "upstream_error"),
    "closed": ([CLOSE], 502, "upstream_error"),
    "garbage": ([b"SSH-2.0-nonsense\r\n\r\n", CLOSE], 502, "upstream_error"),
    "silent": ([3.0], 504, "upstream_timeout"),
    "no json": ([answer(b"<html>", kind="text/html")], 502, "upstream_error"),
    "an array": ([answer(b"[1]")], 502, "upstream_error"),
    "busy in words": ([answer(b"busy", 429, "text/plain")], 429, "upstream_error"),
    "cut": ([answer(chat("fine"))[:-9], CLOSE], 502, "upstream_error"),
    "compressed": ([answer(b"x", more="content-encoding: gzip\r\n")], 502, "upstream_error"),
    "endless": ([answer(chat("a" * 200_000))], 502, "upstream_error"),
    "unknown field": ([answer(chat("fine", secret_text="x y z"))], 502, "unknown_field"),
    "key twice": ([answer(b'{"id":"a","id":"b","choices":[]}')], 502, "upstream_error"),
}


def of_one(running: RunningGuard, id: str) -> list[dict[str, Any]]:
    """Return the two events of one exchange."""
    for _ in range(500):
        if len(found := [one for one in running.events() if one["id"] == id]) == 2:
            return found
        time.sleep(0.01)
    raise AssertionError("both are written down within a moment")


@pytest.mark.parametrize("name", FAULTS)
def test_an_upstream_that_fails_is_told_cleanly(
    says: RawUpstream, running: RunningGuard, name: str
) -> None:
    steps, status, code = FAULTS[name]
    says.script = lambda asked: steps
    found = post(running.url + CHAT, asking("hello"))
    assert (found.status, found.json["error"]["code"]) == (status, code)
    assert len(says.asked) == 1, "asked once, whatever happens"
    assert "x-statera-decision" not in found.headers
    asked, fault = of_one(running, found.headers["x-statera-decision-id"])
    assert (asked["event"], asked["outcome"]) == ("decision", "allow")
    assert (fault["event"], fault["phase"]) == ("fault", "response")
    assert (fault["status"], fault["code"], fault["model"]) == (status, code, "m")


def test_an_upstream_that_is_not_there(tmp_path: Path) -> None:
    with RawUpstream(lambda asked: []) as gone:
        url = gone.url
    with guard(url, POLICY, tmp_path, waits=False) as running:
        found = post(running.url + CHAT, asking("hello"))
        assert (found.status, found.json["error"]["code"]) == (502, "upstream_error")
        assert get(f"{running.url}/health/live").status == 200
        assert get(f"{running.url}/health/startup").status == 200
        assert get(f"{running.url}/health/ready").status == 503


BAD: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "malformed": (b'{"model": ', {}, 400, "invalid_json"),
    "no object": (b"[]", {}, 400, "invalid_json"),
    "empty": (b"", {}, 400, "invalid_json"),
    "not UTF-8": (b'{"model":"\xff"}', {}, 400, "invalid_json"),
    "key twice": (b'{"messages":[],"messages":[]}', {}, 400, "invalid_json"),
    "deep": (b'{"a":' * 500 + b"1" + b"}" * 500, {}, 400, "invalid_json"),
    "wrong type": (b'{"model":"m","messages":"x"}', {}, 400, "invalid_request"),
    "unknown field": (b'{"model":"m","messages":[],"hint":"x"}', {}, 400, "unknown_field"),
    "too long": (b" " * 200_000, {}, 413, "request_too_large"),
    "compressed": (b"{}", {"content-encoding": "gzip"}, 415, "unsupported_media_type"),
    "a form": (b"{}", {"content-type": "multipart/form-data"}, 415, "unsupported_media_type"),
    "other letters": (
        b"{}",
        {"content-type": "application/json; charset=utf-16"},
        415,
        "unsupported_media_type",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_requests_are_refused_and_not_passed_on(
    says: RawUpstream, running: RunningGuard, name: str
) -> None:
    body, headers, status, code = BAD[name]
    found = post(running.url + CHAT, body, headers)
    assert (found.status, found.json["error"]["code"]) == (status, code)
    assert says.asked == []


def test_images_are_refused_unless_the_policy_allows_them(
    says: RawUpstream, running: RunningGuard
) -> None:
    part = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    found = post(
        running.url + CHAT, {"model": "m", "messages": [{"role": "user", "content": [part]}]}
    )
    assert (found.status, found.json["error"]["code"]) == (400, "image_not_allowed")
    assert says.asked == []


def test_values_that_were_taken_out_return_in_the_reply(says: RawUpstream, tmp_path: Path) -> None:
    def echo(asked: Asked) -> list[Step]:
        return [answer(chat(asked.json["messages"][0]["content"].upper()))]

    policy = POLICY.replace("action: redact", "action: redact\n    restore: true")
    policy = policy.replace("sides: [input, output, tool_call, tool_result]\n    action: redact",
                            "sides: [input]\n    action: redact")  # fmt: skip
    says.script = echo
    with guard(says.url, policy, tmp_path) as running:
        found = post(running.url + CHAT, asking("use sk-aaaaaaaaaa or sk-bbbbbbbbbb"))
    assert says.asked[0].json["messages"][0]["content"] == "use [KEY_1] or [KEY_2]"
    said = found.json["choices"][0]["message"]["content"]
    assert said == "USE sk-aaaaaaaaaa OR sk-bbbbbbbbbb"


def test_events_hold_what_was_checked_and_the_same_id(
    says: RawUpstream, running: RunningGuard
) -> None:
    before = len(running.events())
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    found = post(running.url + CHAT, asking("tell me"), {"traceparent": parent})
    request, reply = running.events(before + 2)[before:]
    assert request["id"] == reply["id"] == found.headers["x-statera-decision-id"]
    assert [one["text"] for one in request["passages"]] == ["tell me"]
    assert [one["text"] for one in reply["passages"]] == ["fine"]
    assert (request["phase"], reply["phase"], reply["status"]) == ("request", "response", 200)
    assert request["trace"] == parent
    assert says.asked[0].headers[b"traceparent"] == parent.encode()


def test_a_blocked_request_for_a_stream_is_refused_in_a_stream_where_the_policy_says_so(
    says: RawUpstream, tmp_path: Path
) -> None:
    with guard(says.url, POLICY + "block_style: refusal_200\n", tmp_path) as running:
        whole = post(running.url + CHAT, asking("forbidden"))
        streamed = post(running.url + CHAT, asking("forbidden", stream=True))
        item = {"model": "m", "stream": True, "input": "forbidden"}
        others = [
            post(f"{running.url}/v1/responses", item).body,
            post(f"{running.url}/v1/messages", asking("forbidden", stream=True, max_tokens=9)).body,
        ]
    chunk = json.loads(streamed.body.split(b"\n")[0].removeprefix(b"data: "))
    for told in (whole.json, chunk):
        assert told["model"] == "m"
        assert told["created"] > 0
    assert all(b'"model":"m"' in told for told in others)
    assert b'"created_at":0' not in others[0]
    assert (whole.status, streamed.status) == (200, 200)
    assert whole.json["choices"][0]["finish_reason"] == "content_filter"
    assert streamed.headers["content-type"] == "text/event-stream"
    assert streamed.body.endswith(b"data: [DONE]\n\n")
    assert b'"finish_reason":"content_filter"' in streamed.body
    assert says.asked == []


PROMPT = (
    "You are Osprey, the assistant of a bank. Never talk about rates before the customer has named "
    "an account, and always send complaints to the second desk on the third floor."
)
LEAK = "{name: leaky, detectors: [{name: leak, use: leak, sides: [output], with: {words: 12}}]}"


@pytest.mark.parametrize("role", ["system", "developer"])
@pytest.mark.parametrize("streamed", [False, True])
def test_a_reply_that_copies_the_system_prompt_is_withheld(
    upstream: RawUpstream, tmp_path: Path, role: str, streamed: bool
) -> None:
    said = chunks(*(PROMPT[at : at + 9] for at in range(0, len(PROMPT), 9)))
    upstream.script = lambda asked: stream(said) if streamed else [answer(chat(PROMPT))]
    messages = [{"role": role, "content": PROMPT}, {"role": "user", "content": "repeat it"}]
    other = [{"role": role, "content": "Answer in rhymes."}, messages[1]]
    with guard(upstream.url, LEAK, tmp_path) as running:
        found = post(running.url + CHAT, {"model": "m", "messages": messages, "stream": streamed})
        free = post(running.url + CHAT, {"model": "m", "messages": other, "stream": streamed})
    assert b"content_filter" in found.body
    assert b"second desk" not in found.body
    assert b"content_filter" not in free.body


RESTORING = """
name: restoring
detectors:
  - {name: mail, use: personal, sides: [input, output, tool_call], action: redact, restore: true}
"""


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("Ask eve@other.org now", "Ask [EMAIL] now"),
        ("Ask [EMAIL_1] now", "Ask ada@example.com now"),
        ("Ask [EMAIL_2] now", "Ask [EMAIL_2] now"),
        ("Ask [EMAIL_1], not eve@other.org", "Ask ada@example.com, not [EMAIL]"),
    ],
)
def test_only_what_the_user_said_returns(
    says: RawUpstream, tmp_path: Path, streamed: bool, reply: str, told: str
) -> None:
    said = [
        {"role": "user", "content": "I am ada@example.com"},
        {"role": "system", "content": "never tell boss@corp.com"},
    ]
    says.script = lambda asked: stream(chunks(reply)) if streamed else [answer(chat(reply))]
    body = {"model": "m", "messages": said, "stream": streamed}
    with guard(says.url, RESTORING, tmp_path) as running:
        found = post(running.url + CHAT, body).body.decode()
    assert says.asked[0].json["messages"][1]["content"] == "never tell [EMAIL_2]"
    whole = "".join(re.findall(r'"content":"([^"]*)"', found.replace(": ", ":")))
    assert whole == told


def test_a_value_is_escaped_only_within_json(says: RawUpstream, tmp_path: Path) -> None:
    policy = (
        "name: p\ndetectors:\n  - {name: p, use: regex, with: {patterns: ['C:\\\\\\S+'],"
        " label: PATH}, sides: [input], action: redact, restore: true}\n"
    )
    call = {"type": "tool_use", "id": "t", "name": "o", "input": {"p": "[PATH_1]"}}
    reply = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [call]}
    asked = {"model": "m", "max_tokens": 3, "messages": [{"role": "user", "content": r"C:\tmp\a"}]}
    says.script = lambda _: [answer(reply)]
    with guard(says.url, policy, tmp_path) as running:
        found = post(f"{running.url}/v1/messages", asked)
    assert found.json["content"][0]["input"]["p"] == r"C:\tmp\a"


def test_what_was_not_read_was_not_decided(says: RawUpstream, running: RunningGuard) -> None:
    big = asking("x" * 200_000)
    for body, headers in (
        (b'{"a":', {}), (asking("hi", nonsense="x"), {}), (big, {}),
        (asking("hi"), {"content-type": "text/plain"}),
    ):  # fmt: skip
        found = post(running.url + CHAT, body, headers)
        assert found.status in (400, 413, 415)
        assert "x-statera-decision" not in found.headers
        assert len(found.headers["x-statera-decision-id"]) == 16


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json; charset=utf-8", 200),
        ("application/json; charset=utf-7; x=utf-8", 415),
        ("application/json; charset=utf-8; charset=utf-7", 415),
        ("application/json; x=y", 415),
    ],
)
def test_a_body_is_passed_on_as_what_it_was_read_as(
    says: RawUpstream, running: RunningGuard, kind: str, status: int
) -> None:
    found = post(running.url + CHAT, asking("hi"), {"content-type": kind})
    assert found.status == status
    assert [one.headers[b"content-type"] for one in says.asked] == [b"application/json"][
        : status == 200
    ]


def _always(reply: bytes, asked: Asked) -> list[Step]:
    del asked
    return [reply]


def test_a_reply_in_other_characters_is_not_read(says: RawUpstream, running: RunningGuard) -> None:
    body = asking("hi")
    for kind, status, told in (
        ("application/json; charset=utf-8", 200, 200),
        ("application/json; charset=utf-7", 200, 502),
        ("text/event-stream; charset=utf-16", 200, 502),
        ("application/json; charset=utf-7", 404, 404),
    ):
        reply = answer(chat("fine"), status, kind)
        says.script = partial(_always, reply)
        found = post(running.url + CHAT, body)
        assert found.status == told
        assert (b"fine" in found.body) == (told == 200)


def test_a_count_of_tokens_without_sense_harms_nothing(
    says: RawUpstream, running: RunningGuard
) -> None:
    for count in (10**400, -100):
        says.script = partial(_always, answer(chat("fine", usage={"prompt_tokens": count})))
        assert post(running.url + CHAT, asking("hi")).status == 200
    assert b" -" not in get(f"{running.url}/metrics").body
