"""What to run next: the probe that separates the explanations that remain, as an exact command.

| probe | if it restores the score, the cause was | requests |
|---|---|---|
| re-extract | extraction, not the model | none |
| re-judge | the judge, which has drifted: the base moves too | none |
| longer-limit | truncation, longer reasoning | one a sample |
| answer-format | the format of the answer | one a sample |
| few-shot | elicitation or format | one a sample |
| no-system-message | a rule in the system message | one a sample |
| repeats | reliability, if pass@k is flat | several a sample |

The samples are those that were lost at the stage in question; a probe that needs none comes first.
A run that was imported from another tool's log cannot be asked or graded from here: it has none.
"""

import shlex
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from statera.analysis.standing import judged_scores
from statera.diagnosis.commands import (
    Changed,
    audit_command,
    compare_command,
    origin,
    run_command,
    score_command,
)
from statera.diagnosis.counts import Stage
from statera.diagnosis.decomposition import Decomposition
from statera.diagnosis.signature import Cause, Finding
from statera.records.specs import RunInfo, TaskSpec

Name = Literal[
    "re-extract",
    "re-judge",
    "longer-limit",
    "answer-format",
    "few-shot",
    "no-system-message",
    "repeats",
]
REPEATS = 8
WARM = 0.7
SHOTS = 5
LONGEST = 2048
"""The reply limit that is doubled where the run's own is not known."""

FORMAT = "End your reply with one more line of the form: Answer: <answer>"

_RESTORED: dict[Name, str] = {
    "re-extract": "extraction: the replies hold the answer",
    "re-judge": "the judge: it grades the base's old replies otherwise today",
    "longer-limit": "the limit: longer answers are cut off",
    "answer-format": "the format of the answer",
    "few-shot": "elicitation or format",
    "no-system-message": "the system message",
    "repeats": "reliability: some of several tries are right",
}
_OTHERWISE: dict[Name, str] = {
    "re-extract": "the replies hold no answer: format, or the model",
    "re-judge": "the replies themselves",
    "longer-limit": "the model: it does not come to an end",
    "answer-format": "the model, not the format",
    "few-shot": "the model: examples do not bring it back",
    "no-system-message": "the model itself",
    "repeats": "capability: no try is right",
}
_SECOND: dict[str, str] = {
    "exact": "{type: contains, metric: second_look}",
    "choice": "{type: contains, metric: second_look}",
    "regex": "{type: contains, metric: second_look}",
    "number/strict": "{type: number, form: flexible, metric: second_look}",
    "number/flexible": "{type: number, form: stated, metric: second_look}",
    "number/stated": "{type: number, form: flexible, metric: second_look}",
}
"""By scorer, one that reads the same replies in another way."""


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to run. `restored` is what remains if it brings the score back, else `otherwise`.

    `commands` are run in order. `asks` says whether the model is asked. `samples` are those asked,
    or graded again. `scorer` is the second extractor, `changed` how a run differs from the
    candidate's; None for the probes that need none.
    """

    name: Name
    task: str
    cause: Cause
    restored: str
    otherwise: str
    commands: tuple[str, ...]
    asks: bool
    samples: tuple[str, ...]
    scorer: str | None = None
    changed: Changed | None = None


class Known(NamedTuple):
    """What probes are made from: both runs, and by task the longest reply that was allowed."""

    candidate: RunInfo
    base: RunInfo
    limits: Mapping[str, int]


class _Case(NamedTuple):
    """A finding with the task and the samples that it is about."""

    known: Known
    finding: Finding
    task: TaskSpec
    samples: tuple[str, ...]


_WANTED: dict[Cause, tuple[Name, ...]] = {
    "safety over-correction": ("no-system-message",),
    "format or extraction": ("re-extract", "answer-format", "few-shot"),
    "longer answers": ("longer-limit",),
    "capability regression": ("re-extract", "few-shot"),
    "reliability": ("re-extract", "repeats"),
    "quality regression": ("re-judge",),
}
_STAGES: dict[Cause, Stage] = {
    "safety over-correction": "not refused",
    "format or extraction": "parsed",
    "longer answers": "complete",
}


def probes(
    known: Known, causes: Sequence[Finding], parts: Sequence[Decomposition]
) -> tuple[Probe, ...]:
    """Return the probes that fit the findings, each once a task, those without requests first.

    None where either run was imported: no command of ours makes it again.
    """
    if origin(known.candidate) is not None or origin(known.base) is not None:
        return ()
    found: dict[tuple[Name, str], Probe] = {}
    for case in _cases(known, causes, parts):
        for name in _WANTED.get(case.finding.cause, ()):
            probe = _probe(name, case)
            if probe is not None:
                found.setdefault((name, probe.task), probe)
    return tuple(sorted(found.values(), key=lambda probe: probe.asks))


def _cases(known: Known, causes: Sequence[Finding], parts: Sequence[Decomposition]) -> list[_Case]:
    bars = {(part.task, bar.stage): bar.samples for part in parts for bar in part.bars}
    return [
        _Case(known, finding, task, bars.get((task.name, _STAGES.get(finding.cause, "right")), ()))
        for finding in causes
        for task in known.candidate.spec.tasks
        if task.name == finding.task
    ]


def _probe(name: Name, case: _Case) -> Probe | None:
    """Return the probe, None where it cannot be made for this run."""
    if name == "re-extract":
        return _re_extract(case)
    if name == "re-judge":
        return _made(name, case, _judged_again(case))
    changed = _changed(name, case)
    if changed is None or case.task.mode != "generate":
        return None
    return _made(name, case, _runs(name, case, changed), changed=changed)


def _runs(name: Name, case: _Case, changed: Changed) -> tuple[str, ...]:
    """Return the commands; repeats are for both runs, on all items, to be compared afterwards."""
    known = case.known
    if name != "repeats":
        return (run_command(known.candidate, case.task, changed, samples=case.samples),)
    sides = {"again": known.candidate, "again-base": known.base}
    asked = [run_command(info, case.task, changed, tag=tag) for tag, info in sides.items()]
    return (*asked, shlex.join(["statera", "diagnose", *sides]))


def _judged_again(case: _Case) -> tuple[str, ...]:
    """Return what shows a shift of the task's judges; their verdicts themselves are stored."""
    base, task = case.known.base, case.task.name
    judges = dict.fromkeys(judged.judge for name, judged in judged_scores(base) if name == task)
    again = [audit_command(base.id, judge) for judge in judges] or [score_command(base.id, task)]
    return (*again, compare_command(case.known.candidate.id, base.id))


def _re_extract(case: _Case) -> Probe | None:
    scorer = second_extractor(case.known.candidate, case.task.name)
    if scorer is None:
        return None
    runs = (case.known.candidate.id, case.known.base.id)
    commands = [score_command(run, case.task.name, scorer) for run in runs]
    return _made("re-extract", case, (*commands, compare_command(*runs)), scorer=scorer)


def second_extractor(info: RunInfo, task: str) -> str | None:
    """Return a scorer that reads the task's replies in another way, as `--scorer` takes it."""
    entries = info.environment.get("scorers", {}).get(task, [])
    if not entries:
        return None
    kind = entries[0]["type"]
    form = entries[0].get("form", "stated")
    return _SECOND.get(f"number/{form}" if kind == "number" else kind)


def _changed(name: Name, case: _Case) -> Changed | None:
    """Return how the probe's run differs, None where it would not."""
    system, task = case.known.candidate.spec.system, case.task
    if name == "longer-limit":
        known = system.sampling.get("max_tokens") or case.known.limits.get(task.name, LONGEST)
        return Changed(max_tokens=2 * int(known))
    if name == "answer-format":
        told = system.system_message
        return Changed(system_message=f"{told}\n{FORMAT}" if told else FORMAT)
    if name == "few-shot":
        return Changed(num_fewshot=SHOTS) if task.num_fewshot < SHOTS else None
    if name == "no-system-message":
        return Changed(without_system_message=True) if system.system_message else None
    warm = None if system.sampling.get("temperature") else WARM
    return Changed(epochs=REPEATS, temperature=warm)


def _made(
    name: Name,
    case: _Case,
    commands: tuple[str, ...],
    *,
    scorer: str | None = None,
    changed: Changed | None = None,
) -> Probe:
    return Probe(
        name=name,
        task=case.task.name,
        cause=case.finding.cause,
        restored=_RESTORED[name],
        otherwise=_OTHERWISE[name],
        commands=commands,
        asks=changed is not None,
        samples=case.samples,
        scorer=scorer,
        changed=changed,
    )
