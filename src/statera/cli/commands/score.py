"""Grade a stored run again, with no request to the model: by scorers, or by a judge."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from statera.analysis.disagreement import Disagreement
from statera.api.agreements import agreement
from statera.api.drift import shifted
from statera.api.judged import JudgedRun
from statera.api.judging import Bench
from statera.api.panelbench import AnySeat, benches
from statera.api.panels import graded
from statera.api.scoreshares import Chosen, record_share, share_of
from statera.api.scoring import remember
from statera.api.stored import AnyScoring, Run, stored_metrics, stored_scorers
from statera.api.systems import check_system
from statera.api.twostage import Stages, judge_part, price
from statera.cli.commands.show import show_metrics, show_rows, summary
from statera.cli.flags import json_flag, store_flag, task_flag
from statera.cli.judgeflags import ask_judge, ask_seat, judge_flags
from statera.cli.panels import panel_shape, print_agreement
from statera.cli.settings import Flag, Lines
from statera.cli.tables import headline, plural
from statera.cli.twostage import (
    bill,
    named_stages,
    of_second,
    print_stages,
    second_flags,
    shape,
)
from statera.codec.files import read_text, to_json
from statera.codec.strict import convert, from_yaml
from statera.errors import DeclarationError, unknown
from statera.graders.catalogue import scoring_type
from statera.graders.judged import Judged
from statera.protocols import Tools
from statera.records.scores import UNJUDGED
from statera.records.shares import Drawn
from statera.records.specs import RunInfo
from statera.runner.execution import rescore
from statera.runner.grading import Grading, is_grader
from statera.sandbox.choice import choose_sandbox
from statera.store.runstore import RunStore
from statera.tasks.needs import Given, check_needs

_LIMITS = ("max_cost", "max_requests")


@click.command()
@click.argument("run", default="latest")
@click.option(
    "--scorer",
    "-s",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="NAME|{…}|FILE.yaml",
    help="Add this scorer: `exact`, `{type: contains, any: [yes]}`, or a YAML file with a list.",
)
@click.option(
    "--share",
    cls=Flag,
    type=click.FloatRange(0, 1, min_open=True),
    metavar="P",
    help="Grade a random share of the items only, by --scorer or --judge; a larger share holds a "
    "smaller one.",
)
@click.option("--seed", cls=Flag, type=int, default=0, show_default=True, help="Draws the share.")
@task_flag
@judge_flags
@second_flags
@store_flag
@json_flag
def command(
    run: str,
    scorer: tuple[str, ...],
    task: tuple[str, ...],
    store: str,
    as_json: bool,
    **flags: Any,
) -> None:
    """Grade RUN again from what it stored.

    Without --scorer: its own scorers, as they are now; what their version changed is graded again.
    With --scorer: those are added to the run, each under a name (`metric`) of its own.
    With --judge: a model grades the replies; its verdicts are kept, and none is asked for twice.
    A judge that was audited gives its frozen judgements once more when the last look is a day old;
    if it has shifted, what it said before is not compared with what it says now.
    With --second and --part: another judge, a dearer one, grades a random part as well, and both
    together tell what it would say of all.
    With --share: a random share of the items, as of live traffic; the numbers are of that share.

    \b
    statera score new --judge reference --judge-model http://localhost:8000/v1#judge
    statera score new --judge cheap.yaml --second dear.yaml --part 0.2
    statera score traffic --judge tone --share 0.1 --max-cost 5
    """
    runs = RunStore(store)
    info = runs.find(run)
    check_system(info)
    known = stored_scorers(info)
    for name in task:
        if name not in known:
            raise unknown("task", name, known)
    drawn = _drawn(flags, scorer)
    if flags["judge"] is not None:
        if scorer:
            raise DeclarationError("give --scorer or --judge, not both")
        if (stages := named_stages(flags, runs)) is not None:
            _two_stages(runs, info, stages, (task, flags), as_json=as_json)
            return
        told = _judge(runs, info, task, flags, drawn)
        _tell_judged(Run(runs, runs.find(info.id)), told, task, as_json=as_json)
        return
    else:
        named_stages(flags, runs)
        if flags["judge_model"] is not None:
            raise DeclarationError("--judge-model goes with --judge FILE (or --judge reference)")
        _score(runs, info, task, scorer, drawn)
    show_metrics(Run(runs, runs.find(info.id)), as_json=as_json)


def _drawn(flags: dict[str, Any], scorer: tuple[str, ...]) -> Drawn | None:
    """Return the share that is wanted, None for all; DeclarationError where it has no place."""
    if flags["share"] is None:
        return None
    if flags["part"] is not None or flags["second"] or flags["second_model"]:
        raise DeclarationError("--share and --part: of two judges, the second sees a part")
    if not scorer and flags["judge"] is None:
        raise DeclarationError("--share goes with --scorer or --judge")
    return Drawn(share=flags["share"], seed=flags["seed"])


def _two_stages(
    runs: RunStore,
    info: RunInfo,
    stages: Stages,
    asked: tuple[tuple[str, ...], dict[str, Any]],
    *,
    as_json: bool,
) -> None:
    """Ask the first judge of all and the second of its part, and print both."""
    task, flags = asked
    first = _judge(runs, info, task, flags).judged
    part = ask_judge(
        of_second(flags), runs, lambda bench: judge_part(bench, info, stages, tasks=task)
    )
    replies = sum(bool(answer.output.strip()) for answer in first.answers)
    counted = replies * len(first.metrics) * stages.first.repeats
    paid = bill(runs, stages, (first.sitting.run, part.run), (counted, part.asked))
    found = Run(runs, runs.find(info.id))
    if as_json:
        click.echo(to_json(summary(found) | {"two_stages": shape(part.rows, stages, paid)}))
        return
    _show_judged(found, first, task)
    print_stages(part.rows, stages, paid)


class Told(NamedTuple):
    """Who judged a run, what came of it, and how far the members of a panel agree."""

    seat: AnySeat
    judged: JudgedRun
    agreement: list[Disagreement]


def _tell_judged(run: Run, told: Told, tasks: tuple[str, ...], *, as_json: bool) -> None:
    """Print the run's numbers, and of a panel, or of repeats, the agreement."""
    if as_json:
        click.echo(to_json(summary(run) | panel_shape(told.seat, told.agreement)))
        return
    _show_judged(run, told.judged, tasks)
    print_agreement(told.seat, told.agreement)


def _show_judged(run: Run, judged: JudgedRun, tasks: tuple[str, ...]) -> None:
    """Print a first look at the numbers that the judge gave just now, and where the others are."""
    scores = set(judged.metrics.values())
    named = [
        f"{frame.task}/{metric.name}"
        for frame in run.frames
        if frame.task in tasks or not tasks
        for metric in frame.metrics
        if metric.score in scores
    ]
    shown = [row for row in headline(run.metrics) if row.metric in named]
    show_rows(run, shown)
    others = len({row.metric for row in run.metrics} - set(named))
    if others:
        click.echo(f"{plural(others, 'other metric')}: statera show {run.info.id[:8]}")


def _judge(
    runs: RunStore,
    info: RunInfo,
    task: tuple[str, ...],
    flags: dict[str, Any],
    drawn: Drawn | None = None,
) -> Told:
    """Ask the judge what it was not asked yet, and say how much of it gave a verdict."""
    chosen = None if drawn is None else share_of(runs, info, drawn, task)

    async def work(seat: AnySeat) -> tuple[Told, list[str]]:
        if chosen is not None:
            click.echo(_budget(chosen, seat, flags), err=True)
        judged = await graded(seat, info, tasks=task, only=None if chosen is None else chosen.items)
        record_share(runs, judged.info, judged.metrics.values(), drawn)
        warnings = [told for bench in benches(seat) if (told := shifted(bench))]
        return Told(seat, judged, agreement(seat, judged)), warnings

    told, warnings = ask_seat(flags, runs, work)
    judged = told.judged
    for warning in warnings:
        click.echo(warning, err=True)
    asked = read = 0
    for row in runs.scores(info.id):
        if row.score.metric in judged.metrics.values():
            asked += row.score.value is not None or UNJUDGED in row.score.flags
            read += row.score.value is not None
    click.echo(f"{read} judged of {asked} asked · judge's run {judged.sitting.run[:8]}", err=True)
    return told


def _budget(chosen: Chosen, seat: AnySeat, flags: dict[str, Any]) -> str:
    """Return how much is drawn, and what it can take at most."""
    seats = benches(seat)
    asks = sum(len(bench.judge.criteria) * bench.judge.repeats for bench in seats)
    most = len(chosen.items) * asks
    prices = [_price(bench) for bench in seats]
    known = [one for one in prices if one is not None]
    cost = f", about ${sum(known) * most / len(seats):,.2f} as it cost so far" if known else ""
    stated = [f"--{name.replace('_', '-')} {flags[name]:g}" for name in _LIMITS if flags[name]]
    limits = f"; stops at {' or '.join(stated)}" if stated else ""
    drawn = f"{len(chosen.items):,} of {chosen.total:,} items are drawn"
    return f"{drawn}: at most {most:,} judgements{cost}{limits}"


def _price(bench: Bench) -> float | None:
    """Return what a judgement cost on the mean so far, None where the judge was asked none."""
    there = {info.id for info in bench.store.runs()}
    return price(bench.store, bench.run_id) if bench.run_id in there else None


def _score(
    runs: RunStore,
    info: RunInfo,
    task: tuple[str, ...],
    scorer: tuple[str, ...],
    drawn: Drawn | None,
) -> None:
    """Grade again with the run's own scorers, or add some."""
    known = stored_scorers(info)
    added = [found for text in scorer for found in read_scorers(text)]
    chosen = task or tuple(known)
    _check_imported(info, chosen, added)
    for name in chosen:
        _check_added(added, known[name], _given(runs, info, name), f"--scorer: task {name}")
    own = {name: [s for s in known[name] if not isinstance(s, Judged)] for name in chosen}
    wanted = {name: added or own[name] for name in chosen}
    share = None if drawn is None else share_of(runs, info, drawn, chosen)
    if share is not None:
        click.echo(f"{len(share.items):,} of {share.total:,} items are drawn", err=True)
    count = asyncio.run(_grade(runs, info, wanted, share))
    if added:
        remember(runs, info, wanted)
        record_share(runs, info, [one.metric for one in added], drawn)
    click.echo(f"{count} scores made again, no request sent", err=True)


def _check_imported(info: RunInfo, tasks: Sequence[str], added: Sequence[AnyScoring]) -> None:
    """Raise DeclarationError for an imported run that cannot be graded again so.

    What its tool made of the replies stays as it is, under its own names.
    """
    about = info.environment.get("imported")
    if about is None:
        return
    where = f"run {info.id[:8]}, imported from {about['tool']},"
    if not about["replies"]:
        raise DeclarationError(f"{where} has no replies: nothing is there to be scored again")
    scorers, metrics = stored_scorers(info), stored_metrics(info)
    if not added and not any(scorers[task] for task in tasks):
        raise DeclarationError(f"{where} has no scorer of ours; name one with --scorer")
    theirs = {m.score for task in tasks for m in metrics[task]}
    theirs -= {scorer.metric for task in tasks for scorer in scorers[task]}
    for scorer in added:
        if scorer.metric in theirs:
            raise DeclarationError(
                f"{where} has a score called '{scorer.metric}'; give this one a `metric`, "
                "as in {type: …, metric: NAME}"
            )


def read_scorers(text: str) -> list[AnyScoring]:
    """Return the scorers that a flag names: a type, a YAML mapping, or a file with a list."""
    kind: Any = scoring_type()
    if text.endswith((".yaml", ".yml")):
        found: list[AnyScoring] = from_yaml(read_text(Path(text)), list[kind], source=text)
        return found
    value: Any = from_yaml(text, object, source="--scorer") if "{" in text else {"type": text}
    return [convert(value, kind, source="--scorer")]


def _check_added(
    added: Sequence[AnyScoring], known: Sequence[AnyScoring], given: Given, where: str
) -> None:
    """Raise DeclarationError for a scorer that does not fit, or whose name is another one's."""
    named = {scorer.metric: scorer for scorer in known}
    for scorer in added:
        check_needs(scorer, given, where)
        if named.setdefault(scorer.metric, scorer) != scorer:
            raise DeclarationError(
                f"{where}: another scorer is called '{scorer.metric}'; give this one a `metric`, "
                "as in {type: …, metric: NAME}"
            )


def _given(store: RunStore, info: RunInfo, task: str) -> Given:
    """Return what a stored task has to score by, as its first sample shows."""
    mode = next(spec.mode for spec in info.spec.tasks if spec.name == task)
    sample = next(store.samples(info.id, task), None)
    if sample is None:
        return Given(mode, choices=True, reference=True)
    tests = bool(sample.fields.get("test"))
    return Given(mode, choices=bool(sample.choices), reference=bool(sample.accepted), tests=tests)


async def _grade(
    store: RunStore,
    info: RunInfo,
    wanted: dict[str, list[AnyScoring]],
    share: Chosen | None,
) -> int:
    behind = [s for scorers in wanted.values() for s in scorers if is_grader(s)]
    tools = Tools(sandbox=choose_sandbox() if behind else None)
    count = 0
    for task, scorers in wanted.items():
        for scorer in scorers:
            only = None if share is None else share.items
            count += await rescore(store, info.id, task, Grading((scorer,), tools), only=only)
    return count
