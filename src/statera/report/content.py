"""What a page is made of: one or two runs, and what was compared, decided and explained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from statera.analysis.comparison import Comparison
from statera.analysis.health import Health
from statera.analysis.measure import MetricRow
from statera.diagnosis.diagnosis import Diagnosis
from statera.gate.ruling import Ruling
from statera.records.scores import Outcome
from statera.records.specs import RunInfo
from statera.report.scorecard import Scorecard
from statera.report.specimens import Specimen


class Subject(NamedTuple):
    """A run with its estimates and health; `groups` names, by task, the groups of categories.

    `blind` holds the outcomes that an imported log cannot tell from wrong.
    """

    info: RunInfo
    metrics: Sequence[MetricRow]
    health: Health
    groups: Mapping[str, frozenset[str]]
    blind: frozenset[Outcome] = frozenset()


class Command(NamedTuple):
    """A command line, and what it does."""

    line: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Content:
    """Everything that a page shows. Without a base there is no comparison and no diagnosis.

    The scorecard is the candidate's, None where it tells no more than the other tables.
    """

    candidate: Subject
    base: Subject | None = None
    comparison: Comparison | None = None
    ruling: Ruling | None = None
    diagnosis: Diagnosis | None = None
    specimens: Sequence[Specimen] = ()
    commands: Sequence[Command] = ()
    scorecard: Scorecard | None = None
