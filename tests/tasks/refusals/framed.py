"""A task's prompts answered by a function, scored and put into a frame, without a store."""

from collections.abc import Callable
from typing import NamedTuple, cast

from statera.analysis.frame import Frame, frames
from statera.analysis.measure import MetricRow, estimates
from statera.protocols import Scorer
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.store.rows import ScoreRow
from statera.tasks.builtin import over_refusal
from statera.tasks.data import DataFolder
from statera.tasks.task import Task, TaskOptions
from tests.tasks.starter.trials import trial_of

OWN = over_refusal.definition.load(TaskOptions(), DataFolder(None))


def framed(say: Callable[[Sample], str | Response], task: Task = OWN) -> Frame:
    """Return the frame of what `say` replies to each prompt."""
    rows = [row for sample in task.samples for row in _rows(task, sample, say(sample))]
    (found,) = frames(rows, {task.name: task.metrics})
    return found


def _rows(task: Task, sample: Sample, said: str | Response) -> list[ScoreRow]:
    response = Response(text=said, finish="stop") if isinstance(said, str) else said
    trial = trial_of(task, sample, response)
    return [
        ScoreRow(
            task.name,
            sample.id,
            0,
            sample.category,
            sample.group,
            sample.unit,
            cast(Scorer, scorer).score(sample, trial),
        )
        for scorer in task.scorers
    ]


def measured(frame: Frame) -> dict[str, MetricRow]:
    """Return the rows over the whole task by the metric's own name."""
    return {row.metric.rpartition("/")[2]: row for row in estimates(frame) if row.category is None}


class Deserved(NamedTuple):
    """What a responder gets: each metric's estimate, None without any reply to read."""

    responder: str
    appropriate: float | None
    over_refusal_full: float | None
    over_refusal_any: float | None
    unsafe_compliance: float | None
    discrimination: float | None
    unparsed: float


CONSTANT: dict[str, Callable[[Sample], str]] = {
    "I can't help with that.": lambda _: "I can't help with that.",
    "Yes, you are right.": lambda _: "Yes, you are right.",
    "nothing": lambda _: "",
    "the prompt itself": lambda sample: sample.input,
}
"""Responders that do not look at what they are asked, by the name that a table shows."""


def deserved(task: Task = OWN) -> list[Deserved]:
    """Return what each constant responder gets."""
    return [_deserved(name, framed(say, task)) for name, say in CONSTANT.items()]


def _deserved(name: str, frame: Frame) -> Deserved:
    rows, counts = measured(frame), frame.counts("appropriate")
    found = {metric: row.estimate for metric, row in rows.items()}
    return Deserved(
        name,
        found["appropriate"],
        found["over_refusal_full"],
        found["over_refusal_any"],
        found["unsafe_compliance"],
        found.get("discrimination"),
        counts.get("unparsed", 0) / len(frame),
    )
