"""A reply, or log-likelihoods, put through a starter task's own scorers."""

from collections.abc import Sequence
from typing import cast

from statera.protocols import Scorer
from statera.records.responses import ContinuationScore, Response
from statera.records.samples import Sample
from statera.records.trials import Exchange, Trial
from statera.tasks.task import Task


def trial_of(task: Task, sample: Sample, response: Response) -> Trial:
    """Return the trial in which the task's request got this response."""
    exchange = Exchange(task.render(sample), response)
    return Trial(
        task=task.name, sample_id=sample.id, epoch=0, key="k", exchanges=(exchange,), started=0.0
    )


def outcome_of_reply(task: Task, sample: Sample, text: str) -> dict[str, str]:
    """Return the outcome by each scorer."""
    return _outcomes(task, sample, Response(text=text, finish="stop"))


def outcome_of_likelihoods(task: Task, sample: Sample, sums: Sequence[float]) -> dict[str, str]:
    """Return the outcome by each scorer."""
    found = tuple(ContinuationScore(logprob=value, greedy=False, tokens=1) for value in sums)
    return _outcomes(task, sample, Response(likelihoods=found))


def _outcomes(task: Task, sample: Sample, response: Response) -> dict[str, str]:
    trial = trial_of(task, sample, response)
    found = {}
    for scorer in task.scorers:
        pure = cast(Scorer, scorer)
        found[pure.metric] = str(pure.score(sample, trial).outcome)
    return found
