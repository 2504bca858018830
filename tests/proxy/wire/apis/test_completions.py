import copy
from typing import Any

import pytest
from openai.types import Completion, completion_create_params

from statera.guard.policy import Policy
from statera.proxy.wire.api import Event, StreamState
from statera.proxy.wire.apis.completions import api
from statera.proxy.wire.refusals import Refused
from tests.proxy.wire.decisions import DECISION
from tests.proxy.wire.markers import OPEN, STRICT, events, known, replies, requests, vanished

REQUEST: dict[str, Any] = {
    "model": "m",
    "prompt": ["once upon", "a time"],
    "suffix": "the end",
    "stop": ["END"],
    "user": "user-1",
    "guided_regex": "a+",
    "logit_bias": {"5": 1},
    "echo": True,
    "logprobs": 3,
    "best_of": 2,
}
REPLY: dict[str, Any] = {
    "id": "cmpl-1",
    "object": "text_completion",
    "created": 1,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "text": "there was",
            "finish_reason": "stop",
            "logprobs": None,
            "stop_reason": "END",
            "token_ids": [],
        },
        {"index": 1, "text": "there were", "finish_reason": "length", "reasoning": "so"},
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    "timings": {"prompt_ms": 1.0},
}
LABELS = frozenset(["model", "user", "id", "object", "finish_reason", "stop_reason", "logit_bias"])


@pytest.mark.parametrize("policy", [STRICT, OPEN], ids=["strict", "open"])
def test_no_text_vanishes(policy: Policy) -> None:
    assert vanished(requests(api, policy), REQUEST, LABELS) == []
    assert vanished(requests(api, policy), {**REQUEST, "prompt": "once"}, LABELS) == []
    assert vanished(replies(api, policy), REPLY, LABELS) == []
    assert vanished(events(api, policy), REPLY, LABELS) == []


def test_every_field_of_the_official_client_is_known() -> None:
    asked = set(completion_create_params.CompletionCreateParamsBase.__annotations__)
    assert asked - known(requests(api), asked) == set()
    assert set(Completion.model_fields) - known(replies(api), Completion.model_fields) == set()


@pytest.mark.parametrize("prompt", [[1, 2], [[1, 2], [3]], ["text", [1]], [True]])
def test_token_ids_cannot_be_read_and_are_refused(prompt: list[Any]) -> None:
    with pytest.raises(Refused) as refused:
        api.read_request({"prompt": prompt}, STRICT)
    assert refused.value.code == "tokens_not_readable"
    api.read_request({"prompt": prompt}, OPEN)


def test_every_prompt_is_a_passage_of_its_own() -> None:
    said = [slot.passage for slot in api.read_request(REQUEST, STRICT)]
    assert [(one.place, one.text) for one in said][:2] == [
        ("prompt[0]", "once upon"),
        ("prompt[1]", "a time"),
    ]


def test_a_blocked_reply_is_empty_in_every_choice() -> None:
    body = api.shapes.blocked_reply(copy.deepcopy(REPLY), DECISION, STRICT)
    reply = Completion.model_validate(body)
    assert [(one.text, one.finish_reason) for one in reply.choices] == [("", "content_filter")] * 2


def test_a_blocked_request_can_be_a_refusal() -> None:
    status, body = api.shapes.blocked_request(DECISION, STRICT, REQUEST)
    assert (status, body["error"]["param"]) == (400, "prompt")
    status, body = api.shapes.blocked_request(DECISION, Policy(block_style="refusal_200"), REQUEST)
    assert status == 200
    assert Completion.model_validate(body).choices[0].text == STRICT.messages.input


def test_a_blocked_stream_ends_every_open_choice() -> None:
    state = StreamState()
    chunk = {**REPLY, "choices": [{"index": 1, "text": "the", "finish_reason": None}]}
    assert [one.channel for one in api.read_event("", chunk, STRICT)] == ["choices[1].text"]
    api.shapes.follow(state, "", chunk)
    last, done = api.shapes.blocked_events(state, DECISION, STRICT)
    assert done == Event("", "[DONE]")
    choice = Completion.model_validate(last.data).choices[0]
    assert (choice.index, choice.text, choice.finish_reason) == (1, "", "content_filter")
