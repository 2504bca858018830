"""The notes answered by a function, scored and put into a frame, without a store."""

from collections.abc import Callable
from typing import cast

from statera.analysis.frame import Frame, frames
from statera.analysis.measure import MetricRow, estimates
from statera.protocols import Scorer
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.store.rows import ScoreRow
from statera.tasks.builtin import clinical_notes
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions
from tests.tasks.starter.trials import trial_of

TASK = clinical_notes.definition.load(TaskOptions(), DataFolder(None))


def framed(*says: Callable[[Sample], str]) -> Frame:
    """Return the frame of what is said of each note, one function an epoch."""
    rows = [
        ScoreRow(
            TASK.name,
            sample.id,
            epoch,
            sample.category,
            sample.group,
            sample.unit,
            cast(Scorer, scorer).score(
                sample, trial_of(TASK, sample, Response(text=say(sample), finish="stop"))
            ),
            sample.severity,
        )
        for sample in TASK.samples
        for epoch, say in enumerate(says)
        for scorer in TASK.scorers
    ]
    (found,) = frames(rows, {TASK.name: TASK.metrics})
    return found


def measured(frame: Frame) -> dict[str, MetricRow]:
    """Return the rows over the whole task by the metric's own name."""
    return {row.metric.rpartition("/")[2]: row for row in estimates(frame) if row.category is None}
