import copy
from typing import Any

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import CompletionCreateParamsBase

from statera.guard.policy import Policy
from statera.proxy.wire.api import Event, Failure, StreamState
from statera.proxy.wire.apis.chat import api
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import passages, write
from statera.records.guarding import Edit
from tests.proxy.wire.apis.chat_bodies import CHUNK, LABELS, LOGPROBS, REPLY, REQUEST, chunk
from tests.proxy.wire.decisions import DECISION, DETAILS
from tests.proxy.wire.markers import OPEN, STRICT, events, known, replies, requests, vanished


def texts(body: dict[str, Any], policy: Policy = STRICT) -> dict[str, tuple[str, str, str]]:
    said = passages(slot for slot in api.read_request(body, policy) if not slot.again)
    return {one.place: (one.text, one.role, one.side) for one in said}


def test_every_text_of_a_request_is_read_once_in_its_order() -> None:
    found = list(texts(REQUEST).items())
    assert found[:12] == [
        ("messages[0].content", ("be kind", "system", "input")),
        ("messages[0].name", ("boss", "system", "input")),
        ("messages[1].content[0].text", ("be brief", "developer", "input")),
        ("messages[2].name", ("Ann", "user", "input")),
        ("messages[2].content", ("first half\nsecond half", "user", "input")),
        ("messages[3].content", ("let me see", "assistant", "input")),
        ("messages[3].refusal", ("no", "assistant", "input")),
        ("messages[3].reasoning", ("thinking", "assistant", "input")),
        ("messages[3].reasoning_content", ("thinking more", "assistant", "input")),
        ("messages[3].tool_calls[0].function.name", ("weather", "assistant", "tool_call")),
        (
            "messages[3].tool_calls[0].function.arguments",
            ('{"city": "Paris"}', "assistant", "tool_call"),
        ),
        ("messages[3].tool_calls[1].custom.name", ("shell", "assistant", "tool_call")),
    ]
    read = dict(found)
    assert read["messages[4].content"] == ('{"sky": "clear"}', "tool", "tool_result")
    assert read["documents[0]"] == ("a paper\nits text", "document", "tool_result")
    assert read["tools[0]"][1] == "definition"
    assert read["tools[0]"][0].split("\n") == [
        *("weather", "says", "a title", "city", "a city", "Paris", "Rome", "Paris"),
        *("examples", "Oslo", "city"),
    ]
    assert read["stop"] == ("END\nSTOP", "parameter", "input")


@pytest.mark.parametrize("policy", [STRICT, OPEN], ids=["strict", "open"])
def test_no_text_vanishes(policy: Policy) -> None:
    assert vanished(requests(api, policy), REQUEST, LABELS) == []
    assert vanished(replies(api, policy), REPLY, LABELS) == []
    assert vanished(events(api, policy), CHUNK, LABELS) == []


def test_every_field_of_the_official_client_is_known() -> None:
    asked = set(CompletionCreateParamsBase.__annotations__)
    assert asked - known(requests(api), asked) == set()
    replied = set(ChatCompletion.model_fields)
    assert replied - known(replies(api), replied) == set()
    streamed = set(ChatCompletionChunk.model_fields)
    assert streamed - known(events(api), streamed) == set()


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"mesages": [{"role": "user"}]}, "unknown_field", "mesages"),
        (
            {"messages": [{"role": "user", "thoughts": "x"}]},
            "unknown_field",
            "messages[0].thoughts",
        ),
        ({"messages": [{"role": "root", "content": "x"}]}, "invalid_request", "messages[0].role"),
        ({"messages": [{"content": "x"}]}, "invalid_request", "messages[0].role"),
        ({"messages": {"role": "user"}}, "invalid_request", "messages"),
        ({"messages": ["x"]}, "invalid_request", "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "invalid_request", "messages[0].content"),
        ({"temperature": "0.7"}, "invalid_request", "temperature"),
        ({"tools": {"type": "function"}}, "invalid_request", "tools"),
        ({"model": {"name": "x"}}, "invalid_request", "model"),
    ],
)
def test_what_is_not_known_is_refused(body: dict[str, Any], code: str, param: str) -> None:
    with pytest.raises(Refused) as refused:
        api.read_request(body, STRICT)
    assert (refused.value.code, refused.value.param) == (code, param)


def test_a_slip_names_the_nearest_field() -> None:
    with pytest.raises(Refused, match="Did you mean 'messages'"):
        api.read_request({"mesages": ["x"]}, STRICT)


PASSING = LABELS | {"url", "data", "format", "file_id"}


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "video_url", "video_url": {"url": "https://example.org/a.mp4"}},
    ],
)
def test_images_pass_only_where_the_policy_allows(part: dict[str, Any]) -> None:
    body = {"messages": [{"role": "user", "content": [{"type": "text", "text": "see"}, part]}]}
    with pytest.raises(Refused) as refused:
        api.read_request(body, STRICT)
    assert refused.value.code == "image_not_allowed"
    assert [one.passage.text for one in api.read_request(body, OPEN)] == ["see"]
    assert vanished(requests(api, OPEN), body, PASSING) == []


def test_an_unknown_kind_of_part_is_refused_or_read_whole() -> None:
    part = {"type": "hologram", "light": {"text": "hidden words"}}
    body = {"messages": [{"role": "user", "content": [part]}]}
    with pytest.raises(Refused, match="unknown type 'hologram'"):
        api.read_request(body, STRICT)
    assert "hidden words" in api.read_request(body, OPEN)[0].passage.text


def test_escapes_in_arguments_and_tool_results_hide_nothing() -> None:
    raw = '{"q": "\\u0062omb"}'
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": raw}}
    body = {
        "messages": [
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": raw},
        ]
    }
    assert [one.passage.text for one in api.read_request(body, STRICT)] == [
        *("f", raw, '{"q": "bomb"}'),
        *(raw, '{"q": "bomb"}'),
    ]


def test_edits_are_made_where_the_texts_stand() -> None:
    body = copy.deepcopy(REQUEST)
    slots = api.read_request(body, STRICT)
    numbers = {slot.passage.place: at for at, slot in enumerate(slots) if not slot.again}
    both, tool = numbers["messages[2].content"], numbers["tools[0]"]
    says = slots[tool].passage.text.index("says")
    assert write(slots, [Edit(both, 6, 17, "X"), Edit(tool, says, says + 4, "Y")])
    parts = body["messages"][2]["content"]
    assert (parts[0]["text"], parts[1]["text"]) == ("first X", " half")
    assert body["tools"][0]["function"]["description"] == "Y"
    expected = copy.deepcopy(REQUEST)
    expected["messages"][2]["content"][0]["text"] = "first X"
    expected["messages"][2]["content"][1]["text"] = " half"
    expected["tools"][0]["function"]["description"] = "Y"
    assert body == expected


def test_what_repeats_an_edited_text_is_withheld() -> None:
    body = copy.deepcopy(REPLY)
    body["choices"][0] |= {"logprobs": LOGPROBS, "token_ids": [1]}
    slots = api.read_reply(body, OPEN)
    assert not write(slots, [])
    assert body["choices"][0]["logprobs"] == LOGPROBS
    assert write(slots, [Edit(0, 0, 5, "[CITY]")])
    assert body["choices"][0]["message"]["content"] == "[CITY]"
    assert body["choices"][0]["logprobs"] is None
    assert body["choices"][0]["token_ids"] is None


def test_tokens_without_their_text_are_read() -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": None}, "logprobs": LOGPROBS}
    (slot,) = api.read_reply({"choices": [choice]}, STRICT)
    assert slot.passage.text == "Par"
    said = {**choice, "message": {"role": "assistant", "content": "Par"}}
    assert [one.passage.text for one in api.read_reply({"choices": [said]}, STRICT)] == ["Par"]


@pytest.mark.parametrize("read", [api.read_reply, lambda *more: api.read_event("", *more)])
def test_a_recording_is_an_image(read: Any) -> None:
    said = {"audio": {"data": "AAAA"}}
    data = {"choices": [{"index": 0, "message": said}]} if read == api.read_reply else chunk(said)
    with pytest.raises(Refused) as refused:
        read(data, STRICT)
    assert refused.value.code == "image_not_allowed"
    assert list(read(data, OPEN)) == []


WORD = "forbiddenword"
ODD: list[dict[str, Any]] = [
    {"logprobs": {"content": [{"token": WORD}]}},
    {"logprobs": {"content": [{"token": "Paris", "top_logprobs": [{"token": WORD}]}]}},
    {"logprobs": {"content": [{"token": "Paris", "bytes": list(WORD.encode())}]}},
    {"logprobs": {"tokens": ["Paris"], "top_logprobs": [{"Paris": -0.1, WORD: -2}]}},
    {"prompt_logprobs": [None, {"5": {"decoded_token": WORD, "logprob": -1}}]},
]


@pytest.mark.parametrize("odd", ODD)
def test_tokens_that_the_text_does_not_say_are_read(odd: dict[str, Any]) -> None:
    choice = {**odd, "index": 0, "message": {"role": "assistant", "content": "Paris"}}
    said = [slot.passage.text for slot in api.read_reply({"choices": [choice]}, STRICT)]
    assert said == ["Paris", WORD]
    told = [one.text for one in api.read_event("", chunk({"content": "Paris"}, **odd), STRICT)]
    assert told == ["Paris", WORD]
    top = {"choices": [], "prompt_logprobs": ODD[-1]["prompt_logprobs"]}
    assert [slot.passage.text for slot in api.read_reply(top, STRICT)] == [WORD]


@pytest.mark.parametrize("name", ["logprobs", "prompt_logprobs", "token_ids", "prompt_token_ids"])
def test_what_should_be_tokens_and_is_a_text_is_refused(name: str) -> None:
    choice = {"index": 0, "message": {"content": "Paris"}, name: "a free text"}
    for body in ({"choices": [choice]}, {"choices": [], "prompt_logprobs": "a free text"}):
        with pytest.raises(Refused):
            api.read_reply(body, STRICT)
    with pytest.raises(Refused):
        api.read_event("", chunk({"content": "Paris"}, 0, **{name: "a free text"}), STRICT)


def test_streamed_tokens_are_a_channel_of_their_own() -> None:
    tokens = {"content": [{"token": "forb", "top_logprobs": [{"token": "x"}]}]}
    data = chunk({"content": ""}, 1, logprobs=tokens)
    chosen, other = api.read_event("", data, STRICT)
    assert (chosen.channel, other.channel) == ("choices[1]:logprobs#0", "choices[1]:logprobs#1")
    assert not chosen.whole
    assert chosen.channel.startswith(api.closes("", chunk({}, 1, finish_reason="stop")))
    assert chosen.repeats == ((data["choices"][0], "logprobs"),)


def test_a_word_over_two_parts_is_read() -> None:
    halves = [{"type": "text", "text": "forbidden"}, {"type": "text", "text": "word"}]
    asked = api.read_request({"messages": [{"role": "user", "content": halves}]}, STRICT)
    assert [slot.passage.text for slot in asked] == ["forbidden\nword", WORD]
    reply = {"choices": [{"index": 0, "message": {"role": "assistant", "content": halves}}]}
    assert [slot.passage.text for slot in api.read_reply(reply, STRICT)][1] == WORD
    pieces = api.read_event("", chunk({"content": halves}), STRICT)
    assert {one.channel for one in pieces} == {"choices[0].message.content"}
    (first,) = api.read_event("", chunk({"content": "forbidden"}), STRICT)
    (rest,) = api.read_event("", chunk({"content": halves[1:]}), STRICT)
    assert first.channel == rest.channel


def test_what_a_message_is_labelled_with_is_read() -> None:
    message = {"role": "assistant", "content": "x", "recipient": WORD, "channel": WORD, "id": WORD}
    found = texts({"messages": [message]})
    assert [found[f"messages[0].{name}"] for name in ("recipient", "channel", "id")] == [
        (WORD, "parameter", "input")
    ] * 3
    quiet = {"role": "assistant", "content": "x", "channel": "final", "tool_call_id": "call_1"}
    assert len(texts({"messages": [quiet]})) == 1


def test_a_signature_stands_beside_a_thought_only() -> None:
    part = {"type": "thinking", "thinking": "hm", "signature": "AAAA"}
    assert len(api.read_request({"messages": [{"role": "user", "content": [part]}]}, STRICT)) == 1
    with pytest.raises(Refused):
        api.read_request(
            {"messages": [{"role": "user", "content": [{**part, "type": "text"}]}]}, STRICT
        )


def test_a_streamed_text_has_the_name_of_the_whole_one() -> None:
    data = chunk(
        {
            "content": "Par",
            "tool_calls": [{"index": 2, "function": {"arguments": '{"a'}}],
        },
        1,
        logprobs=LOGPROBS,
    )
    content, arguments = api.read_event("", data, STRICT)
    assert content[:4] == ("choices[1].message.content", "output", "assistant", "Par")
    assert content.repeats == ((data["choices"][0], "logprobs"),)
    assert not content.encoded
    assert not content.whole
    assert arguments.channel == "choices[1].message.tool_calls[2].function.arguments"
    assert (arguments.side, arguments.encoded) == ("tool_call", True)
    holder: Any = content.holder
    holder[content.key] = "X"
    assert data["choices"][0]["delta"]["content"] == "X"


def test_a_chunk_says_which_choices_it_ends() -> None:
    assert api.closes("", chunk({"content": "x"})) == ()
    assert api.closes("", chunk({}, 3, finish_reason="stop")) == ("choices[3]",)
    assert api.closes("", {"choices": [], "usage": {}}) == ()


def test_a_blocked_request_has_the_shape_that_clients_parse() -> None:
    status, body = api.shapes.blocked_request(DECISION, STRICT, REQUEST)
    assert status == 400
    assert body["error"] == {
        "message": STRICT.messages.input,
        "type": "invalid_request_error",
        "param": "messages",
        "code": "content_filter",
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": {"hate": {"filtered": True, "severity": "high"}},
        },
        "statera": DETAILS,
    }


def test_a_blocked_request_can_be_a_refusal() -> None:
    policy = Policy(block_style="refusal_200")
    status, body = api.shapes.blocked_request(DECISION, policy, REQUEST)
    reply = ChatCompletion.model_validate(body)
    assert status == 200
    assert reply.model == "org/model-1"
    assert reply.choices[0].finish_reason == "content_filter"
    assert reply.choices[0].message.content == policy.messages.input


def test_a_blocked_reply_keeps_nothing_that_was_said() -> None:
    body = api.shapes.blocked_reply(REPLY, DECISION, STRICT)
    reply = ChatCompletion.model_validate(body)
    assert [one.finish_reason for one in reply.choices] == ["content_filter"] * 2
    assert [one.message.content for one in reply.choices] == ["", ""]
    assert reply.choices[0].message.refusal == STRICT.messages.output
    assert reply.usage
    assert reply.usage.total_tokens == 7
    said = str(body)
    for text in ("Paris", "Rome", "thinking", "spoken", "weather", "a page", "hello"):
        assert text not in said


def follow(given: list[dict[str, Any]]) -> StreamState:
    state = StreamState()
    for event in given:
        api.shapes.follow(state, "", event)
    return state


def chunks(given: list[Event]) -> list[ChatCompletionChunk]:
    assert given[-1] == Event("", "[DONE]")
    return [ChatCompletionChunk.model_validate(one.data) for one in given[:-1]]


def test_a_blocked_stream_ends_every_open_choice() -> None:
    begun = [chunk({"content": "a"}, 0), chunk({"content": "b"}, 1)]
    state = follow([*begun, chunk({}, 0, finish_reason="stop")])
    (last,) = chunks(api.shapes.blocked_events(state, DECISION, STRICT))
    assert (last.choices[0].index, last.choices[0].finish_reason) == (1, "content_filter")
    assert last.id == "chatcmpl-1"
    assert last.choices[0].delta.refusal == STRICT.messages.output


def test_a_stream_blocked_before_it_began_is_a_whole_one() -> None:
    (last,) = chunks(api.shapes.blocked_events(StreamState(), DECISION, STRICT))
    assert last.choices[0].delta.content == STRICT.messages.input
    assert last.choices[0].finish_reason == "content_filter"
    opened = follow([{"id": "chatcmpl-1", "model": "m", "created": 1, "choices": []}])
    (last,) = chunks(api.shapes.blocked_events(opened, DECISION, STRICT))
    assert last.choices[0].index == 0


def test_failures_have_openais_shape() -> None:
    failure = Failure(503, "guard_unavailable", "A check could not be made.")
    assert api.shapes.failed(failure) == {
        "error": {
            "message": "A check could not be made.",
            "type": "server_error",
            "param": None,
            "code": "guard_unavailable",
        }
    }
    assert api.shapes.failed_events(StreamState(), failure)[-1].data == api.shapes.failed(failure)
