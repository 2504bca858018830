"""A judge measured against people's labels of stored runs, and its error kept for later.

    page = calibrate(Run(store, store.find("new")), Run(store, store.find("old")), judge="tone")
    page.scores[0].error.arms[0].bias       # judge less people
    page.scores[0].numbers[0][0].behind        # raw and corrected

What is found is kept with the judge's own run, so that its numbers on other runs can be corrected
too, marked as transported. Nothing is asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec
import numpy as np

from statera.analysis.calibration import Calibration, calibrated, known_error, recorded
from statera.analysis.comparison import ComparisonRow, compared, pair
from statera.analysis.instrument import shown_model
from statera.analysis.labelledtrials import Side, seen_trials
from statera.analysis.measure import MetricRow
from statera.analysis.standing import CALIBRATIONS, Known, calibrations, judged_scores
from statera.api.knownjudges import AnyJudge, judge_name
from statera.api.stored import Run, check_run
from statera.api.systems import check_system
from statera.errors import DeclarationError
from statera.graders.criterion import Criterion
from statera.graders.families import shared_family
from statera.graders.judged import Judged
from statera.records.specs import JUDGING
from statera.stats.results import LEVEL
from statera.store.runstore import RunStore

SCHEMA = 1
_MOST_LEVELS = 11
"""Of a scale whose levels nobody knows any more; a longer one is read as good or not."""


class Calibrated(msgspec.Struct, frozen=True, kw_only=True):
    """One score of one task: the judge's error, and its numbers on these runs, raw and corrected.

    `numbers` holds each run's metrics of the score, `differences` those of the two runs.
    """

    error: Calibration
    numbers: tuple[tuple[MetricRow, ...], ...]
    differences: tuple[ComparisonRow, ...]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A judge's error on one run, or on two; `kept` says whether the judge's run remembers it.

    `notes` warn where the judge is of one family with the model that it judged.
    """

    judge: str
    judge_run: str
    runs: tuple[str, ...]
    kept: bool
    notes: tuple[str, ...]
    scores: tuple[Calibrated, ...]
    schema: int = SCHEMA


class _Score(NamedTuple):
    """One judged score that both runs have, where there are two."""

    task: str
    judged: Judged
    runs: tuple[Run, ...]


def calibrate(
    run: Run,
    base: Run | None = None,
    *,
    judge: AnyJudge = "",
    level: float = LEVEL,
    seed: int = 0,
) -> Page:
    """Return the judge's error on the labelled trials of a run, or of two, and keep it.

    `judge` is the judge, its file, its name, or that of its score; it may be left out where one
    alone judged the run. For a judge of pairs `base` is the run that it was compared with, and may
    be left out. `level` is the coverage of intervals, `seed` is for resampling. DeclarationError,
    in one line with the command that helps: not judged, not labelled, judged by two judges.
    """
    for one in (run, base):
        if one is not None:
            check_run(one)
            check_system(one.info)
    scores = _labelled(run, base, judge_name(judge))
    rng = np.random.default_rng(seed)
    pages, errors = [], list[tuple[str, Known]]()
    for score, sides in scores:
        levels = _levels(run.store, score, sides[0])
        found = calibrated(sides, levels=levels, level=level, rng=rng)
        pages.append(_with_numbers(found, score, level=level, rng=rng))
        errors += [(score.judged.run, known_error(side)) for side in sides]
    first = scores[0][0]
    return Page(
        judge=first.judged.judge,
        judge_run=first.judged.run,
        runs=tuple(one.info.id for one in first.runs),
        kept=_keep(run.store, errors),
        notes=tuple(_kin(first)),
        scores=tuple(pages),
    )


def judged_by(run: Run, judge: str = "") -> list[tuple[str, Judged]]:
    """Return the tasks and scores of a run that the judge gave; DeclarationError for none."""
    known = list(judged_scores(run.info))
    names = list(dict.fromkeys(one.judge for _, one in known))
    short = run.info.id[:8]
    if not judge and len(names) > 1:
        raise DeclarationError(f"run {short} has several judges: --judge {' or '.join(names)}")
    found = [(task, one) for task, one in known if judge in ("", one.judge, one.metric)]
    if not found:
        by = f" by {judge}" if judge else ""
        others = f", but by {' and '.join(names)}" if names else ""
        raise DeclarationError(
            f"run {short} was not judged{by}{others}. {_command(judge, short)} judges it"
        )
    return found


def criterion_of(store: RunStore, judged: Judged) -> Criterion | None:
    """Return the criterion of a score as the judge's own run has it on record, None without one."""
    asked = _environment(store, judged.run).get("asked", {}).get(JUDGING, {})
    for criterion in asked.get("criteria", ()):
        if criterion["name"] == judged.criterion:
            return msgspec.convert(criterion, Criterion, str_keys=True)
    return None


def _command(judge: str, run: str) -> str:
    if judge == "pairwise":
        return f"`statera judge compare {run} OTHER --judge pairwise`"
    return f"`statera score {run} --judge {judge or 'FILE'}`"


def _kin(score: _Score) -> Iterator[str]:
    """Yield a warning for each run whose model is of the judge's family."""
    store = score.runs[0].store
    asked = _environment(store, score.judged.run).get("asked", {}).get(JUDGING, {})
    models = [info.spec.system.model for info in store.runs() if info.id == score.judged.run]
    for named in [asked["family"]] if asked.get("family") else models:
        for run in score.runs:
            if told := shared_family(named, shown_model(run.info)):
                yield f"{run.info.id[:8]}: {told}"


def _labelled(run: Run, base: Run | None, judge: str) -> list[tuple[_Score, list[Side]]]:
    """Return the scores that have labels on every run; DeclarationError, with why, for none."""
    found, lacking = [], []
    for task, judged in judged_by(run, judge):
        score = _matched(run, base, task, judged)
        sides = [_side(one, task, judged.metric) for one in score.runs]
        whys = [_lack(one, side, task, judged) for one, side in zip(score.runs, sides, strict=True)]
        known = [side for side in sides if side is not None]
        if any(whys):
            lacking += [why for why in whys if why]
        else:
            found.append((score, known))
    if not found:
        raise DeclarationError(lacking[0])
    return found


def _matched(run: Run, base: Run | None, task: str, judged: Judged) -> _Score:
    """Return the score with its runs; DeclarationError for two that do not go together.

    A second run that has no such task is one without labels of it.
    """
    if judged.against:
        if base is not None and base.info.id != judged.against:
            raise DeclarationError(
                f"run {run.info.id[:8]} was compared with {judged.against[:8]} by judge "
                f"{judged.judge}, not with {base.info.id[:8]}"
            )
        return _Score(task, judged, (run,))
    if base is None:
        return _Score(task, judged, (run,))
    there = {(t, one.metric): one for t, one in judged_by(base, judged.judge)}
    other = there.get((task, judged.metric), judged)
    if other.run != judged.run:
        raise DeclarationError(
            f"runs {run.info.id[:8]} and {base.info.id[:8]} were judged by two judges called "
            f"{judged.judge} (other model, criteria or era): judge both again"
        )
    return _Score(task, judged, (run, base))


def _side(run: Run, task: str, score: str) -> Side | None:
    """Return a run's labelled trials; None where it has no such score, or no label of it."""
    standing = run.standings.get((task, score))
    frame = next((frame for frame in run.frames if frame.task == task), None)
    if standing is None or frame is None or standing.labelled is None:
        return None
    rows = run.store.scores(run.info.id)
    return Side(frame, standing, seen_trials(rows, task, score, standing.people))


def _lack(run: Run, side: Side | None, task: str, judged: Judged) -> str:
    """Return what a side lacks, with the command that helps; nothing where all is there."""
    short, score = run.info.id[:8], judged.metric
    if (task, score) not in run.standings:
        return f"run {short} has no {task}/{score}: {_command(judged.judge, short)} judges it"
    if side is None or not side.seen:
        label = run.standings[task, score].labelling
        return f"run {short} has no labels of {task}/{score}: `{label}`, or --labels FILE"
    if not any(seen.said is not None for seen in side.seen):
        return (
            f"run {short}: {judged.judge} gave no verdict on any labelled trial of {task}; "
            f"`statera show {judged.run[:8]} --outcome unparsed` shows what it said"
        )
    return ""


def _levels(store: RunStore, score: _Score, side: Side) -> tuple[int, ...]:
    """Return the levels of the scale; none for pairs, or yes and no."""
    labelled = side.standing.labelled
    if labelled is None or labelled.against:
        return ()
    criterion = criterion_of(store, score.judged)
    if criterion is not None:
        return () if criterion.scale is None else criterion.scale.values
    levels = tuple(range(labelled.low, labelled.high + 1))
    return levels if 2 < len(levels) <= _MOST_LEVELS else ()


def _with_numbers(
    found: Calibration, score: _Score, *, level: float, rng: np.random.Generator
) -> Calibrated:
    """Return the error with what the judge's numbers on these runs are worth."""
    return Calibrated(
        error=found,
        numbers=tuple(tuple(_own(run, score)) for run in score.runs),
        differences=_differences(score, level=level, rng=rng) if len(score.runs) > 1 else (),
    )


def _own(run: Run, score: _Score) -> Iterator[MetricRow]:
    names = _metrics(run, score)
    return (row for row in run.metrics if row.metric in names and row.category is None)


def _metrics(run: Run, score: _Score) -> set[str]:
    frame = next(frame for frame in run.frames if frame.task == score.task)
    own = (metric for metric in frame.metrics if metric.score == score.judged.metric)
    return {f"{score.task}/{metric.name}" for metric in own}


def _differences(
    score: _Score, *, level: float, rng: np.random.Generator
) -> tuple[ComparisonRow, ...]:
    ours, theirs = score.runs
    names = _metrics(ours, score)
    pairings = [p for p in pair(ours.frames, theirs.frames) if p.task == score.task]
    judges = (ours.standings, theirs.standings)
    rows = compared(pairings, level=level, rng=rng, judges=judges)
    return tuple(row for row in rows if row.metric in names and row.category is None)


def _keep(store: RunStore, errors: Sequence[tuple[str, Known]]) -> bool:
    """Put each error on record in the run of its judge; False where a judge has no run here."""
    there = {info.id for info in store.runs()}
    for judge in dict.fromkeys(run for run, _ in errors if run in there):
        new = [known for run, known in errors if run == judge]
        store.change_environment(judge, partial(_with, new))
    return all(run in there for run, _ in errors)


def _with(new: Sequence[Known], environment: dict[str, Any]) -> dict[str, Any]:
    entries = msgspec.to_builtins(recorded(calibrations(environment), new))
    return environment | {CALIBRATIONS: entries}


def _environment(store: RunStore, run: str) -> Mapping[str, Any]:
    return next((info.environment for info in store.runs() if info.id == run), {})
