"""The request parameters that an examination tries, each with what it means to have it or not."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from statera.models.examinee import Sent

_SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "integer"}},
    "required": ["answer"],
    "additionalProperties": False,
}


def _nothing_missing(_: Sent) -> str:
    return ""


def _cut(sent: Sent) -> str:
    """Return what is missing of a reply that was to have one token."""
    response = sent.response
    made = response.usage.completion_tokens if response and response.usage else None
    if made is not None:
        return "" if made <= 1 else f"{made} tokens came instead of 1"
    return "" if len(sent.text.split()) <= 1 else f"{len(sent.text.split())} words came"


def _has_logprobs(sent: Sent) -> str:
    return "" if sent.response and sent.response.logprobs else "none came back"


def _two(sent: Sent) -> str:
    return "" if sent.choices == 2 else f"{sent.choices} replies came instead of 2"


def _is_json(sent: Sent) -> str:
    try:
        value = json.loads(sent.text)
    except ValueError:
        return "the reply is no JSON"
    fits = isinstance(value, dict) and isinstance(value.get("answer"), int)
    return "" if fits else "the reply does not follow the schema"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter: how it is sent, how its effect shows, what it is worth.

    `fields` are for chat, `completion_fields` for completions (None: it does not exist there).
    `missing` returns what is not as it should be in a reply, or an empty string. An `optional` one
    may be refused without harm; `ignored` is how bad it is when it is taken without effect.
    `without` says what follows when it is not there.
    """

    name: str
    fields: dict[str, Any]
    completion_fields: dict[str, Any] | None
    means: str
    without: str
    found: str = "taken"
    missing: Callable[[Sent], str] = _nothing_missing
    optional: bool = True
    ignored: Literal["bad", "note"] = "note"
    prompt: str = "Write one short sentence about the sea."
    tokens: int = 16

    @property
    def limits(self) -> bool:
        """True when the parameter is the limit of a reply."""
        return "max_tokens" in self.fields or "max_completion_tokens" in self.fields

    def instead_of(self, limit: str) -> dict[str, None]:
        """Return the field to take out when this parameter is a limit of its own."""
        return {limit: None} if self.limits and limit not in self.fields else {}


PARAMETERS = (
    Parameter(
        name="temperature",
        fields={"temperature": 0.7},
        completion_fields={"temperature": 0.7},
        means="--temperature works; 0 is sent unless told otherwise",
        without="the endpoint draws as it likes: use epochs > 1",
        optional=False,
    ),
    Parameter(
        name="max_tokens",
        fields={"max_tokens": 1},
        completion_fields={"max_tokens": 1},
        found="taken and honoured",
        missing=_cut,
        ignored="bad",
        means="replies have a limit",
        without="max_completion_tokens is sent instead, once this is refused",
    ),
    Parameter(
        name="max_completion_tokens",
        fields={"max_completion_tokens": 1},
        completion_fields=None,
        found="taken and honoured",
        missing=_cut,
        means="the newer spelling works too",
        without="max_tokens is used",
    ),
    Parameter(
        name="logprobs",
        fields={"logprobs": True},
        completion_fields={"logprobs": 1},
        found="given with the reply",
        missing=_has_logprobs,
        means="the certainty of generated tokens can be read",
        without="only the text of a reply is known",
    ),
    Parameter(
        name="response_format",
        fields={
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": _SCHEMA},
            }
        },
        completion_fields=None,
        found="taken and followed (json_schema)",
        missing=_is_json,
        prompt='What is 2 + 3? Reply as JSON, for example {"answer": 1}.',
        tokens=48,
        means="JSON tasks can ask for a schema",
        without="ask for JSON in words and score what comes",
    ),
    Parameter(
        name="n",
        fields={"n": 2},
        completion_fields={"n": 2},
        found="two replies in one request",
        missing=_two,
        means="not needed: epochs are requests of their own",
        without="not needed: epochs are requests of their own",
    ),
)
