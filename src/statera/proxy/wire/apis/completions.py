"""OpenAI's legacy completions, as vLLM and llama.cpp serve them too."""

from typing import Any

from statera.proxy.wire.attachments import media
from statera.proxy.wire.choices import Bodies, ChoiceShapes, choices_api
from statera.proxy.wire.fields import (
    Reader,
    each,
    either,
    indexed,
    table,
    text,
    with_role,
)
from statera.proxy.wire.parameters import ABOUT, CHOICE, SAMPLING
from statera.proxy.wire.slots import Body, Holder, Key
from statera.proxy.wire.tokenlists import tokens


def texts(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take a list of texts, each read on its own; token ids cannot be read."""
    readable = all(type(one) is str for one in value)
    (_every if readable else tokens)(reader, holder, key, value, place)


_every = each(text)
REQUEST = table(
    {
        **SAMPLING,
        "prompt": with_role("user", either(one=text, many=texts)),
        "prompt_embeds": media,
        "suffix": with_role("user", text),
    }
)
_choice = {**CHOICE, "reasoning": text, "reasoning_content": text, "text": text}
REPLY = table({**ABOUT, "choices": each(table(_choice))})
CHUNK = table({**ABOUT, "choices": indexed(table(_choice))})


def _silent(message: str, content: str) -> Body:
    del message
    return {"text": content}


def _refusing(message: str) -> Body:
    return {"text": message}


def _ending(message: str) -> Body:
    del message
    return {"text": ""}


api = choices_api(
    "completions",
    "/v1/completions",
    Bodies(REQUEST, REPLY, CHUNK),
    ChoiceShapes(
        prefix="cmpl-",
        reply="text_completion",
        chunk="text_completion",
        param="prompt",
        whole=_silent,
        first=_refusing,
        last=_ending,
    ),
)
