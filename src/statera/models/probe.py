"""May this endpoint's echo be trusted? A handful of requests, sent once, before any score is used.

Real servers answer 200 and ignore `echo`, score token i with the distribution after token i, take
`max_tokens: 0` for unlimited, or offer no `/completions` at all. A sentence that is said three
times settles it: from the second time on a language model knows what comes next, so the likeliest
token at a position must be the token there, and the words in disorder must be far less likely.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

import msgspec

from statera.models.prompt_logprobs import (
    EchoChoice,
    EchoReply,
    Habits,
    Misaligned,
    Offsets,
    TokenLogprobs,
    echo_body,
    echoed,
    plain,
    prompt_counts,
)
from statera.models.rejections import read_complaint
from statera.models.transport import AttemptFailed, HttpReply
from statera.records.responses import Failure

Post = Callable[[bytes], Awaitable[HttpReply]]
Refuse = Callable[[HttpReply], Failure]

SENTENCE = "The old red boat was tied to the pier while the rain came down on the river."
NATURAL = " ".join([SENTENCE] * 3)
SCRAMBLED = (
    "river pier was the down rain on boat The to old while came red tied the the. on the The boat "
    "down river was old came the to pier tied the while rain red. the came pier red The river on "
    "old the to down while tied boat was rain the."
)
FOREIGN = "Zoë's café — 東京 and Łódź are far apart."

_MISSING = (400, 404, 405, 410, 422, 501)
_ELSEWHERE = (401, 402, 403, 408, 425, 429, 502, 503, 504, 529)
_MARGIN = 1.0
_PATIENCE = 30.0


class EchoFindings(msgspec.Struct, frozen=True, kw_only=True):
    """What the probe found; `reason` is why echo cannot be trusted, or empty."""

    completions: bool
    reason: str = ""
    habits: Habits = Habits()


class _Untrusted(Exception):
    """The probe ends here with a reason."""

    def __init__(self, reason: str, *, completions: bool = True) -> None:
        super().__init__(reason)
        self.completions = completions


async def probe_echo(post: Post, refuse: Refuse, name: str) -> EchoFindings:
    """Return whether echo can be trusted at `/completions`, and how the server likes to be asked.

    `post` sends a body there; `refuse` reads an answer that says nothing about echo (a wrong key,
    an overloaded server): it raises, or returns the failure whose words become the reason.
    """
    probe = _Probe(post, refuse, name)
    try:
        await probe.alignment()
        limit = await probe.limit()
        return EchoFindings(
            completions=True,
            habits=Habits(
                max_tokens=limit,
                lists=await probe.takes_lists(limit),
                offsets=await probe.offsets(limit),
            ),
        )
    except _Untrusted as stop:
        return EchoFindings(completions=stop.completions, reason=str(stop))


class _Probe:
    """The requests of one probe."""

    def __init__(self, post: Post, refuse: Refuse, name: str) -> None:
        self._post = post
        self._refuse = refuse
        self._name = name

    async def alignment(self) -> None:
        """Raise _Untrusted unless scores belong to the tokens that they stand beside."""
        natural = await self._tokens(NATURAL)
        check_shift(natural)
        disorder = await self._tokens(SCRAMBLED)
        gain = _mean(natural, len(natural.tokens) // 2) - _mean(disorder, 1)
        if gain < _MARGIN:
            raise _Untrusted(
                "scores do not follow the text: a sentence said three times is no likelier than "
                f"its words in disorder ({gain:+.2f} nats a token)"
            )

    async def limit(self) -> Literal[0, 1]:
        """Return 0 when `max_tokens: 0` generates nothing, else 1."""
        try:
            async with asyncio.timeout(_PATIENCE):
                reply = await self._post(echo_body(self._name, [SENTENCE], 0))
        except (TimeoutError, AttemptFailed):
            return 1
        if reply.status != 200:
            return 1
        return 0 if self._fits(reply, [SENTENCE], 0) and _text(reply) == SENTENCE else 1

    async def takes_lists(self, limit: int) -> bool:
        """Tell whether two prompts in one request give two choices in their order."""
        prompts = [SENTENCE, NATURAL]
        reply = await self._asked(prompts, limit)
        return reply.status == 200 and self._fits(reply, prompts, limit)

    async def offsets(self, limit: int) -> Offsets:
        """Return what `text_offset` counts in a text with characters of several bytes."""
        reply = await self._asked([FOREIGN], limit)
        if reply.status != 200 or not self._fits(reply, [FOREIGN], limit):
            return "other"
        decoded = _decoded(reply)
        count = prompt_counts(decoded, decoded.choices, [FOREIGN], limit)[0]
        return what_offsets_count(decoded.choices[0].logprobs or TokenLogprobs(), count, FOREIGN)

    async def _tokens(self, text: str) -> TokenLogprobs:
        """Return the prompt's tokens with their scores; a fault gets a second chance."""
        try:
            return await self._echoed(text)
        except _Untrusted:
            return await self._echoed(text)

    async def _echoed(self, text: str) -> TokenLogprobs:
        reply = await self._asked([text], 1)
        if reply.status != 200:
            raise await self._refused(reply)
        try:
            decoded = _decoded(reply)
            choice = echoed(decoded, [text])[0]
            count = prompt_counts(decoded, [choice], [text], 1)[0]
        except Misaligned as error:
            raise _Untrusted(str(error)) from None
        return _prompt_only(choice, count, text)

    async def _asked(self, prompts: Sequence[str], limit: int) -> HttpReply:
        """Return the answer to an echo request; a busy server or a wrong key says nothing."""
        reply = await self._post(echo_body(self._name, prompts, limit))
        if reply.status in _ELSEWHERE:
            raise _Untrusted(self._refuse(reply).message)
        return reply

    async def _refused(self, reply: HttpReply) -> _Untrusted:
        """Return why there is no echo, after asking whether there are completions at all."""
        body = {"model": self._name, "prompt": SENTENCE, "max_tokens": 1}
        bare = await self._post(msgspec.json.encode(body))
        if bare.status == 200:
            return _Untrusted(f"echo with logprobs is refused: {_words(reply)}")
        if bare.status not in _MISSING:
            return _Untrusted(self._refuse(bare).message, completions=False)
        return _Untrusted(f"/completions is not offered: {_words(bare)}", completions=False)

    def _fits(self, reply: HttpReply, prompts: Sequence[str], limit: int) -> bool:
        try:
            decoded = _decoded(reply)
            prompt_counts(decoded, echoed(decoded, prompts), prompts, limit)
        except Misaligned:
            return False
        return True


def check_shift(logprobs: TokenLogprobs) -> None:
    """Raise _Untrusted when the likeliest tokens are systematically those of a neighbour."""
    tokens = logprobs.tokens
    start, stop = len(tokens) // 2, len(tokens) - 1
    tops = [logprobs.top(index) for index in range(start, stop)]
    hits = {
        step: sum(
            top is not None and top[0] == tokens[i + step] for i, top in enumerate(tops, start)
        )
        for step in (-1, 0, 1)
    }
    worst = 1 if hits[1] >= hits[-1] else -1
    if hits[worst] > hits[0]:
        neighbour = "next" if worst == 1 else "previous"
        raise _Untrusted(
            f"scores are shifted by one: the likeliest token at a position is the {neighbour} one "
            f"of the text ({hits[worst]} of {len(tops)} positions, the right one at {hits[0]})"
        )


def what_offsets_count(logprobs: TokenLogprobs, count: int, text: str) -> Offsets:
    """Return the unit in which every readable token of the first `count` stands at its offset."""
    offsets = logprobs.text_offset
    if not offsets or len(offsets) < count:
        return "absent"
    tokens = plain(logprobs.tokens[:count], text)
    pairs = zip(offsets, tokens, strict=False)
    readable = [(at, token) for at, token in pairs if token and token in text]
    if all(text[at : at + len(token)] == token for at, token in readable):
        return "characters"
    data = text.encode()
    if all(data[at : at + len(token.encode())] == token.encode() for at, token in readable):
        return "bytes"
    return "other"


def _prompt_only(choice: EchoChoice, count: int, text: str) -> TokenLogprobs:
    logprobs = choice.logprobs or TokenLogprobs()
    values = logprobs.token_logprobs[:count]
    missing = sum(value is None for value in values[2:])
    if missing or count < len(text.split()):
        raise _Untrusted(f"{missing} of {count} prompt tokens have no log-probability")
    if any(value is not None and value > 1e-3 for value in values):
        raise _Untrusted("log-probabilities are above 0")
    tops = logprobs.top_logprobs[:count] if logprobs.top_logprobs else None
    return TokenLogprobs(tokens=logprobs.tokens[:count], token_logprobs=values, top_logprobs=tops)


def _mean(logprobs: TokenLogprobs, start: int) -> float:
    values = [value for value in logprobs.token_logprobs[start:] if value is not None]
    return sum(values) / len(values)


def _words(reply: HttpReply) -> str:
    """Return status and the server's own words."""
    return f"{reply.status} {read_complaint(reply.body).message}".rstrip()


def _decoded(reply: HttpReply) -> EchoReply:
    try:
        return msgspec.json.decode(reply.body, type=EchoReply)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Misaligned(f"the reply is no completion: {error}") from None


def _text(reply: HttpReply) -> str:
    return _decoded(reply).choices[0].text
