"""A stored run as it is read: its metrics, its health, its items as arrays, its trials.

run = Run(store, store.find("candidate"))
print(run["starter_knowledge/accuracy"])
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

from statera.analysis.frame import Early, Frame, frames
from statera.analysis.guarding.bypasses import Bypasses, bypasses
from statera.analysis.health import Health, HealthCount
from statera.analysis.instrument import ScoringKeys
from statera.analysis.measure import MetricRow, estimates
from statera.analysis.replies import AT_ZERO, at_zero, with_replies
from statera.analysis.standing import Standings, judged_scores, standings, voided
from statera.errors import DeclarationError, unknown
from statera.graders.catalogue import scoring_type
from statera.interop import measured
from statera.metrics.catalogue import AnyMetric, with_repeats
from statera.metrics.repeats import REPLY, of_several
from statera.protocols import Grader, Metric, Scorer
from statera.records.parts import stored_parts
from statera.records.scores import Outcome
from statera.records.shares import stored_shares
from statera.records.specs import EARLY, RunInfo
from statera.store.rows import ScoreRow, Stored
from statera.store.runstore import RunStore

AnyScoring = Scorer | Grader
GUARDED = " + guard:"
"""Stands in the name of a system that is a model behind a guard."""


@dataclass(frozen=True)
class Run:
    """A stored run: its identity, and what its trials come to.

    DeclarationError for an `info` that is none, as a name.
    """

    store: RunStore
    info: RunInfo

    def __post_init__(self) -> None:
        if not isinstance(self.info, RunInfo):
            raise DeclarationError(
                f"a Run is made of what is stored of it, Run(store, store.find('new')), not of a "
                f"{type(self.info).__name__}"
            )

    @cached_property
    def _read(self) -> tuple[tuple[Frame, ...], Health]:
        count = HealthCount()
        metrics = run_metrics(self.store, self.info)
        rows = count.watch(score_rows(self.store, self.info.id, metrics))
        early: Early = "seeded" if stopped_early(self.info) else ""
        found = frames(
            rows,
            metrics,
            early=early,
            blind=untold(self.info),
            partial=frozenset(stored_parts(self.info)) | frozenset(stored_shares(self.info)),
        )
        return tuple(found), count.health

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The items of each task as arrays."""
        return self._read[0]

    @property
    def scoring_keys(self) -> ScoringKeys:
        """By task and score, the scoring keys that the scores were made with."""
        return self.store.scoring_keys(self.info.id)

    @cached_property
    def metrics(self) -> list[MetricRow]:
        """Every estimate, with interval and outcomes, by task, metric and category."""
        known = self.standings
        rows = [row for frame in self.frames for row in estimates(frame, known)]
        return [self._marked(row) for row in rows]

    def _marked(self, row: MetricRow) -> MetricRow:
        """Return the row with what must be read beside what repeats say."""
        task, _, name = row.metric.partition("/")
        if name not in self._at_zero.get(task, ()):
            return row
        return msgspec.structs.replace(row, marks=(AT_ZERO,))

    @cached_property
    def _at_zero(self) -> dict[str, frozenset[str]]:
        """By task that was asked at temperature 0, the names of the metrics of several tries."""
        found = {}
        for frame in self.frames:
            several = frozenset(m.name for m in frame.metrics if of_several(m))
            first = self.store.trials(self.info.id, task=frame.task, limit=1) if several else ()
            if any(at_zero(stored.trial) for stored in first):
                found[frame.task] = several
        return found

    @cached_property
    def standings(self) -> Standings:
        """What is known of the judges behind its judged scores, by task and score."""
        return known_judges(self.store, self.info)

    @property
    def health(self) -> Health:
        """The share of trials that are no answer."""
        return self._read[1]

    @cached_property
    def bypassed(self) -> Bypasses | None:
        """The trials with a text that passed a guard unread; None for none, or without a guard."""
        if GUARDED not in self.info.spec.system.model:
            return None
        return bypasses(self.store.trials(self.info.id))

    def samples(self, *, outcome: Outcome | None = None) -> Sequence[Stored]:
        """Return the trials to read, all or those of one outcome."""
        return list(self.store.trials(self.info.id, outcome=outcome))

    def __getitem__(self, name: str) -> MetricRow:
        """Return the estimate called `task/metric`, or `task/category/metric`."""
        named = {measured.name(row): row for row in self.metrics}
        if name not in named:
            raise unknown("metric", name, named)
        return named[name]


HALF = "void: some of its trials were judged by another judge: judge the run again"


def check_run(run: object) -> None:
    """Raise DeclarationError for what is no stored run."""
    if not isinstance(run, Run):
        raise DeclarationError(
            f"a stored run is wanted, Run(store, store.find('new')), not a {type(run).__name__}"
        )


def known_judges(store: RunStore, info: RunInfo) -> Standings:
    """Return what is known of the judges of a run's scores: its labels, and the judges' own runs.

    Of what a classifier makes of its replies too.

    Nothing rests on a score that two judges gave, each of a part of the trials: of one that was
    killed while it took the place of another. The judges' runs are read only where there is a
    judged score.
    """
    if not any(True for _ in judged_scores(info)):
        return standings(info)
    found = standings(info, {one.id: one.environment for one in store.runs()})
    keys = store.scoring_keys(info.id)
    for (task, score), standing in found.items():
        if len(keys.get(task, {}).get(score, ())) > 1 and not standing.void:
            found[task, score] = standing._replace(void=HALF)
    return found


def voids(store: RunStore, run: str, tasks: Iterable[str]) -> dict[str, str]:
    """Return, by task, why nothing may rest on the judge whose own run that is; empty if nothing.

    For verdicts that are kept as no run's scores: of files, of rankings, of judging that was ended.
    """
    judges = {one.id: one.environment for one in store.runs()}
    found = {task: voided(run, task, judges) for task in tasks}
    return {task: why for task, why in found.items() if why}


def stopped_early(info: RunInfo) -> bool:
    """Return whether the run's size depends on its answers: it stopped early, and stayed so."""
    return EARLY in info.environment and not info.environment[EARLY].get("complete", False)


def untold(info: RunInfo) -> frozenset[Outcome]:
    """Return the outcomes that the log of an imported run cannot tell from wrong."""
    imported = info.environment.get("imported", {})
    return msgspec.convert(imported.get("blind", ()), frozenset[Outcome])


def stored_metrics(info: RunInfo) -> dict[str, list[AnyMetric]]:
    """Return each task's metrics as the run was made with."""
    return msgspec.convert(info.environment["metrics"], dict[str, list[AnyMetric]])


def run_metrics(store: RunStore, info: RunInfo) -> dict[str, list[Metric]]:
    """Return each task's metrics as the run was made with, and what its repeats say.

    A run of several epochs that was made before repeats were measured gets them too; not one that
    stopped early, whose ruling knows the metrics that there were.
    """
    found: dict[str, list[Metric]] = {}
    epochs = {} if EARLY in info.environment else store.epochs(info.id)
    for task, metrics in stored_metrics(info).items():
        found[task] = list(with_repeats(metrics, epochs.get(task, 1)))
    return found


def score_rows(
    store: RunStore, run_id: str, metrics: Mapping[str, Sequence[Metric]]
) -> Iterator[ScoreRow]:
    """Yield the run's scores, with those of raw replies where one of the metrics reads them."""
    rows = store.scores(run_id)
    if any(metric.score == REPLY for of_task in metrics.values() for metric in of_task):
        return with_replies(rows, store.replies(run_id))
    return rows


def stored_scorers(info: RunInfo) -> dict[str, list[AnyScoring]]:
    """Return each task's scorers as the run was made with, or was last scored with."""
    found: dict[str, list[AnyScoring]] = msgspec.convert(
        info.environment["scorers"],
        dict[str, list[scoring_type()]],  # type: ignore[misc]
    )
    return found
