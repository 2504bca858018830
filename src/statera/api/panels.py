"""What a panel of judges says of stored runs: its members' verdicts, made one.

    panel = PanelBench(read_judge("panel.yaml"), benches)
    judged = await graded(panel, store.find("candidate"))
    pairs = await compared(panel, candidate, base)

Both take a single judge's bench too.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from statera.analysis.disagreement import Vote
from statera.analysis.winrates import JudgedPair
from statera.api.answers import answers_of, check_same_questions
from statera.api.drift import check_when_due
from statera.api.judged import (
    JudgedPairs,
    JudgedRun,
    Only,
    Pair,
    Place,
    among,
    check_kind,
    check_names,
    grader,
    judge_pairs,
    judge_run,
    keep_grades,
    of_answer,
    on_answer,
    pair_asks,
    pairs_of,
    rubric_asks,
)
from statera.api.judging import Bench, Sitting, make_plan, sit
from statera.api.panelbench import AnySeat, PanelBench, remember_panel, sit_all
from statera.api.winstopping import Until, WinRateStopper
from statera.graders.asks import PairAsk, both_orders, to_ask
from statera.graders.judge import Judge
from statera.graders.panel import FLIP, SPLIT, decided, vote
from statera.graders.panelfile import twin
from statera.records.specs import RunInfo
from statera.records.verdicts import Answer, Verdict


@dataclass(frozen=True, kw_only=True)
class PanelPair(Pair):
    """A pair as a panel judged it; forward and backward are what its verdict comes to in order.

    `votes` holds what each of the members says, its repeats as one.
    """

    said: Verdict
    members: tuple[Pair, ...]
    votes: tuple[Verdict, ...]

    @property
    def verdict(self) -> Verdict:
        """The panel's verdict on the pair."""
        return self.said

    @property
    def rows(self) -> Iterator[JudgedPair]:
        """The pair as it is counted: once, with what each member said in either order."""
        orders = tuple((r.forward, r.backward) for m in self.members for r in m.rows)
        return (row._replace(orders=orders) for row in super().rows)


@dataclass(frozen=True, kw_only=True)
class PanelRun(JudgedRun):
    """A run that a panel judged; `votes` holds what each member said of each reply."""

    votes: Sequence[Vote]


async def graded(
    seat: AnySeat, info: RunInfo, *, tasks: Collection[str] = (), only: Only = None
) -> JudgedRun:
    """Grade the replies of a run, by a judge or a panel, and keep the scores with the run.

    `only` names the items that are judged, by task and sample; None for all.

    DeclarationError as `judge_run`, and for weights that were never measured.
    """
    if isinstance(seat, Bench):
        return await judge_run(seat, info, tasks=tasks, only=only)
    check_kind(seat, pairs=False)
    answers = among(answers_of(seat.store, info, tasks), only)
    chosen = list(dict.fromkeys(answer.task for answer in answers))
    check_names(info, chosen, [grader(seat, c) for c in seat.judge.criteria])
    sittings = await sit_all(seat, [rubric_asks(bench, answers) for bench in seat.benches])
    weights = seat.weights
    judged = [answer for answer in answers if answer.output.strip()]
    found: dict[str, dict[Place, Verdict]] = {}
    votes: list[Vote] = []
    for criterion in seat.judge.criteria:
        found[criterion.name] = {}
        for answer in judged:
            said = _said(seat, sittings, criterion.name, answer)
            verdict = decided(said, seat.judge.combine, weights=weights)
            found[criterion.name][answer.place] = verdict
            votes.append(_vote(answer, criterion.name, said, verdict))
    run = await remember_panel(seat)
    info, names = await keep_grades(seat, info, chosen, found, only=only)
    sitting = Sitting(run=run.id, verdicts={})
    return PanelRun(info=info, metrics=names, answers=answers, sitting=sitting, votes=votes)


async def verdicts_on(seat: AnySeat, answer: Answer) -> dict[str, Verdict]:
    """Return the verdict on one reply under each criterion; on an empty reply there is none.

    DeclarationError as `graded`.
    """
    if not answer.output.strip():
        return {}
    if isinstance(seat, Bench):
        sitting = await sit(seat, rubric_asks(seat, [answer]), repeats=seat.judge.repeats)
        return {c.name: of_answer(sitting, c, answer) for c in seat.judge.criteria}
    sittings = await sit_all(seat, [rubric_asks(bench, [answer]) for bench in seat.benches])
    weights = seat.weights
    return {
        c.name: decided(_said(seat, sittings, c.name, answer), seat.judge.combine, weights=weights)
        for c in seat.judge.criteria
    }


async def compared(
    seat: AnySeat,
    candidate: Sequence[Answer],
    other: Sequence[Answer],
    *,
    names: tuple[str, str] = ("A", "B"),
    until: Until | None = None,
) -> JudgedPairs:
    """Compare the replies of both, by a judge or a panel: both orders, each member.

    DeclarationError as `judge_pairs`, and for weights that were never measured.
    """
    if isinstance(seat, Bench):
        return await judge_pairs(seat, candidate, other, names=names, until=until)
    check_kind(seat, pairs=True)
    check_same_questions(candidate, other, names)
    asks = pair_asks(seat, candidate, other)
    alone = (len(candidate) - len(asks), len(other) - len(asks))
    if until is None:
        pairs, reason = await _pairs(seat, asks), ""
    else:
        pairs, reason = await _pairs_until(seat, asks, until)
    run = await remember_panel(seat)
    sitting = Sitting(run=run.id, verdicts={})
    return JudgedPairs(pairs=pairs, sitting=sitting, alone=alone, stopped=reason)


async def judged_pairs(seat: AnySeat, asks: Sequence[PairAsk]) -> JudgedPairs:
    """Ask a judge, or each member of a panel, about pairs that may be of many runs.

    Errors as `sit`, and DeclarationError for weights that were never measured.
    """
    if isinstance(seat, Bench):
        flat = to_ask(asks)
        await check_when_due(seat, flat)
        sitting = await sit(seat, flat, repeats=seat.judge.repeats)
        return JudgedPairs(pairs=pairs_of(sitting, asks), sitting=sitting)
    pairs = await _pairs(seat, asks)
    run = await remember_panel(seat)
    return JudgedPairs(pairs=pairs, sitting=Sitting(run=run.id, verdicts={}))


def member_asks(seat: AnySeat, asks: Sequence[PairAsk]) -> list[list[PairAsk]]:
    """Return the pairs as each member is asked about them: under its own criterion's name."""
    if isinstance(seat, Bench):
        return [list(asks)]
    return [
        [
            both_orders(twin(bench.judge.criteria, ask.criterion).name, ask.candidate, ask.other)
            for ask in asks
        ]
        for bench in seat.benches
    ]


async def _pairs(seat: PanelBench, asks: Sequence[PairAsk]) -> list[PanelPair]:
    """Ask every member about the pairs, and return them with the panel's verdicts."""
    wanted = member_asks(seat, asks)
    sittings = await sit_all(seat, [to_ask(of) for of in wanted])
    weights = seat.weights
    columns = [pairs_of(sitting, of) for sitting, of in zip(sittings, wanted, strict=True)]
    return [
        _panel_pair(seat.judge, ask, members, weights)
        for ask, *members in zip(asks, *columns, strict=True)
    ]


async def _pairs_until(
    seat: PanelBench, asks: Sequence[PairAsk], until: Until
) -> tuple[list[PanelPair], str]:
    """Ask all members about growing batches until it is clear on which side the win rate lies."""
    pairs: list[PanelPair] = []

    def reading(run: str, asked: Sequence[PairAsk]) -> list[JudgedPair]:
        return [row for pair in pairs for row in pair.rows]

    stopper = WinRateStopper(make_plan(seat.benches[0], ()), asks, reading, until)
    while stopper.next_batch("") is not None:
        pairs = await _pairs(seat, stopper.asked)
    return pairs, stopper.reason


def _said(
    seat: PanelBench, sittings: Sequence[Sitting], criterion: str, answer: Answer
) -> list[Verdict]:
    """Return each member's verdict on a reply under a criterion of the panel."""
    return [
        vote(on_answer(sitting, twin(bench.judge.criteria, criterion), answer), seat.judge.combine)
        for bench, sitting in zip(seat.benches, sittings, strict=True)
    ]


def _panel_pair(
    panel: Judge, asked: PairAsk, members: Sequence[Pair], weights: Sequence[float] | None
) -> PanelPair:
    said = [vote(member.repeats, panel.combine, pairs=True) for member in members]
    verdict = decided(said, panel.combine, weights=weights, pairs=True)
    forward, backward = _shown(verdict)
    return PanelPair(
        asked=asked,
        forward={0: forward},
        backward={0: backward},
        said=verdict,
        members=tuple(members),
        votes=tuple(said),
    )


def _shown(verdict: Verdict) -> tuple[Verdict, Verdict]:
    """Return a pair's verdict as it would have been given in either order: for the first shown."""
    if verdict.value is None:
        return verdict, verdict
    first = 1.0 if FLIP in verdict.flags else verdict.value
    second = 1.0 if FLIP in verdict.flags else 1.0 - verdict.value
    return (
        msgspec.structs.replace(verdict, value=first),
        msgspec.structs.replace(verdict, value=second),
    )


def _vote(answer: Answer, criterion: str, said: Sequence[Verdict], verdict: Verdict) -> Vote:
    return Vote(
        task=answer.task,
        criterion=criterion,
        unit=answer.unit,
        values=tuple(one.value for one in said),
        split=SPLIT in verdict.flags,
    )
