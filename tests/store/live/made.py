"""Facts made for tests: short to write, and like the real ones."""

from typing import Any

from statera.records.live import Answered, Exposure, Feedback, OnlineScore
from statera.store.live.wanted import Wanted, WantedOutcome

DAY = 86_400.0
SOLVED = WantedOutcome("mean", "feedback", DAY, 0.0, 1.0)


def exposure(decision: int, unit: int, arm: str = "base", at: float = 0.0, **more: Any) -> Exposure:
    given = {"experiment": "tone", "slice": 0, **more}
    return Exposure(decision=decision, unit=unit, arm=arm, at=at, **given)


def said(
    id: int, decision: int | None, value: float = 1.0, at: float = 60.0, **more: Any
) -> Feedback:
    given = {"outcome": "solved", **more}
    return Feedback(id=id, decision=decision, value=value, at=at, **given)


def answer(decision: int, at: float = 1.0, **more: Any) -> Answered:
    return Answered(decision=decision, at=at, **{"status": 200, **more})


def scored(decision: int, value: float, at: float = 2.0, **more: Any) -> OnlineScore:
    return OnlineScore(decision=decision, value=value, at=at, **{"scorer": "tone", **more})


def wants(**outcomes: WantedOutcome) -> Wanted:
    return Wanted(experiment="tone", arms=("base", "warm"), outcomes=outcomes or {"solved": SOLVED})
