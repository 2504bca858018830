"""JSON lines of messages, as applications log them.

    {"id": "r1", "time": "2026-03-01T12:00:00Z", "user": "u7", "model": "m", "version": "2",
     "messages": [{"role": "user", "content": "…"}], "response": "…", "country": "de"}

`response` is a text, a message or a body of chat completions; without it the last message is the
reply, if the assistant's. All else may be absent: `finish_reason`, `error`, `seconds`, `usage`.
"""

from collections.abc import Mapping
from typing import Any

from statera.codec.canonical import digest
from statera.errors import DeclarationError
from statera.interop.importing.documents import Object, Place, count, number, part, several, text
from statera.interop.importing.tracecalls import Call, finished, first, look, message, when
from statera.interop.importing.tracecalls import messages_of as read_messages
from statera.records.requests import Message
from statera.records.responses import Failure, Usage

UNITS = ("user", "user_id", "end_user", "metadata.user_id", "session", "session_id", "conversation")
_TIMES = ("time", "timestamp", "created", "created_at", "started_at")
_VERSIONS = ("version", "deployment", "release", "metadata.version")
_IDS = ("id", "request_id", "trace_id", "response.id")
_TOKENS = (("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens"))


def line_call(place: Place, unit: str | None) -> Call:
    """Return the request of a line; DeclarationError where `messages` is no list of them."""
    where, found = place
    messages = _messages(where, found)
    reply, body = _reply(found.get("response"))
    if "response" not in found and messages and messages[-1].role == "assistant":
        messages, reply = messages[:-1], {"content": messages[-1].content}
    said = None if reply is None else message({"role": "assistant", **reply}).content
    held = (found, body)
    return Call(
        where=where,
        id=first(held, _IDS) or digest([found.get(name) for name in ("time", "user")] + [held]),
        found=held,
        messages=messages,
        text=said,
        said=None if said is None else bool(said.strip()),
        time=next((when(found[name]) for name in _TIMES if found.get(name) is not None), 0.0),
        model=first((body, found), ("model",)) or "",
        version=first(held, _VERSIONS) or "",
        unit=look(held, unit) if unit else first(held, UNITS),
        refusal=text(reply, "refusal") or None,
        tools=bool(several(reply, "tool_calls")),
        finish=_finish(found, body),
        failure=_failure(found),
        usage=_usage(found, body),
        seconds=_seconds(found),
    )


def _messages(where: str, found: Object) -> tuple[Message, ...]:
    listed = found.get("messages")
    if listed is None:
        listed = found.get("prompt", found.get("input"))
    messages = read_messages(listed)
    if not messages:
        raise DeclarationError(
            f"{where}: 'messages' is no list of messages, each with `role` and `content`"
        )
    return messages


def _reply(response: object) -> tuple[Object | None, Object]:
    """Return the reply's message, and the body in which it stands."""
    if isinstance(response, str):
        return {"content": response}, {}
    if not isinstance(response, Mapping):
        return None, {}
    choices = several(response, "choices")
    if choices and (inner := part(choices[0], "message")):
        return inner, dict(response)
    return (dict(response), {}) if {"content", "parts"} & set(response) else (None, dict(response))


def _finish(found: Object, body: Object) -> str | None:
    choices = several(body, "choices")
    return finished(
        found.get("finish_reason") or part(choices[0] if choices else None).get("finish_reason")
    )


def _failure(found: Object) -> Failure | None:
    error = found.get("error")
    if not error:
        return None
    told = text(error, "type", "code", "message") if isinstance(error, Mapping) else str(error)
    status = count(found.get("status"))
    return Failure(kind="infra", message=told or "failed", status=status)


def _seconds(found: Object) -> float | None:
    known = number(found.get("seconds", found.get("latency")))
    if known is None and (thousand := number(found.get("latency_ms"))) is not None:
        known = thousand / 1000
    return known


def _usage(found: Object, body: Object) -> Usage | None:
    usage: dict[str, Any] = part(found, "usage") or part(body, "usage")
    if not usage:
        return None
    known = [
        next((c for n in names if (c := count(usage.get(n))) is not None), None)
        for names in _TOKENS
    ]
    return Usage(prompt_tokens=known[0], completion_tokens=known[1])
