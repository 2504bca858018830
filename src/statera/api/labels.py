"""People's labels as scores of stored trials, beside those of the judge that they measure.

    of = LabelsOf(metric="reference", scale=rubric.grades)
    summary = await keep_labels(store, store.find("candidate"), read_labels(path), of)
    summary.results[0].estimate           # the mean of task/reference_people with its interval
    summary.agreement                     # between the labellers

The labels that were kept before under the same name are replaced.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from statera.analysis.labelvotes import settled
from statera.analysis.measure import MetricRow, estimated
from statera.api.judged import Place, check_names, keep
from statera.api.labelreading import LabelsOf, Said, said_of
from statera.api.scoring import remember
from statera.api.stored import Run, stored_scorers
from statera.codec.canonical import digest
from statera.graders.judged import Judged
from statera.interop.labels import Label
from statera.metrics.judged import JudgedGood, JudgedMean, WinRate
from statera.protocols import Metric
from statera.records.labels import LABELS, Labelled, stored_labels
from statera.records.specs import RunInfo
from statera.records.verdicts import Verdict
from statera.stats.agreement import Agreement, krippendorff_alpha
from statera.stats.means import mean
from statera.stats.results import Estimate, Items
from statera.store.runstore import RunStore

DISAGREED = "disagreed"
"""Flags the scores on which the labellers differ."""

_LEFT = {"ab": "win", "ba": "loss"}
"""The verdict that names the reply on the left, by what stood where."""


class LabelResult(msgspec.Struct, frozen=True, kw_only=True):
    """What people's labels of one task come to.

    `estimate` is the mean as a share of the scale, or the win rate; `good` the share of replies
    that are good enough, None for pairs. `counts` holds the labels by what they say: the levels, or
    `win`, `tie` and `loss`; `settled` the trials by what their labels come to.
    """

    task: str
    estimate: MetricRow
    good: MetricRow | None
    counts: dict[str, int]
    settled: dict[str, int] = {}


class LabelSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What was kept: labels by labeller, how many trials and items have one, and the agreement.

    `empty` counts labels of empty replies, which are graded as such and not kept. `agreement` is
    None where no trial has two labels. `left` is the share of the labels naming a side that name
    the reply on the left, where it is known what stood there; without a lean to a side it is 0.5.
    `replaced` is the run against which the labels were that these replace, if it was another;
    `dropped` names the labellers who have none left.
    """

    run: str
    metric: str
    n: int
    trials: int
    items: int
    labellers: dict[str, int]
    on_record: Labelled
    results: tuple[LabelResult, ...]
    agreement: Agreement | None = None
    left: Estimate | None = None
    empty: int = 0
    replaced: str = ""
    dropped: tuple[str, ...] = ()


def check_labels(store: RunStore, info: RunInfo, labels: Sequence[Label], of: LabelsOf) -> None:
    """Raise the DeclarationError of labels that cannot be kept; keep nothing."""
    _ready(store, info, labels, of)


async def keep_labels(
    store: RunStore, info: RunInfo, labels: Sequence[Label], of: LabelsOf
) -> LabelSummary:
    """Keep the labels as scores of the run's trials, and sum them up.

    Several labels of one trial are made one (`statera.analysis.labelvotes`). DeclarationError, in
    one line with the label's place and before anything is kept, for what does not fit.
    """
    said, judged, tasks = _ready(store, info, labels, of)
    verdicts = _settled(said, of)
    record = _on_record(said, of, verdicts)
    before = stored_labels(store.find(info.id)).get(of.name, record)
    _record(store, info, of.name, None)  # a kill leaves new scores without a record, not an old one
    await keep(store, info, tasks, judged, verdicts)
    added = dict.fromkeys(tasks, (judged,))
    remember(store, info, added, dict.fromkeys(tasks, _metrics(judged, of)))
    info = _record(store, info, of.name, record)
    return LabelSummary(
        run=info.id,
        metric=of.name,
        n=sum(map(len, said.kept.values())),
        trials=len(said.kept),
        items=len({place[:2] for place in said.kept}),
        labellers=dict(sorted(Counter(x.labeller for y in said.kept.values() for x in y).items())),
        on_record=record,
        results=_results(Run(store, info), said, of, verdicts),
        agreement=_agreement(said, of),
        left=_left(said),
        empty=sum(len(said.labels[place]) for place in said.empty),
        replaced="" if before.against == record.against else before.against,
        dropped=tuple(name for name in before.labellers if name not in record.labellers),
    )


def _record(store: RunStore, info: RunInfo, name: str, record: Labelled | None) -> RunInfo:
    """Put on record what is known of people's scores of that name, or that nothing is."""

    def change(environment: dict[str, Any]) -> dict[str, Any]:
        known = {k: v for k, v in environment.get(LABELS, {}).items() if k != name}
        added = {} if record is None else {name: msgspec.to_builtins(record)}
        return environment | {LABELS: known | added}

    return store.change_environment(info.id, change)


def _ready(
    store: RunStore, info: RunInfo, labels: Sequence[Label], of: LabelsOf
) -> tuple[Said, Judged, list[str]]:
    """Return labels that fit, what their scores are stored by, and the tasks that get them."""
    said, judged = said_of(store, info, labels, of), _scorer(labels, of)
    tasks = _tasks(info, said, judged)
    check_names(info, tasks, [judged])
    return said, judged, tasks


def _scorer(labels: Sequence[Label], of: LabelsOf) -> Judged:
    """Return what the scores are stored by; other labels make it another one."""
    return Judged(
        name=of.name,
        judge="people",
        run=f"people:{digest([replace(x, where='') for x in labels])}",
        criterion=of.criterion,
        against="" if of.against is None else of.against.id,
        by="people",
    )


def _settled(said: Said, of: LabelsOf) -> dict[Place, Verdict]:
    """Return what the labels of each trial come to; one on which they differ is flagged."""
    found = {}
    for place in said.kept:
        own = said.verdicts[place]
        worth = {_word(verdict): verdict for verdict in own}
        verdict = settled(Counter(map(_word, own)), worth, of.kind)
        found[place] = replace(verdict, flags=(DISAGREED,)) if _differ(own) else verdict
    return found


def _word(verdict: Verdict) -> str:
    return verdict.label or ""


def _differ(said: Iterable[Verdict]) -> bool:
    return len({verdict.label for verdict in said}) > 1


def _tasks(info: RunInfo, said: Said, judged: Judged) -> list[str]:
    """Return the tasks whose scores change: those labelled, and those labelled before."""
    before = [
        task
        for task, scorers in stored_scorers(info).items()
        if any(scorer.metric == judged.metric and isinstance(scorer, Judged) for scorer in scorers)
    ]
    return list(dict.fromkeys([*(place[0] for place in said.kept), *before]))


def _metrics(judged: Judged, of: LabelsOf) -> tuple[Metric, ...]:
    if of.against is not None:
        return (WinRate(score=judged.metric, against=of.against.id),)
    low, high = (0, 1) if of.scale is None else (of.scale.low, of.scale.high)
    whole = JudgedMean(score=judged.metric, low=low, high=high)
    return whole, JudgedGood(score=judged.metric)


def _results(
    run: Run, said: Said, of: LabelsOf, verdicts: Mapping[Place, Verdict]
) -> tuple[LabelResult, ...]:
    """Return what the labelled tasks come to: the numbers that the run has from now on."""
    labelled = {place[0] for place in said.kept}
    found = []
    for frame in run.frames:
        if frame.task in labelled:
            rows = [estimated(frame, m) for m in frame.metrics if m.score == of.name]
            good = rows[1] if len(rows) > 1 else None
            labels = [v for p in said.kept if p[0] == frame.task for v in said.verdicts[p]]
            own = [verdicts[p] for p in said.kept if p[0] == frame.task]
            found.append(
                LabelResult(
                    task=frame.task,
                    estimate=rows[0],
                    good=good,
                    counts=_counts(labels, of),
                    settled=_counts(own, of),
                )
            )
    return tuple(found)


def _counts(verdicts: Iterable[Verdict], of: LabelsOf) -> dict[str, int]:
    if of.against is not None:
        known = ["win", "tie", "loss"]
    else:
        known = ["0", "1"] if of.scale is None else [str(level) for level in of.scale.values]
    seen = Counter(map(_word, verdicts))
    return {label: seen[label] for label in known}


def _left(said: Said) -> Estimate | None:
    named = [
        (place, verdict.label == _LEFT[label.shown])
        for place, labels in said.kept.items()
        for label, verdict in zip(labels, said.verdicts[place], strict=True)
        if label.shown in _LEFT and verdict.label in _LEFT.values()
    ]
    if not named:
        return None
    units = [said.units[place] for place, _ in named]
    values = [float(left) for _, left in named]
    return mean(Items(values, units, [0] * len(values), [1.0] * len(values)))


def _on_record(said: Said, of: LabelsOf, verdicts: Mapping[Place, Verdict]) -> Labelled:
    """Return what calibrating has to know of the labels."""
    drawn = _probabilities(said)
    values = {p for shares in drawn.values() for p in shares.values()}
    same = next(iter(values)) if len(values) == 1 else None
    several = [said.verdicts[place] for place, labels in said.kept.items() if len(labels) > 1]
    names = {label.labeller for labels in said.kept.values() for label in labels}
    return Labelled(
        of=of.metric,
        criterion=of.criterion,
        labellers=tuple(sorted(names - {""})),
        probability=same,
        probabilities=drawn if same is None else {},
        against="" if of.against is None else of.against.id,
        low=0 if of.scale is None or of.against else of.scale.low,
        high=1 if of.scale is None or of.against else of.scale.high,
        missing=_missing(drawn, said),
        twice=len(several),
        disagreed=sum(map(_differ, several)),
        undecided=sum(verdict.value is None for verdict in verdicts.values()),
    )


def _probabilities(said: Said) -> dict[str, dict[str, float]]:
    """Return, by task and item, the probability with which it was drawn; empty where not known.

    Without any stated, it is 1 where every reply that can be labelled is.
    """
    found: dict[str, dict[str, float]] = {}
    stated = {label.probability for labels in said.kept.values() for label in labels}
    if stated == {None} and {answer.place for answer in said.answers} <= said.kept.keys():
        stated = {1.0}
    if None in stated:
        return {}
    for (task, sample_id, _), labels in said.kept.items():
        own = {label.probability or 1.0 for label in labels}
        own |= {found.setdefault(task, {}).get(sample_id, next(iter(own)))}
        if len(own) > 1:
            return {}
        found[task][sample_id] = next(iter(own))
    return found


def _missing(drawn: Mapping[str, Mapping[str, float]], said: Said) -> int:
    """Return how many items were drawn and have no label, as the stated probability tells.

    Where the items of a task have different ones it cannot be told.
    """
    items = Counter(task for task, _ in {answer.place[:2] for answer in said.answers})
    gaps = (
        round(next(iter(shares.values())) * items[task]) - len(shares)
        for task, shares in drawn.items()
        if len({*shares.values()}) == 1
    )
    return sum(max(gap, 0) for gap in gaps)


def _agreement(said: Said, of: LabelsOf) -> Agreement | None:
    """Return Krippendorff's alpha between labellers, resampling what the items are clustered by."""
    places = [place for place, labels in said.kept.items() if len(labels) > 1]
    if not places:
        return None
    names = sorted({label.labeller for labels in said.kept.values() for label in labels})
    rows = []
    for place in places:
        labels = (label.labeller for label in said.kept[place])
        by = dict(zip(labels, said.verdicts[place], strict=True))
        rows.append([by[name].value if name in by else None for name in names])
    return krippendorff_alpha(
        rows,
        "nominal" if of.against is not None else "ordinal",
        rng=np.random.default_rng(0),
        clusters=[said.units[place] for place in places],
    )
