"""People's labels matched with the stored trials that they are of, before anything is kept.

    of = LabelsOf(metric="reference", scale=rubric.grades)
    said = said_of(store, store.find("candidate"), read_labels(path), of)
    said.labels, said.verdicts            # by task, sample and epoch, a labeller each

Whatever does not fit is one line that names the label's place in its file.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from statera.analysis.labelvotes import LabelKind
from statera.api.answers import answers_of, check_same_questions
from statera.api.judged import Place
from statera.errors import DeclarationError, nearest, unknown
from statera.graders.asks import paired
from statera.interop.labels import Label, twice
from statera.records.labels import PEOPLE
from statera.records.specs import RunInfo
from statera.records.verdicts import Answer, Verdict
from statera.scorers.scale import Scale
from statera.store.runstore import RunStore

_PAIR = {"A": (1.0, "win"), "B": (0.0, "loss"), "TIE": (0.5, "tie")}
_SHORT = 8
_TWO = 2
_YES_NO = {"yes": 1, "no": 0, "1": 1, "0": 0, "true": 1, "false": 0, "pass": 1, "fail": 0}


@dataclass(frozen=True, kw_only=True)
class LabelsOf:
    """What the labels are of: the judge's metric, its scale, and the other run of pairs.

    Without a scale a label is yes or no; with `against` it is A (the labelled run's reply is
    better), B or TIE.
    """

    metric: str
    scale: Scale | None = None
    criterion: str = ""
    against: RunInfo | None = None

    @property
    def name(self) -> str:
        """The name of the people's scores."""
        return f"{self.metric}{PEOPLE}"

    @property
    def kind(self) -> LabelKind:
        """What kind of labels these are: what several of one trial come to depends on it."""
        if self.against is not None:
            return "pair"
        return "grade" if self.scale is not None and len(self.scale.values) > _TWO else "choice"


def on_scale(label: Label, scale: Scale | None) -> int:
    """Return the level that a label names: its number, or its text; without a scale 1 or 0."""
    text = label.label.strip().lower()
    if scale is None:
        if text not in _YES_NO:
            raise DeclarationError(f"{_at(label)}label '{label.label}'. Allowed: yes, no")
        return _YES_NO[text]
    named = {str(level): level for level in scale.values}
    named |= {f"{level}.0": level for level in scale.values}
    named |= {" ".join(told.lower().split()): level for level, told in scale.levels.items()}
    if (level := named.get(" ".join(text.split()))) is None:
        allowed = ", ".join(map(str, scale.values))
        raise DeclarationError(f"{_at(label)}label '{label.label}' is none of {allowed}")
    return level


@dataclass(frozen=True)
class Said:
    """Labels by the trial that they are of, with what each comes to, by the labellers' names.

    `answers` is all that can be labelled. Labels of empty replies are among them: `empty` names
    their trials.
    """

    labels: Mapping[Place, Sequence[Label]]
    verdicts: Mapping[Place, Sequence[Verdict]]
    answers: Sequence[Answer]
    empty: frozenset[Place]

    @property
    def kept(self) -> Mapping[Place, Sequence[Label]]:
        """The labels that are kept: an empty reply is graded as such, whatever its label."""
        return {place: own for place, own in self.labels.items() if place not in self.empty}

    @cached_property
    def units(self) -> Mapping[Place, str]:
        """What the item of each trial is clustered by, within its task."""
        return {answer.place: f"{answer.task}\0{answer.unit}" for answer in self.answers}


def said_of(store: RunStore, info: RunInfo, labels: Sequence[Label], of: LabelsOf) -> Said:
    """Return the labels matched with the run's trials.

    DeclarationError, in one line with the label's place, for an item or task that the run does not
    have, another run's label, a second one of the same labeller, or one that is not on the scale.
    """
    labels = [label for label in labels if label.criterion in ("", of.criterion)]
    answers = _answers(store, info, of)
    found = _by_place(labels, answers, info, of)
    bare = {answer.place for answer in answers if not _graded(answer, of)}
    return Said(
        labels=found,
        verdicts={place: [_verdict(label, of) for label in own] for place, own in found.items()},
        answers=[answer for answer in answers if _graded(answer, of)],
        empty=frozenset(bare & found.keys()),
    )


def _answers(store: RunStore, info: RunInfo, of: LabelsOf) -> list[Answer]:
    """Return what can be labelled: the run's replies, or those that have a counterpart."""
    answers = answers_of(store, info)
    if of.against is None:
        return answers
    other = answers_of(store, of.against)
    check_same_questions(answers, other, (info.id[:8], of.against.id[:8]))
    return [answer for answer, _ in paired(answers, other)]


def _by_place(
    labels: Sequence[Label], answers: Sequence[Answer], info: RunInfo, of: LabelsOf
) -> dict[Place, list[Label]]:
    """Return the labels of each trial, by the names of their labellers."""
    if not labels:
        raise DeclarationError(f"no label of '{of.criterion or of.metric}' to keep")
    known, tasks_of = {answer.place for answer in answers}, dict[str, list[str]]()
    for task, sample_id, _ in sorted(known):
        if task not in tasks_of.setdefault(sample_id, []):
            tasks_of[sample_id].append(task)
    found: dict[Place, dict[str, Label]] = {}
    for label in labels:
        _check_run(label, info, of)
        place = _place(label, known, tasks_of)
        first = found.setdefault(place, {}).setdefault(label.labeller, label)
        if first is not label:
            raise twice(label, first)
    return {p: [by[name] for name in sorted(by)] for p, by in sorted(found.items())}


def _check_run(label: Label, info: RunInfo, of: LabelsOf) -> None:
    against = "" if of.against is None else of.against.id
    if label.run and not (_names(label.run, info.id) and _names(label.against, against)):
        theirs, ours = (
            f"{run[:8]} against {other[:8]}" if other else run[:8]
            for run, other in ((label.run, label.against), (info.id, against))
        )
        raise DeclarationError(f"{_at(label)}'{label.id}' was labelled in run {theirs}, not {ours}")


def _names(text: str, run: str) -> bool:
    """Return whether a text is a run's id, or the beginning of it as commands show it."""
    return text == run or (len(text) >= _SHORT and run.startswith(text))


def _place(label: Label, known: Collection[Place], tasks_of: Mapping[str, list[str]]) -> Place:
    if label.task and label.task not in (tasks := {task for task, _, _ in known}):
        raise DeclarationError(f"{_at(label)}{unknown('task', label.task, tasks)}")
    names = [t for t in tasks_of.get(label.id, ()) if label.task in ("", t)]
    if not names:
        allowed = [x for x, where in tasks_of.items() if label.task in ("", *where)]
        some = f" Its items are named like '{allowed[0]}'" if allowed else ""
        raise DeclarationError(
            f"{_at(label)}no reply to an item '{label.id}' in the run."
            f"{nearest(label.id, allowed) or some}"
        )
    if len(names) > 1:
        raise DeclarationError(
            f"{_at(label)}'{label.id}' is an item of {' and of '.join(names)}: state its `task`"
        )
    place = (names[0], label.id, label.epoch)
    if place not in known:
        epochs = ", ".join(str(e) for t, s, e in sorted(known) if (t, s) == place[:2])
        raise DeclarationError(
            f"{_at(label)}no reply to '{label.id}' in epoch {label.epoch}. Its epochs: {epochs}"
        )
    return place


def _at(label: Label) -> str:
    return f"{label.where}: " if label.where else ""


def _verdict(label: Label, of: LabelsOf) -> Verdict:
    if of.against is not None:
        if (named := _PAIR.get(label.label.strip().upper())) is None:
            raise DeclarationError(f"{_at(label)}label '{label.label}'. Allowed: A, B, TIE")
        value, word = named
        return Verdict(value=value, label=word, outcome="right" if value > 0.5 else "wrong")
    level = on_scale(label, of.scale)
    if of.scale is None:
        value, good = float(level), level == 1
    else:
        value, good = of.scale.share(level), level >= of.scale.good_from
    return Verdict(value=value, label=str(level), outcome="right" if good else "wrong")


def _graded(answer: Answer, of: LabelsOf) -> bool:
    """Return whether a reply needs a grade; beside another reply an empty one does."""
    return of.against is not None or bool(answer.output.strip())
