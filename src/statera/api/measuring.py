"""A judge asked about outputs that people have labelled already, wherever these come from.

    run = await measure_on(bench, read_labelled_outputs(path), source=path)
    calibrate(run, judge=bench.judge.name)

The outputs become a run of the store, or two where each stands beside another.
"""

from collections.abc import Sequence
from pathlib import Path

from statera.api.calibrationlabels import LabelledOutput
from statera.api.judged import check_kind, judge_pairs, judge_run, keep_pairs
from statera.api.judging import Bench
from statera.api.labelreading import LabelsOf, on_scale
from statera.api.labels import keep_labels
from statera.api.recording import record_outputs
from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.graders.criterion import Criterion
from statera.interop.labels import Label
from statera.records.specs import RunInfo
from statera.records.verdicts import Answer

_NAMED = ("A", "B", "TIE")


async def measure_on(bench: Bench, lines: Sequence[LabelledOutput], *, source: Path) -> Run:
    """Ask the judge about the outputs, keep verdicts and labels; return the run that has both.

    DeclarationError, before anything is asked: a judge of several criteria, or of the other kind, a
    label that is not on its scale, a missing reference. Ended early: all that was said is kept.
    """
    if not lines:
        raise DeclarationError(f"{source}: holds no output")
    criterion = _criterion(bench)
    pairs = lines[0].other is not None
    check_kind(bench, pairs=pairs)
    labels = [line.said(f"{source}, output {n}") for n, line in enumerate(lines, start=1)]
    for label in labels:
        _check(label, criterion)
    answers = [line.answer for line in lines]
    info = _record(bench, answers, source.name)
    against = None
    if pairs:
        others = [line.compared for line in lines]
        against = _record(bench, others, f"{source.name}, other")
        judged = await judge_pairs(bench, answers, others)
        await keep_pairs(bench, info, against, judged)
    else:
        await judge_run(bench, info)
    of = LabelsOf(
        metric=bench.judge.metric(criterion),
        scale=criterion.scale,
        criterion=criterion.name,
        against=against,
    )
    await keep_labels(bench.store, bench.store.find(info.id), labels, of)
    return Run(bench.store, bench.store.find(info.id))


def _criterion(bench: Bench) -> Criterion:
    if len(bench.judge.criteria) > 1:
        named = ", ".join(criterion.name for criterion in bench.judge.criteria)
        raise DeclarationError(
            f"judge {bench.judge.name} has several criteria ({named}): judge a stored run, and "
            "label it under each of them"
        )
    return bench.judge.criteria[0]


def _check(label: Label, criterion: Criterion) -> None:
    if not criterion.pairs:
        on_scale(label, criterion.scale)
    elif label.label.strip().upper() not in _NAMED:
        raise DeclarationError(f"{label.where}: label '{label.label}'. Allowed: A, B, TIE")


def _record(bench: Bench, answers: Sequence[Answer], name: str) -> RunInfo:
    return record_outputs(bench.store, answers, name=name, now=bench.clock.now())
