"""The scorecard of a stored run: five levels, each metric beside its counter-metric.

print(st.scorecard(run).parts[3].lines)
"""

from collections.abc import Collection, Iterator, Mapping

from statera.analysis.frame import Frame
from statera.analysis.measure import MetricRow, estimated
from statera.api.livevalue import live_value
from statera.api.releases import releases
from statera.api.stored import Run, check_run
from statera.api.systems import check_system
from statera.codec.strict import convert
from statera.gate.ruling import Ruling
from statera.models.clock import SystemClock
from statera.records.levels import Level
from statera.report.scorecard import Measure, Scorecard
from statera.report.scorecard import scorecard as made

LEVELS = "levels"
"""The key in a run's environment under which each task's level is on record."""


def scorecard(run: Run, ruling: Ruling | None = None, *, live: str | None = None) -> Scorecard:
    """Return the run's scorecard, with a ruling on it: that given, else the ledger's last.

    Real-world value is what experiments whose arm names this run said, in the live store `live`, or
    beside the run's. DeclarationError for what is no run of a system.
    """
    check_run(run)
    check_system(run.info)
    levels = convert(run.info.environment.get(LEVELS, {}), dict[str, Level], source="levels")
    rows = {row.metric: row for row in run.metrics if row.category is None}
    ruling = ruling or _last(run)
    asked = {rule.name for rule in ruling.rules} if ruling else set()
    measures = [
        measure
        for frame in run.frames
        for measure in (*_own(frame, rows), *_asked(frame, asked - rows.keys()))
    ]
    lived = live_value(run, now=SystemClock().now(), place=live)
    return made(measures, levels=levels, ruling=ruling, lived=lived)


def _own(frame: Frame, rows: Mapping[str, MetricRow]) -> Iterator[Measure]:
    """Yield the task's own metrics, the leading one first."""
    for place, metric in enumerate(frame.metrics):
        if row := rows.get(f"{frame.task}/{metric.name}"):
            yield Measure(frame.task, metric, row, leads=place == 0)


def _asked(frame: Frame, names: Collection[str]) -> Iterator[Measure]:
    """Yield what rules read beside them: critical failures, shares of outcomes."""
    for name in frame.names:
        if f"{frame.task}/{name}" in names:
            metric = frame.metric(name)
            yield Measure(frame.task, metric, estimated(frame, metric))


def _last(run: Run) -> Ruling | None:
    """Return the last ruling in the ledger that read the run, alone or pooled with others."""
    found = [kept.release.ruling for kept in releases(run.store)]
    return next((r for r in reversed(found) if run.info.id in r.candidate), None)
