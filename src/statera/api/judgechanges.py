"""What differs between the judges behind a score of two runs, in words, and what makes it alike.

told(candidate, base, change)
# support/tone by judge tone: rubric of version 1 -> another text of version 1
# (alike again: statera score 3fa2b1c0 --judge tone)
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from statera.analysis.instrument import Change, system_changes
from statera.analysis.standing import DRIFTED, judged_scores
from statera.api.knownjudges import find_judge
from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.graders.criterion import Criterion
from statera.graders.judged import Judged
from statera.records.parts import SECOND
from statera.records.specs import JUDGING, MEMBERS, RunInfo
from statera.store.runstore import RunStore

FILE = "FILE"
"""Stands for a judge's file where its name alone would not ask the same again."""

_TEXT = ("text", "scale", "points", "limits", "template", "kind", "reference")

Aspect = tuple[str, str]
"""What is so on the base's side, and on the candidate's."""


class _Side(NamedTuple):
    """A run with the judge behind one of its scores; `work` is the judge's own run, if stored."""

    run: Run
    judged: Judged
    work: RunInfo | None
    mixed: bool

    @property
    def asked(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = {}
        if self.work is not None:
            found = self.work.environment.get("asked", {}).get(JUDGING, {})
        return found

    @property
    def criterion(self) -> dict[str, Any]:
        named = [c for c in self.asked.get("criteria", ()) if c["name"] == self.judged.criterion]
        return dict(named[0]) if named else {}

    @property
    def age(self) -> tuple[bool, float, int]:
        """Sorts what is to be judged again first: mixed, by an older judge, less often."""
        created = 0.0 if self.work is None else self.work.created
        return not self.mixed, created, self.judged.repeats


def told(candidate: Run, base: Run, change: Change) -> Change:
    """Return the change of a score in words where judges gave it; any other as it is."""
    new, old = (_side(run, change) for run in (candidate, base))
    if new is None or old is None:
        return change
    aspects = list(_aspects(old, new)) or [("read one way", "read another way")]
    stale, fresh = sorted((old, new), key=lambda side: side.age)
    who = f" by judge {new.judged.judge}" if new.judged.judge == old.judged.judge else ""
    return change._replace(
        what=f"{change.task}/{change.score}{who}",
        base=", ".join(one for one, _ in aspects),
        candidate=", ".join(one for _, one in aspects),
        again=_command(stale, fresh),
    )


def _side(run: Run, change: Change) -> _Side | None:
    for task, judged in judged_scores(run.info):
        if (task, judged.metric) == (change.task, change.score):
            work = {info.id: info for info in run.store.runs()}.get(judged.run)
            return _Side(run, judged, work, len(run.scoring_keys[task][judged.metric]) > 1)
    return None


def _aspects(old: _Side, new: _Side) -> Iterator[Aspect]:
    """Yield all that differs, what matters most first."""
    if old.mixed or new.mixed:
        yield _mixed(old), _mixed(new)
    if old.judged.judge != new.judged.judge:
        yield f"judge {old.judged.judge}", f"judge {new.judged.judge}"
    if old.work is not None and new.work is not None and old.work.id != new.work.id:
        yield from _works(old, new, old.work, new.work)
    if old.judged.against != new.judged.against:
        yield f"against {old.judged.against[:8]}", f"against {new.judged.against[:8]}"
    if old.judged.repeats != new.judged.repeats:
        yield f"repeats {old.judged.repeats}", f"repeats {new.judged.repeats}"


def _mixed(side: _Side) -> str:
    return "two judges, each of a part of the trials" if side.mixed else "one judge"


def _works(old: _Side, new: _Side, before: RunInfo, after: RunInfo) -> Iterator[Aspect]:
    """Yield what differs between the judges' own runs."""
    for change in system_changes(after.spec.system, before.spec.system):
        yield f"{change.what} {change.base}", f"{change.what} {change.candidate}"
    yield from _criteria(old, new)
    if before.spec.seed != after.spec.seed:
        yield f"seed {before.spec.seed}", f"seed {after.spec.seed}"
    if MEMBERS in old.asked or MEMBERS in new.asked:
        if before.spec.nonce != after.spec.nonce:
            yield "one panel", "a panel with other members, weights or repeats"
    elif before.spec.nonce != after.spec.nonce:
        yield from _shift(before, after)


def _criteria(old: _Side, new: _Side) -> Iterator[Aspect]:
    versions = old.asked.get("version"), new.asked.get("version")
    first, second = old.criterion, new.criterion
    fields = [name for name in first if first[name] != second.get(name) and name != "content"]
    if any(name in _TEXT for name in fields):
        another = "another text of" if versions[0] == versions[1] else "rubric of"
        yield f"rubric of version {versions[0]}", f"{another} version {versions[1]}"
    elif versions[0] != versions[1]:
        yield f"version {versions[0]}", f"version {versions[1]}"
    for name in fields:
        if name not in _TEXT:
            yield f"{name} {first[name]}", f"{name} {second.get(name)}"
    if not fields and old.asked.get("criteria") != new.asked.get("criteria"):
        yield "with its other criteria as they were", "with other criteria beside it"


def _shift(before: RunInfo, after: RunInfo) -> Iterator[Aspect]:
    """Yield on which side of a shift each was judged: the mark is in the run that it ended."""
    for marked, words in ((before, ("before", "after")), (after, ("after", "before"))):
        if (mark := marked.environment.get(DRIFTED)) is not None:
            day = datetime.fromtimestamp(mark["at"], UTC).date().isoformat()
            yield f"{words[0]} its shift on {day}", f"{words[1]} its shift on {day}"
            return
    yield "one era", "another era"


def _command(stale: _Side, fresh: _Side) -> str:
    """Return the command that lets the judge of the one side judge the other side's run."""
    if fresh.judged.metric.endswith(SECOND) or fresh.mixed:
        return ""
    run, judge = stale.run.info.id[:8], _flags(stale, fresh)
    if fresh.judged.against:
        return f"statera judge compare {run} {fresh.judged.against[:8]} {judge}"
    return f"statera score {run} {judge}"


def _flags(stale: _Side, fresh: _Side) -> str:
    """Return the flags that name a side's judge, with its model where that is not the other's."""
    named, model = _by_name(fresh.run.store, fresh)
    models = [None if side.work is None else side.work.spec.system.model for side in (stale, fresh)]
    if models[0] != models[1] or (named != FILE and model is None):
        address = models[1] if models[1] is not None and "://" in models[1] else "MODEL"
        return f"--judge {named} --judge-model {fresh.asked.get('model') or address}"
    return f"--judge {named}"


def _by_name(store: RunStore, side: _Side) -> tuple[str, str | None]:
    """Return the name that asks just what the side's judge was asked, and that judge's model."""
    try:
        found = find_judge(side.judged.judge, store)
    except DeclarationError:
        return FILE, None
    asked = msgspec.convert(side.asked.get("criteria", ()), tuple[Criterion, ...], str_keys=True)
    same = _without_form(found.criteria) == _without_form(asked)
    if same and (found.version, found.repeats) == (side.asked.get("version"), side.judged.repeats):
        return side.judged.judge, found.model
    return FILE, None


def _without_form(criteria: Sequence[Criterion]) -> list[Criterion]:
    """Return criteria without the form of their replies, which the endpoint may settle."""
    return [msgspec.structs.replace(one, output="auto") for one in criteria]
