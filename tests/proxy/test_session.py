"""The promise of a streamed reply: same checks and bytes for any cut, nothing leaves too early."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionChunk

from statera.guard.policy import Policy
from statera.proxy.session import Limits, Request, StreamSession
from statera.proxy.wire.api import Failure, Usage
from statera.proxy.wire.apis.chat import api as CHAT
from statera.records.guarding import Decision, Passage
from tests.proxy.streams import (
    DONE,
    FULL,
    Told,
    chat,
    cut,
    decider,
    event,
    events,
    said,
    stop,
    streamed,
    text_of,
    words,
)

POLICY = words()
WORDS = [
    "secret ",
    "a ",
    "the ",
    "漢字かな",
    "cafe\u0301 ",
    "👩🏽\u200d🚀 ",
    "x" * 70 + " ",
    "bo",
    "\n",
]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map("".join)


def tool(arguments: str, number: int = 0, index: int = 0, **more: Any) -> bytes:
    function = {"arguments": arguments, **more}
    return chat({"tool_calls": [{"index": number, "function": function}]}, index)


@st.composite
def replies(draw: st.DrawFn) -> bytes:
    """A reply of up to two choices that speak by turns, with reasoning, text and a tool call."""
    data = chat({"role": "assistant", "content": ""})
    count = draw(st.integers(1, 2))
    for _ in range(draw(st.integers(1, 8))):
        index = draw(st.integers(0, count - 1))
        field = draw(st.sampled_from(["content", "content", "reasoning", "tool"]))
        text = draw(TEXTS)
        data += tool(json.dumps(text), 0, index) if field == "tool" else said([text], field, index)
        data += draw(st.sampled_from([b"", b": ping\n\n"]))
    data += b"".join(stop(index) for index in range(count))
    return data + event({"id": "chatcmpl-1", "choices": [], "usage": {"prompt_tokens": 3}}) + DONE


def guarded(data: bytes | Sequence[bytes], policy: Policy = POLICY, **more: Any) -> Told:
    pieces = [data] if isinstance(data, bytes) else data
    return streamed(StreamSession(CHAT, policy, Request(**more)), pieces, decider(policy))


@settings(max_examples=40)
@given(
    replies(), st.lists(st.integers(0, 100_000), max_size=40), st.sampled_from(["window", "full"])
)
def test_checks_and_bytes_do_not_depend_on_how_the_stream_is_cut(
    data: bytes, places: list[int], mode: str
) -> None:
    policy = words(FULL) if mode == "full" else POLICY
    whole = guarded(data, policy)
    assert guarded(cut(data, places), policy) == whole
    assert guarded([data[at : at + 1] for at in range(len(data))], policy) == whole
    assert guarded(data.replace(b"\n", b"\r\n"), policy) == whole


@settings(max_examples=40)
@given(TEXTS, st.lists(st.integers(0, 2000), max_size=30))
def test_windows_and_text_do_not_depend_on_how_upstream_divides_the_text(
    text: str, places: list[int]
) -> None:
    ends = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    divided = [text[start:end] for start, end in pairwise(ends)]
    whole, parts = (guarded(said(one) + stop() + DONE) for one in ([text], divided))
    assert parts.windows == whole.windows
    assert [text_of(one) for one in parts.left] == [text_of(one) for one in whole.left]
    assert text_of(parts.out) == text_of(whole.out) == text.replace("secret", "[SECRET]")


TURNS = st.lists(
    st.tuples(st.sampled_from(["content", "reasoning"]), st.integers(0, 1), st.integers(1, 30)),
    min_size=1,
    max_size=12,
)


def numbered(turns: list[tuple[str, int, int]]) -> bytes:
    """Return a reply in which no two words are alike."""
    count, data = 0, b""
    for field, index, length in turns:
        texts = [f"n{number:03} " for number in range(count, count + length)]
        data += said(texts, field, index)
        count += length
    return data + stop(0) + stop(1) + DONE


@settings(max_examples=50)
@given(TURNS)
def test_no_text_leaves_before_every_window_that_contains_it_has_passed(
    turns: list[tuple[str, int, int]],
) -> None:
    """What leaves has been checked; and is never checked again if its text was not taken up."""
    told = guarded(numbered(turns))
    for field in ("content", "reasoning"):
        for index in (0, 1):
            whole = text_of(told.out, field, index)
            taken_up = sum(one[:2] == (field, index) for one in turns) > 1
            place = f"choices[{index}].message.{field}"
            left = [len(text_of(out, field, index)) for out in told.left]
            spans = [
                [(whole.index(one.text), len(one.text)) for one in due if one.place == place]
                for due in told.windows
            ]
            for number, released in enumerate(left):
                checked = [start + size for due in spans[:number] for start, size in due]
                later = [start for due in spans[number:] for start, _ in due]
                assert released <= max(checked, default=0)
                assert taken_up or released <= min(later, default=len(whole))


def test_a_text_leaves_half_a_window_behind_its_checks() -> None:
    texts = [f"{number:02}n " for number in range(60)]
    told = guarded([said([text]) for text in texts] + [stop(), DONE])
    assert len(told.windows) == 7
    for due, left in zip(told.windows, told.left, strict=True):
        (window,) = due
        released = text_of(left)
        assert len(released) <= "".join(texts).index(window.text)
    assert text_of(told.out) == "".join(texts)


def test_full_mode_lets_nothing_go_before_all_has_passed() -> None:
    data = chat({"role": "assistant"}) + said(["one "] * 200, "reasoning") + said(["two "] * 200)
    told = guarded([data, stop(), DONE], words(FULL))
    assert [len(due) for due in told.windows] == [2]
    assert told.left == [b""]
    assert events(told.out) == events(data + stop() + DONE)
    choices = guarded(data + stop() + said(["three"], index=1) + stop(1) + DONE, words(FULL))
    assert [len(due) for due in choices.windows] == [3]
    blocked = guarded(data + stop() + said(["bomb"], index=1) + stop(1) + DONE, words(FULL))
    assert b"one" not in blocked.out


def test_events_that_are_not_changed_leave_as_they_came() -> None:
    data = said([" héllo \\"] * 30) + stop() + event({"choices": [], "usage": {}}) + DONE
    assert guarded(data).out == data


def blocked(told: Told) -> list[ChatCompletionChunk]:
    *chunks, last = events(told.out)
    assert last == "[DONE]"
    return [ChatCompletionChunk.model_validate(one) for one in chunks]


def test_a_choice_is_told_that_it_is_blocked_when_another_has_finished_before() -> None:
    told = guarded(said(["fine"]) + stop() + said(["a bomb "], index=1) + stop(1) + DONE)
    ends = [(one.choices[0].index, one.choices[0].finish_reason) for one in blocked(told)]
    assert [end for end in ends if end[1]] == [(0, "stop"), (1, "content_filter")]
    assert text_of(told.out) == "fine"
    assert "bomb" not in text_of(told.out, index=1)


def test_a_block_ends_all_choices_and_counts_what_had_left() -> None:
    session = StreamSession(CHAT, POLICY)
    data = b"".join(said([f"{n:02}n "], index=i) for n in range(40) for i in (0, 1))
    told = streamed(session, [data, said(["a bomb "]), said(["more "] * 99), DONE], decider(POLICY))
    *_, one, two = blocked(told)
    assert [choice.index for last in (one, two) for choice in last.choices] == [0, 1]
    assert {one.choices[0].finish_reason, two.choices[0].finish_reason} == {"content_filter"}
    assert one.id == "chatcmpl-1"
    left = len(text_of(told.out)) + len(text_of(told.out, index=1))
    assert session.released_chars == left > 0
    assert session.blocked is not None
    assert (session.done, session.outcome, session.failure) == (True, "block", None)
    assert b"a bomb" not in told.out
    assert b"more" not in told.out


def test_a_block_before_anything_left_is_a_whole_reply() -> None:
    (only,) = blocked(guarded(said(["a bomb "]) + stop() + DONE))
    assert only.choices[0].delta.content == POLICY.messages.output
    assert only.choices[0].finish_reason == "content_filter"


def test_a_block_before_anything_left_names_the_request_s_model_and_the_time() -> None:
    asked = {"model": "asked", "created": 7, "created_at": 7}
    (only,) = blocked(guarded(said(["a bomb "]) + stop() + DONE, asked=asked))
    assert (only.model, only.created) == ("asked", 7)
    begun = guarded(said(["word "] * 60 + ["a bomb "]) + stop() + DONE, asked=asked)
    assert (blocked(begun)[-1].model, blocked(begun)[-1].created) == ("m", 1)


def test_what_a_choice_said_before_its_answer_leaves_when_the_answer_begins() -> None:
    told = guarded([said(["let me see "], "reasoning"), said(["it is "] * 20), stop(), DONE])
    assert told.passages[0] == ("choices[0].message.reasoning", "output", "let me see ")
    assert text_of(told.left[1], "reasoning") == "let me see "


def test_texts_that_take_turns_are_read_on_and_held_after_a_while() -> None:
    turns = [one for n in range(40) for one in ("reasoning", "content")]
    told = guarded([said([f"{n:02}n "], field) for n, field in enumerate(turns)] + [stop(), DONE])
    assert len(told.windows) < 60
    assert "00n 02n 04n 06n" in [text.strip() for _, _, text in told.passages]
    assert len(text_of(told.out)) == len(text_of(told.out, "reasoning")) == 160


def test_a_word_cut_by_a_turn_is_found_when_the_text_goes_on() -> None:
    turns = [said(["a bo"]), said(["hm "], "reasoning"), said(["mb "]), stop(), DONE]
    policy = words()
    session = StreamSession(CHAT, policy)
    told = streamed(session, turns, decider(policy))
    assert session.blocked is not None
    assert text_of(told.out) == "a bo"


def test_one_choice_does_not_wait_for_another() -> None:
    told = guarded([said(["slow "], index=1), said(["quick "] * 50), stop(), stop(1), DONE])
    assert len(text_of(told.left[-1])) > 100
    assert text_of(told.left[-1], index=1) == ""
    assert text_of(told.out, index=1) == "slow "


def test_an_event_larger_than_a_window_leaves_in_parts() -> None:
    text = "".join(f"{number:02}n " for number in range(60))
    told = guarded([said([text]), stop(), DONE])
    parts = [one["choices"][0]["delta"].get("content") for one in events(told.out)[:-2]]
    assert len(parts) == 7
    assert "".join(parts) == text
    first = chat({"role": "assistant", "content": text})
    assert guarded(first + stop() + DONE).out == first + stop() + DONE


LOGPROBS: dict[str, list[dict[str, Any]]] = {
    "content": [{"token": "x", "logprob": -0.1, "bytes": None, "top_logprobs": []}]
}


def test_logprobs_leave_with_their_text_unless_it_is_changed() -> None:
    data = [chat({"content": one}, logprobs=LOGPROBS) for one in ("a ", "sec", "ret ", "b ")]
    choices = [one["choices"][0] for one in events(guarded([*data, stop(), DONE]).out)[:-2]]
    assert [one["delta"]["content"] for one in choices] == ["a ", "[SECRET]", " ", "b "]
    assert [one["logprobs"] for one in choices] == [LOGPROBS, None, None, LOGPROBS]


def test_tokens_without_their_text_are_read() -> None:
    data = [chat({}, logprobs=LOGPROBS), chat({"content": "a"})]
    assert guarded([*data, stop(), DONE]).out == b"".join([*data, stop(), DONE])
    tokens = {"content": [{**LOGPROBS["content"][0], "token": "bomb"}]}
    told = guarded([chat({}, logprobs=tokens), chat({"content": "a"}), stop(), DONE])
    assert b'"token"' not in told.out
    assert blocked(told)[-1].choices[0].finish_reason == "content_filter"


def test_token_ids_without_their_text_do_not_leave() -> None:
    data = [chat({}, token_ids=[1]), chat({"content": "a"}, token_ids=[1]), stop(), DONE]
    allowed = guarded(data, words(unknown_fields="allow"))
    choices = [one["choices"][0] for one in events(allowed.out)[:-2]]
    assert [one["token_ids"] for one in choices] == [[], [1]]
    assert events(guarded(data).out)[-1]["error"]["code"] == "tokens_not_readable"


def test_a_tool_call_leaves_only_when_it_is_whole_and_has_passed() -> None:
    data = [tool("", name="look"), *(tool(one) for one in ('{"q": "', "sec", "ret", '"}'))]
    told = guarded([*data, stop(), DONE])
    assert [(one.place, one.side) for one in told.windows[0]] == [
        ("choices[0].message.tool_calls[0].function.name", "tool_call"),
        ("choices[0].message.tool_calls[0].function.arguments", "tool_call"),
    ]
    assert told.left == [b""]
    calls = [one["choices"][0]["delta"].get("tool_calls") for one in events(told.out)[:-1]]
    arguments = "".join(one[0]["function"]["arguments"] for one in calls if one)
    assert json.loads(arguments) == {"q": "[SECRET]"}


@pytest.mark.parametrize(
    "text",
    ['{"q": "a b\\u006fmb"}', r'{"q": "{\"p\": \"b\\u006fmb\"}"}', '{"q": "a bo', '{"bomb": 1}'],
)
def test_escapes_and_halves_of_arguments_hide_nothing(text: str) -> None:
    halves = [tool(text[:9]), tool(text[9:]), tool("mb" if text.endswith("bo") else "")]
    session = StreamSession(CHAT, POLICY)
    told = streamed(session, [*halves, stop(), DONE], decider(POLICY))
    assert session.blocked is not None
    assert b"arguments" not in told.out


def test_values_come_back_for_their_names_wherever_the_names_are_cut() -> None:
    values = {"[NAME_1]": 'Ada "L"', "[NAME_2]": "Bob"}
    texts = ["so ", "[NA", "ME_1", "] met [NAME_2] and [NAME_3] ", "x" * 400 + "[NAME_2]"]
    told = guarded(said(texts) + tool('{"to": "[NAME_1]"}') + stop() + DONE, values=values)
    assert text_of(told.out) == 'so Ada "L" met Bob and [NAME_3] ' + "x" * 400 + "Bob"
    call = events(told.out)[-3]["choices"][0]["delta"]["tool_calls"][0]["function"]
    assert json.loads(call["arguments"]) == {"to": 'Ada "L"'}
    assert "Ada" not in str(told.windows)


def failed(told: Told) -> dict[str, Any]:
    """Return the error that the stream ends with, the last thing in it."""
    last = events(told.out)[-1]
    assert isinstance(last, dict)
    error: dict[str, Any] = last["error"]
    return error


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "upstream_error"),
        (b'{"id": 1}', "upstream_error"),
        (b"<html>", "upstream_error"),
        (b"data: {\n\n", "upstream_error"),
        (b"data: []\n\n", "upstream_error"),
        (b'data: {"choices": [], "choices": []}\n\n', "upstream_error"),
        (b'data: {"choices": [{"delta": {"content": "\xff"}}]}\n\n', "upstream_error"),
        (chat({"content": "x"})[:-9], "upstream_error"),
        (chat({"content": "x"})[:-1], "upstream_error"),
        (chat({"content": "x"}), "upstream_error"),
        (stop(0) + chat({"content": "x"}, 1), "upstream_error"),
        (chat({"thoughts": "hidden"}) + stop() + DONE, "unknown_field"),
        (chat({"content": 5}) + stop() + DONE, "invalid_request"),
    ],
)
def test_a_stream_that_is_broken_ends_as_an_error(data: bytes, code: str) -> None:
    session = StreamSession(CHAT, POLICY)
    told = streamed(session, [said(["one "] * 3), data], decider(POLICY))
    assert failed(told)["code"] == code
    assert text_of(told.out).startswith("one one one ")
    assert DONE not in told.out
    assert b"hidden" not in told.out
    assert session.failure is not None
    assert session.done


def test_a_fault_of_upstream_is_told_after_what_it_said() -> None:
    session = StreamSession(CHAT, POLICY)
    session.feed(said(["one "]))
    session.fail(Failure(504, "upstream_timeout", "The model server is silent."))
    told = streamed(session, [], decider(POLICY))
    assert text_of(told.out) == "one "
    assert failed(told)["code"] == "upstream_timeout"


def test_an_error_of_upstream_is_checked_and_passes() -> None:
    error = event({"error": {"message": "no secret here", "code": 500}})
    assert events(guarded(error).out) == [{"error": {"message": "no [SECRET] here", "code": 500}}]
    session = StreamSession(CHAT, POLICY)
    streamed(session, [event({"error": {"message": "a bomb"}})], decider(POLICY))
    assert session.blocked is not None


@pytest.mark.parametrize(
    "last", [b"", b"data: [DONE]", b"data: [DONE]\n", DONE + b"data: more\n\n"]
)
def test_a_stream_may_end_after_its_finish_in_any_way(last: bytes) -> None:
    session = StreamSession(CHAT, POLICY)
    told = streamed(session, [said(["one "]) + stop() + last], decider(POLICY))
    assert session.failure is None
    assert text_of(told.out) == "one "
    assert (DONE in told.out) == bool(last)
    assert b"more" not in told.out


def test_every_event_that_finishes_a_choice_lets_it_be_checked() -> None:
    session = StreamSession(CHAT, POLICY)
    for text in ("one ", "two "):
        session.feed(chat({"content": text}, finish_reason="stop"))
        due = session.due()
        assert due[0].text.endswith(text)
        session.settle(decider(POLICY)(due))
        assert session.held_chars == 0


def test_what_is_too_large_is_an_error() -> None:
    limits = Limits(event=300, stream=2000, channels=3)
    for data, why in (
        (said(["x" * 300]), "an event is longer than 300 bytes"),
        (said(["x " * 20]) * 20, "it is longer than 2,000 bytes"),
        (b"".join(said(["x"], index=n) for n in range(4)), "More than 3 texts"),
    ):
        session = StreamSession(CHAT, POLICY, limits=limits)
        told = streamed(session, [said(["one "]), data, data, DONE], decider(POLICY))
        assert why in failed(told)["message"]
        assert text_of(told.out).startswith("one ")


def test_a_check_that_was_not_made_ends_the_stream_as_unavailable() -> None:
    def unavailable(passages: Sequence[Passage]) -> Decision:
        del passages
        return Decision(id="d", policy="p", outcome="unavailable", would="unavailable")

    session = StreamSession(CHAT, POLICY)
    told = streamed(session, [said(["one "]), stop(), DONE], unavailable)
    assert [one["error"]["code"] for one in events(told.out)] == ["guard_unavailable"]
    assert session.outcome == "unavailable"


def test_a_name_that_cannot_be_taken_out_ends_the_stream() -> None:
    data = chat({"annotations": [{"secret": "x"}]})
    assert failed(guarded(data + stop() + DONE))["code"] == "not_redactable"


def test_a_session_tells_tokens_state_and_what_it_holds() -> None:
    session = StreamSession(CHAT, POLICY, Request(before=("hello",)))
    assert not session.begun
    session.feed(chat({"role": "assistant"}) + said(["one "]))
    assert session.due() == ()
    assert (session.begun, session.held_chars, session.released_chars) == (True, 4, 0)
    session.feed(stop() + event({"choices": [], "usage": {"prompt_tokens": 3}}) + DONE)
    (passage,) = session.due()
    assert passage == Passage(
        text="one ",
        side="output",
        place="choices[0].message.content",
        role="assistant",
        before=("hello",),
    )
    assert session.due() == (passage,)
    session.settle(decider(POLICY)([passage]))
    assert session.due() == ()
    assert (session.held_chars, session.released_chars, session.done) == (0, 4, True)
    assert session.usage == Usage(3, None)


NAMED = "embedded:" + "ab12" * 16


def identified(texts: Sequence[str], name: str = NAMED, **more: Any) -> bytes:
    """Return chunks that all say which server they come from, in a form that is no id."""
    choices = [{"index": 0, "delta": {"content": text}, "finish_reason": None} for text in texts]
    head = {"id": f"run:{name}", "system_fingerprint": name, **more}
    return b"".join(event({**head, "choices": [one]}) for one in choices)


@pytest.mark.parametrize("policy", [POLICY, words(FULL)], ids=["window", "full"])
@pytest.mark.parametrize("model", ["m", "two words"])
def test_what_all_chunks_are_named_by_is_read_once(policy: Policy, model: str) -> None:
    texts = [f"{number:02}n " for number in range(60)]
    data = [*(identified([one], model=model) for one in texts), stop(), DONE]
    session = StreamSession(CHAT, policy)
    told = streamed(session, data, decider(policy))
    named = [text for place, _, text in told.passages if not place.startswith("choices")]
    assert named.count(NAMED) == named.count(f"run:{NAMED}") == 1
    assert named.count(model) == (0 if model == "m" else 60), "a text is read each time"
    assert text_of(told.out) == "".join(texts)
    assert {one.get("system_fingerprint") for one in events(told.out)[:-2]} == {NAMED}
    assert session.released_chars == len("".join(texts))


def test_what_names_a_stream_is_held_and_counted_as_no_text() -> None:
    session = StreamSession(CHAT, POLICY)
    session.feed(identified(["one "]))
    session.settle(decider(POLICY)(session.due()))
    assert session.due() == ()
    assert (session.held_chars, session.released_chars) == (4, 0)


def test_another_name_in_a_later_chunk_is_read_and_one_that_is_taken_out_each_time() -> None:
    told = guarded(identified(["one "]) + identified(["two "], "a-bomb:1") + stop() + DONE)
    assert b"a-bomb" not in told.out
    assert blocked(told)[-1].choices[0].finish_reason == "content_filter"
    data = identified(["a "], "x:secret") + identified(["b "], "x:secret", n=None)
    assert b"secret" not in guarded(data + stop() + DONE).out
    assert b"secret" not in guarded(data + stop() + DONE, words(FULL)).out
    turns = data.replace(
        b'"index": 0, "delta": {"content": "b', b'"index": 1, "delta": {"content": "b'
    )
    assert b"secret" not in guarded(turns + stop() + stop(1) + DONE).out


def test_a_large_event_leaves_in_parts_where_its_name_is_known() -> None:
    text = "".join(f"{number:02}n " for number in range(60))
    told = guarded([identified(["one "]), identified([text]), stop(), DONE])
    assert text_of(told.out) == "one " + text
    assert len(events(told.out)) > 5
    assert {one.get("system_fingerprint") for one in events(told.out)[:-2]} == {NAMED}


def test_a_comment_keeps_the_connection_and_says_nothing() -> None:
    assert guarded(b": a bomb\n\n" + stop() + DONE).out == b":\n\n" + stop() + DONE
