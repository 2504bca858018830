"""The judgements of one criterion as a task, so that a judge is asked in a run like any other."""

from collections.abc import Iterable

from statera.graders.asks import Ask
from statera.graders.criterion import Criterion
from statera.records.samples import Sample
from statera.records.specs import TaskSpec
from statera.tasks.task import Task, TaskOptions

MEMORY = "judgements"
"""Stands for the data of a judge's run: whatever it was asked, the run stays the same."""


def judging_task(criterion: Criterion, asks: Iterable[Ask], *, version: str) -> Task:
    """Return the task; the same judgement is in it once."""
    samples: dict[str, Sample] = {}
    for ask in asks:
        if ask.id not in samples:
            samples[ask.id] = criterion.sample(ask)
    return Task(
        name=criterion.name,
        version=version,
        options=TaskOptions(),
        samples=list(samples.values()),
        render=criterion.request,
        scorers=(criterion.rule,),
        metrics=(),
        template=criterion.instrument,
        next_turn=criterion.next_turn,
    )


def judging_spec(criterion: Criterion, *, version: str) -> TaskSpec:
    """Return the criterion's part of the identity of the judge's run."""
    return TaskSpec(
        name=criterion.name,
        version=version,
        mode="generate",
        api="chat",
        num_fewshot=0,
        data=MEMORY,
        template=criterion.instrument,
    )
