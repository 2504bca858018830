"""What is known of the judge behind a score: people's labels beside it, and what voids it.

    behind = standings(info, judges)
    behind["support", "quality"].labelled

A judge's verdicts are kept with the run that it judged; what is known of the judge itself, such as
its error on other runs, is kept with the judge's own run.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from statera.analysis.frame import Frame
from statera.analysis.judgeaudit.figures import SANITY, Warned
from statera.graders.judged import JUDGE, Judged
from statera.metrics.judged import JUDGED, JudgedMean
from statera.metrics.outcomes import OutcomeShare
from statera.protocols import Metric
from statera.records.labels import PEOPLE, Labelled, stored_labels
from statera.records.parts import SECOND, Part, stored_parts
from statera.records.specs import JUDGING, MEMBERS, RunInfo
from statera.scorers.classified import Classified, classified, classified_outcomes, score_name
from statera.stats.carrying import MeanError
from statera.stats.information import Information, information_of
from statera.stats.rogangladen import Accuracy

CALIBRATIONS = "calibrations"
"""The key in a judge's run of its error as it was measured: one entry a run, task and metric."""

DRIFTED = "drifted"
"""The key in a judge's run that says since when, and how far, the judge has shifted."""

AUDIT = "audit"
"""The key in a judge's run of what its audits found."""
MIXED = "void: the runs that are read as one were not judged alike: judge them all the same"

_SHORT = 8


class MetricError(msgspec.Struct, frozen=True, kw_only=True):
    """A judge's error in one metric: the mean one, and how often a yes or no was right.

    `counts` is (true positives, positives, true negatives, negatives), None where the metric's
    values are not 0 or 1, or the labels were not drawn alike. `information` says how far verdicts
    tell what people say.
    """

    mean: MeanError
    counts: tuple[int, int, int, int] | None = None
    information: Information | None = None

    @property
    def accuracy(self) -> Accuracy | None:
        """The counts as `stats.rogangladen` takes them."""
        return None if self.counts is None else Accuracy(*self.counts)

    @property
    def informed(self) -> Information | None:
        """How far verdicts tell what people say; of older records only where `counts` say it."""
        known = self.accuracy
        if (
            self.information is not None
            or known is None
            or not (known.positives and known.negatives)
        ):
            return self.information
        return information_of(known)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A judge's error as it was measured on one task of a run, by the name of the metric."""

    run: str
    task: str
    score: str
    low: int
    high: int
    against: str = ""
    errors: dict[str, MetricError] = {}

    @property
    def about(self) -> tuple[str, str, str]:
        """What it was measured on: a later entry with the same replaces it."""
        return self.run, self.task, self.score


class Standing(NamedTuple):
    """What is known of the judge of one score of a run's task.

    `run` is the judged run's id, `judge` the judge's name, `sat` the judge's own run, `against` the
    other run of pairs, else empty. `labelled` is what people said of these very trials, None
    without labels. `elsewhere` holds the judge's error as it was measured on other runs. `void`
    says why nothing may rest on the judge, `drifted` why what was measured elsewhere no longer
    holds; both are empty where all is well. `part` says which random part a second judge saw.
    `warned` are the faults that audits found and that void nothing. `classifier` is what reads the
    replies where that is no judge, `asks` the question of people's labels of it, empty where none
    would do.
    """

    run: str
    task: str
    score: str
    judge: str = ""
    sat: str = ""
    labelled: Labelled | None = None
    elsewhere: tuple[Known, ...] = ()
    void: str = ""
    drifted: str = ""
    against: str = ""
    part: Part | None = None
    warned: tuple[str, ...] = ()
    classifier: str = ""
    asks: str = ""

    @property
    def name(self) -> str:
        """What gives the score: `judge NAME`, `the refusal classifier`."""
        return f"the {self.classifier}" if self.classifier else f"judge {self.judge or self.score}"

    @property
    def people(self) -> str:
        """The name of the scores that people gave."""
        return people_of(self.score)

    @property
    def short(self) -> str:
        """The run's id as commands name it."""
        return self.run[:_SHORT] or "RUN"

    @property
    def labelling(self) -> str:
        """The command by which people label what the judge judged; empty where none would do."""
        if self.classifier:
            return f"statera judge label {self.short} --score {self.score}" if self.asks else ""
        runs = " ".join(filter(None, (self.short, self.against[:_SHORT])))
        return f"statera judge label {runs} --judge {self.judge or 'NAME'}"


Standings = Mapping[tuple[str, str], Standing]
"""By task and score."""

NOBODY: Standings = MappingProxyType({})

Environments = Mapping[str, Mapping[str, Any]]
"""What is on record of judges' own runs, by their id."""


def standings(info: RunInfo, judges: Environments | None = None) -> dict[tuple[str, str], Standing]:
    """Return what is known of what a judge or a classifier says; people's own scores are none."""
    labels, parts = stored_labels(info), stored_parts(info)
    found = {
        (task, score): Standing(
            run=info.id,
            task=task,
            score=score,
            labelled=labels.get(people_of(score)),
            classifier=behind.name,
            asks=behind.asks,
        )
        for task, score, behind in classified_scores(info)
    }
    for task, judged in judged_scores(info):
        beside = labels.get(people_of(judged.metric))
        if beside is not None and beside.against != judged.against:
            beside = None
        own = (judges or {}).get(judged.run, {})
        found[task, judged.metric] = Standing(
            run=info.id,
            task=task,
            score=judged.metric,
            judge=judged.judge,
            sat=judged.run,
            labelled=beside,
            elsewhere=tuple(k for k in calibrations(own) if _elsewhere(k, judged, info.id)),
            void=voided(judged.run, task, judges or {}),
            drifted=_drifted(own) or _of_members(own, judges, _drifted),
            against=judged.against,
            part=parts.get(judged.metric),
            warned=audit_warnings(own, judged.criterion) + _members_warned(own, judges),
        )
    return found


def voided(run: str, task: str, judges: Environments) -> str:
    """Return why nothing may rest on a judge, by its own run, for a task; empty where all is well.

    Of a panel that is so where it is of one of its members.
    """
    own = judges.get(run, {})
    return _void(own.get(AUDIT), task) or _of_members(own, judges, _void_for(task))


def together(sides: Sequence[Standings]) -> Standings:
    """Return what is known of the judges behind several runs of one system, read as one.

    Void or shifted for one is so for all, and two judges are none. Labels of several runs are of
    one draw only if every item has one: nobody knows which items a second draw would have taken.
    """
    if len(sides) == 1:
        return sides[0]
    keys = dict.fromkeys(key for side in sides for key in side)
    return {key: _merged([side[key] for side in sides if key in side]) for key in keys}


def _merged(found: Sequence[Standing]) -> Standing:
    labelled = [one.labelled for one in found if one.labelled is not None]
    beside = labelled[0] if labelled else None
    if len(labelled) > 1:
        beside = msgspec.structs.replace(labelled[0], probability=None, probabilities={})
    runs = {one.run for one in found}
    elsewhere = {known.about: known for one in found for known in one.elsewhere}
    mixed = MIXED if len({one.sat for one in found}) > 1 else ""
    return found[0]._replace(
        labelled=beside,
        elsewhere=tuple(known for known in elsewhere.values() if known.run not in runs),
        void=next((one.void for one in found if one.void), mixed),
        drifted=next((one.drifted for one in found if one.drifted), ""),
        warned=tuple(dict.fromkeys(told for one in found for told in one.warned)),
    )


def judged_scores(info: RunInfo) -> Iterable[tuple[str, Judged]]:
    """Yield each task with each of its scores that a model judged."""
    for task, scorers in info.environment.get("scorers", {}).items():
        for scorer in scorers:
            if isinstance(scorer, Mapping) and scorer.get("type") == JUDGE:
                judged = msgspec.convert(scorer, Judged)
                if judged.by != "people":
                    yield task, judged


def classified_scores(info: RunInfo) -> Iterable[tuple[str, str, Classified]]:
    """Yield each task with what a classifier makes of its replies: scores, and shares of outcomes.

    The shares go by the outcome's name. Of an imported log it is not known who told them.
    """
    for task, scorers in info.environment.get("scorers", {}).items():
        known = [one for one in scorers if isinstance(one, Mapping)]
        for outcome, behind in classified_outcomes(known):
            yield task, outcome, behind
        for one in known:
            if (made := classified(one)) is not None:
                yield task, score_name(one), made


def told_by(metric: Metric) -> str:
    """Return the name under which it is known who makes a metric: its score, or its outcome."""
    return metric.outcome if isinstance(metric, OutcomeShare) else metric.score


def people_of(score: str) -> str:
    """Return the name of people's scores beside a judge's.

    A second judge that was asked the same as the first is measured by the same labels.
    """
    return f"{score.removesuffix(SECOND)}{PEOPLE}"


def audit_warnings(environment: Mapping[str, Any], criterion: str = "") -> tuple[str, ...]:
    """Return the faults that a judge's audits found: those of the criterion, and those of all."""
    found = environment.get(AUDIT, {}).get("warnings", ())
    warned = msgspec.convert(found, tuple[Warned, ...])
    return tuple(str(one) for one in warned if one.criterion in ("", criterion))


def audit_lines(found: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """Return what audits warn of, a line each, from judges' names with their warnings.

    `audit: warning self-enhancement: …`; of several judges `audit of NAME: warning …`.
    """
    found = [(judge, told) for judge, warned in found for told in warned]
    several = len({judge for judge, _ in found}) > 1
    lines = (f"audit{f' of {judge}' * several}: warning {told}" for judge, told in found)
    return list(dict.fromkeys(lines))


def calibrations(environment: Mapping[str, Any]) -> tuple[Known, ...]:
    """Return what a judge's run has on record of the judge's error."""
    return msgspec.convert(environment.get(CALIBRATIONS, ()), tuple[Known, ...])


def is_judged(metric: Metric) -> bool:
    """Return whether a metric is of what a judge says; people's labels are their own proof."""
    return isinstance(metric, JUDGED) and not metric.score.endswith(PEOPLE)


def unjudged(frame: Frame, score: str, category: str | None = None) -> tuple[int, int]:
    """Return how many trials have no verdict, and of how many that the judge was asked about.

    Trials lost to plumbing are none of these, nor are empty replies: nobody asks a judge.
    """
    without = frame.unjudged(score, category)
    return without, _counted(frame, score, category)[0] + without


def unanswered(frame: Frame, metric: Metric, category: str | None = None) -> tuple[int, int]:
    """Return how many trials the mean of a rubric leaves out as empty, and of how many."""
    judged, there = _counted(frame, metric.score, category)
    return (there - judged if isinstance(metric, JudgedMean) else 0), there


def _counted(frame: Frame, score: str, category: str | None) -> tuple[int, int]:
    """Return how many trials have a verdict, and how many with one or empty."""
    counts = frame.counts(score, category)
    there = sum(counts.values()) - counts.get("infra_error", 0)
    if score not in frame.names:
        return there, there
    return int(frame.column(score).weights[frame.places(category)].sum()), there


def _elsewhere(known: Known, judged: Judged, run: str) -> bool:
    return known.run != run and known.score == judged.metric


def _void(audit: object, task: str) -> str:
    """Return why the judge's last audit voids it for a task; of a task it did not see, for any."""
    if not isinstance(audit, Mapping) or not audit.get("void"):
        return ""
    tasks, states = audit.get("tasks", {}), audit.get("states", {})
    beyond = any(state == "void" and name != SANITY for name, state in states.items())
    own = tasks.get(task)
    if own is not None and not beyond and own.get("state") != "void":
        return ""
    why = "" if own is None else own.get("why", "")
    return f"void: {why or _words(audit.get('why')) or 'its audit says so'}"


def _void_for(task: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda environment: _void(environment.get(AUDIT), task)


def _members(panel: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the members' own runs by their names; nothing for one judge alone."""
    found: Mapping[str, str] = panel.get("asked", {}).get(JUDGING, {}).get(MEMBERS, {})
    return found


def _of_members(
    panel: Mapping[str, Any],
    judges: Environments | None,
    what: Callable[[Mapping[str, Any]], str],
) -> str:
    """Return what is wrong with the first member of a panel of which anything is; empty for none.

    A panel is no better than those who sit on it: without the one in question it is another panel.
    """
    for name, run in _members(panel).items():
        if told := what((judges or {}).get(run, {})):
            state, mark, why = told.partition(": ")
            return f"{state}: member {name}{mark}{why}"
    return ""


def _members_warned(panel: Mapping[str, Any], judges: Environments | None) -> tuple[str, ...]:
    return tuple(
        f"member {name}: {told}"
        for name, run in _members(panel).items()
        for told in audit_warnings((judges or {}).get(run, {}), "")
    )


def _words(why: object) -> str:
    if isinstance(why, str):
        return why
    return "; ".join(map(str, why)) if isinstance(why, list | tuple) else ""


def _drifted(environment: Mapping[str, Any]) -> str:
    found = environment.get(DRIFTED)
    if not found:
        return ""
    why = _words(found.get("why") if isinstance(found, Mapping) else found)
    return f"has shifted: {why}" if why else "has shifted"
