"""A breach is read of a live store."""

from pathlib import Path

from statera.api.livelooks import breached
from statera.experiment.opened import open_design
from statera.records.live import Answered, Exposure, Fact
from statera.store.live.opening import open_live
from tests.proxy.experiments.tried import written


def test_a_breach_is_found_and_its_absence_too(tmp_path: Path) -> None:
    guardrails = [{"outcome": "error", "margin": 0.02}]
    outcomes = {"error": {"source": "answer", "better": "lower", "low": 0, "high": 1,
                          "window": "0s"}}  # fmt: skip
    design = open_design(
        written(tmp_path, guardrails=guardrails, outcomes=outcomes, mode="canary")
    ).design
    store = open_live(str(tmp_path / "live.sqlite"))
    facts: list[Fact] = []
    for number in range(2000):
        arm = "warm" if number % 2 else "base"
        at = 1_800_000_000.0 + number
        facts.append(Exposure(decision=number, experiment="tone", unit=number, arm=arm, slice=0,
                              at=at, mode="canary"))  # fmt: skip
        status = 500 if arm == "warm" and number % 4 == 1 else 200
        facts.append(Answered(decision=number, at=at, arm=arm, status=status))
    store.write(facts[:40])
    assert breached(store, design, 1_800_010_000.0) == ()
    store.write(facts)
    found = breached(store, design, 1_800_010_000.0)
    assert [(one.outcome, one.arm) for one in found] == [("error", "warm")]
    store.close()
