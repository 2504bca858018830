"""What an answer says of itself is read as it passes, however it is cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.proxy.experiments.hearing import MOST, Hearing
from statera.proxy.headers import Pairs
from statera.proxy.wire.api import Usage
from tests.proxy.upstreams import chat, chunks

JSON: Pairs = [(b"content-type", b"application/json")]
STREAM: Pairs = [(b"content-type", b"text/event-stream; charset=utf-8")]


def heard(headers: Pairs, *parts: bytes) -> Hearing:
    found = Hearing(headers)
    for part in parts:
        found.feed(part)
    found.close()
    return found


def event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


ANTHROPIC = [
    event("message_start", {"message": {"id": "msg_1", "usage": {"input_tokens": 9}}}),
    event("content_block_delta", {"delta": {"text": '"usage": {"input_tokens": 1}'}}),
    event("message_delta", {"usage": {"output_tokens": 4}}),
]
RESPONSES = [
    event("response.created", {"response": {"id": "resp_1", "usage": None}}),
    event("response.completed",
          {"response": {"id": "resp_1", "usage": {"input_tokens": 7, "output_tokens": 2}}}),
]  # fmt: skip
CHAT = [*chunks("a", "b", done=False),
        b'data: {"id": "other", "usage": {"prompt_tokens": 3, "completion_tokens": 2}}\n\n',
        b"data: [DONE]\n\n"]  # fmt: skip


@given(st.integers(1, 400), st.sampled_from(["msg_1", "resp_1", "c"]))
def test_a_stream_is_read_however_it_is_cut(size: int, named: str) -> None:
    events, usage = {
        "msg_1": (ANTHROPIC, Usage(9, 4)),
        "resp_1": (RESPONSES, Usage(7, 2)),
        "c": (CHAT, Usage(3, 2)),
    }[named]
    whole = b"".join(events)
    parts = [whole[at : at + size] for at in range(0, len(whole), size)]
    found = heard(STREAM, *parts)
    assert (found.response, found.usage, found.streamed) == (named, usage, True)


def test_a_whole_body_is_read_once_it_is_there() -> None:
    body = json.dumps(chat("hello")).encode()
    found = heard(JSON, body[:20], body[20:])
    assert (found.response, found.usage) == ("chatcmpl-1", Usage(3, 2))
    assert not found.streamed


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ([], b'{"id": "x"}'),
        ([(b"content-type", b"text/html")], b'{"id": "x"}'),
        ([*JSON, (b"content-encoding", b"gzip")], b'{"id": "x"}'),
        ([*STREAM, (b"content-encoding", b"gzip")], ANTHROPIC[0]),
        (JSON, b'{"id": "x"'),
        (JSON, b'{"id": 7, "usage": [], "message": 3}'),
        (JSON, b"[" * 10_000),
        (JSON, b'{"id": "\xff"}'),
        (JSON, b'{"id": "x", "more": "' + b"." * MOST + b'"}'),
        (STREAM, b"no event\n\n" + ANTHROPIC[0]),
        (STREAM, b"data: {\n\n"),
        (JSON, b""),
    ],
)
def test_of_what_cannot_be_read_nothing_is_known(headers: Pairs, body: bytes) -> None:
    found = heard(headers, body)
    assert (found.response, found.usage) == ("", Usage())
