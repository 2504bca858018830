"""How likely given tokens are: exact log-probabilities of a prompt or of a continuation.

Log-probabilities are the log-softmax, in float64, of the engine's float32 logits, in nats. The way
a context and its continuation become tokens is lm-evaluation-harness's: both are tokenised
together and split at the length of the context's own encoding, so that the pair has the tokens
that the whole text has.

    encode_pair(tokenize, "Q: 2+2?\\nA: ", "4")   # the space moves to the continuation, " 4"
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from statera.models.llama import Halted, Llama, Row, never, shared_prefix


class TokenScore(NamedTuple):
    """A token with its log-probability, whether it was the likeliest, and the likeliest ones.

    `top` holds (token, log-probability), the likeliest first.
    """

    token: int
    logprob: float
    greedy: bool
    top: tuple[tuple[int, float], ...] = ()


class Pair(NamedTuple):
    """A context and a continuation, as tokens."""

    context: list[int]
    continuation: list[int]


def score_token(row: Row, token: int, *, top: int = 0) -> TokenScore:
    """Return how likely `token` was, and the `top` likeliest, by the logits before it."""
    wide = row.astype(np.float64)
    peak = wide.max()
    log_total = peak + np.log(np.exp(wide - peak).sum())
    best = tuple((int(i), float(wide[i] - log_total)) for i in _largest(row, top))
    return TokenScore(token, float(wide[token] - log_total), int(row.argmax()) == token, best)


def _largest(row: Row, count: int) -> list[int]:
    """Return the indices of the `count` largest values, the largest first, the first of equals."""
    if count == 0:
        return []
    if count == 1:
        return [int(row.argmax())]
    found = np.argpartition(row, -count)[-count:]
    return sorted((int(i) for i in found), key=lambda i: (-row[i], i))


def encode_pair(tokenize: Callable[[str], list[int]], context: str, continuation: str) -> Pair:
    """Return the pair's tokens: encode whole, split at the length of the context's encoding.

    White space at the context's end belongs to the continuation. This is `TemplateLM._encode_pair`
    of lm-evaluation-harness 0.4.13.
    """
    stripped = context.rstrip()
    continuation = context[len(stripped) :] + continuation
    size = len(tokenize(stripped))
    whole = tokenize(stripped + continuation)
    return Pair(whole[:size], whole[size:])


def cut_left(pair: Pair, context: int) -> Pair:
    """Return the pair without the first tokens of its context that are too many to evaluate.

    The last token of the continuation is not evaluated, hence one more than `context`.
    """
    extra = len(pair.context) + len(pair.continuation) - (context + 1)
    return Pair(pair.context[max(extra, 0) :], pair.continuation)


class Likelihoods:
    """Scores of given tokens; what the last prompt shares with this one is remembered."""

    def __init__(self, llama: Llama) -> None:
        self._llama = llama
        self._tokens: list[int] = []
        self._known: dict[int, TokenScore] = {}

    def continuation(self, pair: Pair, *, halted: Halted = never) -> list[TokenScore]:
        """Return the scores of the continuation's tokens after the context (at least one token)."""
        tokens = pair.context + pair.continuation
        rows = self._llama.rows(tokens[:-1], first=len(pair.context) - 1, halted=halted)
        return [score_token(row, t) for row, t in zip(rows, pair.continuation, strict=True)]

    def prompt(
        self, tokens: Sequence[int], *, top: int = 0, halted: Halted = never
    ) -> list[TokenScore]:
        """Return the scores of all tokens but the first, which has nothing before it."""
        tokens = list(tokens)
        known = self._remembered(tokens, top)
        start = len(known) + 1
        if start < len(tokens):
            rows = self._llama.rows(tokens, first=start - 1, halted=halted)
            rest = tokens[start:]
            known += [score_token(r, t, top=top) for r, t in zip(rows, rest, strict=False)]
        self._tokens, self._known = tokens, dict(enumerate(known, start=1))
        return known

    def _remembered(self, tokens: list[int], top: int) -> list[TokenScore]:
        """Return the leading scores that the last prompt shares, with at least `top` each."""
        found: list[TokenScore] = []
        for index in range(1, shared_prefix(self._tokens, tokens)):
            score = self._known[index]
            if len(score.top) < top:
                break
            found.append(score._replace(top=score.top[:top]))
        return found
