"""Frames of judged replies with people's labels beside some, and what is known of the judge."""

from collections.abc import Sequence
from typing import Any

from statera.analysis.frame import Frame, frames
from statera.analysis.standing import Known, MetricError, Standing
from statera.metrics.judged import JudgedGood, JudgedMean
from statera.metrics.means import Accuracy
from statera.protocols import Metric
from statera.records.labels import Labelled
from statera.records.scores import UNJUDGED, Score
from statera.stats.carrying import MeanError
from statera.store.rows import ScoreRow

JUDGED: tuple[Metric, ...] = (JudgedMean(score="quality"), JudgedGood(score="quality"))
PEOPLE: tuple[Metric, ...] = tuple(type(m)(score="quality_people") for m in JUDGED)  # type: ignore[call-arg]
OWN: tuple[Metric, ...] = (Accuracy(score="kept"),)
KEY = ("t", "quality")
GOOD = 0.5

Verdicts = Sequence[float | None]


EMPTY = -1.0
"""The verdict on an empty reply, which nobody is asked about."""


def said(metric: str, value: float | None) -> Score:
    """Return a judge's or a person's score of a reply; without a value nothing was said of it."""
    if value == EMPTY:
        return Score(metric=metric, value=None, outcome="unparsed")
    if value is None:
        return Score(metric=metric, value=None, outcome="infra_error", flags=(UNJUDGED,))
    return Score(metric=metric, value=value, outcome="right" if value > GOOD else "wrong")


def judged_frame(
    verdicts: Verdicts,
    labels: Verdicts = (),
    *,
    units: Sequence[str] = (),
    metrics: Sequence[Metric] = (*OWN, *JUDGED, *PEOPLE),
) -> Frame:
    """Return the frame of task `t` whose items `q0`, `q1`, … have these verdicts and labels."""
    labelled = [*labels, *[None] * (len(verdicts) - len(labels))]
    rows = [
        ScoreRow("t", f"q{i}", 0, None, None, units[i] if units else f"q{i}", score)
        for i, (verdict, label) in enumerate(zip(verdicts, labelled, strict=True))
        for score in (
            Score(metric="kept", value=1.0, outcome="right"),
            said("quality", verdict),
            said("quality_people", label),
        )
    ]
    (found,) = frames(rows, {"t": metrics})
    return found


def standing(probability: float | None = 1.0, *, run: str = "r1", **more: Any) -> Standing:
    """Return what is known of judge `q`, with labels that were drawn with that probability."""
    labelled = Labelled(of="quality", probability=probability)
    known: dict[str, Any] = {"judge": "q", "sat": "j", "labelled": labelled} | more
    return Standing(run=run, task="t", score="quality", **known)


def measured_elsewhere(
    *, error: float = -0.1, labels: int = 100, counts: tuple[int, int, int, int] | None = None
) -> Known:
    """Return a judge's error as it was measured on another run."""
    mean = MeanError(
        value=error,
        variance=0.2 / labels,
        freedom=labels - 1.0,
        labels=labels,
        clusters=labels,
        differ=labels // 4,
    )
    found = MetricError(mean=mean, counts=counts)
    return Known(
        run="elsewhere",
        task="t",
        score="quality",
        low=0,
        high=1,
        errors={"quality": found, "quality_good": found},
    )
