"""Early stopping of a run that is about to be asked: the plan, the policy and the base, as one.

stopper = gate_stopper(policy, plan, store, base=store.find("released"))
"""

from collections.abc import Collection, Iterable, Mapping

from statera.analysis.frame import Frame, frames
from statera.analysis.instrument import instrument_changes
from statera.analysis.standing import NOBODY
from statera.api.pooling import Pool, paired_with
from statera.api.stored import Run, score_rows, stored_metrics
from statera.codec.canonical import digest
from statera.errors import DeclarationError
from statera.gate.evidence import Evidence
from statera.gate.judges import Judges
from statera.gate.policy import Policy, naming, read_policy
from statera.gate.repeats import asked_of
from statera.gate.rules import KnownTask, known_task, targets
from statera.gate.ruling import epochs_words
from statera.gate.stopping import GateStopper, Planned
from statera.records.samples import Sample
from statera.records.specs import RunInfo
from statera.runner.plan import Plan
from statera.runner.selection import asked_order
from statera.scorers.catalogue import scoring_key
from statera.store.runstore import RunStore

__all__ = ["gate_stopper", "naming", "read_policy"]


def gate_stopper(
    policy: Policy, plan: Plan, store: RunStore, *, base: RunInfo | None = None
) -> GateStopper:
    """Return what stops the plan's run as soon as every rule of the policy is decided.

    DeclarationError, before anything is asked: a rule that names what the plan does not have, or a
    base that is missing, is the same run, or was measured by another instrument.
    """
    if plan.spec.chosen:
        raise DeclarationError("--until asks in random order: not with samples picked by hand")
    others = _others(policy, plan, store, base)
    planned = Planned(
        samples={task.name: _in_order(plan, place) for place, task in enumerate(plan.tasks)},
        targets=targets(policy, _known(plan)),
        there={(form, frame.task): frozenset(frame.ids) for form, frame in _frames(others)},
        epochs=dict(zip((task.name for task in plan.tasks), plan.epochs, strict=True)),
    )

    _check_epochs(planned, others)

    def reading(run_id: str, asked: Mapping[str, Collection[str]]) -> Evidence:
        info = store.find(run_id)
        metrics = stored_metrics(info)
        rows = score_rows(store, run_id, metrics)
        rows = (row for row in rows if row.sample_id in asked[row.task])
        found = tuple(frames(rows, metrics))
        return _evidence(Pool(store, (info,), found), others)

    return GateStopper(policy, planned, reading, base=base.id if base else None)


def _in_order(plan: Plan, place: int) -> list[Sample]:
    """Return a task's samples in the plan's seeded order, spread over the categories."""
    samples, paired = plan.samples[place], plan.tasks[place].paired
    return [samples[i] for i in asked_order(samples, plan.spec.seed, paired=paired)]


def _known(plan: Plan) -> list[KnownTask]:
    return [
        known_task(task.name, plan.metrics(place), plan.samples[place])
        for place, task in enumerate(plan.tasks)
    ]


def _others(policy: Policy, plan: Plan, store: RunStore, base: RunInfo | None) -> Mapping[str, Run]:
    """Return the runs that the rules compare with, by form."""
    found = {}
    if policy.needs_base:
        if base is None:
            first = next(rule.metric for rule in policy.rules if rule.than == "baseline")
            raise DeclarationError(f"rule `{first}` compares with the baseline: --base RUN")
        found["baseline"] = Run(store, base)
    if policy.anchor is not None:
        found["anchor"] = Run(store, store.find(policy.anchor))
    for run in found.values():
        _check(plan, run)
    return found


def _check(plan: Plan, other: Run) -> None:
    """Raise DeclarationError where the plan's instrument is not that of the other run."""
    if digest(plan.spec) == other.info.id:
        raise DeclarationError(f"the run to be asked is its own base, {other.info.id[:8]}")
    own = RunInfo(id="", spec=plan.spec, status="running", created=0.0, updated=0.0)
    keys = {
        task.name: {s.metric: frozenset({scoring_key(s)}) for s in task.scorers}
        for task in plan.tasks
    }
    if changes := instrument_changes(own, other.info, (keys, other.scoring_keys)):
        raise DeclarationError(f"not the same instrument: {'; '.join(map(str, changes))}")


def _check_epochs(planned: Planned, others: Mapping[str, Run]) -> None:
    """Raise DeclarationError for a rule that wants items asked more or less often than they are."""
    of_others = {(form, frame.task): frame for form, frame in _frames(others)}
    for target in planned.targets:
        wanted, asks = target.rule.epochs, planned.epochs[target.task]
        other = of_others.get((target.form, target.task))
        found = {} if other is None else asked_of(target, other)
        if wanted is None or (asks == wanted and not found.keys() - {wanted}):
            continue
        told = f"this run asks for {asks}: --epochs {wanted}"
        if asks == wanted:
            told = f"the {target.form} has items of {max(found.keys() - {wanted})}"
        rule = f"rules[{target.place}] `{target.rule.metric}`"
        raise DeclarationError(f"{rule}: of {epochs_words(wanted)} an item; {told}")


def _frames(others: Mapping[str, Run]) -> Iterable[tuple[str, Frame]]:
    return [(form, frame) for form, run in others.items() for frame in run.frames]


def _evidence(candidate: Pool, others: Mapping[str, Run]) -> Evidence:
    return Evidence(
        candidate={frame.task: frame for frame in candidate.frames},
        base=paired_with(candidate, others.get("baseline")),
        anchor=paired_with(candidate, others.get("anchor")),
        others=tuple(frame for _, frame in _frames(others)),
        confirmed=candidate.confirmed,
        judges=Judges(
            candidate.standings,
            *(others[f].standings if f in others else NOBODY for f in ("baseline", "anchor")),
        ),
    )
