"""Judges by name: a file, a ready one, or one whose work is in the store.

    find_judge("acme", store)              # as it was asked last, its model included

A judge's own run has on record what it asks; made of that again it has the same run, so that
nothing that it said is asked for twice.
"""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import msgspec

from statera.analysis.standing import judged_scores
from statera.codec.files import YAML
from statera.errors import DeclarationError, unknown
from statera.graders.criterion import Criterion
from statera.graders.judge import PAIRWISE, Judge, read_judge
from statera.graders.rubrics import ready_judges, ready_rubrics
from statera.models.configured import stated_body, stated_sampling
from statera.models.opening import EmbeddedTarget, open_model, read_target
from statera.records.parts import SECOND
from statera.records.specs import JUDGING, MEMBERS, RunInfo
from statera.store.runstore import RunStore

AnyJudge = Judge | str | PurePath
"""A judge, or the name or file of one."""


def find_judge(text: str, store: RunStore | None) -> Judge:
    """Return the judge that `text` names: a YAML file, a ready one, or the newest on record.

    A ready judge goes before one on record of the same name. The latter has its model where it is
    known how that is opened. DeclarationError for a panel on record, and for an unknown name.
    """
    if not by_record(text):
        return read_judge(text)
    runs = [] if store is None else store.runs()
    named = [info for info in runs if info.judging and _asked(info)["name"] == text]
    if not named:
        raise unknown("judge", text, judge_names(runs))
    newest = _newest(named, runs)
    if MEMBERS in _asked(newest):
        raise DeclarationError(f"judge {text} is a panel: name its file, which says who sits on it")
    return _made(newest)


def as_judge(judge: object, store: RunStore | None) -> Judge:
    """Return a judge that is given as itself, or by its name or path. DeclarationError for else."""
    if isinstance(judge, Judge):
        return judge
    if isinstance(judge, str | PurePath):
        return find_judge(str(judge), store)
    raise DeclarationError(
        f"a judge is a Judge, the name of one, or its YAML file, not a {type(judge).__name__}"
    )


def judge_name(judge: object) -> str:
    """Return the name under which a judge's scores are stored; a name needs no judge behind it."""
    named = isinstance(judge, str) and not judge.endswith(YAML)
    return str(judge) if named else as_judge(judge, None).name


def by_record(text: str) -> bool:
    """Return whether a name can only be that of a judge in a store."""
    return not text.endswith(YAML) and text not in (*ready_rubrics(), *ready_judges(), PAIRWISE)


def judge_names(runs: Sequence[RunInfo]) -> set[str]:
    """Return the names that can be given: of ready judges, and of those among the runs."""
    return {
        *ready_rubrics(),
        *ready_judges(),
        PAIRWISE,
        *(_asked(info)["name"] for info in runs if info.judging),
    }


def _newest(named: Sequence[RunInfo], runs: Sequence[RunInfo]) -> RunInfo:
    """Return the newest of a judge's runs; one whose verdicts are no scores comes after the others.

    Such is that of another model which was only asked beside it, in an audit or as a second judge.
    """
    scores = [score for info in runs for _, score in judged_scores(info)]
    used = {score.run for score in scores if not score.metric.endswith(SECOND)}
    return max(named, key=lambda info: (info.id in used, info.created))


def _made(info: RunInfo) -> Judge:
    asked = _asked(info)
    return Judge(
        name=asked["name"],
        version=asked["version"],
        criteria=msgspec.convert(asked["criteria"], tuple[Criterion, ...], str_keys=True),
        model=_model(info),
        family=asked["family"],
        repeats=asked.get("repeats", 1),
    )


def _model(info: RunInfo) -> str | None:
    """Return how the model of a judge's run is opened, None where that cannot be told."""
    system = info.spec.system
    stated = (_asked(info).get("model"), system.model if "://" in system.model else None)
    return next((text for text in stated if text and _opens(text, info)), None)


def _opens(text: str, info: RunInfo) -> bool:
    """Return whether the text opens the model of a judge's run, and no other; asks it nothing."""
    system = info.spec.system
    try:
        if isinstance(target := read_target(text), EmbeddedTarget):  # opening it would load it
            there = target.path is None or target.path.is_file()
            return there and system.model.startswith("embedded:")
        model = open_model(text)
    except DeclarationError:
        return False
    found = model.identity, stated_sampling(model), stated_body(model)
    return found == (system.model, system.sampling, system.body)


def _asked(info: RunInfo) -> dict[str, Any]:
    found: dict[str, Any] = info.environment["asked"][JUDGING]
    return found
