"""The scorecard of a stored run: five levels, each metric beside its counter-metric.

print(st.scorecard(run).parts[3].lines)
"""

from collections.abc import Iterator

from statera.analysis.frame import Frame
from statera.api.releases import releases
from statera.api.stored import Run, check_run
from statera.api.systems import check_system
from statera.codec.strict import convert
from statera.gate.ruling import Ruling
from statera.protocols import Metric
from statera.records.levels import Level
from statera.report.scorecard import Measure, Scorecard
from statera.report.scorecard import scorecard as made

LEVELS = "levels"
"""The key in a run's environment under which each task's level is on record."""


def scorecard(run: Run, ruling: Ruling | None = None) -> Scorecard:
    """Return the run's scorecard, with a ruling on it: that given, else the ledger's last.

    DeclarationError for what is no run of a system.
    """
    check_run(run)
    check_system(run.info)
    levels = convert(run.info.environment.get(LEVELS, {}), dict[str, Level], source="levels")
    rows = {row.metric: row for row in run.metrics if row.category is None}
    measures = [
        Measure(frame.task, metric, rows[name], leads=place == 0)
        for frame in run.frames
        for place, (name, metric) in enumerate(_named(frame))
        if name in rows
    ]
    return made(measures, levels=levels, ruling=ruling or _last(run))


def _named(frame: Frame) -> Iterator[tuple[str, Metric]]:
    for metric in frame.metrics:
        yield f"{frame.task}/{metric.name}", metric


def _last(run: Run) -> Ruling | None:
    """Return the last ruling in the ledger that read the run, alone or pooled with others."""
    found = [kept.release.ruling for kept in releases(run.store)]
    return next((r for r in reversed(found) if run.info.id in r.candidate), None)
