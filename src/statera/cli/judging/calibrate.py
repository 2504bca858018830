"""Measure a judge against people's labels: agreement, which class it takes for which, its bias."""

import asyncio
from pathlib import Path
from typing import Any

import click

from statera.api.calibrating import Page, calibrate
from statera.api.calibrationlabels import (
    LabelledOutput,
    holds_outputs,
    keep_for,
    labels_by_run,
    read_labelled_outputs,
    read_run_labels,
)
from statera.api.judging import Bench
from statera.api.knownjudges import judge_name, judge_names
from statera.api.measuring import measure_on
from statera.api.stored import Run
from statera.cli.calibrations import print_page
from statera.cli.flags import json_flag, store_flag
from statera.cli.judgeflags import ask_judge, judge_flags
from statera.cli.settings import Flag, Lines
from statera.codec.files import YAML, to_json
from statera.errors import DeclarationError, nearest, unknown
from statera.store.runstore import RunStore

_MOST = 2


@click.command("calibrate")
@click.argument("words", nargs=-1, metavar="[JUDGE] [RUN] [RUN_B]")
@click.option(
    "--labels",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="FILE",
    help="People's labels, .csv or .jsonl: kept with the runs first. Or outputs with labels.",
)
@judge_flags
@click.option("--seed", cls=Flag, type=int, default=0, show_default=True, help="For resampling.")
@store_flag
@json_flag
def command(words: tuple[str, ...], store: str, as_json: bool, **flags: Any) -> None:
    """Measure JUDGE against what people said of the replies of RUN, and of RUN_B.

    The judge's verdicts are those stored with the runs; nothing is asked. On two runs it is seen
    too whether the judge errs differently on them: it then favours one. What is found is kept, and
    the judge's numbers are shown raw and corrected from then on.

    \b
    statera judge calibrate tone new old
    statera judge calibrate pairwise new --labels people.csv
    statera judge calibrate tone --labels outputs.jsonl --judge-model gpt-4o-mini

    A file of labels has the columns id, label, and perhaps run, task, epoch, labeller, probability,
    criterion. Without a RUN its rows name their `run`, or are outputs of anywhere: JSON lines with
    `id, prompt, output, label`, and perhaps `reference`, `category`, `other`. Those are judged.
    """
    runs = RunStore(store)
    judge, names = _split(words, flags["judge"], runs)
    paths = [Path(name) for name in flags["labels"]]
    if not names and any(map(holds_outputs, paths)):
        if judge is None or len(paths) > 1:
            raise DeclarationError("outputs with labels: name the judge, and one file of --labels")
        found = _asked(runs, {**flags, "judge": judge}, paths[0])
    else:
        name = judge if judge is None else judge_name(judge)
        found = _stored(runs, names, name or "", paths, flags)
    if as_json:
        click.echo(to_json(found))
    else:
        print_page(found, {info.id: info.tags for info in runs.runs()})


def _split(
    words: tuple[str, ...], judge: str | None, runs: RunStore
) -> tuple[str | None, tuple[str, ...]]:
    """Return the judge, by --judge or as the first word, and the names of the runs."""
    if judge is None and words:
        if _is_judge(words[0], runs):
            judge, words = words[0], words[1:]
        elif len(words) > _MOST or _like_a_judge(words[0], runs):
            raise unknown("judge", words[0], judge_names(runs.runs()))
    if len(words) > _MOST:
        allowed = "[JUDGE] [RUN] [RUN_B]" if judge is None else "[RUN] [RUN_B]"
        raise DeclarationError(f"{len(words)} names. Allowed: {allowed}; or --judge NAME")
    return judge, words


def _is_judge(word: str, runs: RunStore) -> bool:
    """Return whether a word names a judge: a file, a ready one, or one that is on record."""
    return word.endswith(YAML) or word in judge_names(runs.runs())


def _like_a_judge(word: str, runs: RunStore) -> bool:
    """Return whether a word that names no run is spelt like a judge's name."""
    try:
        runs.find(word)
    except DeclarationError:
        return bool(nearest(word, judge_names(runs.runs())))
    return False


def _stored(
    runs: RunStore, names: tuple[str, ...], judge: str, paths: list[Path], flags: dict[str, Any]
) -> Page:
    """Measure the judge on stored runs, with the labels of the files kept first."""
    named = [runs.find(name) for name in names]
    if len({info.id for info in named}) < len(named):
        raise DeclarationError(f"a run is not compared with itself: {named[0].id[:8]}")
    if paths:
        by_run = labels_by_run(runs, read_run_labels(paths), named)
        asyncio.run(keep_for(runs, by_run, judge=judge))
        named = [runs.find(info.id) for info, _ in by_run]
    found = [Run(runs, info) for info in named or [runs.find("latest")]]
    base = found[1] if len(found) > 1 else None
    return calibrate(found[0], base, judge=judge, seed=flags["seed"])


def _asked(runs: RunStore, flags: dict[str, Any], path: Path) -> Page:
    """Measure the judge on outputs of anywhere, which it is asked about."""
    lines: list[LabelledOutput] = read_labelled_outputs(path)

    async def work(bench: Bench) -> Run:
        return await measure_on(bench, lines, source=path)

    run = ask_judge(flags, runs, work)
    return calibrate(run, judge=judge_name(flags["judge"]), seed=flags["seed"])
