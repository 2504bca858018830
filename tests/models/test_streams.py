import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.models.replies import Undecodable
from statera.models.streams import Gathered
from statera.records.responses import TokenLogprob, Usage


def event(choice: dict[str, Any] | None, **more: Any) -> bytes:
    choices = [] if choice is None else [choice]
    return b"data: " + json.dumps({"choices": choices} | more).encode()


def delta(**fields: Any) -> bytes:
    return event({"delta": fields})


END = event({"delta": {}, "finish_reason": "stop"})
DONE = b"data: [DONE]"


def gather(*lines: bytes) -> tuple[list[str], Gathered]:
    gathered = Gathered()
    return [gathered.add(line) for line in lines], gathered


@given(st.lists(st.text(max_size=5), max_size=8))
def test_the_pieces_are_the_text(parts: list[str]) -> None:
    pieces, gathered = gather(*(delta(content=part) for part in parts), END)
    assert "".join(pieces) == "".join(parts) == gathered.response(()).text


def test_comments_names_and_blank_lines_bring_nothing() -> None:
    lines = (b"", b": keep-alive", b"event: message", b"id: 1", b"data:", b"retry: 10")
    pieces, gathered = gather(*lines, delta(content="A"), END)
    assert "".join(pieces) == "A"
    assert gathered.response(()).text == "A"


def test_data_without_a_space_is_data() -> None:
    pieces, _ = gather(b'data:{"choices":[{"delta":{"content":"A"}}]}')
    assert pieces == ["A"]


def test_a_last_event_with_usage_and_no_choices_is_read() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 1}
    _, gathered = gather(delta(content="A"), END, event(None, usage=usage, model="m"), DONE)
    response = gathered.response(("n",))
    assert response.usage == Usage(prompt_tokens=3, completion_tokens=1)
    assert (response.model, response.notes, response.finish) == ("m", ("n",), "stop")


def test_null_usage_in_every_event_does_not_hide_the_last() -> None:
    usage = {"prompt_tokens": 3}
    first = event({"delta": {"content": "A"}}, usage=None, system_fingerprint="fp")
    _, gathered = gather(first, event(None, usage=usage), event(None, usage=None), END)
    response = gathered.response(())
    assert (response.usage, response.fingerprint) == (Usage(prompt_tokens=3), "fp")


def test_reasoning_and_refusal_are_gathered_apart() -> None:
    _, gathered = gather(
        delta(reasoning_content="so "), delta(reasoning="it is"), delta(refusal="no"), END
    )
    response = gathered.response(())
    assert (response.text, response.reasoning, response.refusal) == ("", "so it is", "no")


def test_completions_stream_text() -> None:
    pieces, gathered = gather(event({"text": "A"}), event({"text": "B", "finish_reason": "length"}))
    assert pieces == ["A", "B"]
    assert gathered.response(()).cut_off


def test_tool_calls_are_joined_by_index() -> None:
    def call(index: int, **more: Any) -> bytes:
        return delta(tool_calls=[{"index": index} | more])

    _, gathered = gather(
        call(0, id="a", function={"name": "f", "arguments": ""}),
        call(1, id="b", function={"name": "g", "arguments": "{"}),
        call(0, function={"arguments": '{"x"'}),
        call(0, function={"arguments": ": 1}"}),
        call(1, function={"arguments": "}"}),
        event({"delta": {}, "finish_reason": "tool_calls"}),
    )
    calls = [made["function"] for made in gathered.response(()).tool_calls]
    assert calls == [{"name": "f", "arguments": '{"x": 1}'}, {"name": "g", "arguments": "{}"}]


def test_logprobs_are_gathered() -> None:
    lines = [
        event({"delta": {"content": c}, "logprobs": {"content": [{"token": c, "logprob": -1.0}]}})
        for c in "AB"
    ]
    _, gathered = gather(*lines, END)
    assert gathered.response(()).logprobs == (TokenLogprob("A", -1.0), TokenLogprob("B", -1.0))


def test_done_without_a_finish_reason_ends_the_answer() -> None:
    _, gathered = gather(delta(content="A"), DONE)
    assert gathered.response(()).text == "A"


@pytest.mark.parametrize("lines", [(), (delta(content="A"),), (delta(role="assistant"), DONE)])
def test_a_stream_that_stops_short_is_undecodable(lines: tuple[bytes, ...]) -> None:
    _, gathered = gather(*lines)
    with pytest.raises(Undecodable):
        gathered.response(())


def test_an_event_that_is_no_json_is_undecodable() -> None:
    with pytest.raises(Undecodable):
        gather(b'data: {"choices": [', b"")
    with pytest.raises(Undecodable):
        gather(b"data: <html>")
    _, gathered = gather(delta(content="A"), END, b'data: {"choices": [')
    with pytest.raises(Undecodable):
        gathered.response(())


def test_an_event_may_have_several_lines() -> None:
    whole = json.dumps({"choices": [{"delta": {"content": "A"}}]}, indent=1)
    lines = [b"data: " + line.encode() for line in whole.splitlines()]
    pieces, gathered = gather(*lines, b"", delta(content="B"), b"", END, b"")
    assert "".join(pieces) == "AB"
    assert gathered.response(()).text == "AB"


def test_an_error_inside_the_stream_is_kept() -> None:
    _, gathered = gather(delta(content="A"), b'data: {"error": {"message": "died"}}')
    assert gathered.error == b'{"error": {"message": "died"}}'


def test_a_body_that_is_not_streamed_is_kept_whole() -> None:
    _, gathered = gather(b'{"choices":', b" []}", b"")
    assert gathered.unstreamed == b'{"choices":\n []}'
