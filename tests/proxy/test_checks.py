"""The endpoints that only check, one our own, one as LiteLLM calls it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.proxy.guards import POLICY, SEMANTIC, RunningGuard, get, guard, post
from tests.proxy.upstreams import RawUpstream, answer

OWN, LITELLM = "/v1/guard/check", "/beta/litellm_basic_guardrail_api"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGuard]:
    folder, policy = tmp_path_factory.mktemp("guard"), POLICY + SEMANTIC % "closed"
    with RawUpstream(lambda asked: [answer({})]) as upstream:
        with guard(upstream.url, policy, folder) as found:
            yield found
        assert all(one.path == b"/metrics" for one in upstream.asked), "nothing goes to upstream"


def test_texts_are_decided_on(running: RunningGuard) -> None:
    found = post(running.url + OWN, {"texts": ["fine", "sk-aaaaaaaaaa"], "side": "output"})
    assert found.status == 200
    assert found.json["outcome"] == "redact"
    assert found.json["texts"] == ["fine", "[KEY]"]
    assert found.json["findings"][0]["place"] == "texts[1]"
    assert found.headers["x-statera-decision-id"] == found.json["id"]


def test_a_conversation_is_read_as_a_request_is(running: RunningGuard) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "forbidden"}}
    said = [{"role": "user", "content": "hi"}, {"role": "assistant", "tool_calls": [call]}]
    found = post(running.url + OWN, {"messages": said})
    assert found.json["outcome"] == "block"
    assert found.json["texts"] == []
    assert found.json["findings"][0]["side"] == "tool_call"


def test_a_check_that_fails_is_503(running: RunningGuard) -> None:
    found = post(running.url + OWN, {"texts": ["BREAK"]})
    assert (found.status, found.json["outcome"]) == (503, "unavailable")
    assert post(running.url + LITELLM, {"texts": ["BREAK"]}).status == 503


@pytest.mark.parametrize(
    "body",
    [
        {"text": ["a"]},
        {"texts": "a"},
        {"texts": ["a"], "messages": []},
        {"texts": ["a"], "side": "both"},
        {"texts": ["a"], "role": "usr"},
        {"messages": [{"role": "nobody", "content": "a"}]},
        b"{",
    ],
)
def test_what_is_no_question_is_400(running: RunningGuard, body: object) -> None:
    found = post(running.url + OWN, body)
    assert found.status == 400
    assert found.json["error"]["message"]


CALLS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"texts": ["fine"]}, {"action": "NONE"}),
    (
        {"texts": ["a sk-aaaaaaaaaa", "b"], "input_type": "response"},
        {"action": "GUARDRAIL_INTERVENED", "texts": ["a [KEY]", "b"]},
    ),
    (
        {"texts": ["forbidden"]},
        {"action": "BLOCKED", "blocked_reason": "This request was blocked by the content policy."},
    ),
    (
        {"texts": ["fine"], "images": ["data:image/png;base64,AA"]},
        {
            "action": "BLOCKED",
            "blocked_reason": "Images cannot be checked and the policy does not allow them.",
        },
    ),
    (
        {"texts": [], "tools": [{"function": {"description": "get sk-aaaaaaaaaa"}}]},
        {"action": "BLOCKED", "blocked_reason": "A tool holds what the policy takes out."},
    ),
]


@pytest.mark.parametrize(("asked", "told"), CALLS)
def test_litellm_is_answered_in_its_own_words(
    running: RunningGuard, asked: dict[str, Any], told: dict[str, Any]
) -> None:
    more = {
        "litellm_call_id": "1", "litellm_trace_id": "2", "request_data": {"user": "x"},
        "additional_provider_specific_params": {}, "structured_messages": None,
    }  # fmt: skip
    assert post(running.url + LITELLM, {"input_type": "request", **asked, **more}).json == told


def test_litellm_is_told_what_the_client_of_a_blocked_request_or_reply_is(
    tmp_path: Path,
) -> None:
    policy = POLICY + (
        "  - {name: own, use: regex, with: {patterns: [odd]}, message: Not here.}\n"
        "messages: {input: No such request., output: No such reply.}\n"
    )
    call = {"function": {"name": "f", "arguments": '{"q": "forbidden"}'}}
    words = {"texts": ["forbidden"]}
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("request", words, "No such request."),
        ("request", {"tool_calls": [call]}, "No such request."),
        ("response", words, "No such reply."),
        ("response", {"tool_calls": [call]}, "No such reply."),
        ("request", {"texts": ["odd"]}, "Not here."),
    ]
    with (
        RawUpstream(lambda asked: [answer({})]) as upstream,
        guard(upstream.url, policy, tmp_path) as running,
    ):
        for kind, asked, told in cases:
            found = post(running.url + LITELLM, {"input_type": kind, **asked}).json
            assert found == {"action": "BLOCKED", "blocked_reason": told}
        message = {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", **call}]}
        blocked = post(running.url + "/v1/chat/completions", {"model": "m", "messages": [message]})
        assert (blocked.status, blocked.json["error"]["message"]) == (400, "No such request.")


def test_checks_are_counted_and_written_down(running: RunningGuard) -> None:
    before = len(running.events())
    post(running.url + OWN, {"texts": ["fine"]})
    assert running.events(before + 1)[-1]["phase"] == "check"
    assert b'phase="check",result="allowed"' in get(f"{running.url}/metrics").body


def test_only_routes_of_ours_are_counted(running: RunningGuard) -> None:
    found = post(running.url + OWN, {"texts": ["a"], "route": "free text", "model": "free text"})
    assert found.status == 400
    assert "free text" in found.json["error"]["message"]
    body = {"texts": ["a"], "route": "/v1/embeddings", "model": "my free text"}
    assert post(running.url + OWN, body).status == 200
    assert b"free text" not in get(f"{running.url}/metrics").body
    assert "free text" not in json.dumps(running.events())


@pytest.mark.parametrize("path", [OWN, LITELLM])
def test_no_more_texts_are_read_than_a_body_may_have(running: RunningGuard, path: str) -> None:
    found = post(running.url + path, {"texts": ["a"] * 4097})
    assert (found.status, found.json["error"]["code"]) == (400, "too_many_texts")


def test_a_tool_call_is_read_without_its_escapes(running: RunningGuard) -> None:
    call = {"function": {"name": "f", "arguments": '{"q": "forbi\\u0064den"}'}}
    found = post(running.url + LITELLM, {"texts": [], "tool_calls": [call]})
    assert found.json["action"] == "BLOCKED"
