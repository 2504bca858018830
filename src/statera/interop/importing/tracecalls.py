"""One request of live traffic with its reply, whatever recorded it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from statera.interop.importing.documents import moment
from statera.interop.importing.rendered import messages as plain_messages
from statera.interop.importing.rendered import plain
from statera.records.requests import Message, Role
from statera.records.responses import Failure, Usage

_FINISH = {
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "safety": "content_filter",
    "refusal": "content_filter",
    "prohibited_content": "content_filter",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "tool_call": "tool_calls",
}
_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "model": "assistant",
    "ai": "assistant",
    "tool": "tool",
    "function": "tool",
}
_SCALES = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From such a number on a time is in nano-, micro- or milliseconds."""
_LONGEST = 200


class Checked(NamedTuple):
    """What a guard said: `outcome` for the whole, and whether it found something in the reply."""

    outcome: str
    flagged: bool | None
    categories: tuple[str, ...] = ()


class Call(NamedTuple):
    """One request. `found` are the objects in which its fields are looked up, the first first.

    `text` is None where the reply is not in the log; `said` tells whether there was one of any
    length, None where nobody knows. `unit` is the user's name as it stands there.
    """

    where: str
    id: str
    found: Sequence[Mapping[str, Any]]
    messages: tuple[Message, ...] = ()
    text: str | None = None
    said: bool | None = None
    time: float = 0.0
    model: str = ""
    version: str = ""
    unit: str | None = None
    refusal: str | None = None
    tools: bool = False
    finish: str | None = None
    failure: Failure | None = None
    usage: Usage | None = None
    seconds: float | None = None
    first: float | None = None
    checked: Checked | None = None


def look(found: Iterable[Mapping[str, Any]], field: str) -> str | None:
    """Return the plain value of a field (`country`, or `metadata.country`), None without one."""
    for one in found:
        value = one.get(field)
        if value is None and "." in field:
            value = _inside(one, field)
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str | int | float) and str(value).strip():
            return str(value).strip()[:_LONGEST]
    return None


def _inside(value: Any, field: str) -> Any:
    for step in field.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def first(found: Iterable[Mapping[str, Any]], fields: Iterable[str]) -> str | None:
    """Return the first of these fields that has a value."""
    listed = list(found)
    return next((value for name in fields if (value := look(listed, name)) is not None), None)


def finished(reason: object) -> str | None:
    """Return why a reply ended in the words of chat completions, None for nothing."""
    if isinstance(reason, list):
        reason = reason[0] if reason else None
    if not isinstance(reason, str) or not reason:
        return None
    name = reason.lower()
    return _FINISH.get(name, name)


def when(value: object) -> float:
    """Return a time as seconds since 1970 UTC: ISO 8601, or a number down to nanoseconds."""
    if isinstance(value, str) and value.strip().replace(".", "", 1).isdigit():
        value = float(value)
    found = moment(value)
    for least, scale in _SCALES:
        if found >= least:
            return found / scale
    return found


def messages_of(value: object) -> tuple[Message, ...]:
    """Return messages, with `content` or with the `parts` of OpenTelemetry; empty for none."""
    if isinstance(value, str):
        try:
            read: object = json.loads(value)
        except (ValueError, RecursionError):
            return (Message("user", value),) if value.strip() else ()
        value = value if isinstance(read, bool | int | float) else read
    if isinstance(value, str):
        return (Message("user", value),)
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, list):
        return ()
    if not any(isinstance(one, Mapping) and "parts" in one for one in value):
        return plain_messages(value)
    return tuple(message(one) for one in value if isinstance(one, Mapping))


def message(found: Mapping[str, Any]) -> Message:
    """Return a message of OpenTelemetry: the text of its parts."""
    if "parts" not in found:
        return Message(role(found.get("role")), plain(found.get("content")))
    parts = found["parts"] if isinstance(found["parts"], list) else []
    texts = [_part(one) for one in parts if isinstance(one, Mapping)]
    return Message(role(found.get("role")), "\n".join(filter(None, texts)))


def _part(found: Mapping[str, Any]) -> str:
    kind = found.get("type")
    if kind == "text":
        return plain(found.get("content", found.get("text")))
    if kind == "tool_call_response":
        return plain(found.get("response", found.get("result")))
    return ""


def role(name: object) -> Role:
    """Return whose message it is; what has another name is the user's."""
    return _ROLES.get(name.lower(), "user") if isinstance(name, str) else "user"
