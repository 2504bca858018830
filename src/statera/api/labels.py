"""People's labels as scores of stored trials, beside those of the judge that they measure.

    of = LabelsOf(metric="reference", scale=rubric.grades)
    summary = await keep_labels(store, store.find("candidate"), read_labels(path), of)
    summary.agreement                     # between the labellers; the scores: `reference_people`

The labels that were kept before under the same name are replaced.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from statera.api.answers import answers_of, check_same_questions
from statera.api.judged import Place, check_names, keep
from statera.api.scoring import remember
from statera.api.stored import stored_scorers
from statera.codec.canonical import digest
from statera.errors import DeclarationError, nearest, unknown
from statera.graders.asks import paired
from statera.graders.judged import Judged
from statera.graders.panel import together
from statera.interop.labels import Label, twice
from statera.metrics.judged import JudgedGood, JudgedMean, WinRate
from statera.protocols import Metric
from statera.records.labels import LABELS, PEOPLE, Labelled
from statera.records.specs import RunInfo
from statera.records.verdicts import Answer, Verdict
from statera.scorers.scale import Scale
from statera.stats.agreement import Agreement, krippendorff_alpha
from statera.store.runstore import RunStore

DISAGREED = "disagreed"
"""Flags the scores on which the labellers differ."""

_PAIR = {"A": (1.0, "win"), "B": (0.0, "loss"), "TIE": (0.5, "tie")}
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


class LabelSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What was kept: labels by labeller, how many trials and items have one, and the agreement.

    `empty` counts labels of empty replies, which are graded as such and not kept. `agreement` is
    None where no trial has two labels.
    """

    run: str
    metric: str
    n: int
    trials: int
    items: int
    labellers: dict[str, int]
    on_record: Labelled
    agreement: Agreement | None = None
    empty: int = 0


async def keep_labels(
    store: RunStore, info: RunInfo, labels: Sequence[Label], of: LabelsOf
) -> LabelSummary:
    """Keep the labels as scores of the run's trials, two of one trial as one, and sum them up.

    Labels on a scale are averaged; of A, B and TIE the commonest counts. DeclarationError, in one
    line with the label's place, for an item that the run does not have or a label that is not on
    the scale.
    """
    labels = [x for x in labels if x.criterion in ("", of.criterion)]
    answers = _answers(store, info, of)
    known = {answer.place: answer for answer in answers}
    by_place = _by_place(labels, known, info, of)
    verdicts = {place: [_verdict(x, of) for x in found] for place, found in by_place.items()}
    empty = {p for p in by_place if of.against is None and not known[p].output.strip()}
    found = {p: _one(said, of) for p, said in verdicts.items() if p not in empty}
    kept = {place: by_place[place] for place in found}
    judged = Judged(
        name=of.name,
        judge="people",
        run=f"people:{digest([msgspec.structs.replace(x, where='') for x in labels])}",
        criterion=of.criterion,
        against="" if of.against is None else of.against.id,
        by="people",
    )
    tasks = _tasks(info, found, judged)
    check_names(info, tasks, [judged])
    await keep(store, info, tasks, judged, found)
    added = dict.fromkeys(tasks, (judged,))
    info = remember(store, info, added, dict.fromkeys(tasks, _metrics(judged, of)))
    record = _on_record(kept, verdicts, answers, of)
    on_record = info.environment.get(LABELS, {}) | {of.name: msgspec.to_builtins(record)}
    store.set_environment(info.id, info.environment | {LABELS: on_record})
    return LabelSummary(
        run=info.id,
        metric=of.name,
        n=sum(map(len, kept.values())),
        trials=len(kept),
        items=len({place[:2] for place in kept}),
        labellers=dict(sorted(Counter(x.labeller for y in kept.values() for x in y).items())),
        on_record=record,
        agreement=_agreement(kept, verdicts, known, of),
        empty=sum(len(by_place[place]) for place in empty),
    )


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


def _answers(store: RunStore, info: RunInfo, of: LabelsOf) -> list[Answer]:
    """Return what can be labelled: the run's replies, or those that have a counterpart."""
    answers = answers_of(store, info)
    if of.against is None:
        return answers
    other = answers_of(store, of.against)
    check_same_questions(answers, other, (info.id[:8], of.against.id[:8]))
    return [answer for answer, _ in paired(answers, other)]


def _by_place(
    labels: Sequence[Label], known: Mapping[Place, Answer], info: RunInfo, of: LabelsOf
) -> dict[Place, list[Label]]:
    """Return the labels of each trial, by the names of their labellers."""
    if not labels:
        raise DeclarationError(f"no label of '{of.criterion or of.metric}' to keep")
    tasks_of: dict[str, list[str]] = {}
    for task, sample_id, _ in known:
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
    if label.run and (label.run, label.against) != (info.id, against):
        theirs, ours = (
            f"{run[:8]} against {other[:8]}" if other else run[:8]
            for run, other in ((label.run, label.against), (info.id, against))
        )
        raise DeclarationError(f"{_at(label)}'{label.id}' was labelled in run {theirs}, not {ours}")


def _place(label: Label, known: Mapping[Place, Answer], tasks_of: Mapping[str, list[str]]) -> Place:
    if label.task and label.task not in (tasks := {task for task, _, _ in known}):
        raise DeclarationError(f"{_at(label)}{unknown('task', label.task, tasks)}")
    names = [t for t in tasks_of.get(label.id, ()) if label.task in ("", t)]
    if not names:
        allowed = [x for x, where in tasks_of.items() if label.task in ("", *where)]
        raise DeclarationError(
            f"{_at(label)}no reply to an item '{label.id}' in the run.{nearest(label.id, allowed)}"
        )
    if len(names) > 1:
        raise DeclarationError(
            f"{_at(label)}'{label.id}' is an item of {' and of '.join(names)}: state its `task`"
        )
    place = (names[0], label.id, label.epoch)
    if place not in known:
        epochs = ", ".join(str(e) for t, s, e in known if (t, s) == place[:2])
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


def _one(said: Sequence[Verdict], of: LabelsOf) -> Verdict:
    """Return the verdict of all labellers of a trial; one on which they differ is flagged."""
    verdict = together(said, "mean" if of.against is None else "majority")
    return msgspec.structs.replace(verdict, flags=(DISAGREED,)) if _differ(said) else verdict


def _differ(said: Iterable[Verdict]) -> bool:
    return len({verdict.label for verdict in said}) > 1


def _tasks(info: RunInfo, found: Iterable[Place], judged: Judged) -> list[str]:
    """Return the tasks whose scores change: those labelled, and those labelled before."""
    before = [
        task
        for task, scorers in stored_scorers(info).items()
        if any(scorer.metric == judged.metric and isinstance(scorer, Judged) for scorer in scorers)
    ]
    return list(dict.fromkeys([*(place[0] for place in found), *before]))


def _metrics(judged: Judged, of: LabelsOf) -> tuple[Metric, ...]:
    if of.against is not None:
        return (WinRate(score=judged.metric, against=of.against.id),)
    low, high = (0, 1) if of.scale is None else (of.scale.low, of.scale.high)
    mean = JudgedMean(score=judged.metric, low=low, high=high)
    return mean, JudgedGood(score=judged.metric)


def _on_record(
    kept: Mapping[Place, Sequence[Label]],
    verdicts: Mapping[Place, Sequence[Verdict]],
    answers: Sequence[Answer],
    of: LabelsOf,
) -> Labelled:
    """Return what calibrating has to know of the labels."""
    drawn = _probabilities(kept, answers, of)
    values = {p for shares in drawn.values() for p in shares.values()}
    same = next(iter(values)) if len(values) == 1 else None
    several = [verdicts[place] for place, labels in kept.items() if len(labels) > 1]
    return Labelled(
        of=of.metric,
        criterion=of.criterion,
        labellers=tuple(sorted({x.labeller for y in kept.values() for x in y if x.labeller})),
        probability=same,
        probabilities=drawn if same is None else {},
        against="" if of.against is None else of.against.id,
        low=0 if of.scale is None or of.against else of.scale.low,
        high=1 if of.scale is None or of.against else of.scale.high,
        missing=_missing(drawn, answers, of) if same is not None else 0,
        twice=len(several),
        disagreed=sum(map(_differ, several)),
    )


def _probabilities(
    kept: Mapping[Place, Sequence[Label]], answers: Sequence[Answer], of: LabelsOf
) -> dict[str, dict[str, float]]:
    """Return, by task and item, the probability with which it was drawn; empty where not known.

    Without any stated, it is 1 where every reply that can be labelled is.
    """
    found: dict[str, dict[str, float]] = {}
    stated = {x.probability for labels in kept.values() for x in labels}
    if stated == {None} and {a.place for a in _labellable(answers, of)} <= kept.keys():
        stated = {1.0}
    if None in stated:
        return {}
    for (task, sample_id, _), labels in kept.items():
        own = {x.probability or 1.0 for x in labels}
        own |= {found.setdefault(task, {}).get(sample_id, next(iter(own)))}
        if len(own) > 1:
            return {}
        found[task][sample_id] = next(iter(own))
    return found


def _missing(
    drawn: Mapping[str, Mapping[str, float]], answers: Sequence[Answer], of: LabelsOf
) -> int:
    """Return how many items were drawn, by the probability that is stated, and have no label."""
    items = Counter(task for task, _ in {a.place[:2] for a in _labellable(answers, of)})
    gaps = (round(p * items[t]) - len(d) for t, d in drawn.items() for p in {*d.values()})
    return sum(max(gap, 0) for gap in gaps)


def _labellable(answers: Sequence[Answer], of: LabelsOf) -> Iterator[Answer]:
    return (a for a in answers if of.against is not None or a.output.strip())


def _agreement(
    kept: Mapping[Place, Sequence[Label]],
    verdicts: Mapping[Place, Sequence[Verdict]],
    known: Mapping[Place, Answer],
    of: LabelsOf,
) -> Agreement | None:
    """Return Krippendorff's alpha between labellers, resampling what the items are clustered by."""
    places = [place for place, labels in kept.items() if len(labels) > 1]
    if not places:
        return None
    names = sorted({x.labeller for labels in kept.values() for x in labels})
    rows = []
    for place in places:
        by = dict(zip((x.labeller for x in kept[place]), verdicts[place], strict=True))
        rows.append([by[name].value if name in by else None for name in names])
    return krippendorff_alpha(
        rows,
        "nominal" if of.against is not None else "ordinal",
        rng=np.random.default_rng(0),
        clusters=[(place[0], known[place].unit) for place in places],
    )
