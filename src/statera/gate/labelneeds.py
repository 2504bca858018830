"""How many labels by people the judged rules of a policy need, each for its own margin.

    for need in label_needs(policy, evidence, power=0.8):
        print(need.told)

What another judge said is no label here: a gate believes a judge only as far as people measured it.
"""

import msgspec

from statera.analysis.labelpilot import Basis, label_basis, label_basis_of_difference
from statera.analysis.standing import Standing, is_judged
from statera.gate.evidence import Evidence
from statera.gate.judges import judged, listened
from statera.gate.policy import Policy
from statera.gate.rules import Target, targets
from statera.stats.labelplan import Needed, needed_for_power
from statera.stats.power import Claim
from statera.stats.results import LEVEL

NO_BASE = "a rule against a baseline needs --base RUN"
BETTER = (
    "what is as good as the other run never passes `margin: 0`, which asks for better: plan with a "
    "margin, such as 0.02"
)


class LabelNeed(msgspec.Struct, frozen=True, kw_only=True):
    """What a judged rule takes: `needed` labels of each of `runs` runs, or `why` there is no such.

    `margin` is how far what is supposed true, `value`, lies beyond the rule's limit. `labels` by
    people were the pilot, 0 where the correlation with the judge is supposed; `there` counts all
    labels that there are.
    """

    metric: str
    category: str | None
    form: str
    value: float | None = None
    margin: float | None = None
    needed: Needed | None = None
    runs: int = 1
    correlation: float | None = None
    labels: int = 0
    there: int = 0
    why: str = ""

    @property
    def told(self) -> str:
        """The sentence on it."""
        if self.needed is None or self.margin is None:
            return self.why
        each = " on each run" if self.runs > 1 else ""
        pilot = (
            f"by {self.labels} labels their correlation with the judge is {self.correlation:.2f}"
            if self.labels
            else f"supposed correlation with the judge {self.correlation:.2f}"
        )
        have = f", {self.there} are there" if self.there else ""
        most = f"{self.needed.items:,} items"
        if self.needed.why:
            return f"{self.needed.why} ({pilot})"
        if self.needed.labels is None:
            return (
                f"not even a label of all {most}{each} is enough for a margin of "
                f"{self.margin:.3f} ({pilot})"
            )
        return (
            f"{self.needed.labels:,} labels of {most}{each} for a margin of {self.margin:.3f}"
            f"{have} ({pilot})"
        )


def label_needs(policy: Policy, evidence: Evidence, *, power: float = 0.8) -> list[LabelNeed]:
    """Return what each judged rule needs, in the policy's order; rules without a judge have none.

    A rule of one run supposes that its number is what is known now, one of two that both are alike.
    """
    found = [_need(t, evidence, policy.alpha, power) for t in targets(policy, evidence.known)]
    return [need for need in found if need is not None]


def _need(target: Target, evidence: Evidence, alpha: float, power: float) -> LabelNeed | None:
    if not (is_judged(target.metric) and judged(target, evidence.judges)):
        return None
    need = LabelNeed(
        metric=f"{target.task}/{target.metric.name}", category=target.category, form=target.form
    )
    if target.rule.unvalidated:
        return msgspec.structs.replace(need, why="none: the rule says `unvalidated: true`")
    basis = _basis(target, evidence)
    if basis is None:
        alone = target.form == "baseline" and evidence.base is None
        why = NO_BASE if alone else "no number: nothing is known of it"
        return msgspec.structs.replace(need, why=why)
    value = 0.0 if target.paired else _value(target, evidence, basis)
    beyond = Claim(limit=target.limit, alpha=alpha, side=target.side).beyond(value)
    need = msgspec.structs.replace(
        need,
        value=value,
        margin=beyond,
        runs=2 if target.paired else 1,
        correlation=basis.correlation,
        labels=basis.known.labels,
        there=basis.known.labels or basis.few,
    )
    if beyond <= 0:
        why = f"no number of labels: {value:.3f} is not {target.side} {target.limit:g}"
        if target.paired:
            why = f"no number of labels: {BETTER}"
        return msgspec.structs.replace(need, why=why)
    needed = needed_for_power(basis.known, beyond, alpha=alpha, wished=power)
    return msgspec.structs.replace(need, needed=needed)


def _basis(target: Target, evidence: Evidence) -> Basis | None:
    name, key = target.metric.name, (target.task, target.metric.score)
    bare = Standing(run="", task=target.task, score=target.metric.score)
    ours = evidence.judges.candidate.get(key, bare)
    if not target.paired:
        frame = evidence.candidate.get(target.task)
        there = frame is not None and name in frame.names
        return label_basis(frame, name, ours, target.category) if frame and there else None
    pairing = evidence.pairing(target)
    if pairing is None:
        return None
    theirs = evidence.judges.of(target.form).get(key, bare)
    return label_basis_of_difference(pairing, name, (ours, theirs), target.category)


def _value(target: Target, evidence: Evidence, basis: Basis) -> float:
    """Return what is supposed true of one run: the corrected number, or the judge's own."""
    said = listened(target, evidence.candidate[target.task], evidence.judges)
    told = None if said.found is None else said.found.at(LEVEL).value
    return basis.raw if told is None else told
