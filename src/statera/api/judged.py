"""A judge's verdicts on stored runs: scores by a rubric, and pairs of two runs.

    judged = await judge_run(bench, store.find("candidate"))
    pairs = await judge_pairs(bench, candidate, base)      # both orders, a flip is a tie

Nothing is generated: what is judged was stored, and what the judge says is stored too.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from statera.analysis.winrates import JudgedPair
from statera.api.answers import answers_of, check_same_questions
from statera.api.drift import check_when_due
from statera.api.judging import Bench, Seat, Sitting, ready, sit, stored_verdicts
from statera.api.scoring import remember
from statera.api.stored import stored_scorers
from statera.api.winstopping import Until, WinRateStopper
from statera.errors import DeclarationError
from statera.graders.asks import (
    Ask,
    Order,
    PairAsk,
    both_orders,
    for_candidate,
    of_pair,
    paired,
    to_ask,
)
from statera.graders.criterion import Criterion
from statera.graders.formulas import JudgedFormula, combined
from statera.graders.formulas import Name as Formula
from statera.graders.judged import Judged
from statera.graders.panel import together
from statera.metrics.judged import JudgedGood, JudgedMean, WinRate
from statera.metrics.rates import Rate
from statera.protocols import Grader, Metric, Scorer, Stopper, Tools
from statera.records.specs import RunInfo
from statera.records.verdicts import Answer, Verdict
from statera.runner.execution import rescore
from statera.runner.grading import Grading
from statera.stats.winrate import UNPARSED
from statera.store.runstore import RunStore

Place = tuple[str, str, int]
Only = Collection[tuple[str, str]] | None

SAME = Verdict(
    value=0.5, label="tie", outcome="wrong", why="the same text on both sides: a tie, not asked"
)
"""On a pair of the same text: what a judge would say of it tells of the judge alone."""


@dataclass(frozen=True)
class OnTrials:
    """Verdicts by trial, as a grader takes them over."""

    found: Mapping[Place, Verdict]

    def of(self, task: str, sample_id: str, epoch: int) -> Verdict | None:
        """Return the verdict on a trial, None where it was not judged."""
        return self.found.get((task, sample_id, epoch))


@dataclass(frozen=True)
class Pair:
    """One pair as it was judged: by repeat, the verdict in either order, as the judge gave it.

    One of the same text is a tie in one repeat.
    """

    asked: PairAsk
    forward: Mapping[int, Verdict]
    backward: Mapping[int, Verdict]

    @property
    def verdict(self) -> Verdict:
        """The verdict on the pair for the candidate: the mean over repeats."""
        return together(self.repeats)

    @property
    def repeats(self) -> list[Verdict]:
        """The verdict of each repeat that has both orders."""
        if self.asked.same:
            return [SAME]
        there = sorted(self.forward.keys() & self.backward.keys())
        return [of_pair(self.forward[r], self.backward[r]) for r in there]

    @property
    def rows(self) -> Iterator[JudgedPair]:
        """The pair as it is counted: once a repeat, once without verdicts where none was asked."""
        first, second = self.asked.candidate, self.asked.other
        for repeat in sorted(self.forward.keys() | self.backward.keys()) or (0,):
            yield JudgedPair(
                task=first.task,
                criterion=self.asked.criterion,
                item=first.sample_id,
                unit=first.unit,
                category=first.category,
                forward=_worth(self.forward.get(repeat), "ab"),
                backward=_worth(self.backward.get(repeat), "ba"),
                lengths=(len(first.output), len(second.output)),
                same=self.asked.same,
            )


@dataclass(frozen=True, kw_only=True)
class JudgedRun:
    """A run that was judged; `metrics` names its scores by criterion."""

    info: RunInfo
    metrics: Mapping[str, str]
    answers: Sequence[Answer]
    sitting: Sitting


@dataclass(frozen=True, kw_only=True)
class JudgedPairs:
    """All pairs that were judged; `alone` counts the replies of either side without the other.

    `stopped` says why the judging ended before the last pair, or is empty.
    """

    pairs: Sequence[Pair]
    sitting: Sitting
    alone: tuple[int, int] = (0, 0)
    stopped: str = ""

    @property
    def asked(self) -> int:
        """How many pairs the judge was asked about: all but those of the same text."""
        return sum(not pair.asked.same for pair in self.pairs)

    @property
    def rows(self) -> Iterator[JudgedPair]:
        """The pairs as they are counted."""
        return (row for pair in self.pairs for row in pair.rows)


def rubric_asks(bench: Seat, answers: Sequence[Answer]) -> list[Ask]:
    """Return the judgements of every reply under every criterion; an empty reply needs none."""
    return [
        Ask(criterion=criterion.name, answers=(answer,))
        for criterion in bench.judge.criteria
        for answer in answers
        if answer.output.strip()
    ]


def pair_asks(bench: Seat, candidate: Sequence[Answer], other: Sequence[Answer]) -> list[PairAsk]:
    """Return the judgements of every pair under every criterion, in both orders."""
    pairs = list(paired(candidate, other))
    return [
        both_orders(criterion.name, first, second)
        for criterion in bench.judge.criteria
        for first, second in pairs
    ]


async def judge_run(
    bench: Bench,
    info: RunInfo,
    *,
    tasks: Collection[str] = (),
    stopper: Stopper | None = None,
    only: Only = None,
) -> JudgedRun:
    """Grade the replies of a run under each criterion, and keep the scores with the run.

    `only` names the items that are judged, by task and sample; None for all.

    DeclarationError, before anything is asked: a judge of pairs, a missing reference, a name that
    another scorer of the run has.
    """
    check_kind(bench, pairs=False)
    answers = among(answers_of(bench.store, info, tasks), only)
    judged_tasks = list(dict.fromkeys(answer.task for answer in answers))
    check_names(info, judged_tasks, [grader(bench, c) for c in bench.judge.criteria])
    asks = rubric_asks(bench, answers)
    await check_when_due(bench, asks)
    sitting = await sit(bench, asks, repeats=bench.judge.repeats, stopper=stopper)
    found = {
        criterion.name: {
            answer.place: of_answer(sitting, criterion, answer)
            for answer in answers
            if answer.output.strip()
        }
        for criterion in bench.judge.criteria
    }
    info, names = await keep_grades(bench, info, judged_tasks, found, only=only)
    return JudgedRun(info=info, metrics=names, answers=answers, sitting=sitting)


async def keep_grades(
    bench: Seat,
    info: RunInfo,
    tasks: Sequence[str],
    found: Mapping[str, Mapping[Place, Verdict]],
    *,
    only: Only = None,
) -> tuple[RunInfo, dict[str, str]]:
    """Keep the verdicts by criterion as scores of the run; return it, and the scores' names."""
    graders = {c.name: grader(bench, c) for c in bench.judge.criteria}
    for name, one in graders.items():
        await keep(bench.store, info, tasks, one, found[name], only=only)
    metrics: list[Metric] = [
        m for c in bench.judge.criteria for m in rubric_metrics(graders[c.name], c)
    ]
    scorers: list[Scorer | Grader] = list(graders.values())
    if bench.judge.formula is not None:
        number = await _keep_formula(bench, info, tasks, found, bench.judge.formula, only)
        scorers.append(number)
        metrics.append(Rate(score=number.metric))
    added = dict.fromkeys(tasks, tuple(scorers))
    info = remember(bench.store, info, added, dict.fromkeys(tasks, metrics))
    return info, {name: one.metric for name, one in graders.items()}


async def _keep_formula(
    bench: Seat,
    info: RunInfo,
    tasks: Sequence[str],
    found: Mapping[str, Mapping[Place, Verdict]],
    formula: Formula,
    only: Only,
) -> JudgedFormula:
    """Keep what the judge's formula makes of its verdicts on each trial."""
    places = dict.fromkeys(place for of_criterion in found.values() for place in of_criterion)
    verdicts = {
        place: combined(formula, {name: found[name].get(place) for name in found})
        for place in places
    }
    grader = JudgedFormula(judge=bench.judge.name, run=bench.run_id, formula=formula)
    await keep(bench.store, info, tasks, grader, verdicts, only=only)
    return grader


def among(answers: Sequence[Answer], only: Only) -> list[Answer]:
    """Return the replies to these items, or all; DeclarationError where none is left."""
    if only is None:
        return list(answers)
    found = [answer for answer in answers if answer.place[:2] in only]
    if not found:
        raise DeclarationError("no reply is in that share: a larger --share has some")
    return found


async def judge_pairs(
    bench: Bench,
    candidate: Sequence[Answer],
    other: Sequence[Answer],
    *,
    names: tuple[str, str] = ("A", "B"),
    until: Until | None = None,
) -> JudgedPairs:
    """Compare the replies of both to the same questions, always in both orders.

    A pair of the same text is a tie, and not asked. `until` ends the judging as soon as the win
    rate is surely on one side of a limit.
    DeclarationError, before anything is asked: a judge of single replies, different questions,
    nothing in common, a missing reference.
    """
    check_kind(bench, pairs=True)
    check_same_questions(candidate, other, names)
    asks = pair_asks(bench, candidate, other)
    alone = (len(candidate) - len(asks), len(other) - len(asks))
    flat = to_ask(asks)
    await check_when_due(bench, flat)
    stopper = None if until is None else await _stopper(bench, asks, flat, until)
    sitting = await sit(bench, flat, repeats=bench.judge.repeats, stopper=stopper)
    if stopper is not None:
        asks = stopper.asked
    pairs = pairs_of(sitting, asks)
    reason = "" if stopper is None else stopper.reason
    return JudgedPairs(pairs=pairs, sitting=sitting, alone=alone, stopped=reason)


async def _stopper(
    bench: Bench, asks: Sequence[PairAsk], flat: Sequence[Ask], until: Until
) -> WinRateStopper:
    def reading(run: str, asked: Sequence[PairAsk]) -> list[JudgedPair]:
        wanted = {(ask.criterion, ask.id) for ask in to_ask(asked)}
        verdicts = stored_verdicts(bench.store, run, wanted, repeats=bench.judge.repeats)
        sitting = Sitting(run=run, verdicts=verdicts)
        return [row for pair in pairs_of(sitting, asked) for row in pair.rows]

    plan = await ready(bench, flat, repeats=bench.judge.repeats)
    return WinRateStopper(plan, asks, reading, until)


def pairs_of(sitting: Sitting, asks: Sequence[PairAsk]) -> list[Pair]:
    """Return every pair with what the sitting says of it; of the same text it says nothing."""
    return [
        Pair(a, {0: SAME}, {0: SAME})
        if a.same
        else Pair(a, sitting.repeats(a.forward), sitting.repeats(a.backward))
        for a in asks
    ]


async def keep_pairs(bench: Seat, info: RunInfo, other: RunInfo, judged: JudgedPairs) -> RunInfo:
    """Keep the verdicts on pairs as scores of the candidate's run; return it as it is now."""
    tasks = list(dict.fromkeys(pair.asked.candidate.task for pair in judged.pairs))
    graders = [grader(bench, c, against=other.id) for c in bench.judge.criteria]
    check_names(info, tasks, graders)
    for one in graders:
        of_criterion = [p for p in judged.pairs if p.asked.criterion == one.criterion]
        found = {pair.asked.candidate.place: pair.verdict for pair in of_criterion}
        await keep(bench.store, info, tasks, one, found)
    metrics = [WinRate(score=one.metric, against=other.id) for one in graders]
    added = dict.fromkeys(tasks, tuple(graders))
    return remember(bench.store, info, added, dict.fromkeys(tasks, metrics))


async def keep(
    store: RunStore,
    info: RunInfo,
    tasks: Sequence[str],
    judged: Judged | JudgedFormula,
    found: Mapping[Place, Verdict],
    *,
    only: Only = None,
) -> None:
    """Write the verdicts as scores of the run's trials, or `only` of those of some items."""
    tools = Tools(verdicts=OnTrials(found))
    for task in tasks:
        await rescore(store, info.id, task, Grading((judged,), tools), only=only)


def grader(bench: Seat, criterion: Criterion, *, against: str = "") -> Judged:
    """Return what the judge's scores under a criterion are stored by."""
    return Judged(
        name=bench.judge.metric(criterion),
        judge=bench.judge.name,
        run=bench.run_id,
        criterion=criterion.name,
        against=against,
        repeats=bench.judge.repeats,
    )


def rubric_metrics(judged: Judged, criterion: Criterion) -> tuple[Metric, ...]:
    """Return the metrics of a rubric's or checklist's scores."""
    scale = criterion.scale
    low, high = (0, 1) if scale is None else (scale.low, scale.high)
    score = judged.metric
    return JudgedMean(score=score, low=low, high=high), JudgedGood(score=score)


def check_kind(bench: Seat, *, pairs: bool) -> None:
    """Raise DeclarationError for a judge of the other kind than is wanted."""
    if bench.judge.pairs and not pairs:
        raise DeclarationError(
            f"judge {bench.judge.name} compares pairs: `statera judge compare RUN_A RUN_B`, in "
            "Python `st.prefer` or `st.win_rate`"
        )
    if pairs and not bench.judge.pairs:
        raise DeclarationError(
            f"judge {bench.judge.name} grades single replies: `statera score RUN --judge …`, in "
            "Python `st.grade` or `st.judge`; or give a judge of `kind: pairwise`"
        )


def check_names(info: RunInfo, tasks: Sequence[str], graders: Sequence[Judged]) -> None:
    """Raise DeclarationError where another scorer of the run has a judge's metric for a name."""
    known = stored_scorers(info)
    for task in tasks:
        for scorer in known[task]:
            for judged in graders:
                if scorer.metric == judged.metric and not isinstance(scorer, Judged):
                    raise DeclarationError(
                        f"task {task} has a score called '{judged.metric}' already; give the judge "
                        "another name (`judge: NAME`)"
                    )


def _worth(verdict: Verdict | None, order: Order) -> float:
    value = None if verdict is None else for_candidate(verdict, order)
    return UNPARSED if value is None else value


def of_answer(sitting: Sitting, criterion: Criterion, answer: Answer) -> Verdict:
    """Return the verdict on a reply: the mean over the judge's repeats."""
    return together(on_answer(sitting, criterion, answer))


def on_answer(sitting: Sitting, criterion: Criterion, answer: Answer) -> list[Verdict]:
    """Return the verdict on a reply in each of the judge's repeats."""
    said = sitting.repeats(Ask(criterion=criterion.name, answers=(answer,)))
    return [said[r] for r in sorted(said)]
