"""Does the same request get the same reply: by seed, and at temperature 0?"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from statera.models.check import Check, refusal, unknown
from statera.models.examinee import Examinee, Sent
from statera.models.transport import AttemptFailed

Report = Callable[[str], None]

REPEATS = 20
SENTENCE = "Write one short sentence about the sea."
RANDOM = "Write three random words."

_FEW, _SOME = 16, 32
_LOGPROBS: dict[bool, dict[str, Any]] = {True: {"logprobs": True}, False: {"logprobs": 1}}


async def seed(examinee: Examinee) -> Check:
    """Tell whether the same seed gives the same draw, and another seed another."""
    drawn: dict[int, list[str]] = {}
    for value in (1, 2, 3):
        fields = {"temperature": 1.0, "seed": value}
        sent = [await examinee.say(RANDOM, _FEW, fields) for _ in range(2)]
        if refused := next((one for one in sent if one.response is None), None):
            means = "repeats differ, but no draw can be had again"
            return Check(name="seed", state="note", found=refusal(refused), means=means)
        drawn[value] = [one.text for one in sent]
    same = sum(first == second for first, second in drawn.values())
    distinct = len({text for pair in drawn.values() for text in pair})
    data = {"same": same, "pairs": len(drawn), "distinct": distinct}
    if distinct == 1:
        means = "epochs are copies of one draw: repeats measure nothing here"
        found = "three seeds at temperature 1 gave one and the same reply"
        return Check(name="seed", state="bad", found=found, means=means, data=data)
    if same == len(drawn):
        means = "a run's draws can be had again"
        return Check(name="seed", state="good", found="honoured", means=means, data=data)
    found = f"not honoured: {same} of {len(drawn)} seeds gave the same reply twice"
    means = "repeats are real draws, but no draw can be had again"
    return Check(name="seed", state="note", found=found, means=means, data=data)


async def repeats(examinee: Examinee, report: Report, *, tokens: bool) -> list[Check]:
    """Send one request 20 times at temperature 0: half one by one, half at once.

    `tokens` says that replies can bring their tokens, so that a difference is told in tokens too.
    """
    fields = _LOGPROBS[examinee.habits.chat] if tokens else {}
    clock = examinee.endpoint.clock
    alone: list[Sent] = []
    try:
        for number in range(REPEATS // 2):
            report(f"temperature 0 ({number + 1} of {REPEATS})")
            alone.append(await examinee.say(SENTENCE, _SOME, fields))
        report(f"temperature 0 ({REPEATS // 2} at once)")
        began = clock.monotonic()
        rest = range(REPEATS - len(alone))
        together = await asyncio.gather(*(examinee.say(SENTENCE, _SOME, fields) for _ in rest))
    except AttemptFailed as failed:
        return [unknown("temperature 0", failed.message, "not found out")]
    speed = latency([one.seconds for one in alone], clock.monotonic() - began, len(together))
    return [sameness([*alone, *together]), speed]


def sameness(sent: Sequence[Sent]) -> Check:
    """Return how many different replies identical requests at temperature 0 got."""
    replies = [one.response for one in sent if one.response is not None]
    texts = Counter(reply.text or "" for reply in replies)
    data: dict[str, Any] = {"calls": len(sent), "answered": len(replies), "distinct": len(texts)}
    if len(replies) < 2:
        return unknown("temperature 0", "too few replies", "not found out")
    if len(texts) == 1:
        found = f"{len(replies)} identical calls, 1 reply"
        means = "a run at temperature 0 can be had again"
        return Check(name="temperature 0", state="good", found=found, means=means, data=data)
    place = common_start(list(texts))
    data |= {"first_different_character": place, "most_common": texts.most_common(1)[0][1]}
    where = f"character {place}"
    spoken = {tuple(one.token for one in reply.logprobs) for reply in replies}
    if () not in spoken:
        data["first_different_token"] = common_start(list(spoken))
        where += f", token {data['first_different_token']}"
    return Check(
        name="temperature 0",
        state="note",
        found=f"{len(replies)} identical calls, {len(texts)} replies, different from {where} on",
        means="scores move by themselves: compare runs only with epochs > 1",
        data=data,
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


def latency(seconds: Sequence[float], at_once: float, count: int) -> Check:
    """Return p50 and p95 (nearest rank) of requests one at a time, and `count` at once."""
    ordered = sorted(seconds)
    half, most = _rank(ordered, 0.5), _rank(ordered, 0.95)
    return Check(
        name="latency",
        state="good",
        found=f"p50 {half * 1000:.0f} ms, p95 {most * 1000:.0f} ms ({len(ordered)} one by one)",
        means=f"{count} at once took {at_once:.2f} s: {count / at_once:.1f} replies a second",
        data={"p50": half, "p95": most, "at_once": at_once, "count": count},
    )


def _rank(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]
