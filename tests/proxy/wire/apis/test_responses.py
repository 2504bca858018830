import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from openai.types.responses import (
    Response,
    ResponseOutputItem,
    ResponseStreamEvent,
    response_create_params,
    response_input_item_param,
)
from pydantic import TypeAdapter

from statera.guard.policy import Policy
from statera.proxy.wire.api import Failure, StreamState
from statera.proxy.wire.apis.responses import api
from statera.proxy.wire.refusals import Refused
from tests.proxy.wire.apis.response_bodies import EVENTS, LABELS, MESSAGE, REPLY, REQUEST, event
from tests.proxy.wire.decisions import DECISION, DETAILS
from tests.proxy.wire.markers import OPEN, STRICT, events, known, knows, replies, requests, vanished


@pytest.mark.parametrize("policy", [STRICT, OPEN], ids=["strict", "open"])
def test_no_text_vanishes(policy: Policy) -> None:
    assert vanished(requests(api, policy), REQUEST, LABELS) == []
    assert vanished(replies(api, policy), REPLY, LABELS) == []


@pytest.mark.parametrize("data", EVENTS, ids=lambda one: one["type"])
def test_no_text_of_an_event_vanishes(data: dict[str, Any]) -> None:
    assert vanished(events(api), data, LABELS) == []


def test_every_field_of_the_official_client_is_known() -> None:
    asked = set(response_create_params.ResponseCreateParamsBase.__annotations__)
    assert asked - known(requests(api), asked) == set()
    assert set(Response.model_fields) - known(replies(api), Response.model_fields) == set()


def members(union: Any) -> Iterator[tuple[str, set[str]]]:
    """Yield the kinds of a union of the official client, each with its fields' names."""
    for model in get_args(get_args(union)[0]):
        fields = model.model_fields
        yield (
            get_args(fields["type"].annotation)[0],
            {field.alias or name for name, field in fields.items()},
        )


WHAT = [{"what": "ever it is"}]


@pytest.mark.parametrize(("kind", "fields"), list(members(ResponseOutputItem)))
def test_every_item_of_the_official_client_is_known(kind: str, fields: set[str]) -> None:
    for name in fields - {"type"}:
        item = {"type": kind, name: WHAT}
        assert knows(replies(api), {"output": [item]}, name), name
        assert knows(requests(api), {"input": [{"role": "user", **item}]}, name), name
    assert knows(replies(api), {"output": [{"type": kind}]}, "type")


@pytest.mark.parametrize(("kind", "fields"), list(members(ResponseStreamEvent)))
def test_every_event_of_the_official_client_is_known(kind: str, fields: set[str]) -> None:
    for name in fields - {"type"}:
        assert knows(events(api), {"type": kind, name: WHAT}, name), name
    assert knows(events(api), {"type": kind}, "type")


INPUTS = get_args(response_input_item_param.ResponseInputItemParam)


@pytest.mark.parametrize("param", INPUTS, ids=lambda one: one.__name__)
def test_every_input_of_the_official_client_is_known(param: Any) -> None:
    kind = str(param.__annotations__["type"]).split("Literal[")[1].split("]")[0].strip("\\'\"")
    for name in set(param.__annotations__) - {"type"}:
        item = {"type": kind, "role": "user", name: WHAT}
        assert knows(requests(api), {"input": [item]}, name), name
    assert knows(requests(api), {"input": [{"type": kind, "role": "user"}]}, "type")


def test_sides_and_roles_follow_the_items() -> None:
    said = {slot.passage.text: slot.passage for slot in api.read_request(REQUEST, STRICT)}
    wanted = {
        "be kind": ("system", "input"),
        "hello": ("user", "input"),
        "first half\nsecond half": ("user", "input"),
        "at length": ("assistant", "input"),
        '{"a": "b"}': ("assistant", "tool_call"),
        "sunny": ("tool", "tool_result"),
        "a file": ("tool", "tool_result"),
        "found it": ("tool", "tool_result"),
        "ls -l": ("assistant", "tool_call"),
    }
    assert {text: (said[text].role, said[text].side) for text in wanted} == wanted


def test_a_streamed_text_and_its_repetitions_share_a_channel() -> None:
    seen = [(one.channel, one.text, one.whole) for data in EVENTS[1:6] for one in read(data)]
    channel = "output[1].content[0].text"
    assert [one for one in seen if "#" not in one[0]] == [
        (channel, "Pa", False),
        (channel, "Paris", True),
        (channel, "Paris", True),
    ]
    whole = [one for one in read(event("response.output_item.done", item=MESSAGE))]
    assert (whole[0].channel, whole[0].whole) == (channel, True)
    last = read(event("response.completed", response={**REPLY, "output": [{}, MESSAGE]}))
    assert channel in [one.channel for one in last]
    (arguments,) = read(event("response.function_call_arguments.delta", delta="{"))
    assert arguments[:3] == ("output[1].arguments", "tool_call", "assistant")
    assert arguments.encoded


def test_what_repeats_a_text_is_withheld_with_it() -> None:
    logprobs = [{"token": "Par", "logprob": -0.1}]
    data = event("response.output_text.delta", delta="Par", logprobs=logprobs)
    assert read(data)[0].repeats == ((data, "logprobs"),)
    part = {"type": "output_text", "text": "Par", "logprobs": logprobs}
    (piece,) = read(event("response.content_part.done", part=part))
    assert piece.repeats == ((part, "logprobs"),)
    part["text"] = "Paris"
    assert [one.text for one in read(event("response.content_part.done", part=part))][1] == "Par"


def read(data: dict[str, Any]) -> Any:
    return api.read_event(data["type"], data, STRICT)


def test_an_event_of_two_types_is_refused() -> None:
    with pytest.raises(Refused, match="one type by its name"):
        api.read_event("response.created", EVENTS[3], STRICT)


def test_events_close_their_channels() -> None:
    ends = {data["type"]: api.closes("", data) for data in EVENTS}
    assert ends["response.output_text.delta"] == ()
    assert ends["response.output_text.done"] == ("output[1].content[0].text",)
    assert ends["response.output_item.done"] == ("output[1].",)
    assert ends["response.completed"] == ("",)


@pytest.mark.parametrize(
    "part",
    [
        {"type": "input_image", "image_url": "https://example.org/a.png"},
        {"type": "input_file", "file_id": "file-1"},
        {"type": "input_audio", "input_audio": {"data": "AAAA"}},
    ],
)
def test_images_pass_only_where_the_policy_allows(part: dict[str, Any]) -> None:
    body = {"input": [{"role": "user", "content": [part]}]}
    with pytest.raises(Refused) as refused:
        api.read_request(body, STRICT)
    assert refused.value.code == "image_not_allowed"
    assert api.read_request(body, OPEN) == []


def test_a_blocked_request_has_the_shape_that_clients_parse() -> None:
    status, body = api.shapes.blocked_request(DECISION, STRICT, REQUEST)
    assert (status, body["error"]["code"], body["error"]["param"]) == (
        400,
        "content_filter",
        "input",
    )
    assert body["error"]["statera"] == DETAILS
    status, body = api.shapes.blocked_request(DECISION, Policy(block_style="refusal_200"), REQUEST)
    assert status == 200
    check_filtered(body, STRICT.messages.input)


def check_filtered(body: dict[str, Any], message: str) -> Response:
    response = Response.model_validate(body)
    assert response.status == "incomplete"
    assert response.incomplete_details
    assert response.incomplete_details.reason == "content_filter"
    content: Any = response.output[0]
    assert content.content[0].refusal == message
    return response


def test_a_blocked_reply_keeps_nothing_that_was_said() -> None:
    body = api.shapes.blocked_reply(REPLY, DECISION, STRICT)
    response = check_filtered(body, STRICT.messages.output)
    assert response.id == "resp_1"
    assert response.usage
    said = json.dumps(body)
    for text in ("Paris", "at length", "ls -l", "found it"):
        assert text not in said


EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)


def test_a_blocked_stream_ends_its_items_and_itself() -> None:
    state = StreamState()
    for data in EVENTS[:4]:
        api.shapes.follow(state, data["type"], {**data, "sequence_number": 7})
    given = api.shapes.blocked_events(state, DECISION, STRICT)
    assert [one.name for one in given] == ["response.output_item.done", "response.incomplete"]
    ends: Any = [EVENT.validate_python(one.data) for one in given]
    assert [one.sequence_number for one in ends] == [8, 9]
    assert ends[0].item.status == "incomplete"
    check_filtered(ends[1].response.model_dump(), STRICT.messages.output)


def test_a_stream_blocked_before_it_began_is_a_whole_one() -> None:
    given = api.shapes.blocked_events(StreamState(), DECISION, STRICT)
    assert [one.name for one in given] == ["response.created", "response.incomplete"]
    for one in given:
        EVENT.validate_python(one.data)


def test_a_failed_stream_ends_with_an_error() -> None:
    failure = Failure(502, "upstream_failed", "The model server broke off.")
    (last,) = api.shapes.failed_events(StreamState(sequence=4), failure)
    told: Any = EVENT.validate_python(last.data)
    assert (told.type, told.sequence_number, told.message) == ("error", 5, failure.message)
    assert api.shapes.failed(failure)["error"]["type"] == "server_error"
