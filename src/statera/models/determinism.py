"""Does an endpoint say the same twice? What identical calls at temperature 0 came to.

found = await determinism(model, 20)
print(found)    # 20 identical calls at temperature 0, 3 replies, different from character 12 on

It is asked before a run and kept with it: where identical calls differ, a single item that flips
between two runs is no change of the model. Servers differ there because the order of their sums
follows the size of a batch, so half of the calls are sent one by one and half at once.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence

import msgspec

from statera.protocols import Model
from statera.records.requests import Chat, Complete, Message, Sampling
from statera.records.responses import Response
from statera.records.specs import Api

DETERMINISM = "determinism"
"""The key in a run's environment under which it is kept."""

SENTENCE = "Write one short sentence about the sea."
_LIMIT, _SEED = 32, 1
_LOGPROBS: dict[Api, object] = {"chat": True, "completions": 1}


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How far replies to identical calls differ.

    Of `answered` replies `distinct` are different, the most frequent came `most_common` times.
    Places count from 0 and are None where all are the same; that of the token also where an
    endpoint gives no tokens. `fingerprints` counts the replies by the server's own
    `system_fingerprint`.
    """

    answered: int
    distinct: int = 0
    most_common: int = 0
    first_different_character: int | None = None
    first_different_token: int | None = None
    fingerprints: dict[str, int] = {}

    def __str__(self) -> str:
        """Return `3 replies, different from character 12, token 4 on`, or `1 reply`."""
        if self.distinct == 1:
            return "1 reply"
        token = self.first_different_token
        where = f"character {self.first_different_character}"
        where += "" if token is None else f", token {token}"
        return f"{self.distinct} replies, different from {where} on"


class Determinism(Spread, frozen=True, kw_only=True):
    """What `calls` identical calls at `temperature` came to, and what was asked."""

    calls: int
    temperature: float = 0.0
    prompt: str = SENTENCE

    def __str__(self) -> str:
        """Return one line: calls, replies, where they differ, fingerprints."""
        asked = f"{self.calls} identical calls at temperature {self.temperature:g}"
        if self.answered < 2:
            return f"{asked}: too few replies with a text ({self.answered})"
        lost = self.calls - self.answered
        without = f", {lost} without a text" if lost else ""
        seen = ", ".join(f"{name} {count}" for name, count in self.fingerprints.items())
        return f"{asked}: {super().__str__()}{without}{f' · fingerprints {seen}' if seen else ''}"


async def determinism(model: Model, calls: int, *, api: Api = "chat") -> Determinism:
    """Ask one thing `calls` times, at least 2, at temperature 0 and with one seed.

    Tokens are asked for, and gone without where the endpoint refuses that. What fails is left out
    of `answered`; EndpointError where the whole run must stop.
    """
    request = _asked(api, {"logprobs": _LOGPROBS[api]})
    first = await model.answer(request)
    if first.failure is not None:
        request = _asked(api, {})
        first = await model.answer(request)
    alone = [first, *[await model.answer(request) for _ in range(calls // 2 - 1)]]
    rest = range(calls - len(alone))
    together = await asyncio.gather(*(model.answer(request) for _ in rest))
    found = spread([*alone, *together])
    return Determinism(calls=calls, **msgspec.structs.asdict(found))


def spread(replies: Sequence[Response]) -> Spread:
    """Return how far the replies differ; those without a text are left out."""
    said = [reply for reply in replies if reply.text]
    texts = Counter(reply.text or "" for reply in said)
    prints = Counter(reply.fingerprint for reply in said if reply.fingerprint is not None)
    found = Spread(
        answered=len(said),
        distinct=len(texts),
        most_common=max(texts.values(), default=0),
        fingerprints=dict(prints.most_common()),
    )
    if len(texts) < 2:
        return found
    spoken = {tuple(one.token for one in reply.logprobs) for reply in said}
    return msgspec.structs.replace(
        found,
        first_different_character=common_start(list(texts)),
        first_different_token=None if () in spoken else common_start(list(spoken)),
    )


def common_start(sequences: Sequence[Sequence[str]]) -> int:
    """Return how many elements all the sequences begin with.

    >>> common_start(["abcd", "abxd", "abc"])
    2
    """
    shortest = min(len(one) for one in sequences)
    first = sequences[0]
    differ = (i for i in range(shortest) if any(one[i] != first[i] for one in sequences))
    return next(differ, shortest)


def _asked(api: Api, extra: dict[str, object]) -> Chat | Complete:
    sampling = Sampling(temperature=0.0, max_tokens=_LIMIT, seed=_SEED, extra=extra)
    if api == "completions":
        return Complete(prompt=SENTENCE, sampling=sampling)
    return Chat(messages=(Message("user", SENTENCE),), sampling=sampling)
