"""Auditing a judge on the replies of stored runs: what `statera judge audit` does.

    audit = await audit_judge(prepare(bench, store.find("candidate"), store.find("released")))
    audit.state, audit.section("position").figure("flip rate")

Nothing is generated, and what the judge was asked before is not asked again. What comes of it is
kept with the judge's own run, where gates and reports find it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from statera.analysis.audit import About, Audit, audited, warned_earlier
from statera.analysis.judgeaudit.drifts import Drift, no_anchors
from statera.analysis.judgeaudit.figures import Section
from statera.analysis.judgeaudit.kin import kin
from statera.analysis.judgeaudit.sanity import sanity
from statera.analysis.judgeaudit.verdicts import verdicts
from statera.analysis.standing import AUDIT
from statera.api.auditasks import (
    Material,
    Questions,
    Scope,
    anchor_asks,
    flat,
    material,
    questions,
)
from statera.api.auditkin import (
    Sides,
    check_seconds,
    how_many,
    judge_family,
    opinions,
    units_beside,
    warnings,
)
from statera.api.auditreading import Said
from statera.api.drift import DAY, check_drift, freeze, to_ask
from statera.api.judging import Bench, make_plan, sit
from statera.records.specs import RunInfo


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An audit before anything is asked: whose replies are looked at, and what is asked."""

    bench: Bench
    candidate: RunInfo
    other: RunInfo | None
    scope: Scope
    found: Material
    questions: Questions
    seconds: tuple[Bench, ...] = ()


class Estimated(NamedTuple):
    """How many judgements an audit takes; `known` were made before, `seconds` by other judges."""

    judgements: int
    known: int
    anchors: int
    seconds: int

    @property
    def whole(self) -> int:
        """All judgements of what is looked at, by this judge and by others; anchors apart."""
        return self.judgements + self.seconds

    def __str__(self) -> str:
        """Return `480 judgements, 60 of them known, 30 anchors again: 450 to ask`."""
        parts = [f"{self.judgements} judgements, {self.known} of them known"]
        if self.anchors:
            parts.append(f"{self.anchors} anchor{'s' * (self.anchors > 1)} again")
        if self.seconds:
            parts.append(f"up to {self.seconds} by other judges")
        left = self.judgements - self.known + self.anchors + self.seconds
        return f"{', '.join(parts)}: {left} to ask"


def prepare(
    bench: Bench,
    candidate: RunInfo,
    other: RunInfo | None = None,
    *,
    scope: Scope | None = None,
    seconds: Sequence[Bench] = (),
    tasks: Sequence[str] = (),
) -> Prepared:
    """Return the audit, ready to be asked.

    DeclarationError: no reply to look at, two runs on different data, a missing reference, another
    judge of the wrong kind or of the same family.
    """
    scope = scope or Scope()
    check_seconds(bench, seconds)
    found = material(bench, candidate, other, scope, tasks)
    asked = questions(bench.judge, found, scope, bench.seed)
    make_plan(bench, asked.once)
    return Prepared(
        bench=bench,
        candidate=candidate,
        other=other,
        scope=scope,
        found=found,
        questions=asked,
        seconds=tuple(seconds),
    )


def estimate(audit: Prepared) -> Estimated:
    """Return how many judgements the audit asks for."""
    bench, own = audit.bench, audit.bench.judge.repeats
    again = {(ask.criterion, ask.id) for ask in flat(audit.questions.repeated)}
    wanted = {
        (ask.criterion, ask.id, repeat)
        for ask in audit.questions.once
        for repeat in range(
            max(own, audit.scope.repeats) if (ask.criterion, ask.id) in again else own
        )
    }
    known: set[tuple[str, str, int]] = set()
    if environment := bench.environment:
        for criterion in bench.judge.criteria:
            answered = bench.store.answered(bench.run_id, criterion.name)
            known |= {(criterion.name, *place) for place in answered}
    units = [unit for unit, _ in units_beside(audit.questions)]
    told = not (bench.judge.pairs and audit.other is None)
    return Estimated(
        judgements=len(wanted),
        known=len(wanted & known),
        anchors=to_ask(environment, _since(bench)),
        seconds=sum(how_many(second, units) for second in audit.seconds) * told,
    )


async def audit_judge(audit: Prepared) -> Audit:
    """Ask the judge, measure it, and keep what was found with the judge's own run.

    Errors as `sit`: what was asked is kept, and the same audit resumes.
    """
    bench = audit.bench
    stated, whole = families(audit), estimate(audit).whole
    asked = [_counted(audit)]
    drifted = await check_drift(bench, since=_since(bench))
    asked.append(_counted(audit))
    said = await _asked(audit, whole)
    asked.append(_counted(audit))
    section, tasks = sanity(said.responders)
    sides = Sides(
        judge=judge_family(bench), candidate=audit.candidate, other=audit.other, stated=stated
    )
    beside = await opinions(bench, audit.seconds, said, sides)
    asked.append(_counted(audit))
    infos = [audit.candidate, *([audit.other] if audit.other else [])]
    own = kin(beside, judge=sides.judge, warnings=warnings(bench, infos, stated))
    sections = [verdicts(said.asked), section, *said.sections, own, _drift(drifted)]
    record = bench.environment.get(AUDIT, {})
    about = _about(audit, len(said.asked), [now - then for then, now in pairwise(asked)])
    found = audited(about, sections, tasks, warned_earlier(record, sections))
    freeze(bench, anchor_asks(audit.questions.repeated, audit.scope.anchors), said.again)
    more = {"at": bench.clock.now(), "families": stated}
    bench.remember(**{AUDIT: merged(record, found.record) | more})
    return found


def families(audit: Prepared) -> dict[str, str]:
    """Return the families of runs, by id, that are stated now or were in an earlier audit."""
    record = audit.bench.environment.get(AUDIT, {})
    return {**record.get("families", {}), **audit.scope.families}


def merged(before: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an audit found, with what earlier ones found on tasks that it did not see.

    A judge that is void on one task stays so there, whatever is audited next.
    """
    left = {k: v for k, v in before.get("tasks", {}).items() if k not in record["tasks"]}
    void = [task for task in left.values() if task["state"] == "void"]
    why = [record["why"], *(task["why"] for task in void)]
    return {
        **record,
        "void": record["void"] or bool(void),
        "why": "; ".join(one for one in why if one),
        "tasks": {**left, **record["tasks"]},
    }


def _since(bench: Bench) -> float:
    """Return from when on a look at the anchors belongs to this audit, which was then cut off."""
    last = bench.environment.get(AUDIT, {"at": 0.0})
    return max(float(last["at"]), bench.clock.now() - DAY)


def _counted(audit: Prepared) -> int:
    """Return how many judgements were asked so far, of all judges."""
    tallies = {id(bench.tally): bench.tally for bench in (audit.bench, *audit.seconds)}
    return sum(tally.asked for tally in tallies.values())


async def _asked(audit: Prepared, whole: int) -> Said:
    """Ask everything: first what is repeated, then the rest in the judge's own repeats.

    A progress line counts up to the `whole` number of judgements.
    """
    bench, found = audit.bench, audit.questions
    own, repeated = bench.judge.repeats, flat(found.repeated)
    times = max(audit.scope.repeats, own)
    bench.tally.passed, bench.tally.ahead = 0, whole - len(repeated) * times
    again = await sit(bench, repeated, repeats=times)
    bench.tally.passed = len(repeated) * (times - own)
    bench.tally.ahead = whole - bench.tally.passed - len(found.once) * own
    once = await sit(bench, found.once, repeats=own)
    return Said(
        bench=bench,
        found=audit.found,
        questions=found,
        once=once,
        again=again,
        repeats=times,
    )


def _drift(found: Drift | None) -> Section:
    return no_anchors() if found is None else found.section


def _about(audit: Prepared, judgements: int, asked: Sequence[int]) -> About:
    """Return what was audited; `asked` counts anchors, new judgements, and those of others."""
    anchors, new, others = asked
    bench, infos = audit.bench, [audit.candidate, *([audit.other] if audit.other else [])]
    return About(
        judge=bench.judge.name,
        version=bench.judge.version,
        kind=bench.judge.criteria[0].kind,
        model=bench.model.identity,
        judge_run=bench.run_id,
        era=bench.era,
        runs=tuple(info.id for info in infos),
        compared=audit.found.compared,
        seed=bench.seed,
        judgements=judgements,
        new=new,
        anchors=anchors,
        others=others,
        cost=bench.tally.cost,
    )
