from typing import Any

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.documents import Place
from statera.interop.importing.tracecalls import Call
from statera.interop.importing.tracelines import line_call
from statera.records.responses import Usage
from tests.interop.importing.traces_made import ASKED, SAID, line


def _call(**found: Any) -> Call:
    return line_call(Place("f, line 1", found), None)


def test_the_last_message_is_the_reply_where_there_is_no_other() -> None:
    talk = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": ASKED},
        {"role": "assistant", "content": SAID},
    ]
    call = _call(messages=talk)
    assert (len(call.messages), call.text) == (3, SAID)
    open_end = _call(messages=talk[:3])
    assert (len(open_end.messages), open_end.text, open_end.said) == (3, None, None)


@pytest.mark.parametrize(
    "response",
    [
        SAID,
        {"role": "assistant", "content": SAID},
        {"choices": [{"message": {"content": SAID}, "finish_reason": "stop"}]},
    ],
)
def test_forms_of_a_reply(response: object) -> None:
    call = line_call(Place("f", line("a", response=response)), None)
    assert (call.text, call.finish, call.said) == (SAID, "stop", True)


def test_what_is_beside_it() -> None:
    body = {
        "id": "chat-1",
        "model": "m-2",
        "usage": {"prompt_tokens": 3, "completion_tokens": 4},
        "choices": [
            {"message": {"content": None, "tool_calls": [{}]}, "finish_reason": "tool_calls"}
        ],
    }
    call = _call(messages=[{"role": "user", "content": "x"}], response=body, latency_ms=250)
    assert (call.id, call.model, call.tools, call.seconds) == ("chat-1", "m-2", True, 0.25)
    assert call.usage == Usage(prompt_tokens=3, completion_tokens=4)
    failed = _call(prompt="x", error="rate limit", status=429)
    assert failed.failure is not None
    assert (failed.failure.message, failed.failure.status) == ("rate limit", 429)


def test_without_an_id_equal_lines_are_one() -> None:
    made = {"messages": [{"role": "user", "content": "x"}], "response": "y", "time": 3}
    assert _call(**made).id == _call(**made).id != _call(**{**made, "time": 4}).id


def test_no_messages() -> None:
    with pytest.raises(DeclarationError, match="line 1: 'messages' is no list"):
        _call(messages=[])
