"""Early stopping: asks in batches, looks at the gate after each, and stops when all is decided.

    stopper = GateStopper(policy, reading, planned)
    execute(plan, model, Services(..., stopper=stopper), ...)
    stopper.ruling

A rule that is decided stays decided; what is asked next are only samples that an undecided rule
reads. The error of each rule, over all its looks together, is at most alpha (`stats.sequential`).
The samples of a task come in the seeded order of the plan, so that any prefix is a random part.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from statera.gate.evidence import Evidence, measured, nothing
from statera.gate.judging import Runs, Step, ruled, verdicts
from statera.gate.looks import Asked, Look
from statera.gate.policy import Policy
from statera.gate.release import seal
from statera.gate.rules import Target
from statera.gate.ruling import Ruling
from statera.metrics.critical import CRITICAL
from statera.records.samples import Sample
from statera.stats.results import Bounds, Items, Pairs
from statera.stats.sequential import Design, looks, mean_look, paired_look

WAITING = "not asked yet"
NOTHING = "no sample to ask, or none that the other run has"


class Planned(NamedTuple):
    """What may be asked: by task, the samples in the order in which they are; and the targets.

    `there` names, by task, the samples that the other run of a form has. `epochs` counts the
    trials of a sample, by task.
    """

    samples: Mapping[str, Sequence[Sample]]
    targets: Sequence[Target]
    there: Mapping[tuple[str, str], frozenset[str]]
    epochs: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many trials the whole plan has."""
        return sum(len(samples) * self.epochs[task] for task, samples in self.samples.items())

    def scope(self, target: Target) -> frozenset[str]:
        """Return the ids of the samples that say anything about the target."""
        samples = self.samples.get(target.task, ())
        return frozenset(sample.id for sample in samples if self._reads(target, sample))

    def _reads(self, target: Target, sample: Sample) -> bool:
        if target.metric.name == CRITICAL and sample.severity != CRITICAL:
            return False
        inside = target.category in (None, sample.category, sample.group)
        return inside and (not target.paired or sample.id in self.there[target.form, target.task])


def recorded(
    record: Mapping[str, Any] | None, policy: Policy, *, base: str | None, scores: str
) -> Ruling | None:
    """Return the ruling that stopped a run early, if it is that of this policy, base and scores."""
    if not record or record["policy"] != policy.digest:
        return None
    if record["base"] != base or record["scores"] != scores:
        return None
    return msgspec.convert(record["ruling"], Ruling)


class AtLooks:
    """Bounds that hold over all looks of a design, for one target."""

    def __init__(self, policy: Policy, total: int, looked: Sequence[int]) -> None:
        self._stopping, self._total, self._looked = policy.stopping, total, tuple(looked)

    def _design(self, alpha: float) -> Design:
        return Design(
            total=self._total,
            alpha=alpha,
            kind=self._stopping.design,
            estimand=self._stopping.estimand,
        )

    def mean(self, target: Target, items: Items, *, alpha: float) -> Bounds:
        """Return the bounds of the candidate's own number."""
        design = self._design(alpha)
        return mean_look(items, target.limit, design=design, looked=self._before(items.values))

    def difference(self, target: Target, pairs: Pairs, *, alpha: float) -> Bounds:
        """Return the bounds of candidate minus the other run."""
        design = self._design(alpha)
        looked = self._before(pairs.candidate)
        return paired_look(pairs, target.limit, design=design, looked=looked)

    def _before(self, values: ArrayLike) -> tuple[int, ...]:
        """Return the earlier looks that saw fewer items than there are now."""
        size = len(np.asarray(values))
        return tuple(count for count in self._looked if count < size)


Reading = Callable[[str, Mapping[str, Collection[str]]], Evidence]


class GateStopper:
    """A stopper (see `protocols.Stopper`) that knows a policy.

    `reading` returns the evidence of a run's answers to some samples, which are named by task: a
    run that is resumed has more of them than were asked by the look that is made again.
    """

    def __init__(
        self,
        policy: Policy,
        planned: Planned,
        reading: Reading,
        *,
        base: str | None = None,
    ) -> None:
        self._policy, self._planned, self._reading, self._base = policy, planned, reading, base
        self._steps: dict[Asked, Step] = {}
        self._looked: dict[Asked, list[int]] = {target.asked: [] for target in planned.targets}
        self._scopes = {target.asked: planned.scope(target) for target in planned.targets}
        self._seen: dict[Asked, int] = dict.fromkeys(self._scopes, 0)
        self._open = [target for target in planned.targets if self._scopes[target.asked]]
        self._sizes = {task: list(_sizes(len(s))) for task, s in planned.samples.items()}
        self._batch = {task: list[Sample]() for task in planned.samples}
        self._begun: dict[str, int] = dict.fromkeys(planned.samples, 0)
        self._run, self._scores = "", ""

    @property
    def ruling(self) -> Ruling:
        """The ruling at this moment: of each rule, that of the look that decided it."""
        base = () if self._base is None else (self._base,)
        return ruled(self._policy, self._all_steps, runs=Runs((self._run,), base))

    @property
    def _questions(self) -> list[Asked]:
        return [target.asked for target in self._planned.targets]

    @property
    def _all_steps(self) -> list[Step]:
        """Every target's newest step, in the policy's order."""
        return [self._steps.get(t.asked) or self._waiting(t) for t in self._planned.targets]

    def _waiting(self, target: Target) -> Step:
        why = WAITING if self._scopes[target.asked] else NOTHING
        alpha = self._policy.alpha
        return Step(target, nothing(target, alpha, why), Look(()), alpha)

    @property
    def asked(self) -> int:
        """How many trials have been asked for so far."""
        epochs = self._planned.epochs
        return sum(len(batch) * epochs[task] for task, batch in self._batch.items())

    @property
    def reason(self) -> str:
        """Why it stopped, or that it did not."""
        total = self._planned.total
        gate = f"gate {self._policy.gate}: {self.ruling.verdict}"
        if self.asked < total:
            return f"stopped early by {gate}, after {self.asked} of {total} trials"
        return f"{gate}, after all {total} trials"

    @property
    def record(self) -> dict[str, Any]:
        """What the run is stored with: design, size, looks, and the ruling itself."""
        return {
            "gate": self._policy.gate,
            "policy": self._policy.digest,
            "design": self._policy.stopping.design,
            "estimand": self._policy.stopping.estimand,
            "alpha": self._policy.alpha,
            "base": self._base,
            "asked": self.asked,
            "total": self._planned.total,
            "scores": self._scores,
            "ruling": msgspec.to_builtins(self.ruling),
        }

    def next_batch(self, run_id: str) -> Sequence[Sequence[Sample]] | None:
        """Look at what was answered; return what is to be asked by the next look, None at the end.

        Each task takes its own step; one that no open rule reads is left as it is.
        """
        self._run = run_id
        if any(self._batch.values()):
            self._look()
        while self._open and any(self._sizes[target.task] for target in self._open):
            if self._grow():
                return list(self._batch.values())
        return None

    def _grow(self) -> bool:
        """Add each open task's next samples to the batch; return whether there were any."""
        grown = False
        for task in dict.fromkeys(target.task for target in self._open):
            if self._sizes[task]:
                size = self._sizes[task].pop(0)
                new = self._planned.samples[task][self._begun[task] : size]
                self._begun[task] = size
                wanted = [sample for sample in new if self._wanted(task, sample)]
                self._batch[task] += wanted
                grown = grown or bool(wanted)
        return grown

    def _wanted(self, task: str, sample: Sample) -> bool:
        scopes = (self._scopes[target.asked] for target in self._open if target.task == task)
        return any(sample.id in scope for scope in scopes)

    def _look(self) -> None:
        """Measure every open rule that has new answers, and close those that are decided."""
        ids = {task: {sample.id for sample in batch} for task, batch in self._batch.items()}
        evidence = self._reading(self._run, ids)
        self._scores = seal([self._run], list(evidence.candidate.values())).scores
        for target in self._open:
            asked = len(self._scopes[target.asked] & ids[target.task])
            if asked > self._seen[target.asked]:
                self._seen[target.asked] = asked
                self._steps[target.asked] = self._measured(target, evidence)
        now = dict(zip(self._questions, verdicts(self._all_steps), strict=True))
        self._open = [target for target in self._open if now[target.asked] == "inconclusive"]

    def _measured(self, target: Target, evidence: Evidence) -> Step:
        looked = self._looked[target.asked]
        bounding = AtLooks(self._policy, len(self._scopes[target.asked]), looked)
        found = measured(target, evidence, alpha=self._policy.alpha, bounding=bounding)
        if found.worst.n:
            looked.append(found.worst.n)
        return Step(target, found, Look(()), self._policy.alpha)


def _sizes(total: int) -> tuple[int, ...]:
    """Return after how many samples of a task to look."""
    return looks(Design(total=total, alpha=0.5)) if total else ()
