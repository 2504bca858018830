"""What a run's trials say beside its metrics: calibration, spread over formats, drops, facts.

for found in st.figures(run):
    print(found.task, found.what, *found.lines, sep="\\n")

These are no means over items, so that no gate reads them; they are shown below the scorecard.
"""

from collections.abc import Iterator

import msgspec
import numpy as np

from statera.analysis import confidences, factreports
from statera.analysis.formspread import FormReport, form_spread, performance_drops
from statera.analysis.frame import Frame
from statera.api.stored import Run, check_run
from statera.metrics.judged import JUDGED
from statera.store.rows import Stored

CONFIDENCE = "brier"
"""The score by which a task is known whose replies state confidences."""

FACTS = "atomic_facts"
"""The judge whose verdicts are lists of facts."""

FACTS_WANTED = 10
"""K of F1@K: as many supported facts as a reply should have, fixed before looking."""

SEED = 0


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one task: `what` they are of, and a line each with intervals where there are."""

    task: str
    what: str
    lines: tuple[str, ...]


def figures(run: Run) -> tuple[Figures, ...]:
    """Return what the run's tasks say beside their metrics; resampling has a fixed seed.

    DeclarationError for what is no stored run.
    """
    check_run(run)
    return tuple(found for frame in run.frames for found in _of_task(run, frame))


def _of_task(run: Run, frame: Frame) -> Iterator[Figures]:
    task, rng = frame.task, np.random.default_rng(SEED)
    scores = {metric.score for metric in frame.metrics}
    if CONFIDENCE in scores:
        report = confidences.confidence_report(_trials(run, task), rng=rng)
        yield Figures(task=task, what="confidence", lines=tuple(confidences.lines(report)))
    if any(isinstance(m, JUDGED) and m.score == FACTS for m in frame.metrics):
        facts = factreports.fact_report(_trials(run, task), FACTS, k=FACTS_WANTED)
        yield Figures(task=task, what="atomic facts", lines=tuple(factreports.lines(facts)))
    if (spread := form_spread(frame, rng=rng)) is not None:
        yield Figures(task=task, what="formats", lines=_spread_lines(spread))
    if drops := performance_drops(frame):
        told = tuple(
            f"{row.name}: {row.before:.3f} to {row.after:.3f}, PDR {row.pdr}" for row in drops
        )
        yield Figures(task=task, what="performance drop rate (1 - after / before)", lines=told)


def _trials(run: Run, task: str) -> list[Stored]:
    return list(run.store.trials(run.info.id, task=task))


def _spread_lines(report: FormReport) -> tuple[str, ...]:
    rows = [
        f"{row.name}: accuracy {row.accuracy:.3f}, agrees with another {row.agrees:.3f}"
        for row in report.formats
    ]
    left = [f"{report.left_out} items not asked in every format"] if report.left_out else []
    return (str(report), *rows, *left, report.note)
