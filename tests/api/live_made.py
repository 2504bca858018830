"""Live stores with an experiment whose effect is known."""

from pathlib import Path

import numpy as np

from statera.api.experimentstarts import start
from statera.experiment.assignment import Assignment
from statera.experiment.opened import Opened, open_design
from statera.records.live import Answered, Exposure, Fact, Feedback, identifier
from statera.store.live.opening import LiveStore

NOW = 1_800_000_000.0
DAY = 86_400.0
KEY = b"key"
DESIGN = """experiment: tone
arms:
  - {name: base, weight: 0.5}
  - {name: warm, weight: 0.5}
primary: {outcome: solved, minimum: 0.05}
guardrails:
  - {outcome: complaint, margin: 0.05}
segments:
  plan: {header: x-plan, values: [free, paid]}
window: 1h
planned: 3000
"""


def opened(folder: Path, text: str = DESIGN) -> Opened:
    path = folder / "tone.yaml"
    path.write_text(text, encoding="utf-8")
    return open_design(path)


def expose(
    store: LiveStore, found: Opened, *, units: int, rates: dict[str, float], lost: float = 0.0
) -> None:
    """Start the design ten days ago and expose so many units, who solve at their arm's rate.

    The share `lost` of the last arm's units is never exposed.
    """
    start(store, found, now=NOW - 10 * DAY)
    draws, assignment = np.random.default_rng(5).random((units, 3)), Assignment(found.design)
    facts: list[Fact] = []
    for number in range(units):
        place = assignment.place(f"u{number}")
        assert place is not None
        arm = found.design.arms[place.arm].name
        if arm != "base" and draws[number, 2] < lost:
            continue
        at, decision = NOW - 9 * DAY + 8 * DAY * number / units, number + 1
        facts += [
            Exposure(
                decision=decision,
                experiment="tone",
                unit=identifier(KEY, "unit", f"u{number}"),
                arm=arm,
                slice=place.slice,
                at=at,
                segments={"plan": ("free", "paid")[number % 2]},
                design=found.digest,
            ),
            Answered(decision=decision, at=at + 1, arm=arm, status=200),
            Feedback(id=decision, at=at + 60, outcome="solved", decision=decision,
                     value=float(draws[number, 0] < rates[arm])),
        ]  # fmt: skip
        if draws[number, 1] < 0.02:
            late = Feedback(id=-decision, at=at + 2 * DAY, outcome="solved", decision=decision,
                            value=1.0)  # fmt: skip
            facts.append(late)
    store.write(facts)
