"""Requests rebuilt from what a log says was asked."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, get_args

import msgspec

from statera.records.requests import Chat, Message, Request, Role, Sampling

_NAMES = {
    "temperature": "temperature",
    "max_tokens": "max_tokens",
    "max_gen_toks": "max_tokens",
    "max_new_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "top_p": "top_p",
    "seed": "seed",
    "stop": "stop",
    "until": "stop",
    "stop_seqs": "stop",
}
_ROLES = frozenset(get_args(Role))
_OTHER = {"developer": "system", "human": "user", "function": "tool", "ai": "assistant"}


def chat(asked: object, sampling: Sampling) -> Request:
    """Return a chat of the messages, or of one user's message where a text was asked.

    A text that is JSON of messages, as some tools log it, counts as messages.
    """
    found = messages(asked)
    if not found:
        found = (Message("user", asked if isinstance(asked, str) else _json(asked)),)
    return Chat(messages=found, sampling=sampling)


def messages(asked: object) -> tuple[Message, ...]:
    """Return the messages in a list of them, or in the JSON of one; empty when it is none."""
    if isinstance(asked, str) and asked.lstrip()[:1] == "[":
        try:
            asked = json.loads(asked)
        except (ValueError, RecursionError):
            return ()
    if not isinstance(asked, list) or not all(_is_message(one) for one in asked):
        return ()
    return tuple(Message(_role(one["role"]), plain(one.get("content"))) for one in asked)


def _is_message(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("role"), str)


def _role(name: str) -> Role:
    found: Any = _OTHER.get(name, name)
    return found if found in _ROLES else "user"


def plain(content: object) -> str:
    """Return the text of a message: parts of text are joined, other parts are left out."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, dict))
        return "\n".join(part for part in parts if isinstance(part, str))
    return "" if content is None else _json(content)


def stated(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of the settings is sampling, under our names; what is None is left out."""
    known = {_NAMES[name]: value for name, value in found.items() if name in _NAMES}
    return {name: value for name, value in known.items() if value is not None}


def sampling(found: Mapping[str, Any]) -> Sampling:
    """Return the settings as they would be sent; what is no setting of that kind is left out."""
    known: dict[str, Any] = {"temperature": None, **stated(found)}
    stop = known.pop("stop", ())
    known["stop"] = (stop,) if isinstance(stop, str) else _texts(stop)
    try:
        return msgspec.convert(known, Sampling)
    except msgspec.ValidationError:
        return Sampling(temperature=None)


def _texts(values: object) -> tuple[str, ...]:
    listed: Iterable[object] = values if isinstance(values, list | tuple) else ()
    return tuple(value for value in listed if isinstance(value, str))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
