import json
from typing import Any

import pytest

from statera.interop.importing.tracecalls import (
    finished,
    first,
    look,
    message,
    messages_of,
    role,
    when,
)
from statera.records.requests import Message


def test_fields_are_looked_up_whole_then_step_by_step() -> None:
    found: list[dict[str, Any]] = [
        {"a.b": "whole"},
        {"a": {"b": "steps", "c": True}, "n": 3, "o": {"p": 1}, "e": " "},
    ]
    assert look(found, "a.b") == "whole"
    assert look(found, "a.c") == "true"
    assert look(found, "n") == "3"
    assert (look(found, "o"), look(found, "x.y"), look(found, "e")) == (None, None, None)
    assert first(iter(found), ("x", "n")) == "3"


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-01T00:00:00Z",
        "2026-03-01T01:00:00+01:00",
        1_772_323_200,
        1_772_323_200_000,
        "1772323200000000000",
        1_772_323_200_000_000.0,
    ],
)
def test_times(value: object) -> None:
    assert when(value) == 1_772_323_200


def test_what_is_no_time() -> None:
    assert when("soon") == when(None) == 0


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("MAX_TOKENS", "length"),
        (["stop"], "stop"),
        ("SAFETY", "content_filter"),
        ("", None),
        ([], None),
    ],
)
def test_reasons(reason: object, told: str | None) -> None:
    assert finished(reason) == told


def test_messages() -> None:
    parts = [{"type": "text", "content": "a"}, {"type": "image"}, {"type": "text", "content": "b"}]
    answer = [{"type": "tool_call_response", "response": "42"}]
    listed = [{"role": "model", "parts": parts}, {"role": "tool", "parts": answer}]
    assert messages_of(json.dumps(listed)) == (Message("assistant", "a\nb"), Message("tool", "42"))
    assert messages_of("plain") == (Message("user", "plain"),)
    assert messages_of('"quoted"') == (Message("user", "quoted"),)
    assert messages_of("7") == (Message("user", "7"),)
    assert messages_of(7) == messages_of(" ") == ()
    assert messages_of({"role": "user", "content": "x"}) == (Message("user", "x"),)
    assert message({"role": "human", "content": [{"text": "x"}]}) == Message("user", "x")
    assert role(None) == "user"
