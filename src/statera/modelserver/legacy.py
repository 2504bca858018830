"""The legacy log-probability arrays of `/v1/completions`, token by token.

    {"tokens": ["The", " capital"], "token_logprobs": [null, -9.6],
     "top_logprobs": [null, {" same": -2.1}], "text_offset": [0, 3]}

A token that is only part of a character is written `bytes:\\xe2\\x80`, as OpenAI did. Offsets count
characters of the answer's `text`.
"""

import codecs
from typing import Any, NamedTuple

from statera.models.generation import Drawn
from statera.models.likelihoods import TokenScore
from statera.models.llama import Llama


class Arrays(NamedTuple):
    """The four arrays, of equal length; the first score of a text is None."""

    tokens: list[str]
    token_logprobs: list[float | None]
    top_logprobs: list[dict[str, float] | None]
    text_offset: list[int]


class LegacyLogprobs:
    """Builds the arrays of one answer, whole or in the pieces of a stream."""

    def __init__(self, llama: Llama) -> None:
        self._llama = llama
        self._offset = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def echoed(
        self, text: str, tokens: list[int], scores: list[TokenScore | None]
    ) -> dict[str, Any]:
        """Return the arrays of an echoed prompt.

        A tokenizer that puts a space before a text makes the tokens longer than the text; offsets
        are those in the text.
        """
        pieces = [self._llama.piece(token, special=True) for token in tokens]
        self._offset = -1 if b"".join(pieces) == b" " + text.encode(errors="replace") else 0
        arrays = Arrays([], [], [], [])
        for token, data, score in zip(tokens, pieces, scores, strict=True):
            self._add(arrays, token, data, score)
        self._decoder.reset()
        self._offset = len(text)
        return arrays._asdict()

    def generated(self, tokens: tuple[Drawn, ...]) -> dict[str, Any]:
        """Return the arrays of generated tokens, after what came before."""
        arrays = Arrays([], [], [], [])
        for drawn in tokens:
            self._add(arrays, drawn.token, drawn.data, drawn.score)
        return arrays._asdict()

    def _add(self, arrays: Arrays, token: int, data: bytes, score: TokenScore | None) -> None:
        arrays.tokens.append(token_name(self._llama, token))
        arrays.token_logprobs.append(None if score is None else score.logprob)
        arrays.top_logprobs.append(None if score is None else self._top(score))
        arrays.text_offset.append(max(self._offset, 0))
        self._offset += len(self._decoder.decode(data))

    def _top(self, score: TokenScore) -> dict[str, float]:
        """Return the likeliest tokens and, as OpenAI did, the one at hand in any case."""
        pairs = (*score.top, (score.token, score.logprob))
        return {token_name(self._llama, token): logprob for token, logprob in pairs}


def token_name(llama: Llama, token: int) -> str:
    """Return the token as text, or `bytes:\\xe2` when it is no whole character."""
    data = llama.piece(token, special=True)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in data)
