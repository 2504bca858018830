"""OpenAI's responses, as vLLM serves them too."""

from typing import NamedTuple

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
    spoken,
    table,
    tag,
    tagged,
    text,
    with_role,
)
from statera.proxy.wire.filtering import (
    details,
    filter_results,
    first_message,
    input_message,
    kept,
    output_message,
)
from statera.proxy.wire.items import PARTS, answered, asked
from statera.proxy.wire.labels import figures, ident, padding, term
from statera.proxy.wire.openai_errors import content_filter, error
from statera.proxy.wire.parameters import ABOUT, SAMPLING, definition
from statera.proxy.wire.pieces import event_kind, index_in, pieces_of
from statera.proxy.wire.slots import Body, Piece
from statera.proxy.wire.tokenlists import logprobs
from statera.records.guarding import Decision, Side

_items = each(asked)
_prompt = table({"id": ident, "version": ident, "variables": with_role("user", spoken, "input")})
# What a request says and a reply repeats.
_ASKED: dict[str, Field] = {
    **SAMPLING,
    "access_programs": figures,
    "background_options": figures,
    "conversation": figures,
    "enable_response_messages": number,
    "image": figures,
    "instructions": either(one=with_role("system", text), many=_items),
    "previous_response_id": ident,
    "prompt": _prompt,
    "reasoning": figures,
    "text": definition,
}
REQUEST = table(
    {
        **_ASKED,
        "input": either(one=with_role("user", text), many=_items),
        "previous_input_messages": either(many=each(with_role("user", spoken))),
    }
)
RESPONSE = table(
    {
        **_ASKED,
        **ABOUT,
        "completed_at": number,
        "content_filters": figures,
        "incomplete_details": figures,
        "input_messages": either(many=each(with_role("user", spoken))),
        "input_transformations": figures,
        "output": each(answered),
        "output_messages": either(many=each(spoken)),
        "prompt_cache_diagnostics": figures,
        "status": term,
        "tool_usage": figures,
    }
)


class _Said(NamedTuple):
    """Where the text of an event stands in a whole reply, and on which side."""

    place: str
    field: str
    side: Side = "output"


# `NAME.delta` adds to the text, `NAME.done` repeats it in its `field`.
_TEXTS = {
    "response.audio.transcript": _Said("audio.transcript", "transcript"),
    "response.code_interpreter_call_code": _Said("output[{o}].code", "code", "tool_call"),
    "response.custom_tool_call_input": _Said("output[{o}].input", "input", "tool_call"),
    "response.function_call_arguments": _Said("output[{o}].arguments", "arguments", "tool_call"),
    "response.mcp_call_arguments": _Said("output[{o}].arguments", "arguments", "tool_call"),
    "response.output_text": _Said("output[{o}].content[{c}].text", "text"),
    "response.reasoning": _Said("output[{o}].content[{c}].text", "text"),
    "response.reasoning_summary": _Said("output[{o}].summary[{s}].text", "text"),
    "response.reasoning_summary_text": _Said("output[{o}].summary[{s}].text", "text"),
    "response.reasoning_text": _Said("output[{o}].content[{c}].text", "text"),
    "response.refusal": _Said("output[{o}].content[{c}].refusal", "refusal"),
    "response.shell_call_command": _Said(
        "output[{o}].action.commands[{k}]", "command", "tool_call"
    ),
}
_EVENT: dict[str, Field] = {
    "agent": figures,
    "annotation": spoken,
    "annotation_index": number,
    "background": term,
    "code": term,
    "command_index": number,
    "content_index": number,
    "error": spoken,
    "item": answered,
    "item_id": ident,
    "logprobs": logprobs,
    "message": text,
    "name": with_role("", text, "tool_call"),
    "obfuscation": padding,
    "output": spoken,
    "output_format": term,
    "output_index": number,
    "param": term,
    "part": tagged("type", PARTS),
    "partial_image_b64": media,
    "partial_image_index": number,
    "quality": term,
    "response": RESPONSE,
    "sequence_number": number,
    "size": ident,
    "status": term,
    "summary_index": number,
    "type": tag,
}
_BARE = names("""
error response.audio.done response.cancelled response.code_interpreter_call.completed
response.code_interpreter_call.in_progress response.code_interpreter_call.interpreting
response.compaction.compacting response.completed response.content_part.added
response.content_part.done response.created response.failed response.file_search_call.completed
response.file_search_call.in_progress response.file_search_call.searching
response.image_generation_call.completed response.image_generation_call.generating
response.image_generation_call.in_progress response.image_generation_call.partial_image
response.in_progress response.incomplete response.mcp_call.completed response.mcp_call.failed
response.mcp_call.in_progress response.mcp_list_tools.completed response.mcp_list_tools.failed
response.mcp_list_tools.in_progress response.output_item.added response.output_item.done
response.output_text.annotation.added response.queued response.reasoning_part.added
response.reasoning_part.done response.reasoning_summary_part.added
response.reasoning_summary_part.done response.shell_call_output_content.done
response.web_search_call.completed response.web_search_call.in_progress
response.web_search_call.searching
""")


def _adding(said: _Said) -> Field:
    return table({**_EVENT, "delta": with_role("", text, said.side)})


def _repeating(said: _Said) -> Field:
    return table({**_EVENT, said.field: with_role("", text, said.side)})


_EVENTS: dict[str, Field] = {
    **{f"{name}.delta": _adding(said) for name, said in _TEXTS.items()},
    **{f"{name}.done": _repeating(said) for name, said in _TEXTS.items()},
    "response.audio.delta": table({**_EVENT, "delta": media}),
    "response.shell_call_command.added": _repeating(_TEXTS["response.shell_call_command"]),
    "response.shell_call_output_content.delta": table(
        {**_EVENT, "delta": with_role("tool", spoken, "tool_result")}
    ),
    **dict.fromkeys(_BARE, table(_EVENT)),
}
_HEAD = ("id", "created_at", "model")
_ENDS = names("error response.cancelled response.completed response.failed response.incomplete")


def read_event(reader: Reader, name: str, data: Body) -> list[Piece]:
    """Return the pieces of an event, in channels such as `output[0].content[0].text`."""
    kind = event_kind(name, data)
    of_kind(_EVENTS, kind)(reader, data, "", data, "event")
    adds = kind.endswith((".delta", ".added"))
    found = []
    for piece in pieces_of(reader):
        channel = _channel(kind, data, piece.channel.removeprefix("event."))
        whole = not adds or not channel.startswith("output[") or "#" in channel
        found.append(piece._replace(channel=channel, whole=whole))
    return found


def _channel(kind: str, data: Body, place: str) -> str:
    """Return where the text at `place` of an event stands in the whole reply."""
    name, _, step = kind.rpartition(".")
    said = _TEXTS.get(name)
    if said and place == ("delta" if step == "delta" else said.field):
        return _placed(said.place, data)
    head, dot, rest = place.partition(".")
    if head == "response":
        return rest
    if head == "item":
        return _placed("output[{o}]", data) + dot + rest
    if head == "part":
        inner = "summary[{s}]" if "summary" in kind else "content[{c}]"
        return _placed("output[{o}]." + inner, data) + dot + rest
    return f"event.{place}"


def _placed(place: str, data: Body) -> str:
    return place.format(
        o=index_in(data, "output_index"),
        c=index_in(data, "content_index"),
        s=index_in(data, "summary_index"),
        k=index_in(data, "command_index"),
    )


def closes(name: str, data: Body) -> tuple[str, ...]:
    """Return the channels that the event ends, "" for all."""
    kind = event_kind(name, data)
    if kind in _ENDS:
        return ("",)
    if kind == "response.output_item.done":
        return (_placed("output[{o}].", data),)
    base, _, step = kind.rpartition(".")
    said = _TEXTS.get(base)
    return (_placed(said.place, data),) if said and step == "done" else ()


class ResponseShapes:
    """The answers of the guard as clients of responses parse them."""

    def failed(self, failure: Failure) -> Body:
        """Return the body of an error."""
        return error(failure)

    def failed_events(self, state: StreamState, failure: Failure) -> list[Event]:
        """Return the event that ends a failed stream; clients raise it."""
        told = {"code": failure.code, "message": failure.message, "param": failure.param}
        return [_event(state.sequence + 1, "error", **told)]

    def blocked_request(self, decision: Decision, policy: Policy, body: Body) -> tuple[int, Body]:
        """Return the 400, or a response that refuses."""
        if policy.block_style == "error_400":
            return 400, content_filter(decision, policy, "input")
        message = input_message(decision, policy)
        return 200, _refusal(_asked_for(body), decision, message, "prompt")

    def blocked_reply(self, body: Body, decision: Decision, policy: Policy) -> Body:
        """Return the response with what the client is told as its only output."""
        message = output_message(decision, policy)
        said = kept(body, (*_HEAD, "usage"))
        return _refusal(said, decision, message, "completion")

    def blocked_events(self, state: StreamState, decision: Decision, policy: Policy) -> list[Event]:
        """Return the ends of all open items and of the response."""
        begun = bool(state.head)
        message = (output_message if begun else first_message)(decision, policy)
        source = "completion" if begun else "prompt"
        head = state.head if begun else _asked_for(state.asked)
        response = _refusal(head, decision, message, source)
        empty = {**response, "output": [], "status": "in_progress", "incomplete_details": None}
        kinds: list[tuple[str, Body]] = [] if begun else [("response.created", {"response": empty})]
        for number_, item in sorted(state.open.items()):
            fields = {"output_index": number_, "item": {**item, "status": "incomplete"}}
            kinds.append(("response.output_item.done", fields))
        kinds.append(("response.incomplete", {"response": response}))
        first = state.sequence + 1
        return [_event(first + at, kind, **fields) for at, (kind, fields) in enumerate(kinds)]

    def follow(self, state: StreamState, name: str, data: Body) -> None:
        """Take note of an event that was passed on."""
        kind = event_kind(name, data)
        number_ = data.get("sequence_number")
        state.sequence = number_ if type(number_) is int else state.sequence + 1
        response = data.get("response")
        if not state.head and response:
            state.head = {"id": "", **kept(response, _HEAD)}
        place = index_in(data, "output_index")
        if kind == "response.output_item.added":
            state.open[place] = _silent_item(data.get("item") or {})
        elif kind == "response.output_item.done":
            state.open.pop(place, None)


def _asked_for(body: Body) -> Body:
    """Return what a reply repeats of its request, and the time that the guard gave it."""
    return {**kept(body, ("model",)), "created_at": body.get("created_at", 0)}


def _silent_item(item: Body) -> Body:
    """Return an item with nothing said in it, as it stands when its text was withheld."""
    known: Body = {
        key: item[key] for key in ("id", "type", "role", "call_id", "name") if key in item
    }
    empty: dict[str, Body] = {
        "message": {"content": []},
        "function_call": {"arguments": ""},
        "custom_tool_call": {"input": ""},
        "reasoning": {"summary": []},
    }
    return {**known, **empty.get(item.get("type", ""), {})}


def _refusal(body: Body, decision: Decision, message: str, source: str) -> Body:
    said = {
        "id": f"msg_{decision.id}",
        "type": "message",
        "role": "assistant",
        "status": "incomplete",
        "content": [{"type": "refusal", "refusal": message}],
    }
    own = {"id": f"resp_{decision.id}", "created_at": 0, "model": ""}
    return {
        **own,
        **body,
        "object": "response",
        "status": "incomplete",
        "error": None,
        "incomplete_details": {"reason": "content_filter"},
        "instructions": None,
        "metadata": {},
        "output": [said],
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "content_filters": [
            {
                "blocked": True,
                "source_type": source,
                "content_filter_results": filter_results(decision),
            }
        ],
        "statera": details(decision),
    }


def _event(sequence: int, kind: str, **fields: object) -> Event:
    return Event(kind, {"type": kind, "sequence_number": sequence, **fields})


api = Api(
    name="responses",
    routes=("/v1/responses",),
    request=REQUEST,
    reply=RESPONSE,
    shapes=ResponseShapes(),
    event=read_event,
    closes=closes,
)
