"""What is asked of a model: a chat, a completion, log-likelihoods, or embeddings."""

from typing import Any, Literal

import msgspec

Role = Literal["system", "user", "assistant", "tool"]


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=False):
    """One turn of a conversation."""

    role: Role
    content: str


class Sampling(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How to draw the reply. `None` leaves the choice to the endpoint and is not sent.

    `extra` goes into the request body as it stands (for example `{"top_k": 5}`).
    """

    temperature: float | None = 0.0
    max_tokens: int | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    extra: dict[str, Any] = {}


class Chat(msgspec.Struct, frozen=True, tag="chat", kw_only=True):
    """Answer a conversation."""

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()


class Complete(msgspec.Struct, frozen=True, tag="complete", kw_only=True):
    """Continue a text."""

    prompt: str
    sampling: Sampling = Sampling()


class Likelihood(msgspec.Struct, frozen=True, tag="likelihood", kw_only=True):
    """How likely is each continuation after the context? Each continuation brings its delimiter."""

    context: str
    continuations: tuple[str, ...]


class Embed(msgspec.Struct, frozen=True, tag="embed", kw_only=True):
    """A vector for each text."""

    texts: tuple[str, ...]


Request = Chat | Complete | Likelihood | Embed
