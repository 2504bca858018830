"""Stored runs for tests of what is decided about them: real stores, without a model."""

from collections.abc import Mapping, Sequence
from typing import Any

from statera.api.stored import Run
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.specs import RunSpec, SystemUnderTest, TaskSpec
from statera.records.trials import Exchange, Trial
from statera.store.rows import Keyed, Scored
from statera.store.runstore import RunStore
from tests.store import made

Items = Mapping[str, Sequence[Outcome]]
"""Sample id to the outcome of each epoch; `category/name` names the category."""

VALUES: dict[Outcome, float] = {"right": 1.0, "wrong": 0.0}


def alternating(right: int, wrong: int, *, first: int = 0) -> dict[str, list[Outcome]]:
    """Return items `all/0`, `all/1`, …: first those that are right, then those that are wrong."""
    kinds: tuple[Outcome, Outcome] = ("right", "wrong")
    return {f"all/{first + place}": [kinds[place >= right]] for place in range(right + wrong)}


def stored(
    store: RunStore,
    items: Items,
    *,
    model: str = "candidate",
    task: str = "t",
    data: str = "d",
    seed: int = 0,
    key: str = "exact-1",
    severity: str | None = None,
    chosen: str = "",
    **system: Any,
) -> Run:
    """Return the run of one task whose trials had those outcomes."""
    spec = RunSpec(
        suite=task,
        system=SystemUnderTest(model=model, **system),
        tasks=(
            TaskSpec(
                name=task,
                version="1",
                mode="generate",
                api="chat",
                num_fewshot=0,
                data=data,
                template="t",
            ),
        ),
        seed=seed,
        chosen=chosen,
    )
    metrics = [{"type": kind, "score": "accuracy"} for kind in ("accuracy", "given_answer")]
    environment = {"metrics": {task: metrics}, "scorers": {task: []}, "primary": {}}
    info = store.open_run(spec, tag=None, environment=environment, now=1.0)
    samples = [
        Sample(id=name, input=name, category=name.split("/")[0], severity=severity)
        for name in items
    ]
    store.add_samples(info.id, task, samples)
    store.write(info.id, [_scored(task, name, e, o, key) for name, e, o in _trials(items)])
    store.set_status(info.id, "done", now=2.0)
    return Run(store, store.find(info.id))


def _trials(items: Items) -> list[tuple[str, int, Outcome]]:
    return [(name, epoch, o) for name, epochs in items.items() for epoch, o in enumerate(epochs)]


def _scored(task: str, name: str, epoch: int, outcome: Outcome, key: str) -> Scored:
    said = made.reply("B") if outcome != "infra_error" else made.failure()
    trial = Trial(
        task=task,
        sample_id=name,
        epoch=epoch,
        key="k",
        exchanges=(Exchange(made.asked(0), said),),
        started=1.0,
    )
    score = Score(metric="accuracy", value=VALUES.get(outcome), outcome=outcome)
    return Scored(trial, (Keyed(key, score),))
