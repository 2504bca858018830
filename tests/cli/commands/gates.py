"""A store with two runs, and a policy beside it, for tests of the commands that decide."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from statera.records.scores import Outcome
from statera.store.runstore import RunStore
from tests.runs_made import stored

POLICY = """
gate: release
rules:
  - {metric: t/accuracy, than: baseline, margin: 0.05}
  - {metric: "t/*/accuracy", min: 0.5}
  - {metric: t/refused, max: 0.05}
"""
CRITICAL = """
gate: never
rules:
  - {metric: t/critical, max: 0.01, critical: true, detector: fallible}
"""


class Made(NamedTuple):
    """The ids of the runs: as good as the base, worse, with one critical failure."""

    base: str
    good: str
    bad: str
    failing: str


def make(folder: Path) -> Made:
    """Write the store and the policies into the folder."""
    (folder / "gate.yaml").write_text(POLICY)
    (folder / "critical.yaml").write_text(CRITICAL)
    store = RunStore(folder / ".statera")
    ids = [
        stored(store, _items(right, failed), model=model, severity="critical").info.id
        for model, right, failed in (
            ("base", 0.8, 0),
            ("good", 0.8, 0),
            ("bad", 0.3, 0),
            ("failing", 1.0, 1),
        )
    ]
    store.close()
    return Made(*ids)


def _items(right: float, failed: int) -> dict[str, Sequence[Outcome]]:
    """Return 200 items of each of two categories; an item that is right is so for every run."""
    found: dict[str, Sequence[Outcome]] = {}
    for category in ("law", "art"):
        for place in range(200):
            wrong = place >= 200 * right or (category == "art" and place < failed)
            found[f"{category}/{place}"] = ["wrong" if wrong else "right"]
    return found
