"""Does the same request get the same reply: by seed, and at temperature 0?"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from statera.models.check import Check, refusal, unknown
from statera.models.determinism import SENTENCE, Spread, spread
from statera.models.examinee import Examinee, Sent
from statera.models.transport import AttemptFailed

Report = Callable[[str], None]

REPEATS = 20
RANDOM = "Write three random words."
UNSTEADY = "scores move by themselves: compare runs only with epochs > 1"

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
    found = spread([one.response for one in sent if one.response is not None])
    if found.answered < 2:
        return unknown("temperature 0", "too few replies", "not found out")
    data: dict[str, Any] = {"calls": len(sent), **_known(found)}
    steady = found.distinct == 1
    return Check(
        name="temperature 0",
        state="good" if steady else "note",
        found=f"{found.answered} identical calls, {found}{_prints(found)}",
        means="a run at temperature 0 can be had again" if steady else UNSTEADY,
        data=data,
    )


def _known(found: Spread) -> dict[str, Any]:
    """Return the numbers that there are."""
    told = msgspec.structs.asdict(found)
    return {name: value for name, value in told.items() if value is not None}


def _prints(found: Spread) -> str:
    """Return how many system fingerprints came with the replies, where they came with several."""
    count = len(found.fingerprints)
    return f" ({count} system fingerprints)" if count > 1 else ""


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
