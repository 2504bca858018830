"""What a model said, or why it did not."""

from typing import Any, Literal

import msgspec

FailureKind = Literal["infra", "refused", "truncated"]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no reply: a value on the trial, not an exception.

    `infra`: plumbing (time-out, reset, 5xx that stayed). `refused`: the provider's content filter.
    `truncated`: the prompt is over the context length. `message` holds the server's own words.
    """

    kind: FailureKind
    message: str
    status: int | None = None


class Usage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tokens as the endpoint counted them; `None` is unknown, not zero."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None


class ContinuationScore(msgspec.Struct, frozen=True, kw_only=True):
    """Log-likelihood of one continuation: sum over its tokens, in nats (at most 0)."""

    logprob: float
    greedy: bool
    tokens: int


class TokenLogprob(msgspec.Struct, frozen=True):
    """A generated token with its log-probability in nats."""

    token: str
    logprob: float


class Response(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One reply. Exactly one of `text`, `likelihoods`, `embeddings` and `failure` is the answer.

    `text` is "" for an empty reply and None where there is none. `finish` is the endpoint's word
    (`stop`, `length`, `content_filter`, `tool_calls`) or None if it gave none. `notes` say what was
    adapted or retried (`empty reply asked again`, `temperature not accepted`). Seconds are measured
    from the first attempt. `requests` is how many one attempt takes: several where an endpoint
    scores only one continuation at a time.
    """

    text: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: tuple[dict[str, Any], ...] = ()
    finish: str | None = None
    usage: Usage | None = None
    logprobs: tuple[TokenLogprob, ...] = ()
    likelihoods: tuple[ContinuationScore, ...] = ()
    embeddings: tuple[tuple[float, ...], ...] = ()
    failure: Failure | None = None
    model: str | None = None
    fingerprint: str | None = None
    seconds: float = 0.0
    first_token_seconds: float | None = None
    attempts: int = 1
    requests: int = 1
    cost: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def cut_off(self) -> bool:
        """True when the reply ended at the token limit or the prompt did not fit."""
        failed = self.failure is not None and self.failure.kind == "truncated"
        return failed or self.finish == "length"


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What an endpoint can do, found by asking it.

    `likelihood_reason` says why log-likelihoods cannot be trusted here, or is empty.
    """

    chat: bool = True
    completions: bool = False
    likelihood: bool = False
    likelihood_reason: str = ""
