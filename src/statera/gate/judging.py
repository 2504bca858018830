"""From a policy and the evidence to a ruling, rule by rule.

    Gate.load("gate.yaml").apply(comparison)

A rule passes when the bound of its claim lies inside the limit, and fails when the opposite bound
lies beyond it, after Holm over all rules: so 57 rules at their limit do not fail by chance. A pass
needs no such correction, because all rules must pass (an intersection-union test).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from statera.analysis.comparison import Comparison
from statera.analysis.standing import audit_lines
from statera.errors import DeclarationError
from statera.gate.counters import uncountered
from statera.gate.evidence import Evidence, Measured, measured, nothing
from statera.gate.judges import Hearing
from statera.gate.looks import Look, Looks
from statera.gate.needs import need
from statera.gate.policy import Policy, read_policy
from statera.gate.repeats import not_as_often, unstated
from statera.gate.rules import Target, targets
from statera.gate.ruling import RuleRuling, Ruling, Verdict, together
from statera.gate.withholding import withheld
from statera.metrics.judged import WinRate
from statera.stats.multiplicity import holm
from statera.stats.results import Bounds

_SHOWN = 3
_SHORT = 8


class Runs(NamedTuple):
    """The ids of the runs whose trials are read, several where runs of one system are pooled."""

    candidate: tuple[str, ...] = ()
    base: tuple[str, ...] = ()
    anchor: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gate:
    """A policy, ready to be applied."""

    policy: Policy

    @classmethod
    def load(cls, path: str | Path) -> "Gate":
        """Return the gate of a YAML file; DeclarationError for what it says wrong."""
        return cls(read_policy(path))

    def apply(
        self,
        comparison: Comparison,
        *,
        anchor: Comparison | None = None,
        allow: bool = False,
    ) -> Ruling:
        """Return the ruling on a comparison, as a first look; nothing is stored.

        `anchor` compares the same candidate with the policy's anchor. Looks are counted by
        `statera gate` and `statera.decide`, which know the store. Items that stand for nothing
        else (`gate.withholding`) pass nothing, unless `allow`. DeclarationError for a rule that
        names what the runs do not have.
        """
        runs = Runs(
            (comparison.candidate.id,),
            (comparison.base.id,),
            () if anchor is None else (anchor.base.id,),
        )
        ruling = judge(self.policy, Evidence.of(comparison, anchor), runs=runs)
        others = [one.base for one in (comparison, anchor) if one is not None]
        return withheld(ruling, [comparison.candidate], others, allow=allow)


class Step(NamedTuple):
    """A target with its numbers, and the look that it is on."""

    target: Target
    found: Measured
    look: Look
    alpha: float


def judge(
    policy: Policy,
    evidence: Evidence,
    *,
    looks: Looks | None = None,
    runs: Runs | None = None,
) -> Ruling:
    """Return the ruling; `looks` says how often each question was asked, without it never before.

    DeclarationError for a rule that names what no run has, or a run that there is not.
    """
    check_runs(policy, evidence)
    steps = []
    for target in targets(policy, evidence.known):
        look = (looks or {}).get(target.asked, Look(()))
        alpha = policy.alpha if evidence.early(target) else look.alpha(policy.alpha)
        found = measured(target, evidence, alpha=alpha)
        if why := _of_another(target, runs or Runs()) or not_as_often(target, evidence):
            found = nothing(target, alpha, why)
        steps.append(Step(target, found, look, alpha))
    ruling = ruled(policy, steps, runs=runs)
    said = [unstated(step.target, evidence.candidate.get(step.target.task)) for step in steps]
    more = dict.fromkeys(note for note in said if note)
    return msgspec.structs.replace(ruling, notes=(*ruling.notes, *more))


def ruled(policy: Policy, steps: Sequence[Step], *, runs: Runs | None = None) -> Ruling:
    """Return the ruling on what was measured, one step a target."""
    adjusted = holm([_p_fail(step) for step in steps])
    rules = tuple(_ruling(step, p) for step, p in zip(steps, adjusted, strict=True))
    known = runs or Runs()
    return Ruling(
        gate=policy.gate,
        policy=policy.digest,
        alpha=policy.alpha,
        verdict=together([rule.verdict for rule in rules]),
        rules=rules,
        candidate=known.candidate,
        base=known.base,
        anchor=known.anchor,
        notes=(
            *uncountered([step.target for step in steps]),
            *_unjudged(steps),
            *_audits(steps),
            *([] if known.base else _against(steps)),
        ),
    )


def _of_another(target: Target, runs: Runs) -> str:
    """Return why a win rate says nothing of the runs that are compared with, or nothing."""
    metric, others = target.metric, (*runs.base, *runs.anchor)
    if not isinstance(metric, WinRate) or target.paired or not others or metric.against in others:
        return ""
    ours, theirs = "".join(runs.candidate[:1])[:_SHORT], others[0][:_SHORT]
    return (
        f"a win rate against run {metric.against[:_SHORT]}, not against {theirs}: "
        f"statera judge compare {ours or 'RUN'} {theirs}"
    )


def _against(steps: Sequence[Step]) -> list[str]:
    """Return against which run each win rate is, where no base tells it."""
    found = {
        f"{step.target.task}/{step.target.metric.name}: a win rate against run "
        f"{step.target.metric.against[:_SHORT]}"
        for step in steps
        if isinstance(step.target.metric, WinRate)
    }
    return sorted(found)


def _unjudged(steps: Sequence[Step]) -> tuple[str, ...]:
    """Return a note for each metric of which a judge left many trials without a verdict."""
    found = {
        f"{step.target.task}/{step.target.metric.name}: {step.found.hearing.note}"
        for step in steps
        if step.found.hearing is not None and step.found.hearing.note
    }
    return tuple(sorted(found))


def _audits(steps: Sequence[Step]) -> list[str]:
    """Return a line for each fault that an audit found of a judge whose numbers are read."""
    heard = [step.found.hearing for step in steps if step.found.hearing is not None]
    return audit_lines(found for hearing in heard for found in hearing.audits)


def verdicts(steps: Sequence[Step]) -> tuple[Verdict, ...]:
    """Return the verdict of each step, as `ruled` gives it."""
    adjusted = holm([_p_fail(step) for step in steps])
    return tuple(_decided(step, p)[0] for step, p in zip(steps, adjusted, strict=True))


def check_runs(policy: Policy, evidence: Evidence) -> None:
    """Raise DeclarationError when a rule compares with a run that is not given."""
    if policy.needs_base and evidence.base is None:
        first = next(rule.metric for rule in policy.rules if rule.than == "baseline")
        raise DeclarationError(f"rule `{first}` compares with the baseline: name its run, BASE")
    if policy.anchor is not None and evidence.anchor is None:
        raise DeclarationError(f"the policy's anchor '{policy.anchor}' is not compared with")


def _p_pass(step: Step) -> float | None:
    return step.found.worst.p_above if step.target.side == "above" else step.found.worst.p_below


def _p_fail(step: Step) -> float | None:
    return step.found.best.p_below if step.target.side == "above" else step.found.best.p_above


def _ruling(step: Step, adjusted: float | None) -> RuleRuling:
    target, found, look, alpha = step
    verdict, reason = _decided(step, adjusted)
    metric, category, _ = target.asked
    open_rule = verdict == "inconclusive" and not found.failures.doubted
    above = target.side == "above"
    return RuleRuling(
        metric=metric,
        category=category or None,
        rule=target.place,
        form=target.form,
        side=target.side,
        limit=target.limit,
        verdict=verdict,
        reason=reason,
        value=found.value,
        candidate=found.candidate,
        base=found.base,
        lower=(found.worst if above else found.best).lower,
        upper=(found.best if above else found.worst).upper,
        alpha=alpha,
        p_pass=_p_pass(step),
        p_fail=_p_fail(step),
        p_fail_adjusted=adjusted,
        n=found.worst.n,
        clusters=found.worst.clusters,
        infra=found.infra,
        missing=found.missing,
        method=found.worst.method,
        source=found.worst.source,
        critical=target.rule.critical,
        failed=found.failures.certain,
        unconfirmed=found.failures.doubted,
        dismissed=found.failures.dismissed,
        need=need(target, found, alpha=alpha) if open_rule else None,
        look=max(1, len(look.trials)),
        looks=look.trials,
        tried=look.tried,
        epochs=target.rule.epochs,
        **_heard(found.hearing),
    )


def _heard(hearing: Hearing | None) -> dict[str, Any]:
    """Return what a ruling says of the judge whose number it reads."""
    if hearing is None:
        return {}
    return {
        "raw": hearing.raw,
        "labels": hearing.labels,
        "transported": hearing.how == "transported",
        "unvalidated": hearing.how == "unvalidated",
    }


def _decided(step: Step, adjusted: float | None) -> tuple[Verdict, str]:
    """Return the verdict and the reason, in the order in which they count."""
    target, found, _, alpha = step
    certain, doubted = found.failures[:2]
    if certain:
        return "fail", f"{_counted(len(certain), 'certain failure')}: {_few(certain)}"
    p_pass = _p_pass(step)
    if p_pass is None or adjusted is None:
        return "inconclusive", found.worst.method
    if adjusted < alpha:
        return "fail", f"{_opposite(target, found.best)} (p {adjusted:.2g}, adjusted)"
    if doubted:
        what = "1 failure waits" if len(doubted) == 1 else f"{len(doubted)} failures wait"
        return "inconclusive", f"{what} for a person to confirm: {_few(doubted)}"
    inside = _inside(target, found.worst)
    if p_pass < alpha:
        return "pass", f"{inside} (p {p_pass:.2g})"
    return "inconclusive", f"{inside} does not hold (p {p_pass:.2g})"


def _inside(target: Target, bounds: Bounds) -> str:
    """Return the bound that a pass reads, beside the limit."""
    above = target.side == "above"
    return _beside(target, bounds.lower if above else bounds.upper, "lower" if above else "upper")


def _opposite(target: Target, bounds: Bounds) -> str:
    """Return the bound that a fail reads, beside the limit."""
    above = target.side == "above"
    return _beside(target, bounds.upper if above else bounds.lower, "upper" if above else "lower")


def _beside(target: Target, bound: float | None, which: str) -> str:
    sign = ">" if which == "lower" else "<"
    number = "none" if bound is None else format(bound, "+.4f" if target.paired else ".4f")
    limit = format(target.limit, "+g" if target.paired and target.limit else "g")
    return f"{which} bound {number} {sign} {limit}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown}, … ({len(names)} in all)"
