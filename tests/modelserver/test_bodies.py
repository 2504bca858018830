from typing import Any

import msgspec
import pytest

from statera.models.generation import Draw
from statera.modelserver.bodies import (
    ChatBody,
    CompletionBody,
    Turn,
    copy_draw,
    refuse_unsupported,
)
from statera.modelserver.refusals import Refusal, read

CHAT = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


def chat(**more: Any) -> ChatBody:
    return read(msgspec.json.encode(CHAT | more), ChatBody)


def completion(**more: Any) -> CompletionBody:
    return read(msgspec.json.encode({"model": "m", "prompt": "p"} | more), CompletionBody)


def test_what_is_left_out_is_openais_default() -> None:
    assert chat().draw() == Draw(max_tokens=512, temperature=1.0)
    assert completion().draw() == Draw(max_tokens=16, temperature=1.0)
    nothing = {"temperature": None, "top_p": None, "stop": None, "seed": None, "n": None}
    assert chat(**nothing).draw() == chat().draw()
    assert chat(**nothing).copies == 1


def test_what_is_given_is_used() -> None:
    drawn = chat(
        temperature=0, top_p=0.5, top_k=3, seed=9, stop="x", max_completion_tokens=5, logprobs=True
    ).draw()
    assert drawn == Draw(
        max_tokens=5, temperature=0.0, top_p=0.5, top_k=3, seed=9, stop=("x",), top=0
    )
    assert completion(max_tokens=0, logprobs=2, stop=["a", "b"]).draw() == Draw(
        max_tokens=0, temperature=1.0, stop=("a", "b"), top=2
    )
    assert chat(top_logprobs=3).draw().top is None
    assert chat(max_tokens=0).draw().max_tokens == 0
    assert chat(max_tokens=9, max_completion_tokens=5).draw().max_tokens == 5


def test_the_stream_ends_with_usage_only_when_asked() -> None:
    assert not chat(stream=True).include_usage
    assert chat(stream=True, stream_options={"include_usage": True}).include_usage


@pytest.mark.parametrize(
    ("more", "param", "code"),
    [
        ({"temperatur": 1}, "temperatur", "unknown_parameter"),
        ({"temperature": "1"}, "temperature", "invalid_value"),
        ({"temperature": 3}, "temperature", "invalid_value"),
        ({"max_tokens": -1}, "max_tokens", "invalid_value"),
        ({"n": 0}, "n", "invalid_value"),
        ({"stream": "false"}, "stream", "invalid_value"),
        ({"stop": [1]}, "stop[0]", "invalid_value"),
        ({"messages": []}, "messages", "invalid_value"),
        ({"messages": [{"role": "boss"}]}, "messages[0].role", "invalid_value"),
        ({"stream_options": {"usage": True}}, "usage", "unknown_parameter"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(more: Any, param: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        chat(**more)
    assert (refusal.value.status, refusal.value.param, refusal.value.code) == (400, param, code)


@pytest.mark.parametrize(
    ("neutral", "other"),
    [
        ({"presence_penalty": 0}, {"presence_penalty": 0.5}),
        ({"frequency_penalty": 0.0}, {"frequency_penalty": 1}),
        ({"logit_bias": {}}, {"logit_bias": {"1": 5}}),
        ({"tools": []}, {"tools": [{"type": "function"}]}),
        ({"response_format": {"type": "text"}}, {"response_format": {"type": "json_object"}}),
    ],
)
def test_what_the_model_cannot_do_is_refused_unless_neutral(neutral: Any, other: Any) -> None:
    refuse_unsupported(chat(**neutral))
    with pytest.raises(Refusal, match=f"does not support '{next(iter(other))}'"):
        refuse_unsupported(chat(**other))


def test_the_parts_of_a_message_are_one_text() -> None:
    turn = msgspec.convert(
        {"role": "developer", "content": [{"type": "text", "text": "a"}] * 2}, Turn
    )
    assert turn.plain() == {"role": "system", "content": "aa"}
    assert Turn("assistant").plain() == {"role": "assistant", "content": ""}


def test_copies_with_a_seed_are_not_the_same() -> None:
    draw = Draw(max_tokens=1, seed=7)
    assert copy_draw(draw, 0) == draw
    assert len({copy_draw(draw, index).seed for index in range(9)}) == 9
    assert copy_draw(Draw(max_tokens=1), 3).seed is None
