import json
from typing import Any

import pytest

from statera.interop.importing import rendered
from statera.records.requests import Chat, Message, Sampling

TURNS = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]
MESSAGES = (Message("system", "Be brief."), Message("user", "Why?"))


@pytest.mark.parametrize("asked", [TURNS, json.dumps(TURNS)])
def test_messages_in_any_writing(asked: Any) -> None:
    assert rendered.chat(asked, Sampling()) == Chat(messages=MESSAGES, sampling=Sampling())


@pytest.mark.parametrize("asked", ["Why?", "[not json", "[1, 2]", '["a"]'])
def test_a_text_is_one_message(asked: str) -> None:
    assert rendered.chat(asked, Sampling()) == Chat(messages=(Message("user", asked),))


def test_other_roles_and_parts() -> None:
    asked = [
        {"role": "developer", "content": "Be brief."},
        {"role": "stranger", "content": [{"type": "text", "text": "a"}, {"type": "image"}, 1]},
        {"role": "assistant", "content": None},
    ]
    assert rendered.messages(asked) == (
        Message("system", "Be brief."),
        Message("user", "a"),
        Message("assistant", ""),
    )
    assert rendered.plain({"a": 1}) == '{"a": 1}'


def test_settings_under_our_names() -> None:
    found = {"max_gen_toks": 9, "temperature": 0, "until": ["\n"], "top_p": None, "n": 3}
    assert rendered.stated(found) == {"max_tokens": 9, "temperature": 0, "stop": ["\n"]}
    assert rendered.sampling(found) == Sampling(temperature=0, max_tokens=9, stop=("\n",))
    assert rendered.sampling({"stop": "x"}) == Sampling(temperature=None, stop=("x",))
    assert rendered.sampling({"temperature": "warm"}) == Sampling(temperature=None)
