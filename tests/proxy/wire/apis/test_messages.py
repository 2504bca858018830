import json
from typing import Any

import pytest

from statera.guard.policy import Policy
from statera.proxy.wire.api import Event, Failure, StreamState
from statera.proxy.wire.apis.messages import api
from statera.proxy.wire.fields import names
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import write
from statera.records.guarding import Edit
from tests.proxy.wire.apis.chat_bodies import SCHEMA
from tests.proxy.wire.decisions import DECISION, DETAILS
from tests.proxy.wire.markers import OPEN, STRICT, events, replies, requests, vanished

USE = {
    "type": "tool_use",
    "id": "tu_1",
    "name": "f",
    "input": {"city": "Paris", "card": 4111111111},
}
REQUEST: dict[str, Any] = {
    "model": "m",
    "max_tokens": 10,
    "system": [{"type": "text", "text": "be kind", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {"role": "user", "content": "hello"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "first half"},
                {"type": "text", "text": "second half"},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "document",
                    "source": {"type": "text", "media_type": "text/plain", "data": "a paper"},
                    "title": "its title",
                    "context": "its context",
                    "citations": {"enabled": True},
                },
                {
                    "type": "search_result",
                    "source": "a shelf",
                    "title": "a book",
                    "content": [{"type": "text", "text": "a page"}],
                },
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "AAAA"},
                {"type": "redacted_thinking", "data": "AAAA"},
                USE,
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "tu", "content": "sunny"},
                {
                    "type": "tool_result",
                    "tool_use_id": "tu",
                    "content": [{"type": "text", "text": "windy"}],
                    "is_error": False,
                },
                {
                    "type": "web_search_tool_result",
                    "tool_use_id": "tu",
                    "content": [{"type": "web_search_result", "title": "a site", "url": "x y"}],
                },
            ],
        },
    ],
    "tools": [{"name": "f", "description": "does", "input_schema": SCHEMA}],
    "tool_choice": {"type": "tool", "name": "f"},
    "stop_sequences": ["END"],
    "metadata": {"user_id": "u1"},
    "thinking": {"type": "enabled", "budget_tokens": 1000},
    "mcp_servers": [{"type": "url", "name": "srv", "url": "https://example.org"}],
    "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}},
}
REPLY: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [
        {"type": "thinking", "thinking": "hm", "signature": "AAAA"},
        {"type": "text", "text": "Paris", "citations": [{"cited_text": "a line"}]},
        {"type": "text", "text": "is it"},
        USE,
    ],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 4},
}


def delta(**fields: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 1, "delta": fields}


def start(block: dict[str, Any]) -> dict[str, Any]:
    return {"type": "content_block_start", "index": 1, "content_block": block}


EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": {**REPLY, "content": []}},
    start({"type": "text", "text": ""}),
    delta(type="text_delta", text="Pa"),
    delta(type="thinking_delta", thinking="h"),
    delta(type="signature_delta", signature="AAAA"),
    delta(type="input_json_delta", partial_json='{"a'),
    delta(type="citations_delta", citation={"cited_text": "a line"}),
    start(USE),
    {"type": "content_block_stop", "index": 1},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}},
    {"type": "message_stop"},
    {"type": "ping"},
    {"type": "error", "error": {"type": "overloaded_error", "message": "too much"}},
]
LABELS = frozenset(
    names(
        "model type role id tool_use_id metadata thinking signature stop_reason usage media_type "
        "cache_control data"
    )
)
TYPED = LABELS - {"thinking", "data"}


@pytest.mark.parametrize("policy", [STRICT, OPEN], ids=["strict", "open"])
def test_no_text_vanishes(policy: Policy) -> None:
    assert vanished(requests(api, policy), REQUEST, LABELS) == []
    assert vanished(replies(api, policy), REPLY, TYPED) == []


@pytest.mark.parametrize("data", EVENTS, ids=lambda one: one["type"])
def test_no_text_of_an_event_vanishes(data: dict[str, Any]) -> None:
    assert vanished(events(api), data, TYPED) == []


def test_sides_and_roles_follow_the_blocks() -> None:
    said = {slot.passage.text: slot.passage for slot in api.read_request(REQUEST, STRICT)}
    wanted = {
        "be kind": ("system", "input"),
        "hello": ("user", "input"),
        "first half\nsecond half": ("user", "input"),
        "a paper": ("document", "tool_result"),
        "a page": ("tool", "tool_result"),
        "hm": ("assistant", "input"),
        "city\nParis\ncard\n4111111111": ("assistant", "tool_call"),
        "sunny": ("tool", "tool_result"),
        "windy": ("tool", "tool_result"),
        "END": ("parameter", "input"),
    }
    assert {text: (said[text].role, said[text].side) for text in wanted} == wanted
    assert said["hello"].place == "messages[0].content"
    assert said["be kind"].place == "system[0].text"


def test_a_number_in_a_tools_input_can_be_taken_out() -> None:
    body = json.loads(json.dumps(REPLY))
    slots = api.read_reply(body, STRICT)
    number = next(n for n, slot in enumerate(slots) if "4111111111" in slot.passage.text)
    at = slots[number].passage.text.index("4111111111")
    assert write(slots, [Edit(number, at, at + 10, "[CARD]")])
    assert body["content"][3]["input"] == {"city": "Paris", "card": "[CARD]"}


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
        {"type": "document", "source": {"type": "base64", "data": "AAAA"}},
        {"type": "container_upload", "file_id": "file_1"},
    ],
)
def test_images_pass_only_where_the_policy_allows(block: dict[str, Any]) -> None:
    body = {"messages": [{"role": "user", "content": [block]}]}
    with pytest.raises(Refused) as refused:
        api.read_request(body, STRICT)
    assert refused.value.code == "image_not_allowed"
    assert api.read_request(body, OPEN) == []


def test_pieces_stand_in_the_blocks_of_a_whole_reply() -> None:
    seen = [(one.channel, one.side, one.whole) for data in EVENTS[2:8] for one in read(data)]
    assert seen == [
        ("content[1].text", "output", False),
        ("content[1].thinking", "output", False),
        ("content[1].input", "tool_call", False),
        ("content[1].citations#0", "output", True),
        ("content[1].citations#1", "output", True),
        ("content[1].name", "tool_call", False),
        *((f"content[1].input#{number}", "tool_call", True) for number in range(4)),
    ]


def read(data: dict[str, Any]) -> Any:
    return api.read_event(data["type"], data, STRICT)


def test_events_close_their_blocks() -> None:
    ends = {data["type"]: api.closes("", data) for data in EVENTS}
    assert ends["content_block_delta"] == ()
    assert ends["content_block_stop"] == ("content[1].",)
    assert ends["message_delta"] == ("",)


def test_a_blocked_request_has_anthropics_shape() -> None:
    status, body = api.shapes.blocked_request(DECISION, STRICT, REQUEST)
    assert status == 400
    assert body == {
        "type": "error",
        "error": {
            "type": "invalid_request_error",
            "message": STRICT.messages.input,
            "code": "content_filter",
            "param": "messages",
            "statera": DETAILS,
        },
    }
    status, body = api.shapes.blocked_request(DECISION, Policy(block_style="refusal_200"), REQUEST)
    assert (status, body["stop_reason"]) == (200, "refusal")


def test_a_blocked_reply_keeps_nothing_that_was_said() -> None:
    body = api.shapes.blocked_reply(REPLY, DECISION, STRICT)
    assert body["content"] == [{"type": "text", "text": STRICT.messages.output}]
    assert (body["id"], body["stop_reason"], body["usage"]) == ("msg_1", "refusal", REPLY["usage"])


def test_a_blocked_stream_ends_its_blocks_and_itself() -> None:
    state = StreamState()
    for data in EVENTS[:3]:
        api.shapes.follow(state, data["type"], data)
    given = api.shapes.blocked_events(state, DECISION, STRICT)
    assert [one.name for one in given] == ["content_block_stop", "message_delta", "message_stop"]
    assert isinstance(given[1].data, dict)
    assert given[1].data["delta"] == {"stop_reason": "refusal", "stop_sequence": None}
    api.shapes.follow(state, "content_block_stop", EVENTS[8])
    assert len(api.shapes.blocked_events(state, DECISION, STRICT)) == 2


def test_a_stream_blocked_before_it_began_is_a_whole_one() -> None:
    given = api.shapes.blocked_events(StreamState(), DECISION, STRICT)
    assert [one.name for one in given] == [
        *("message_start", "content_block_start", "content_block_delta", "content_block_stop"),
        *("message_delta", "message_stop"),
    ]
    assert STRICT.messages.input in str(given[2].data)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (413, "request_too_large"),
        (502, "api_error"),
        (503, "overloaded_error"),
    ],
)
def test_failures_have_anthropics_shape(status: int, kind: str) -> None:
    failure = Failure(status, "some_code", "It failed.")
    body = api.shapes.failed(failure)
    assert (body["type"], body["error"]["type"]) == ("error", kind)
    assert api.shapes.failed_events(StreamState(), failure) == [Event("error", body)]
