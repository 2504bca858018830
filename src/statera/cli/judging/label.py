"""Let people label replies, blinded, in the browser; or take their labels from CSV or JSONL."""

import asyncio
import os
import signal
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from statera.api.answers import answers_of
from statera.api.knownjudges import find_judge
from statera.api.labelling import (
    Draw,
    check_entries,
    pair_sheet,
    pair_things,
    single_sheet,
    single_things,
)
from statera.api.labelreading import LabelsOf
from statera.api.labels import check_labels, keep_labels
from statera.api.stored import known_judges
from statera.cli.flags import json_flag, store_flag, task_flag
from statera.cli.labelled import print_labels
from statera.cli.settings import Flag, Lines
from statera.codec.files import to_json
from statera.codec.strict import convert
from statera.errors import DeclarationError, unknown
from statera.graders.criterion import Criterion
from statera.graders.judge import PAIRWISE, Judge, JudgeFile, judge_of
from statera.graders.rubrics import read_rubric, ready_rubrics
from statera.interop.labels import Label, appending, read_entries, read_labels, standing
from statera.records.specs import RunInfo
from statera.store.runstore import RunStore
from statera.web.desk import Desk, Sheet, Thing

try:
    from statera.web.app import LONGEST_NAME, fit_name
    from statera.web.serving import serving

    MISSING = ""
except ModuleNotFoundError as missing:
    MISSING = missing.name or "starlette"

SCHEMA = 1
_INSTALL = "pip install 'statera[ui]'"
_STATED = {
    "sample": "probability",
    "share": "probability",
    "labeller": "labeller",
    "task": "task",
}
_HERE = ("127.0.0.1", "localhost", "::1")


@click.command("label")
@click.argument("run", default="latest")
@click.argument("run_b", required=False)
@click.option(
    "--rubric",
    cls=Flag,
    metavar="NAME|FILE",
    help="Grade single replies by this rubric: reference, tone, …, or a YAML file.",
)
@click.option(
    "--judge",
    cls=Flag,
    metavar="FILE|NAME",
    help="Ask people what this judge is asked, so that it can be measured.",
)
@click.option(
    "--score",
    cls=Flag,
    metavar="NAME",
    help="Ask people what a classifier says, as over_refusal_any, so that it can be measured.",
)
@click.option("--criterion", cls=Flag, metavar="NAME", help="Which of a judge's criteria.")
@click.option(
    "--labeller", cls=Flag, metavar="NAME", help="Who labels; without it, they are asked."
)
@click.option(
    "--labels",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="FILE",
    help="The .jsonl that the page appends to (labels-METRIC-RUN.jsonl); with --import-only any "
    "number of .csv or .jsonl files.",
)
@click.option(
    "--sample",
    cls=Flag,
    type=click.IntRange(1),
    metavar="N",
    help="Label N items of each task, drawn at random.",
)
@click.option(
    "--share",
    cls=Flag,
    type=click.FloatRange(0, 1, min_open=True),
    metavar="P",
    help="Label this share of each task's items, drawn at random.",
)
@click.option("--seed", cls=Flag, type=int, default=0, show_default=True, help="For the draw.")
@task_flag
@click.option("--port", cls=Flag, type=click.IntRange(0, 65535), default=0, help="0: a free one.")
@click.option("--host", cls=Flag, default="127.0.0.1", show_default=True, help="Address.")
@click.option("--no-open", cls=Flag, is_flag=True, help="Open no browser; only print the address.")
@click.option("--import-only", cls=Flag, is_flag=True, help="Keep the labels of --labels; no page.")
@store_flag
@json_flag
def command(run: str, run_b: str | None, store: str, as_json: bool, **flags: Any) -> None:
    """Let people label the replies of RUN, or say which of RUN and RUN_B they prefer.

    A small page in the browser shows one reply (or two) at a time, in an order of each labeller's
    own, and nothing of where it comes from. Keys: the level's digit, or a / b / t for a pair; s
    skips, u takes back, r hides the ideal answer. Every label is on the disk before the page goes
    on; Ctrl-C ends it, and the same command goes on where it was. Two people label at once, each
    under a name of their own: open the address twice.

    Then the labels are scores of RUN, called METRIC_people beside the judge's METRIC. With --sample
    or --share each label carries the probability with which its item was drawn, so that the judge's
    numbers can be corrected by them (statera judge calibrate).

    \b
    statera judge label candidate --rubric reference --sample 100
    statera judge label candidate base --labeller ana
    statera judge label candidate --rubric reference --labels people.csv --import-only
    statera judge label candidate --score over_refusal_any --sample 100

    A CSV has the columns id, label; and perhaps task, epoch, labeller, probability, criterion. The
    label is a level (4), yes or no, or for a pair A (RUN is better), B (RUN_B is) or TIE.
    """
    runs = RunStore(store)
    info = runs.find(run)
    other = None if run_b is None else runs.find(run_b)
    if other is not None and other.id == info.id:
        raise DeclarationError(f"a run is not compared with itself: {info.id[:8]}")
    if flags["score"] is None:
        judge = _judge(runs, flags["judge"], flags["rubric"], pairs=other is not None)
    else:
        judge = _of_score(runs, info, flags, pairs=other is not None)
    if flags["import_only"]:
        labels = _labels_to_import(flags)
    else:
        labels = _labelled(runs, info, other, judge, flags)
    wanted = [(_of(judge, c, other), own) for c, own in _by_criterion(judge, labels)]
    for of, own in wanted:
        check_labels(runs, info, own, of)
    kept = [asyncio.run(keep_labels(runs, info, own, of)) for of, own in wanted]
    if as_json:
        click.echo(to_json({"schema": SCHEMA, "kept": kept}))
        return
    if not kept:
        click.echo("No label was given; nothing is kept.")
    for (of, _), summary in zip(wanted, kept, strict=True):
        scale = ("no", "yes") if of.scale is None else tuple(map(str, of.scale.values))
        measured = "" if flags["score"] else flags["judge"] or _of_ready(judge)
        print_labels(summary, scale, judge=measured)


def _judge(store: RunStore, judge: str | None, rubric: str | None, *, pairs: bool) -> Judge:
    """Return what people are asked: a judge's criteria, or a rubric's."""
    if judge is not None and rubric is not None:
        raise DeclarationError("--judge and --rubric both say what is asked: give one of them")
    if judge is None and rubric is None and not pairs:
        raise DeclarationError(
            f"what is asked of people? --rubric NAME ({', '.join(ready_rubrics())}) or FILE, "
            "--judge FILE, or a second run to compare with"
        )
    found = _of_rubric(rubric) if rubric is not None else find_judge(judge or PAIRWISE, store)
    if found.pairs != pairs:
        raise DeclarationError(
            f"{found.name} grades single replies: leave RUN_B out, or leave out what names it"
            if pairs
            else f"{found.name} compares pairs: name the second run, RUN_B"
        )
    return found


def _of_score(store: RunStore, info: RunInfo, flags: dict[str, Any], *, pairs: bool) -> Judge:
    """Return what people are asked to measure a classifier's score of the run: yes or no."""
    name = flags["score"]
    if pairs or flags["judge"] is not None or flags["rubric"] is not None:
        raise DeclarationError("--score says what is asked of single replies: give it alone")
    known = {one.score: one.asks for one in known_judges(store, info).values() if one.asks}
    if name not in known:
        raise unknown("score of a classifier", name, known)
    rubric = {"rubric": name, "criterion": known[name], "levels": {0: "no", 1: "yes"}}
    return judge_of(JudgeFile(judge=name, rubric=rubric))


def _of_rubric(text: str) -> Judge:
    name = read_rubric(text, Path()).rubric
    return judge_of(convert({"judge": name, "rubric": text}, JudgeFile, source=text))


def _of_ready(judge: Judge) -> str:
    """Return the name of the judge that asks as a ready rubric does; a file's has any name."""
    return judge.name if judge.name in (*ready_rubrics(), PAIRWISE) else "JUDGE.yaml"


def _of(judge: Judge, criterion: Criterion, other: RunInfo | None) -> LabelsOf:
    return LabelsOf(
        metric=judge.metric(criterion),
        scale=criterion.scale,
        criterion=criterion.name,
        against=other,
    )


def _labels_to_import(flags: dict[str, Any]) -> list[Label]:
    if not flags["labels"]:
        raise DeclarationError("--import-only: name the files with --labels FILE")
    for flag, column in _STATED.items():
        if flags[flag]:
            raise DeclarationError(
                f"--{flag} is for the page; with --import-only a file states it in its column "
                f"`{column}`"
            )
    found = standing(label for name in flags["labels"] for label in read_labels(Path(name)))
    if not found:
        raise DeclarationError(f"{flags['labels'][0]}: holds no label")
    return [replace(x, criterion=x.criterion or flags["criterion"] or "") for x in found]


def _by_criterion(judge: Judge, labels: Sequence[Label]) -> list[tuple[Criterion, list[Label]]]:
    """Return the labels of each criterion that has any."""
    known = {criterion.name: criterion for criterion in judge.criteria}
    only = judge.criteria[0].name if len(known) == 1 else ""
    found: dict[str, list[Label]] = {}
    for label in labels:
        name = label.criterion or only
        if not name:
            raise DeclarationError(
                f"{label.where}: of which criterion? Known: {', '.join(known)}; state it in the "
                "column `criterion`, or by --criterion"
            )
        if name not in known:
            raise DeclarationError(f"{label.where}: {unknown('criterion', name, known)}")
        found.setdefault(name, []).append(replace(label, criterion=name))
    return [(known[name], own) for name, own in found.items()]


def _labelled(
    store: RunStore, info: RunInfo, other: RunInfo | None, judge: Judge, flags: dict[str, Any]
) -> list[Label]:
    """Serve the page until it is ended; return all labels that its file then holds."""
    if MISSING:
        raise DeclarationError(f"the labelling page needs '{MISSING}'; run: {_INSTALL}")
    if flags["labeller"] is not None and fit_name(flags["labeller"]) is None:
        raise DeclarationError(f"--labeller: a name has 1 to {LONGEST_NAME} characters")
    criterion = _criterion(judge, flags["criterion"])
    things, sheet = _material(store, info, other, judge, criterion, flags)
    path = _labels_path(flags["labels"], judge.metric(criterion), info, other)
    with appending(path) as write:
        entries = read_entries(path)
        check_entries(entries, things, sheet)
        _serve(Desk(things, sheet, write, entries), path, flags)
        return standing(read_entries(path))


def _criterion(judge: Judge, name: str | None) -> Criterion:
    known = {criterion.name: criterion for criterion in judge.criteria}
    if name is None and len(known) == 1:
        return judge.criteria[0]
    if name is None:
        raise DeclarationError(f"which of {', '.join(known)}? --criterion NAME")
    if name not in known:
        raise unknown("criterion", name, known)
    return known[name]


def _material(
    store: RunStore,
    info: RunInfo,
    other: RunInfo | None,
    judge: Judge,
    criterion: Criterion,
    flags: dict[str, Any],
) -> tuple[list[Thing], Sheet]:
    if flags["sample"] is not None and flags["share"] is not None:
        raise DeclarationError("--sample and --share both say how many: give one of them")
    draw = Draw(items=flags["sample"], share=flags["share"], seed=flags["seed"])
    answers = answers_of(store, info, flags["task"])
    if other is None:
        name = criterion.name if len(judge.criteria) > 1 else ""
        sheet = single_sheet(criterion, info, name=name)
        return single_things(answers, criterion, draw), sheet
    names = (info.id[:8], other.id[:8])
    things = pair_things(answers, answers_of(store, other, flags["task"]), criterion, draw, names)
    return things, pair_sheet(criterion, info, other)


def _labels_path(given: Sequence[str], metric: str, info: RunInfo, other: RunInfo | None) -> Path:
    if len(given) > 1:
        raise DeclarationError(
            "the page appends to one file; several --labels go with --import-only"
        )
    if given and not given[0].endswith(".jsonl"):
        raise DeclarationError(
            f"{given[0]}: the page appends to a .jsonl file; with --import-only a CSV is read"
        )
    runs = "-".join(one.id[:8] for one in (info, other) if one is not None)
    return Path(given[0] if given else f"labels-{metric}-{runs}.jsonl")


def _serve(desk: Desk, path: Path, flags: dict[str, Any]) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with serving(desk, labeller=flags["labeller"], host=flags["host"], port=flags["port"]) as url:
        try:
            _say(f"Labelling page: {url}")
            _say(f"Labels go to {path}. Ctrl-C ends the page and keeps them as scores.")
            if flags["host"] not in _HERE:
                _say("Whoever has this address can read the texts and label; nothing is encrypted.")
            if not flags["no_open"] and _has_browser():
                webbrowser.open(url)
            signal.pause()
        except KeyboardInterrupt:
            _say("")


def _say(text: str) -> None:
    click.echo(text, err=True)


def _has_browser() -> bool:
    """Return whether there is a person before a screen that a browser can open on."""
    screen = (
        sys.platform == "darwin" or os.environ.get("DISPLAY") or "WAYLAND_DISPLAY" in os.environ
    )
    return bool(screen) and sys.stdout.isatty()
