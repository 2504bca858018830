"""Requests as the fields of an OpenAI-compatible JSON body.

>>> from statera.records.requests import Complete
>>> completion_fields(Complete(prompt="1 + 1 ="), "m", {})
{'model': 'm', 'prompt': '1 + 1 =', 'temperature': 0.0}
"""

from collections.abc import Mapping
from typing import Any

from statera.records.requests import Chat, Complete, Embed, Sampling

Fields = dict[str, Any]


def chat_fields(request: Chat, name: str, extra: Mapping[str, Any]) -> Fields:
    """Return the body of `/chat/completions`; the request's own fields win over `extra`."""
    fields: Fields = {"model": name, "messages": request.messages}
    _add_sampling(fields, request.sampling, extra)
    return fields


def completion_fields(request: Complete, name: str, extra: Mapping[str, Any]) -> Fields:
    """Return the body of `/completions`; the request's own fields win over `extra`."""
    fields: Fields = {"model": name, "prompt": request.prompt}
    _add_sampling(fields, request.sampling, extra)
    return fields


def embedding_fields(request: Embed, name: str) -> Fields:
    """Return the body of `/embeddings`."""
    return {"model": name, "input": request.texts, "encoding_format": "float"}


def _add_sampling(fields: Fields, sampling: Sampling, extra: Mapping[str, Any]) -> None:
    if extra:
        fields.update(extra)
    if sampling.temperature is not None:
        fields["temperature"] = sampling.temperature
    if sampling.max_tokens is not None:
        fields["max_tokens"] = sampling.max_tokens
    if sampling.top_p is not None:
        fields["top_p"] = sampling.top_p
    if sampling.stop:
        fields["stop"] = sampling.stop
    if sampling.seed is not None:
        fields["seed"] = sampling.seed
    if sampling.extra:
        fields.update(sampling.extra)
