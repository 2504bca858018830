"""A cheap judge for every reply, a dear one for a random part of the items, and both as one number.

    check_stages(Stages(cheap.judge, dear.judge, 0.2))            # before any request
    await judge_run(cheap, info)
    part = await judge_part(dear, info, Stages(cheap.judge, dear.judge, 0.2))
    part.rows[0].found                                       # the dear judge's number over all

The part of each task is a seeded prefix of its items, as it is for people's labels: a larger part
holds a smaller one, and no judgement is asked twice.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from statera.analysis.stages import Staged, stages
from statera.api.answers import answers_of
from statera.api.drift import check_when_due
from statera.api.judged import (
    OnTrials,
    Place,
    check_kind,
    check_names,
    grader,
    of_answer,
    rubric_asks,
    rubric_metrics,
)
from statera.api.judging import Bench, sit
from statera.api.labelling import Draw, Item, drawn
from statera.api.scoring import remember
from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.graders.criterion import Criterion
from statera.graders.judge import Judge
from statera.graders.judged import Judged
from statera.protocols import Metric, Tools
from statera.records.parts import PARTS, SECOND, Part, stored_parts
from statera.records.scores import UNDRAWN, Score
from statera.records.specs import RunInfo
from statera.records.verdicts import Verdict
from statera.runner.grading import Grading
from statera.stats.results import LEVEL
from statera.store.rows import Keyed, Scored
from statera.store.runstore import RunStore


class Match(NamedTuple):
    """A criterion of the first judge and of the second, and the names of the scores of both."""

    first: str
    second: str
    of: str
    score: str


@dataclass(frozen=True)
class Stages:
    """The judge that sees every item, the one that sees a `share` of them, and the draw's seed."""

    first: Judge
    second: Judge
    share: float
    seed: int = 0

    @property
    def draw(self) -> Draw:
        """The draw of the part."""
        return Draw(share=self.share, seed=self.seed)

    @property
    def matches(self) -> list[Match]:
        """The second's criteria with those of the first that they go with."""
        found = []
        for ours, theirs in zip(
            self.second.criteria, _matched(self.first, self.second), strict=True
        ):
            name, of = self.second.metric(ours), self.first.metric(theirs)
            score = f"{name}{SECOND}" if name == of else name
            found.append(Match(theirs.name, ours.name, of, score))
        return found

    @property
    def scores(self) -> set[str]:
        """The names of the second judge's scores."""
        return {match.score for match in self.matches}


@dataclass(frozen=True, kw_only=True)
class JudgedPart:
    """The part as it was judged: a row a metric, and how many judgements it is."""

    run: str
    rows: Sequence[Staged]
    asked: int


def check_stages(stages_: Stages, *, pairs: bool = False) -> None:
    """Raise DeclarationError for a share outside (0, 1], or judges that make no two stages.

    They look at the same kind of thing, under the same criteria, on the same scales; and they are
    two: another model, or another rubric.
    """
    first, second = stages_.first, stages_.second
    if not 0 < stages_.share <= 1:
        raise DeclarationError(f"--part {stages_.share:g}: a share above 0, and at most 1")
    for judge in (first, second):
        if judge.pairs != pairs:
            wanted = "compares pairs" if judge.pairs else "grades single replies"
            raise DeclarationError(f"judge {judge.name} {wanted}: it is no stage here")
    if second.members:
        raise DeclarationError(
            f"judge {second.name} is a panel: the second stage is one judge (a panel may be first)"
        )
    if first.asks == second.asks:
        raise DeclarationError(
            f"judge {first.name} with {first.model} is both stages: give the second another model "
            "(--second-model MODEL) or another judge (--second FILE)"
        )
    for ours, theirs in zip(second.criteria, _matched(first, second), strict=True):
        _check_alike(stages_, ours, theirs)


async def judge_part(
    bench: Bench,
    info: RunInfo,
    stages_: Stages,
    *,
    tasks: Collection[str] = (),
    level: float = LEVEL,
) -> JudgedPart:
    """Let the second judge grade its part of the run, keep its scores, and return both as one.

    `bench` is the second judge's. The first judge's scores must be there. DeclarationError, before
    anything is asked, as `judge_run` has it.
    """
    check_kind(bench, pairs=False)
    answers = answers_of(bench.store, info, tasks)
    chosen = list(dict.fromkeys(answer.task for answer in answers))
    items = _items(bench.store, info, chosen)
    part = drawn(items, stages_.draw)
    check_names(info, chosen, second_graders(bench, stages_))
    shown = [answer for answer in answers if answer.place[:2] in part]
    asks = rubric_asks(bench, shown)
    await check_when_due(bench, asks)
    sitting = await sit(bench, asks, repeats=bench.judge.repeats)
    graders = second_graders(bench, stages_)
    metrics: list[Metric] = []
    for criterion, judged in zip(bench.judge.criteria, graders, strict=True):
        found = {
            answer.place: of_answer(sitting, criterion, answer)
            for answer in shown
            if answer.output.strip()
        }
        await keep_part(bench.store, info, chosen, judged, found, part)
        metrics += rubric_metrics(judged, criterion)
    info = remember(
        bench.store, info, dict.fromkeys(chosen, graders), dict.fromkeys(chosen, metrics)
    )
    info = record_part(bench.store, info, stages_, items)
    own = {name: of for name, of in stored_parts(info).items() if name in stages_.scores}
    rows = [
        row
        for frame in Run(bench.store, info).frames
        if frame.task in chosen
        for row in stages(frame, own, level=level)
    ]
    return JudgedPart(run=sitting.run, rows=rows, asked=len(asks) * bench.judge.repeats)


def price(store: RunStore, run: str) -> float | None:
    """Return what a judgement of a judge's run cost on the mean, None where no price is known."""
    counts = store.counts(run)
    priced = counts.trials - counts.unpriced
    return counts.cost / priced if priced and counts.cost is not None else None


def _matched(first: Judge, second: Judge) -> list[Criterion]:
    """Return the first judge's criteria, in the order of the second's that they go with."""
    named = {criterion.name: criterion for criterion in first.criteria}
    if len(first.criteria) == len(second.criteria) == 1:
        return list(first.criteria)
    ours = [criterion.name for criterion in second.criteria]
    if set(ours) != set(named):
        raise DeclarationError(
            f"judge {second.name} has the criteria {', '.join(ours)}, judge {first.name} has "
            f"{', '.join(named)}: two stages have the same"
        )
    return [named[name] for name in ours]


def _check_alike(stages_: Stages, ours: Criterion, theirs: Criterion) -> None:
    if ours.kind != theirs.kind:
        raise DeclarationError(
            f"judge {stages_.second.name} is a {ours.kind}, judge {stages_.first.name} a "
            f"{theirs.kind}: two stages are of one kind"
        )
    scales = [None if one.scale is None else one.scale.values for one in (ours, theirs)]
    if scales[0] != scales[1]:
        told = [", ".join(map(str, values or ())) for values in scales]
        raise DeclarationError(
            f"judge {stages_.second.name} grades on {told[0]}, judge {stages_.first.name} on "
            f"{told[1]}: two stages have one scale"
        )


def _items(store: RunStore, info: RunInfo, tasks: Collection[str]) -> list[Item]:
    """Return the items of the tasks, also those whose reply was lost: they are drawn alike."""
    rows = ((row.task, row.sample_id) for row in store.scores(info.id))
    return list(dict.fromkeys(item for item in rows if item[0] in tasks))


def second_graders(bench: Bench, stages_: Stages, *, against: str = "") -> tuple[Judged, ...]:
    """Return what the second judge's scores are stored by, under names that are not the first's."""
    named = {match.second: match.score for match in stages_.matches}
    return tuple(
        msgspec.structs.replace(grader(bench, c, against=against), name=named[c.name])
        for c in bench.judge.criteria
    )


async def keep_part(
    store: RunStore,
    info: RunInfo,
    tasks: Sequence[str],
    judged: Judged,
    found: Mapping[Place, Verdict],
    part: Collection[Item],
) -> None:
    """Write scores of the trials in the part, and of no other: what was not drawn has none.

    Where another model's score stood under this name, none is said to be there.
    """
    grading = Grading((judged,), Tools(verdicts=OnTrials(found)))
    there = {
        (row.task, row.sample_id)
        for row in store.scores(info.id)
        if row.score.metric == judged.metric
    }
    for task in tasks:
        batch = []
        for sample, trial in store.unscored(info.id, task, grading.keys):
            if (task, sample.id) in part:
                batch.append(Scored(trial, await grading(sample, trial)))
            elif (task, sample.id) in there:
                batch.append(Scored(trial, (Keyed(grading.keys[judged.metric], _undrawn(judged)),)))
        store.write_scores(info.id, batch)


def _undrawn(judged: Judged) -> Score:
    return Score(
        metric=judged.metric,
        value=None,
        outcome="infra_error",
        why="not drawn",
        flags=(UNDRAWN,),
    )


def record_part(
    store: RunStore, info: RunInfo, stages_: Stages, items: Iterable[Item], *, against: str = ""
) -> RunInfo:
    """Put on record of which items the second judge's scores are a part; return the run."""
    counts = Counter(task for task, _ in items)
    added = {}
    for match in stages_.matches:
        before = stored_parts(info).get(match.score)
        part = Part(
            of=match.of,
            share=stages_.share,
            seed=stages_.seed,
            items=({} if before is None else before.items) | dict(counts),
            against=against,
        )
        added[match.score] = msgspec.to_builtins(part)
    return store.change_environment(
        info.id, lambda found: found | {PARTS: found.get(PARTS, {}) | added}
    )
