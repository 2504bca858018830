"""Two runs with replies of known quality, a scripted judge with planted faults, and people."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from statera.api.judged import judge_run
from statera.api.labelreading import LabelsOf
from statera.api.labels import keep_labels
from statera.api.stored import Run
from statera.graders.judge import read_judge
from statera.interop.labels import Label
from statera.models.script import Script
from statera.models.scripted import ScriptedModel
from statera.models.scriptedjudge import ScriptedJudge
from statera.records.specs import RunInfo
from statera.store.runstore import RunStore
from tests.judges_made import bench, stored

TONE = read_judge("tone")
MARK = "As Acme-1,"


class Made(NamedTuple):
    """A stored run with the true quality, 1 to 5, of each of its replies `q0`, `q1`, …."""

    info: RunInfo
    quality: list[int]

    @property
    def mean(self) -> float:
        """The true mean as a share of the scale."""
        return sum(self.quality) / len(self.quality) / 4 - 0.25


def scripted_judge(**faults: Any) -> ScriptedModel:
    """Return a judge's model with these faults."""
    return ScriptedModel(Script(default="hello", judge=ScriptedJudge(**faults)))


def replies(
    store: RunStore, count: int, *, name: str = "new", seed: int = 1, mark: str = ""
) -> Made:
    """Return a run whose replies state their quality."""
    rng = random.Random(seed)
    quality = [rng.randint(1, 5) for _ in range(count)]
    return Made(stored(store, [f"{mark} quality={q}" for q in quality], name=name), quality)


def judged(store: RunStore, made: Made, **faults: Any) -> None:
    """Let a judge with these faults grade the replies."""
    asyncio.run(judge_run(bench(TONE, scripted_judge(**faults), store), made.info))


def labelled(store: RunStore, made: Made, items: Sequence[int], probability: float | None) -> None:
    """Let people, who never err, label these items."""
    labels = [
        Label(id=f"q{i}", label=str(made.quality[i]), labeller="ana", probability=probability)
        for i in items
    ]
    (criterion,) = TONE.criteria
    of = LabelsOf(metric="tone", scale=criterion.scale, criterion=criterion.name)
    asyncio.run(keep_labels(store, store.find(made.info.id), labels, of))


def run_of(store: RunStore, made: Made) -> Run:
    """Return the run as it is now."""
    return Run(store, store.find(made.info.id))
