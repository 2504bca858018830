"""What a request may say, strictly: an unknown or ill-typed parameter is refused by name.

Parameters of OpenAI's API that a small local model does not do (tools, penalties, …) are accepted
at their neutral value, which some clients always send, and refused at any other: an answer that
silently ignores a parameter would be measured as if it had not.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from statera.models.embedded import CHAT_LIMIT, COMPLETION_LIMIT
from statera.models.generation import Draw
from statera.modelserver.refusals import Refusal
from statera.seeds import derive

Tokens = Annotated[int, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Temperature = Annotated[float, Meta(ge=0, le=2)]
Copies = Annotated[int, Meta(ge=1, le=128)]
Alternatives = Annotated[int, Meta(ge=0, le=20)]

_NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "presence_penalty": (None, 0),
    "frequency_penalty": (None, 0),
    "logit_bias": (None, {}),
    "tools": (None, []),
    "tool_choice": (None, "none", "auto"),
    "response_format": (None, {"type": "text"}),
    "suffix": (None, ""),
    "best_of": (None, 1),
}


class StreamOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to stream: with a last chunk that holds the usage, or not."""

    include_usage: bool = False


class Drawing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What both kinds of generation take. None is the default: temperature 1, as OpenAI's."""

    model: str
    max_tokens: Tokens | None = None
    temperature: Temperature | None = None
    top_p: Share | None = None
    top_k: Tokens | None = None
    seed: int | None = None
    stop: str | list[str] | None = None
    n: Copies | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    user: str | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: dict[str, float] | None = None

    @property
    def copies(self) -> int:
        """How many replies to each prompt."""
        return self.n or 1

    @property
    def include_usage(self) -> bool:
        """True when the stream ends with the usage."""
        return self.stream_options is not None and self.stream_options.include_usage


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a message's content; only text."""

    type: Literal["text"]
    text: str


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None
    name: str | None = None

    def plain(self) -> dict[str, Any]:
        """Return the message as a template takes it: its text in one piece."""
        content = self.content or ""
        text = content if isinstance(content, str) else "".join(part.text for part in content)
        role = "system" if self.role == "developer" else self.role
        return {"role": role, "content": text}


class ChatBody(Drawing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `/v1/chat/completions`."""

    messages: Annotated[list[Turn], Meta(min_length=1)]
    max_completion_tokens: Tokens | None = None
    logprobs: bool | None = None
    top_logprobs: Alternatives | None = None
    tools: list[Any] | None = None
    tool_choice: Any = None
    response_format: Any = None
    parallel_tool_calls: bool | None = None
    store: bool | None = None
    metadata: dict[str, str] | None = None
    service_tier: str | None = None

    def draw(self) -> Draw:
        """Return how to draw a reply."""
        given = (self.max_completion_tokens, self.max_tokens, CHAT_LIMIT)
        limit = next(tokens for tokens in given if tokens is not None)
        return _draw(self, limit, (self.top_logprobs or 0) if self.logprobs else None)


class CompletionBody(Drawing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `/v1/completions`; `prompt` is a text, token ids, or a list of either."""

    prompt: str | list[Any]
    echo: bool | None = None
    logprobs: Alternatives | None = None
    suffix: str | None = None
    best_of: int | None = None

    def draw(self) -> Draw:
        """Return how to draw a reply."""
        limit = COMPLETION_LIMIT if self.max_tokens is None else self.max_tokens
        return _draw(self, limit, self.logprobs)


class TokenizeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `/tokenize`: a text, or a conversation to put through the chat template."""

    prompt: str | None = None
    messages: list[Turn] | None = None
    model: str | None = None
    add_special_tokens: bool = True
    add_generation_prompt: bool = True
    return_token_strs: bool | None = None


class DetokenizeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `/detokenize`."""

    tokens: list[Tokens]
    model: str | None = None


def refuse_unsupported(body: Drawing) -> None:
    """Refuse a parameter that is not at its neutral value; the message names it."""
    for name, neutral in _NEUTRAL.items():
        if getattr(body, name, None) not in neutral:
            raise Refusal(
                f"the embedded model does not support '{name}' (other than {neutral[-1]!r})",
                param=name,
                code="unsupported_parameter",
            )


def copy_draw(draw: Draw, index: int) -> Draw:
    """Return the draw of the reply number `index`: with a seed, each has its own."""
    if draw.seed is None or index == 0:
        return draw
    return msgspec.structs.replace(draw, seed=derive(draw.seed, index))


def _draw(body: Drawing, limit: int, top: int | None) -> Draw:
    stop = [body.stop] if isinstance(body.stop, str) else body.stop or []
    return Draw(
        max_tokens=limit,
        temperature=1.0 if body.temperature is None else body.temperature,
        top_p=1.0 if body.top_p is None else body.top_p,
        top_k=body.top_k or 0,
        seed=body.seed,
        stop=tuple(stop),
        top=top,
    )
