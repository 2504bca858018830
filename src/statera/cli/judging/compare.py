"""Compare the replies of two runs, or of two files, with a judge: both orders, win rate, flips."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import click

from statera.analysis.instrument import shown_model
from statera.analysis.stages import Staged
from statera.analysis.standing import AUDIT, audit_lines, audit_warnings
from statera.api.agreements import agreement
from statera.api.answers import answers_of, read_outputs
from statera.api.drift import shifted
from statera.api.judged import JudgedPairs, judge_pairs, keep_pairs
from statera.api.judging import Bench
from statera.api.panelbench import AnySeat, benches
from statera.api.panels import compared
from statera.api.stored import voids
from statera.api.systems import check_system
from statera.api.twostage import Stages
from statera.api.twostagepairs import keep_pairs_part, pairs_part, staged_pairs
from statera.api.winrates import rates
from statera.api.winstopping import Until
from statera.cli.flags import json_flag, level_flag, store_flag, task_flag
from statera.cli.judgeflags import ask_judge, ask_seat, check_named, pair_judge_flags
from statera.cli.panels import panel_shape, print_agreement
from statera.cli.settings import Flag
from statera.cli.twostage import (
    Bill,
    bill,
    named_stages,
    of_second,
    print_stages,
    second_flags,
    shape,
)
from statera.cli.winrates import print_win_rates
from statera.codec.files import to_json
from statera.errors import DeclarationError
from statera.graders.families import shared_family
from statera.records.specs import RunInfo
from statera.records.verdicts import Answer
from statera.store.runstore import RunStore

_FILES = (".jsonl",)


class Side(NamedTuple):
    """One of the two that are compared: a run, or a file of outputs."""

    name: str
    answers: list[Answer]
    info: RunInfo | None = None


class Both(NamedTuple):
    """The win rates of two judges as one, what was asked of both, and why the second is void."""

    rows: Sequence[Staged]
    paid: Bill
    void: tuple[str, ...] = ()

    def shape(self, stages: Stages) -> dict[str, object]:
        """Return them as `--json` has them."""
        return shape(self.rows, stages, self.paid)


@click.command("compare")
@click.argument("candidate", metavar="RUN_A|A.jsonl")
@click.argument("other", metavar="RUN_B|B.jsonl")
@pair_judge_flags
@second_flags
@task_flag
@click.option(
    "--until",
    cls=Flag,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="LIMIT",
    help="Stop as soon as the win rate is surely above or below LIMIT (0.5: one is better); what "
    "was judged by then is shown and not kept as scores.",
)
@click.option(
    "--seed", cls=Flag, type=int, default=0, show_default=True, help="Of the judge's run."
)
@level_flag
@store_flag
@json_flag
def command(candidate: str, other: str, store: str, as_json: bool, **flags: Any) -> None:
    """Say how often the replies of RUN_A beat those of RUN_B, as a judge sees it.

    Every pair is shown in both orders; where they disagree it is a tie and counted as a flip. Two
    replies of the same text are a tie without being shown. The verdicts are kept as scores of
    RUN_A, so that a gate can read the win rate. Two files of outputs (`id, prompt, output`, and
    `reference` for a judge that needs one) are compared just so. With --second and --part a dearer
    judge compares a random part as well, and both together tell what it would say of all.

    A judge that was audited gives its frozen judgements once more when the last look is a day old;
    if it has shifted, what it said before is not compared with what it says now.

    \b
    statera judge compare new old --judge pairwise --judge-model http://localhost:8000/v1#judge
    statera judge compare a.jsonl b.jsonl --judge preferred.yaml --until 0.5
    statera judge compare new old --judge cheap.yaml --second dear.yaml --part 0.2
    """
    check_named(flags, "pairwise")
    runs = RunStore(store)
    stages = named_stages(flags, runs, pairs=True)
    if stages is not None and flags["until"] is not None:
        raise DeclarationError("--until stops on one judge's verdicts; leave it, or --second, out")
    sides = read_sides(runs, (candidate, other), flags["task"])
    until = None if flags["until"] is None else Until(flags["until"], flags["level"])

    async def work(seat: AnySeat) -> tuple[AnySeat, JudgedPairs, RunInfo | None]:
        names = (sides[0].name, sides[1].name)
        judged = await compared(seat, sides[0].answers, sides[1].answers, names=names, until=until)
        if sides[0].info is not None and sides[1].info is not None and until is None:
            return seat, judged, await keep_pairs(seat, sides[0].info, sides[1].info, judged)
        return seat, judged, None

    seat, judged, kept = ask_seat(flags, runs, work, seed=flags["seed"])
    rows = rates(runs, judged, kept, level=flags["level"], early=until is not None)
    notes, agreed = _notes(seat, sides, judged), agreement(seat, judged, level=flags["level"])
    second = None if stages is None else _second(runs, sides, stages, judged, flags)
    notes += () if second is None else second.void
    if as_json:
        click.echo(
            to_json(
                {
                    "schema": 1,
                    "judge": seat.judge.name,
                    "judge_run": judged.sitting.run,
                    "candidate": sides[0].info.id if sides[0].info else sides[0].name,
                    "other": sides[1].info.id if sides[1].info else sides[1].name,
                    "win_rates": rows,
                    "stopped": judged.stopped,
                    "notes": notes,
                }
                | panel_shape(seat, agreed)
                | ({} if second is None or stages is None else {"two_stages": second.shape(stages)})
            )
        )
        return
    click.echo(f"{sides[0].name} against {sides[1].name} · judge {seat.judge.name}")
    print_win_rates(rows, notes)
    print_agreement(seat, agreed)
    if second is not None and stages is not None:
        print_stages(second.rows, stages, second.paid)


def read_sides(
    store: RunStore, names: tuple[str, str], tasks: tuple[str, ...]
) -> tuple[Side, Side]:
    """Return what the two names stand for; DeclarationError for a run beside a file."""
    files = [name.endswith(_FILES) for name in names]
    if files[0] != files[1]:
        raise DeclarationError(f"{names[0]} and {names[1]}: give two runs, or two .jsonl files")
    if files[0]:
        if tasks:
            raise DeclarationError("--task names a task of a run; a file of outputs has none")
        return Side(names[0], read_outputs(Path(names[0]))), Side(
            names[1], read_outputs(Path(names[1]))
        )
    first, second = (store.find(name) for name in names)
    check_system(first, second)
    if first.id == second.id:
        raise DeclarationError(f"a run is not compared with itself: {first.id[:8]}")
    shared = [task.name for task in first.spec.tasks if task.mode == "generate"]
    there = {task.name for task in second.spec.tasks}
    chosen = tasks or tuple(name for name in shared if name in there)
    if not chosen:
        raise DeclarationError(
            f"runs {names[0]} and {names[1]} have no task with replies in common"
        )
    return (
        Side(names[0], answers_of(store, first, chosen), first),
        Side(names[1], answers_of(store, second, chosen), second),
    )


def _second(
    store: RunStore,
    sides: tuple[Side, Side],
    stages: Stages,
    first: JudgedPairs,
    flags: dict[str, Any],
) -> Both:
    """Let the second judge compare its part, keep its verdicts, and return both judges' as one."""
    ours, theirs = pairs_part(sides[0].answers, sides[1].answers, stages.draw)

    async def work(bench: Bench) -> JudgedPairs:
        judged = await judge_pairs(bench, ours, theirs, names=(sides[0].name, sides[1].name))
        if sides[0].info is not None and sides[1].info is not None:
            infos = (sides[0].info, sides[1].info)
            await keep_pairs_part(bench, infos, stages, first, judged)
        return judged

    second = ask_judge(of_second(flags), store, work, seed=flags["seed"])
    counted = (
        2 * first.asked * stages.first.repeats,
        2 * second.asked * stages.second.repeats,
    )
    paid = bill(store, stages, (first.sitting.run, second.sitting.run), counted)
    found = voids(store, second.sitting.run, {pair.asked.candidate.task for pair in second.pairs})
    void = tuple(f"{task}: the second judge is {why}" for task, why in found.items())
    return Both(staged_pairs(stages, first, second, level=flags["level"]), paid, void)


def _notes(seat: AnySeat, sides: tuple[Side, Side], judged: JudgedPairs) -> list[str]:
    """Return what a reader must know of the numbers."""
    notes = []
    for side, bench in product(sides, benches(seat)):
        if side.info is not None:
            model = shown_model(side.info)
            if told := shared_family(bench.judge.family or bench.model.identity, model):
                notes.append(f"{side.name}: {told}")
    for side, alone in zip(sides, judged.alone, strict=True):
        if alone:
            notes.append(f"{alone} replies of {side.name} have no counterpart and are not compared")
    if judged.stopped:
        notes.append(f"{judged.stopped}; not kept as scores")
    return [*notes, *of_judge(seat)]


def of_judge(seat: AnySeat) -> list[str]:
    """Return what a reader must know of the judge: a shift, what audits found, or no audit."""
    notes = [told for bench in benches(seat) if (told := shifted(bench))]
    known = [(bench.judge, bench.environment) for bench in benches(seat)]
    notes += audit_lines(
        (judge.name, audit_warnings(environment, criterion.name))
        for judge, environment in known
        for criterion in judge.criteria
    )
    audited = [AUDIT in environment for _, environment in known]
    if not all(audited):
        count = audited.count(False)
        who = "this judge was" if len(audited) == 1 else f"{count} of {len(audited)} members were"
        notes.append(
            f"{who} never audited: how far it leans to a place, to length or to its own family is "
            "not known (statera judge audit)"
        )
    return notes
