import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.models.replies import Undecodable, read_embeddings, read_reply
from statera.records.responses import Failure, TokenLogprob, Usage


def body(message: Any = None, finish: Any = "stop", **more: Any) -> bytes:
    choice = {"index": 0, "message": message, "finish_reason": finish} | more.pop("choice", {})
    return json.dumps({"choices": [choice]} | more).encode()


SAID: list[tuple[dict[str, Any], tuple[str | None, str | None, str | None]]] = [
    ({"content": "A"}, ("A", None, None)),
    ({"content": "  A\n"}, ("  A\n", None, None)),
    ({"content": ""}, ("", None, None)),
    ({"content": None}, ("", None, None)),
    ({}, ("", None, None)),
    ({"content": "A", "reasoning_content": "so"}, ("A", "so", None)),
    ({"content": "A", "reasoning": "so"}, ("A", "so", None)),
    ({"content": "A", "reasoning": {"effort": 1}}, ("A", None, None)),
    ({"content": "A", "reasoning_content": None, "refusal": None}, ("A", None, None)),
    ({"content": None, "refusal": "I won't"}, ("", None, "I won't")),
    ({"content": [{"type": "text", "text": "A"}, {"text": "B"}]}, ("AB", None, None)),
    ({"content": ["A", 7, {"type": "image"}]}, ("A", None, None)),
    (
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "so"}]},
                     {"type": "text", "text": "A"}]},
        ("A", "so", None),
    ),
    ({"content": [{"type": "refusal", "refusal": "I won't"}]}, ("", None, "I won't")),
]  # fmt: skip


@pytest.mark.parametrize(("message", "said"), SAID)
def test_text_reasoning_and_refusal_are_told_apart(
    message: dict[str, Any], said: tuple[str | None, str | None, str | None]
) -> None:
    response = read_reply(body(message))
    assert (response.text, response.reasoning, response.refusal) == said
    assert response.failure is None


FINISHES = [
    ("stop", "stop"),
    ("length", "length"),
    ("eos_token", "stop"),
    ("stop_sequence", "stop"),
    ("max_tokens", "length"),
    ("model_length", "length"),
    ("tool_calls", "tool_calls"),
    ("something_new", "something_new"),
    (None, None),
    (7, None),
]


@pytest.mark.parametrize(("reason", "finish"), FINISHES)
def test_the_finish_reason_is_in_one_language(reason: Any, finish: str | None) -> None:
    assert read_reply(body({"content": "A"}, reason)).finish == finish


USAGES: list[tuple[Any, Usage | None]] = [
    (None, None),
    ({}, Usage()),
    (
        {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
        Usage(prompt_tokens=3, completion_tokens=2),
    ),
    (
        {"prompt_tokens": 3, "completion_tokens": 9,
         "completion_tokens_details": {"reasoning_tokens": 7, "audio_tokens": 0},
         "prompt_tokens_details": {"cached_tokens": 2}},
        Usage(prompt_tokens=3, completion_tokens=9, reasoning_tokens=7, cached_tokens=2),
    ),
    (
        {"prompt_tokens": 3, "completion_tokens": 2, "completion_tokens_details": None,
         "prompt_cache_hit_tokens": 1, "reasoning_tokens": 4},
        Usage(prompt_tokens=3, completion_tokens=2, reasoning_tokens=4, cached_tokens=1),
    ),
    ({"prompt_tokens": "3", "completion_tokens": 2.0}, Usage(prompt_tokens=3, completion_tokens=2)),
    ({"prompt_tokens": "many"}, None),
    ("free", None),
]  # fmt: skip


@pytest.mark.parametrize(("usage", "read"), USAGES)
def test_usage_is_read_where_it_stands_and_unknown_elsewhere(
    usage: Any, read: Usage | None
) -> None:
    assert read_reply(body({"content": "A"}, usage=usage)).usage == read


def test_logprobs_of_a_chat_are_read() -> None:
    tokens = [{"token": "A", "logprob": -0.5, "bytes": [65], "top_logprobs": []}]
    response = read_reply(body({"content": "A"}, choice={"logprobs": {"content": tokens}}))
    assert response.logprobs == (TokenLogprob("A", -0.5),)


def test_logprobs_of_a_completion_are_read_without_those_that_are_null() -> None:
    logprobs = {"tokens": ["A", "B"], "token_logprobs": [None, -1.5], "text_offset": [0, 1]}
    choice = {"text": "AB", "finish_reason": "length", "logprobs": logprobs}
    response = read_reply(json.dumps({"choices": [choice]}).encode())
    assert (response.text, response.finish) == ("AB", "length")
    assert response.logprobs == (TokenLogprob("B", -1.5),)


@pytest.mark.parametrize("logprobs", [None, {}, {"content": None}, [], {"content": [{"x": 1}]}])
def test_logprobs_that_cannot_be_read_are_left_out(logprobs: Any) -> None:
    response = read_reply(body({"content": "A"}, choice={"logprobs": logprobs}))
    assert (response.text, response.logprobs) == ("A", ())


def test_tool_calls_are_kept_as_the_server_wrote_them() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    response = read_reply(body({"content": None, "tool_calls": [call]}, "tool_calls"))
    assert (response.tool_calls, response.text, response.failure) == ((call,), "", None)


@pytest.mark.parametrize("calls", [None, [], "none", [1]])
def test_tool_calls_that_are_none_leave_the_text(calls: Any) -> None:
    assert read_reply(body({"content": "A", "tool_calls": calls})).tool_calls == ()


def test_model_and_fingerprint_are_read() -> None:
    response = read_reply(body({"content": "A"}, model="m-1", system_fingerprint="fp"))
    assert (response.model, response.fingerprint) == ("m-1", "fp")


def test_a_content_filter_without_text_is_a_refusal_of_the_provider() -> None:
    response = read_reply(body({"content": None}, "content_filter"))
    assert response.failure == Failure(kind="refused", message="finish reason content_filter")
    assert (response.text, response.finish) == (None, "content_filter")


def test_a_content_filter_that_cut_the_text_keeps_it_and_says_so() -> None:
    response = read_reply(body({"content": "It is"}, "content_filter"))
    assert (response.text, response.refusal, response.failure) == ("It is", "content filter", None)


UNDECODABLE = [
    b"",
    b"<html>",
    b'{"choices": [{"message": {"content": "A"',
    b'{"choices": []}',
    b'{"choices": null}',
    b"{}",
    b"[]",
    b"null",
    b'{"choices": [{}]}',
    b'{"choices": [{"message": {"content": null}, "finish_reason": null}]}',
    b'{"choices": [{"message": {"content": 7}, "finish_reason": "stop"}]}',
    b'{"choices": "A"}',
    b'{"choices": [{"message": {"content": "\xff\xfe"}, "finish_reason": "stop"}]}',
]


@pytest.mark.parametrize("data", UNDECODABLE)
def test_a_body_without_an_answer_is_undecodable(data: bytes) -> None:
    with pytest.raises(Undecodable):
        read_reply(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=3), v, max_size=3),
        max_leaves=6,
    )
)
def test_whatever_stands_beside_the_text_the_text_is_read(junk: Any) -> None:
    message = {"content": "A", "tool_calls": junk, "reasoning": junk, "refusal": junk}
    choice = {"logprobs": junk, "matched_stop": junk}
    response = read_reply(body(message, choice=choice, usage=junk, model=junk, id=junk))
    assert response.text == "A"


def test_numbers_that_are_no_json_and_half_characters_do_not_hide_the_text() -> None:
    data = b'{"choices": [{"message": {"content": "A\\ud800"}, "finish_reason": "stop", '
    data += b'"logprobs": {"content": [{"token": "A", "logprob": -Infinity}]}}], "x": NaN}'
    response = read_reply(data)
    assert (response.text, response.logprobs) == ("A?", ())


def test_embeddings_come_in_the_order_of_the_texts() -> None:
    rows = [{"index": 1, "embedding": [1, 0.5]}, {"index": 0, "embedding": [0.0, 2]}]
    response = read_embeddings(json.dumps({"data": rows, "model": "e"}).encode(), 2)
    assert response.embeddings == ((0.0, 2.0), (1.0, 0.5))
    assert (response.text, response.model) == (None, "e")


@pytest.mark.parametrize("data", [b"", b"{}", b'{"data": []}', b'{"data": [{"embedding": "x"}]}'])
def test_missing_embeddings_are_undecodable(data: bytes) -> None:
    with pytest.raises(Undecodable):
        read_embeddings(data, 1)
