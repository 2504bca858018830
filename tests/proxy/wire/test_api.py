import contextlib
import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.proxy.wire.api import StreamState, Usage, model_of, usage_of, wants_stream
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.routes import known_apis
from tests.proxy.wire.apis import chat_bodies, response_bodies, test_messages
from tests.proxy.wire.decisions import DECISION
from tests.proxy.wire.markers import OPEN, STRICT

APIS = list({api.name: api for api in known_apis().values()}.values())
EXAMPLES = [
    *(chat_bodies.REQUEST, chat_bodies.REPLY, chat_bodies.CHUNK),
    *(response_bodies.REQUEST, response_bodies.REPLY, *response_bodies.EVENTS),
    *(test_messages.REQUEST, test_messages.REPLY, *test_messages.EVENTS),
]


def test_what_a_body_says_of_itself() -> None:
    assert wants_stream({"stream": True})
    assert not wants_stream({"stream": "true"})
    assert (model_of({"model": "m"}), model_of({"model": 5}), model_of({})) == ("m", "", "")
    assert usage_of({"usage": {"prompt_tokens": 1, "completion_tokens": 2}}) == Usage(1, 2)
    assert usage_of({"response": {"usage": {"input_tokens": 0}}}) == Usage(0, None)
    assert usage_of({"message": {"usage": {"output_tokens": 3}}}) == Usage(None, 3)
    assert usage_of({"usage": None}) == Usage()


def test_an_error_is_read_whole() -> None:
    api = known_apis()["/v1/chat/completions"]
    (slot,) = api.read_error({"error": {"message": "your prompt was bad"}}, STRICT)
    assert "your prompt was bad" in slot.passage.text
    assert (slot.passage.side, slot.passage.role) == ("output", "assistant")


def test_an_event_of_an_api_without_streams_is_read_whole() -> None:
    api = known_apis()["/v1/embeddings"]
    (piece,) = api.read_event("", {"some": "words here"}, STRICT)
    assert (piece.text, piece.whole) == ("some\nwords here", True)
    assert api.closes("", {}) == ()


NAMES = sorted({name for example in EXAMPLES for name in example} | {"index", "finish_reason"})
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**54) | st.sampled_from(["", "a b", "text"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=6,
)


def nodes(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a value: what holds it, and under which key."""
    for key in range(len(value)) if isinstance(value, list) else list(value):
        yield value, key
        if isinstance(value[key], list | dict):
            yield from nodes(value[key])


@st.composite
def spoilt_bodies(draw: st.DrawFn) -> dict[str, Any]:
    """An example with anything at one or two of its places."""
    body: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(EXAMPLES)))
    for _ in range(draw(st.integers(1, 2))):
        places = list(nodes(body))
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        holder[key] = draw(json_values)
    return body


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
@pytest.mark.parametrize("policy", [STRICT, OPEN], ids=["strict", "open"])
def test_no_json_crashes_an_api(api: Any, policy: Any) -> None:
    @given(spoilt_bodies())
    def check(body: dict[str, Any]) -> None:
        with contextlib.suppress(Refused):
            api.read_request(body, policy)
        with contextlib.suppress(Refused):
            api.read_reply(body, policy)
        with contextlib.suppress(Refused):
            read_and_follow(api, body, policy)
        api.read_error(body, policy)
        api.shapes.blocked_request(DECISION, policy, body)
        api.shapes.blocked_reply(body, DECISION, policy)

    check()


def read_and_follow(api: Any, data: dict[str, Any], policy: Any) -> None:
    """Do with an event what a stream does: what follows may rely on its having been read."""
    for _ in api.read_event("", data, policy):
        pass
    assert all(isinstance(channel, str) for channel in api.closes("", data))
    state = StreamState()
    api.shapes.follow(state, "", data)
    assert api.shapes.blocked_events(state, DECISION, policy)
