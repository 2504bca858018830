"""Anthropic's messages, as vLLM serves them too."""

from typing import Any

from statera.guard.policy import Policy
from statera.proxy.wire.api import Api, Event, Failure, StreamState
from statera.proxy.wire.attachments import media
from statera.proxy.wire.fields import (
    Field,
    Reader,
    each,
    either,
    names,
    number,
    of_kind,
    parts,
    spoken,
    table,
    tag,
    tagged,
    text,
    with_role,
    wrong,
)
from statera.proxy.wire.filtering import details, first_message, input_message, kept, output_message
from statera.proxy.wire.labels import figures, ident, label, sealed, term
from statera.proxy.wire.parameters import SAMPLING, definition, parameter
from statera.proxy.wire.pieces import event_kind, index_in, pieces_of
from statera.proxy.wire.slots import Body, Holder, Key, Piece
from statera.records.guarding import Decision


def _inner(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Read content inside content, as a tool's result has it."""
    _content(reader, holder, key, value, place)


_result = with_role("tool", either(one=text, many=_inner, named=spoken), "tool_result")
_source = tagged(
    "type",
    {
        **dict.fromkeys(("base64", "file", "url"), media),
        "content": table({"type": tag, "content": _result}),
        "text": table(
            {"type": tag, "media_type": term, "data": with_role("document", text, "tool_result")}
        ),
    },
)
_BLOCK: dict[str, Field] = {
    "cache_control": figures,
    "caller": figures,
    "citations": spoken,
    "content": _result,
    "context": with_role("document", text, "tool_result"),
    "id": ident,
    "input": with_role("", either(one=text, named=spoken), "tool_call"),
    "is_error": number,
    "name": with_role("", text, "tool_call"),
    "server_name": ident,
    "source": either(one=with_role("document", text, "tool_result"), named=_source),
    "text": text,
    "thinking": text,
    "title": with_role("document", text, "tool_result"),
    "tool_name": text,
    "tool_use_id": ident,
    "type": tag,
}
_KINDS = names("""
document mcp_tool_use search_result server_tool_use text tool_reference tool_result tool_use
""")
_SERVER_RESULTS = names("""
bash_code_execution_tool_result code_execution_tool_result mcp_tool_result
text_editor_code_execution_tool_result tool_search_tool_result web_fetch_tool_result
web_search_tool_result
""")
_served = table({**_BLOCK, "content": with_role("tool", spoken, "tool_result")})
_kinds: dict[str, Field] = {
    **dict.fromkeys(_KINDS, table(_BLOCK)),
    "compaction": table({**_BLOCK, "encrypted_content": sealed}),
    "redacted_thinking": table({**_BLOCK, "data": sealed}),
    "thinking": table({**_BLOCK, "signature": sealed}),
    **dict.fromkeys(_SERVER_RESULTS, _served),
    **dict.fromkeys(("audio", "container_upload", "file", "image", "video"), media),
}
_content = either(one=text, many=parts(tagged("type", _kinds)))
_said = table({"role": term, "content": _content, "cache_control": figures, "id": ident})
_ROLES = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",
    "ctx": "user",
    "msg": "user",
}


def _message(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    role: object = value.get("role") if type(value) is dict else None
    if type(role) is not str or role not in _ROLES:
        raise wrong(f"{place}.role", f"one of {', '.join(_ROLES)}")
    reader.role = _ROLES[role]
    _said(reader, holder, key, value, place)
    reader.role = ""


_tool = either(many=each(definition))
_REQUESTED: dict[str, Field] = {
    **SAMPLING,
    "betas": term,
    "container": figures,
    "context_management": figures,
    "inference_geo": term,
    "mcp_servers": either(many=each(definition)),
    "messages": each(_message),
    "output_config": definition,
    "output_format": definition,
    "stop_sequences": parameter,
    "system": with_role("system", _content),
    "thinking": figures,
    "tool_choice": definition,
    "tools": _tool,
}
_REPLIED: dict[str, Field] = {
    "container": figures,
    "content": each(tagged("type", _kinds)),
    "context_management": figures,
    "diagnostics": figures,
    "error": with_role("", spoken),
    "id": ident,
    "kv_transfer_params": figures,
    "model": label,
    "role": term,
    "stop_details": spoken,
    "stop_reason": term,
    "stop_sequence": ident,
    "type": term,
    "usage": figures,
}
REPLY = table({**_REPLIED, "content": _content})

_delta = table(
    {
        "citation": spoken,
        "content": text,
        "partial_json": with_role("", text, "tool_call"),
        "signature": sealed,
        "text": text,
        "thinking": text,
        "type": term,
    }
)
_EVENT: dict[str, Field] = {
    "error": with_role("", spoken),
    "index": number,
    "message": table(_REPLIED),
    "type": tag,
    "usage": figures,
}
_EVENTS: dict[str, Field] = {
    "content_block_delta": table({**_EVENT, "delta": _delta}),
    "content_block_start": table({**_EVENT, "content_block": tagged("type", _kinds)}),
    "content_block_stop": table(_EVENT),
    "error": table(_EVENT),
    "message_delta": table({**_EVENT, "delta": table(_REPLIED), "context_management": figures}),
    "message_start": table(_EVENT),
    "message_stop": table(_EVENT),
    "ping": table(_EVENT),
}
# Where the text that an event brings stands in a reply that is not streamed.
_PLACES = {"partial_json": "input", "citation": "citations"}


def read_event(reader: Reader, name: str, data: Body) -> list[Piece]:
    """Return the pieces of an event, in channels such as `content[0].text`."""
    kind = event_kind(name, data)
    of_kind(_EVENTS, kind)(reader, data, "", data, "event")
    block = f"content[{index_in(data)}]"
    found = []
    for piece in pieces_of(reader):
        head, _, field = piece.channel.removeprefix("event.").partition(".")
        inside = head in ("delta", "content_block") and kind.startswith("content_block")
        field, mark, part = field.partition("#")
        channel = f"{block}.{_PLACES.get(field, field)}{mark}{part}" if inside else piece.channel
        found.append(piece._replace(channel=channel, whole=not inside or "#" in channel))
    return found


def closes(name: str, data: Body) -> tuple[str, ...]:
    """Return the block that the event ends, or "" for all of them."""
    kind = event_kind(name, data)
    if kind == "content_block_stop":
        return (f"content[{index_in(data)}].",)
    return ("",) if kind in ("message_delta", "message_stop", "error") else ()


_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}


class MessageShapes:
    """The answers of the guard as Anthropic's clients parse them."""

    def failed(self, failure: Failure) -> Body:
        """Return the body of an error."""
        default = "invalid_request_error" if failure.status < 500 else "api_error"
        told = {
            "type": _TYPES.get(failure.status, default),
            "message": failure.message,
            "code": failure.code,
            "param": failure.param,
        }
        return {"type": "error", "error": told}

    def failed_events(self, state: StreamState, failure: Failure) -> list[Event]:
        """Return the event that ends a failed stream; clients raise it."""
        del state
        return [Event("error", self.failed(failure))]

    def blocked_request(self, decision: Decision, policy: Policy, body: Body) -> tuple[int, Body]:
        """Return the 400, or a message that refuses."""
        message = input_message(decision, policy)
        if policy.block_style == "refusal_200":
            return 200, _refusal(kept(body, ("model",)), decision, message)
        told = self.failed(Failure(400, "content_filter", message, "messages"))
        told["error"]["statera"] = details(decision)
        return 400, told

    def blocked_reply(self, body: Body, decision: Decision, policy: Policy) -> Body:
        """Return the message with what the client is told as its only content."""
        said = kept(body, ("id", "model", "usage"))
        return _refusal(said, decision, output_message(decision, policy))

    def blocked_events(self, state: StreamState, decision: Decision, policy: Policy) -> list[Event]:
        """Return the ends of all open blocks and of the message."""
        begun = bool(state.head)
        asked, message = kept(state.asked, ("model",)), first_message(decision, policy)
        events = [] if begun else _whole(_refusal(asked, decision, message))
        for number_ in sorted(state.open):
            events.append(_event("content_block_stop", index=number_))
        delta = {"stop_reason": "refusal", "stop_sequence": None}
        usage = {"output_tokens": 0}
        told = details(decision)
        return [
            *events,
            _event("message_delta", delta=delta, usage=usage, statera=told),
            _event("message_stop"),
        ]

    def follow(self, state: StreamState, name: str, data: Body) -> None:
        """Take note of an event that was passed on."""
        kind = event_kind(name, data)
        if kind == "message_start":
            message = data.get("message") or {}
            state.head = {"id": "", **kept(message, ("id", "model"))}
        elif kind == "content_block_start":
            state.open[index_in(data)] = {}
        elif kind == "content_block_stop":
            state.open.pop(index_in(data), None)


def _refusal(body: Body, decision: Decision, message: str) -> Body:
    return {
        "id": body.get("id") or f"msg_{decision.id}",
        "type": "message",
        "role": "assistant",
        "model": body.get("model") or "",
        "content": [{"type": "text", "text": message}],
        "stop_reason": "refusal",
        "stop_sequence": None,
        "usage": body.get("usage") or {"input_tokens": 0, "output_tokens": 0},
        "statera": details(decision),
    }


def _whole(refusal: Body) -> list[Event]:
    """Return the events of a message up to the end of its only block."""
    told = refusal["content"][0]["text"]
    empty = {**refusal, "content": [], "stop_reason": None}
    return [
        _event("message_start", message=empty),
        _event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        _event("content_block_delta", index=0, delta={"type": "text_delta", "text": told}),
        _event("content_block_stop", index=0),
    ]


def _event(kind: str, **fields: object) -> Event:
    return Event(kind, {"type": kind, **fields})


api = Api(
    name="messages",
    routes=("/v1/messages",),
    request=table(_REQUESTED),
    reply=REPLY,
    shapes=MessageShapes(),
    event=read_event,
    closes=closes,
)
