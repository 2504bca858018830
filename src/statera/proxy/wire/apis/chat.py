"""OpenAI's chat completions, as vLLM and llama.cpp serve them too."""

from typing import Any

from statera.proxy.wire.attachments import media, recording
from statera.proxy.wire.choices import Bodies, ChoiceShapes, choices_api
from statera.proxy.wire.fields import (
    Field,
    Reader,
    at,
    each,
    either,
    indexed,
    names,
    number,
    parts,
    spoken,
    table,
    tag,
    tagged,
    text,
    with_role,
    wrong,
)
from statera.proxy.wire.labels import figures, ident, parameter_text, sealed, term
from statera.proxy.wire.parameters import (
    ABOUT,
    CHOICE,
    SAMPLING,
    choice,
    documents,
    parameter,
    tools,
)
from statera.proxy.wire.slots import Body, Holder, Key
from statera.records.guarding import Side

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
            "id": ident,
            "index": number,
            "type": term,
        }
    ),
    "tool_call",
)
_PART: dict[str, Field] = {
    "annotations": spoken,
    "cache_control": figures,
    "citations": spoken,
    "prompt_cache_breakpoint": figures,
    "refusal": text,
    "text": text,
    "thinking": text,
    "type": tag,
}
_MEDIA = names(
    "audio audio_embeds audio_url file image image_embeds image_pil image_url input_audio "
    "input_file input_image video video_url"
)
_kinds: dict[str, Field] = {
    **dict.fromkeys(("text", "input_text", "output_text", "refusal"), table(_PART)),
    "thinking": table({**_PART, "signature": sealed}),
    **dict.fromkeys(_MEDIA, media),
}
_content = either(one=text, many=parts(either(one=text, named=tagged("type", _kinds))))
_reasoning = either(one=text, many=spoken, named=spoken)

_AUDIO: dict[str, Field] = {
    "data": recording,
    "expires_at": number,
    "format": term,
    "id": ident,
    "transcript": text,
}
# What a message may hold, in a request, a reply or a stream.
_MESSAGE: dict[str, Field] = {
    "annotations": spoken,
    "channel": term,
    "citations": spoken,
    "content": _content,
    "function_call": with_role("", _function, "tool_call"),
    "name": text,
    "reasoning": _reasoning,
    "reasoning_content": _reasoning,
    "reasoning_details": spoken,
    "refusal": text,
    "role": term,
    "tool_call_id": ident,
    "tool_plan": text,
}
_asked = table(
    {
        **_MESSAGE,
        "audio": table(_AUDIO),
        "cache_control": figures,
        "documents": documents,
        "id": ident,
        "partial": number,
        "phase": term,
        "prefix": number,
        "recipient": parameter_text,
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
    before = reader.role
    reader.role, reader.side = str(role), side
    _asked(reader, holder, key, value, place)
    reader.role, reader.side = before, "input"


REQUEST = table(
    {
        **SAMPLING,
        "audio": figures,
        "data_sources": documents,
        "documents": documents,
        "function_call": choice,
        "functions": tools,
        "messages": each(_message),
        "prediction": with_role("assistant", table({"type": term, "content": _content})),
        "web_search_options": parameter,
    }
)
REPLY = table({**ABOUT, "choices": each(table({**CHOICE, "message": _answered}))})
CHUNK = table({**ABOUT, "choices": indexed(table({**CHOICE, "delta": at("message", _added)}))})


def _silent(message: str, content: str) -> Body:
    return {"message": {"role": "assistant", "content": content, "refusal": message}}


def _refusing(message: str) -> Body:
    return {"delta": {"role": "assistant", "content": message, "refusal": message}}


def _ending(message: str) -> Body:
    return {"delta": {"refusal": message}}


api = choices_api(
    "chat",
    "/v1/chat/completions",
    Bodies(REQUEST, REPLY, CHUNK),
    ChoiceShapes(
        prefix="chatcmpl-",
        reply="chat.completion",
        chunk="chat.completion.chunk",
        param="messages",
        whole=_silent,
        first=_refusing,
        last=_ending,
    ),
)
