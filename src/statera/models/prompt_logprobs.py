"""From an echoed prompt to the log-likelihood of its continuation: pure alignment, no I/O.

Context and continuation are tokenised together by the server; trailing white space of the context
moves to the continuation; the split is where the continuation's first token begins, or, when a
token straddles the two, at the number of tokens that the context has alone. This is what
lm-evaluation-harness does (`_encode_pair`), so that numbers agree.

>>> split("The sky is ", "blue")
('The sky is', ' blue')
>>> begin(["The", " sky", " is", " blue"], " blue")
3
>>> begin(["Wh", "o said", " no"], "id no") is None   # a token straddles: ask the server
True
"""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from statera.records.responses import ContinuationScore, Usage

Offsets = Literal["characters", "bytes", "absent", "other"]

_RAW = {"▁": " ", "Ġ": " ", "Ċ": "\n"}
_HIGHEST = 1e-3


class Misaligned(Exception):
    """The reply does not fit the prompt, in words; no score may be read from it."""


class TokenLogprobs(msgspec.Struct, frozen=True):
    """The `logprobs` of a legacy completion: parallel lists over prompt and reply."""

    tokens: list[str] = []
    token_logprobs: list[float | None] = []
    top_logprobs: list[Any] | None = None
    text_offset: list[int] | None = None

    def top(self, index: int) -> tuple[str, float] | None:
        """Return the likeliest token at a position with its log-probability, or None."""
        tops = self.top_logprobs
        if tops is None or index >= len(tops) or not isinstance(tops[index], dict):
            return None
        pairs = [(str(token), value) for token, value in tops[index].items() if _is_number(value)]
        return max(pairs, key=lambda pair: pair[1]) if pairs else None


class EchoChoice(msgspec.Struct, frozen=True):
    """One prompt's echo; `text` is the prompt and what was generated after it."""

    text: str = ""
    index: int = 0
    logprobs: TokenLogprobs | None = None

    @property
    def tokens(self) -> list[str]:
        """The tokens, empty when the server gave none."""
        return self.logprobs.tokens if self.logprobs else []


class EchoReply(msgspec.Struct, frozen=True):
    """What `/completions` answers, as far as scoring needs it."""

    choices: list[EchoChoice] = []
    usage: Usage | None = None


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """How an endpoint echoes, found by the probe.

    `max_tokens` is the smallest number that is honoured (0, or 1 whose token is dropped), `lists`
    says that several prompts go in one request, `offsets` what `text_offset` counts.
    """

    max_tokens: Literal[0, 1] = 0
    lists: bool = False
    offsets: Offsets = "absent"


def echo_body(name: str, prompts: Sequence[str], max_tokens: int) -> bytes:
    """Return the request that echoes the prompts with the log-probability of every token."""
    body = {
        "model": name,
        "prompt": prompts[0] if len(prompts) == 1 else list(prompts),
        "max_tokens": max_tokens,
        "temperature": 0.0,
        "logprobs": 1,
        "echo": True,
    }
    return msgspec.json.encode(body)


def split(context: str, continuation: str) -> tuple[str, str]:
    """Return both with the context's trailing white space moved to the continuation."""
    kept = context.rstrip()
    return kept, context[len(kept) :] + continuation


def echoed(reply: EchoReply, prompts: Sequence[str]) -> list[EchoChoice]:
    """Return a choice a prompt, in the order of the prompts; Misaligned if they do not fit."""
    choices = sorted(reply.choices, key=lambda choice: choice.index)
    if len(choices) != len(prompts):
        raise Misaligned(f"{len(choices)} choices came back for {len(prompts)} prompts")
    for choice, prompt in zip(choices, prompts, strict=True):
        _check(choice, prompt)
    return choices


def _check(choice: EchoChoice, prompt: str) -> None:
    if not choice.text.startswith(prompt):
        raise Misaligned(f"echo is ignored: the reply is {_short(choice.text)}, not the prompt")
    logprobs = choice.logprobs
    if logprobs is None or not logprobs.tokens:
        raise Misaligned("no token log-probabilities came back for the prompt")
    if len(logprobs.tokens) != len(logprobs.token_logprobs):
        many, few = len(logprobs.tokens), len(logprobs.token_logprobs)
        raise Misaligned(f"{many} tokens came back with {few} log-probabilities")


def prompt_counts(
    reply: EchoReply, choices: Sequence[EchoChoice], prompts: Sequence[str], max_tokens: int
) -> list[int]:
    """Return how many of each choice's tokens are the prompt's; Misaligned if that is unclear."""
    counts: list[int | None] = [
        _count(choice, prompt, max_tokens) for choice, prompt in zip(choices, prompts, strict=True)
    ]
    lengths = [len(choice.tokens) for choice in choices]
    dropped = _dropped(sum(lengths), len(choices), reply.usage, max_tokens)
    for index, count in enumerate(counts):
        if count is None and dropped is not None:
            counts[index] = lengths[index] - dropped
    known = [count for count in counts if count is not None]
    if len(known) != len(counts):
        raise Misaligned("the tokens that came back do not spell the prompt")
    return known


def _count(choice: EchoChoice, prompt: str, max_tokens: int) -> int | None:
    """Return the number of prompt tokens where the tokens' own text settles it."""
    tokens = plain(choice.tokens, prompt)
    spelled = "".join(tokens)
    if max_tokens == 0:
        return len(tokens) if spelled.endswith(prompt) else None
    generated = choice.text[len(prompt) :]
    last = len(tokens) - 1
    if generated and spelled.endswith(prompt + generated):
        return last
    if "".join(tokens[:last]).endswith(prompt):
        return last
    return len(tokens) if spelled.endswith(prompt) else None


def _dropped(total: int, choices: int, usage: Usage | None, max_tokens: int) -> int | None:
    """Return how many tokens at each end were generated, by the server's own count."""
    counted = usage.prompt_tokens if usage else None
    if counted is None:
        return None
    return {total: 0, total - choices * max_tokens: max_tokens}.get(counted)


def plain(tokens: Sequence[str], prompt: str) -> list[str]:
    """Return the tokens as text where a server gives its vocabulary's own marks for spaces."""
    marks = {mark: text for mark, text in _RAW.items() if mark not in prompt}
    table = str.maketrans(marks)
    return [token.translate(table) for token in tokens]


def begin(tokens: Sequence[str], continuation: str) -> int | None:
    """Return the index at which the continuation's tokens begin.

    None when a token straddles the boundary or the tokens' text does not show it (a character that
    is spread over several tokens).
    """
    rest = continuation
    for index in range(len(tokens) - 1, -1, -1):
        token = tokens[index]
        if not token or not rest.endswith(token):
            return None
        rest = rest[: -len(token)]
        if not rest:
            return None if index and _partial(tokens[index - 1]) else index
    return None


def begin_by_offset(choice: EchoChoice, count: int, characters: int) -> int | None:
    """Return the first prompt token whose offset is exactly `characters`, or None."""
    offsets = choice.logprobs.text_offset if choice.logprobs else None
    if not offsets or len(offsets) < count or offsets[0] != 0:
        return None
    return next((i for i, offset in enumerate(offsets[:count]) if offset == characters), None)


def score(choice: EchoChoice, first: int, count: int) -> ContinuationScore:
    """Return the sum over the tokens from `first` to `count`; Misaligned if one has no score."""
    logprobs = choice.logprobs
    if logprobs is None or not 0 <= first < count <= len(logprobs.tokens):
        raise Misaligned(f"the continuation has no tokens (context {first}, all {count})")
    values = logprobs.token_logprobs[first:count]
    given = [value for value in values if value is not None and value <= _HIGHEST]
    if len(given) != len(values):
        what = "the context is empty" if first == 0 else "a token of the continuation"
        raise Misaligned(f"no log-probability: {what}")
    greedy = all(_greedy(logprobs, index) for index in range(first, count))
    return ContinuationScore(logprob=min(sum(given), 0.0), greedy=greedy, tokens=len(given))


def _greedy(logprobs: TokenLogprobs, index: int) -> bool:
    """Tell whether no token was likelier; False where the server does not say."""
    top, own = logprobs.top(index), logprobs.token_logprobs[index]
    return top is not None and own is not None and own >= top[1]


def _partial(token: str) -> bool:
    """Tell whether a token is part of a character that a later token completes."""
    return not token or token.endswith("\ufffd") or token.startswith(("bytes:", "token_id:"))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
