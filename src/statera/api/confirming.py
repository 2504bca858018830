"""A person's word on single failures: what `statera confirm` keeps and gates read."""

from typing import NamedTuple

from statera.api.stored import Run
from statera.errors import DeclarationError, unknown
from statera.models.clock import SystemClock
from statera.protocols import Clock
from statera.store.ledger import Confirmation


class Word(NamedTuple):
    """A person's word: it is a failure, or it is none; who says so, and why."""

    failure: bool
    by: str
    why: str


def confirm(
    run: Run, sample_id: str, word: Word, *, rule: str, clock: Clock | None = None
) -> Confirmation:
    """Keep that a sample of the run fails by the rule's metric (`task/metric`), or does not.

    A category in the rule's name says nothing more and may stand there. DeclarationError for a
    task, metric or sample that the run does not have, and without name and reason.
    """
    task, _, metric = rule.partition("/")
    frames = {frame.task: frame for frame in run.frames}
    if task not in frames:
        raise unknown("task", task, frames)
    frame = frames[task]
    metric = metric.rpartition("/")[2]
    score = frame.metric(metric).score
    if sample_id not in frame.ids:
        raise unknown(f"sample of {task}", sample_id, frame.ids)
    if not word.by.strip() or not word.why.strip():
        raise DeclarationError("a confirmation needs --by and --why")
    said = Confirmation(
        task=task,
        sample_id=sample_id,
        metric=metric,
        failure=word.failure,
        trials=len(frame.outcomes[score][frame.ids.index(sample_id)]),
        by=word.by,
        why=word.why,
        created=(clock or SystemClock()).now(),
    )
    run.store.ledger.confirm(run.info.id, said)
    return said
