"""Continues a prompt token by token: drawing, stop strings, characters that span tokens.

    for item in generate(engine, tokens, Draw(max_tokens=20)):
        ...                      # Piece("Hel", ...), Piece("lo", ...), End("stop", 2)

Text is released only when it is certain: bytes wait until they form a character, and text that
may be the beginning of a stop string waits until it is or is not. What was released is never taken
back, and the pieces joined are the reply.
"""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from statera.models.likelihoods import TokenScore, score_token
from statera.models.llama import Cancelled, Halted, Llama, Row, never


class Draw(msgspec.Struct, frozen=True, kw_only=True):
    """How to draw a reply.

    `temperature` 0 is greedy; `top_k` 0 and `top_p` 1 cut nothing. Without a `seed` every draw is
    fresh. `top` asks for each token's score with that many alternatives (None: no scores).
    """

    max_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    top: int | None = None


class Drawn(NamedTuple):
    """A generated token with its bytes and, when asked for, its score by the model."""

    token: int
    data: bytes
    score: TokenScore | None


class Piece(NamedTuple):
    """Text that is certain, with the tokens that begin in it. Either may be empty."""

    text: str
    tokens: tuple[Drawn, ...] = ()


class End(NamedTuple):
    """Why the reply ended (`length`: the token limit or the context) and how many tokens it cost.

    Every token that was drawn counts: the one that ends a reply, and those cut off with a stop
    string. The former is also among the tokens of the last Piece, without text.
    """

    finish: Literal["stop", "length"]
    tokens: int


class Reply(NamedTuple):
    """A whole reply: its text, the tokens that begin in it, and how it ended."""

    text: str
    tokens: tuple[Drawn, ...]
    end: End


def whole(items: Iterable[Piece | End]) -> Reply:
    """Return the pieces joined."""
    *pieces, end = items
    assert isinstance(end, End)
    held = [piece for piece in pieces if isinstance(piece, Piece)]
    tokens = tuple(drawn for piece in held for drawn in piece.tokens)
    return Reply("".join(piece.text for piece in held), tokens, end)


def pick(row: Row, draw: Draw, rng: np.random.Generator) -> int:
    """Return a token drawn from the logits: tempered, then cut to top-k, then to top-p."""
    if draw.temperature == 0:
        return int(row.argmax())
    scaled = row.astype(np.float64) / draw.temperature
    order = np.argsort(-scaled, kind="stable")
    if draw.top_k > 0:
        order = order[: draw.top_k]
    weights = np.exp(scaled[order] - scaled[order[0]])
    total = np.cumsum(weights / weights.sum())
    kept = int(np.searchsorted(total, draw.top_p)) + 1 if draw.top_p < 1 else len(total)
    total = total[:kept]
    return int(order[np.searchsorted(total, rng.random() * total[-1], side="right")])


class Release:
    """Holds generated text back until it is certain.

    `add` returns what is certain after one more token; `stopped` turns True when a stop string
    came, and everything from it on is dropped; `flush` returns the rest.
    """

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = [s for s in stop if s]
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._held = ""
        self._tokens: list[tuple[int, Drawn]] = []
        self._at = 0
        self.stopped = False

    def add(self, drawn: Drawn) -> Piece:
        """Take one token in; return what became certain."""
        self._tokens.append((self._at + len(self._held), drawn))
        self._held += self._decoder.decode(drawn.data)
        found = [at for at in (self._held.find(s) for s in self._stop) if at >= 0]
        if found:
            self.stopped = True
            return self._release(min(found))
        return self._release(len(self._held) - self._doubtful())

    def flush(self, *last: Drawn) -> Piece:
        """Return all that was held back, then `last`; bytes that are no character are U+FFFD."""
        if self.stopped:
            return Piece("")
        self._held += self._decoder.decode(b"", final=True)
        piece = self._release(len(self._held))
        rest = tuple(drawn for _, drawn in self._tokens)
        return Piece(piece.text, piece.tokens + rest + last)

    def _doubtful(self) -> int:
        """Return the length of the longest end of the text that may begin a stop string."""
        longest = max((len(s) for s in self._stop), default=1) - 1
        for size in range(min(longest, len(self._held)), 0, -1):
            if any(s.startswith(self._held[-size:]) for s in self._stop):
                return size
        return 0

    def _release(self, size: int) -> Piece:
        text, self._held = self._held[:size], self._held[size:]
        self._at += size
        ready = tuple(drawn for at, drawn in self._tokens if at < self._at)
        self._tokens = self._tokens[len(ready) :]
        return Piece(text, ready)


def generate(
    llama: Llama, prompt: Sequence[int], draw: Draw, *, halted: Halted = never
) -> Iterator[Piece | End]:
    """Yield the reply piece by piece, then its End.

    Raises PromptTooLong when the prompt does not fit the context, and Cancelled when `halted`
    says so between two tokens.
    """
    release, count, ended = Release(draw.stop), 0, False
    for drawn in _draws(llama, prompt, draw, halted):
        count += 1
        ended = llama.ends(drawn.token)
        piece = release.flush(drawn) if ended else release.add(drawn)
        if piece != Piece(""):
            yield piece
        if release.stopped:
            break
    if not ended and (rest := release.flush()) != Piece(""):
        yield rest
    yield End("stop" if ended or release.stopped else "length", count)


def _draws(llama: Llama, prompt: Sequence[int], draw: Draw, halted: Halted) -> Iterator[Drawn]:
    """Yield tokens until one ends the reply or there is no more room."""
    rng = np.random.default_rng(None if draw.seed is None else draw.seed % 2**64)
    room = min(draw.max_tokens, llama.context - len(prompt))
    (row,) = llama.rows(prompt, first=len(prompt) - 1, halted=halted)
    for left in range(room - 1, -1, -1):
        if halted():
            raise Cancelled
        token = pick(row, draw, rng)
        score = None if draw.top is None else score_token(row, token, top=draw.top)
        yield Drawn(token, llama.piece(token), score)
        if llama.ends(token):
            return
        if left > 0:
            row = llama.step(token)
