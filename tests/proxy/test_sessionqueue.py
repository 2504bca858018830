"""Every API's stream leaves in its order, says nothing twice, and is changed where it says it."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionChunk
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from statera.guard.policy import StreamTerms
from statera.proxy.session import StreamSession
from statera.proxy.wire.api import Api, Usage
from statera.proxy.wire.apis import chat, completions, messages, responses
from tests.proxy.streams import (
    FULL,
    SMALL,
    Told,
    chat_reply,
    completions_reply,
    cut,
    decider,
    events,
    messages_reply,
    responses_reply,
    streamed,
    words,
)

Reply = Callable[[Sequence[str]], bytes]
APIS: list[tuple[Api, Reply]] = [
    (chat.api, chat_reply),
    (completions.api, completions_reply),
    (messages.api, messages_reply),
    (responses.api, responses_reply),
]
ALL = pytest.mark.parametrize(("api", "reply"), APIS, ids=[api.name for api, _ in APIS])
MODES = pytest.mark.parametrize("terms", [SMALL, FULL], ids=["window", "full"])
NAMES = st.sampled_from(
    ["choices", "index", "delta", "content", "text", "type", "error", "usage", "logprobs", "id"]
)
WORDS = [f" w{number:02}" for number in range(60)]
TYPES: dict[str, Any] = {
    "chat": ChatCompletionChunk,
    "responses": ResponseStreamEvent,
}


def through(api: Api, data: bytes, terms: StreamTerms) -> tuple[StreamSession, Told]:
    policy = words(terms)
    session = StreamSession(api, policy)
    return session, streamed(session, cut(data, range(0, len(data), 97)), decider(policy))


def parsed(api: Api, out: bytes) -> list[Any]:
    """Return the events as the official client types them, where there is one."""
    adapter: TypeAdapter[Any] = TypeAdapter(TYPES.get(api.name, dict))
    return [adapter.validate_python(one) for one in events(out) if one != "[DONE]"]


@ALL
@MODES
def test_what_passes_leaves_as_it_came(api: Api, reply: Reply, terms: StreamTerms) -> None:
    session, told = through(api, reply(WORDS), terms)
    assert told.out == reply(WORDS)
    assert (session.outcome, session.failure, session.held_chars) == ("allow", None, 0)
    assert session.usage == (Usage(5, 7) if api.name in ("messages", "responses") else Usage())


@ALL
@MODES
def test_what_is_taken_out_is_gone_wherever_it_is_said(
    api: Api, reply: Reply, terms: StreamTerms
) -> None:
    texts = [*WORDS[:20], " sec", "ret", " is", *WORDS[20:]]
    session, told = through(api, reply(texts), terms)
    assert session.outcome == "redact"
    assert b"secret" not in told.out
    assert b'ret"' not in told.out
    parsed(api, told.out)
    places = {"chat": 1, "completions": 1, "messages": 3, "responses": 8 + 2}
    assert told.out.count(b"[SECRET]") == {**places, "responses": 9}[api.name]


@ALL
@MODES
def test_a_block_ends_the_stream_as_the_api_has_it(
    api: Api, reply: Reply, terms: StreamTerms
) -> None:
    data = reply([*WORDS, " a bo", "mb", *WORDS])
    session, told = through(api, data, terms)
    assert session.blocked is not None
    assert b'"mb"' not in told.out
    assert b"a bomb" not in told.out
    assert (session.released_chars > 0) == (terms is SMALL)
    last = parsed(api, told.out)[-1]
    ends = {
        "chat": lambda: last.choices[0].finish_reason == "content_filter",
        "completions": lambda: last["choices"][0]["finish_reason"] == "content_filter",
        "messages": lambda: last == {"type": "message_stop"},
        "responses": lambda: last.response.incomplete_details.reason == "content_filter",
    }
    assert ends[api.name]()


@ALL
@MODES
def test_a_stream_that_breaks_off_is_an_error(api: Api, reply: Reply, terms: StreamTerms) -> None:
    data = reply(WORDS)
    for end in (len(data) // 3, len(data) // 2, data.index(b"w50")):
        session, told = through(api, data[:end], terms)
        assert session.failure is not None
        assert session.blocked is None
        last = events(told.out)[-1]
        assert "error" in last or last["type"] == "error"
        assert b"event: error" in told.out or api.name in ("chat", "completions")


def test_a_tool_call_of_messages_leaves_when_its_block_ends() -> None:
    session = StreamSession(messages.api, words())
    data = messages_reply(WORDS)
    session.feed(data[: data.index(b'"index": 2}')])
    while due := session.due():
        session.settle(decider(words())(due))
    out = session.take()
    assert b"text_delta" in out
    assert b"tool_use" not in out


def test_events_of_responses_are_not_divided_since_they_are_numbered() -> None:
    _, told = through(responses.api, responses_reply(["".join(WORDS)]), SMALL)
    assert told.out == responses_reply(["".join(WORDS)])


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "x", "a bomb", "error"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


def _altered(draw: st.DrawFn, value: Any) -> Any:
    """Return the value with anything put in the place of something in it."""
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 4)) == 0:
        return draw(JSON)
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = draw(st.sampled_from(keys))
    value[key] = _altered(draw, value[key])
    if isinstance(value, dict) and draw(st.integers(0, 9)) == 0:
        value[draw(NAMES)] = value.pop(key)
    return value


@st.composite
def altered(draw: st.DrawFn, reply: bytes) -> bytes:
    """A reply in which some events are not as they should be, or not at their place."""
    blocks = reply.removesuffix(b"\n\n").split(b"\n\n")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(blocks) - 1))
        head, _, data = blocks[at].rpartition(b"data: ")
        if data.startswith(b"{"):
            text = json.dumps(_altered(draw, json.loads(data)))
            blocks[at] = head + b"data: " + text.encode()
        if draw(st.booleans()):
            blocks.insert(draw(st.integers(0, len(blocks))), draw(st.sampled_from(blocks)))
    return b"\n\n".join(blocks) + b"\n\n"


@ALL
@settings(max_examples=80)
@given(data=st.data())
def test_whatever_upstream_says_is_read_or_ends_the_stream(
    api: Api, reply: Reply, data: st.DataObject
) -> None:
    stream = data.draw(altered(reply(WORDS[:20])))
    for terms in (SMALL, FULL):
        session, told = through(api, stream, terms)
        assert session.done
        assert b"a bomb" not in told.out
        assert session.blocked or session.failure or session.held_chars == 0
        events(told.out)
