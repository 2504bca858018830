"""OpenAI's chat completions, as vLLM and llama.cpp serve them too."""

from typing import Any

from statera.guard.policy import Policy
from statera.proxy.wire.api import Api, Event, Failure, StreamState
from statera.proxy.wire.fields import (
    Field,
    Reader,
    at,
    each,
    either,
    figures,
    indexed,
    label,
    media,
    names,
    number,
    parts,
    passing,
    sealed,
    spoken,
    table,
    tagged,
    text,
    with_role,
    wrong,
)
from statera.proxy.wire.filtering import details, filter_results, input_message, output_message
from statera.proxy.wire.openai_errors import content_filter, error, error_events
from statera.proxy.wire.parameters import (
    ABOUT,
    CHOICE,
    SAMPLING,
    choice,
    documents,
    parameter,
    tools,
)
from statera.proxy.wire.pieces import pieces_of
from statera.proxy.wire.slots import Body, Holder, Key, Piece
from statera.records.guarding import Decision, Side

SIDES: dict[str, Side] = {
    "system": "input",
    "developer": "input",
    "user": "input",
    "assistant": "input",
    "tool": "tool_result",
    "function": "tool_result",
}

_arguments = either(one=text, named=spoken)
_function = table({"name": text, "arguments": _arguments})
_call = with_role(
    "",
    table(
        {
            "custom": table({"name": text, "input": text}),
            "extra_content": figures,
            "function": _function,
            "id": label,
            "index": number,
            "type": label,
        }
    ),
    "tool_call",
)
_part = table(
    {
        "annotations": spoken,
        "cache_control": figures,
        "citations": spoken,
        "prompt_cache_breakpoint": figures,
        "refusal": text,
        "signature": sealed,
        "text": text,
        "thinking": text,
        "type": label,
    }
)
_MEDIA = names(
    "audio audio_embeds audio_url file image image_embeds image_pil image_url input_audio "
    "input_file input_image video video_url"
)
_kinds: dict[str, Field] = {
    **dict.fromkeys(("text", "input_text", "output_text", "refusal", "thinking"), _part),
    **dict.fromkeys(_MEDIA, media),
}
_content = either(one=text, many=parts(either(one=text, named=tagged("type", _kinds))))
_reasoning = either(one=text, many=spoken, named=spoken)

_AUDIO: dict[str, Field] = {
    "data": passing,
    "expires_at": number,
    "format": label,
    "id": label,
    "transcript": text,
}
# What a message may hold, in a request, a reply or a stream.
_MESSAGE: dict[str, Field] = {
    "annotations": spoken,
    "channel": label,
    "citations": spoken,
    "content": _content,
    "function_call": with_role("", _function, "tool_call"),
    "name": text,
    "reasoning": _reasoning,
    "reasoning_content": _reasoning,
    "reasoning_details": spoken,
    "refusal": text,
    "role": label,
    "tool_call_id": label,
    "tool_plan": text,
}
_asked = table(
    {
        **_MESSAGE,
        "audio": table({**_AUDIO, "data": media}),
        "cache_control": figures,
        "documents": documents,
        "id": label,
        "partial": number,
        "phase": label,
        "prefix": number,
        "recipient": label,
        "thinking": _reasoning,
        "tool_calls": each(_call),
        "tools": tools,
        "weight": number,
    }
)
_answered = table({**_MESSAGE, "audio": table(_AUDIO), "tool_calls": each(_call)})
_added = table({**_MESSAGE, "audio": table(_AUDIO), "tool_calls": indexed(_call)})


def _message(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    role: object = value.get("role") if type(value) is dict else None
    side = SIDES.get(role) if type(role) is str else None
    if side is None:
        raise wrong(f"{place}.role", f"one of {', '.join(SIDES)}")
    reader.role, reader.side = str(role), side
    _asked(reader, holder, key, value, place)
    reader.role, reader.side = "", "input"


REQUEST = table(
    {
        **SAMPLING,
        "audio": figures,
        "documents": documents,
        "function_call": choice,
        "functions": tools,
        "messages": each(_message),
        "prediction": with_role("assistant", table({"type": label, "content": _content})),
        "web_search_options": parameter,
    }
)
REPLY = table(
    {**ABOUT, "choices": each(table({**CHOICE, "message": _answered})), "metadata": figures}
)
CHUNK = table({**ABOUT, "choices": indexed(table({**CHOICE, "delta": at("message", _added)}))})

_HEAD = ("id", "created", "model", "system_fingerprint", "service_tier")


def read_event(reader: Reader, name: str, data: Body) -> list[Piece]:
    """Return the pieces of a chunk; channels are the places they would have in a whole reply."""
    del name
    CHUNK(reader, data, "", data, "")
    return pieces_of(reader.slots, data.get("choices") or ())


def closes(name: str, data: Body) -> tuple[str, ...]:
    """Return the choices that the chunk finishes."""
    del name
    return tuple(
        f"choices[{one.get('index', 0)}]."
        for one in data.get("choices") or ()
        if one.get("finish_reason")
    )


class _Shapes:
    def failed(self, failure: Failure) -> Body:
        return error(failure)

    def failed_events(self, state: StreamState, failure: Failure) -> list[Event]:
        del state
        return error_events(failure)

    def blocked_request(self, decision: Decision, policy: Policy, body: Body) -> tuple[int, Body]:
        if policy.block_style == "error_400":
            return 400, content_filter(decision, policy, "messages")
        message = input_message(decision, policy)
        head = _head({"model": body.get("model", "")}, decision, "chat.completion")
        return 200, {**head, "choices": [_withheld(0, decision, message, content=message)]}

    def blocked_reply(self, body: Body, decision: Decision, policy: Policy) -> Body:
        message = output_message(decision, policy)
        head = _head(body, decision, "chat.completion")
        choices = [_withheld(number_, decision, message) for number_ in _numbers(body)]
        usage = {"usage": body["usage"]} if body.get("usage") else {}
        return {**head, "choices": choices, **usage}

    def blocked_events(self, state: StreamState, decision: Decision, policy: Policy) -> list[Event]:
        head = _head(state.head, decision, "chat.completion.chunk")
        begun = bool(state.head)
        message = (output_message if begun else input_message)(decision, policy)
        chunks = []
        for number_ in state.open or ({} if state.ended else {0: {}}):
            delta = {"refusal": message} if begun else _said(message, message)
            last = {
                "index": number_,
                "delta": delta,
                "finish_reason": "content_filter",
                "logprobs": None,
                "content_filter_results": filter_results(decision),
            }
            chunks.append(Event("", {**head, "choices": [last]}))
        return [*chunks, Event("", "[DONE]")]

    def follow(self, state: StreamState, name: str, data: Body) -> None:
        del name
        state.head = state.head or {key: data[key] for key in _HEAD if key in data}
        for one in data.get("choices") or ():
            if one.get("finish_reason"):
                state.open.pop(one.get("index", 0), None)
                state.ended = True
            else:
                state.open.setdefault(one.get("index", 0), {})


def _head(body: Body, decision: Decision, kind: str) -> Body:
    own = {"id": f"chatcmpl-{decision.id}", "created": 0, "model": ""}
    shared = {key: body[key] for key in _HEAD if key in body}
    return {**own, **shared, "object": kind, "statera": details(decision)}


def _numbers(body: Body) -> list[int]:
    choices = body.get("choices")
    return list(range(len(choices) if type(choices) is list and choices else 1))


def _said(message: str, content: str) -> Body:
    return {"role": "assistant", "content": content, "refusal": message}


def _withheld(index: int, decision: Decision, message: str, content: str = "") -> Body:
    return {
        "index": index,
        "message": _said(message, content),
        "finish_reason": "content_filter",
        "logprobs": None,
        "content_filter_results": filter_results(decision),
    }


api = Api(
    name="chat",
    routes=("/v1/chat/completions",),
    request=REQUEST,
    reply=REPLY,
    shapes=_Shapes(),
    event=read_event,
    closes=closes,
)
