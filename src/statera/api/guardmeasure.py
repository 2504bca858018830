"""Measuring a guard on labelled texts: what `statera guard eval` does.

    texts = read_texts(["toxicity/surge.jsonl", "benign/mitre_frr.jsonl"])
    measured = await measure_guard("policy.yaml", texts, store=store)
    measured.run["surge/recall"]           # an ordinary run: compare, gate and report read it too
    measured.rates, measured.overblocking, measured.delays

The run's system is the policy with what its detectors are made of; its samples are the texts, its
replies the decisions. So two policies are compared paired by text, and what was decided once is
not decided again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

import msgspec

from statera.analysis.guarding.delays import Delays, delays
from statera.analysis.guarding.evading import SUFFIX, EvasionRow, evading_texts, evasion_rows
from statera.analysis.guarding.overblocking import OverBlocking, overblocking
from statera.analysis.guarding.rates import RateRow, rates
from statera.analysis.guarding.sightings import Sighting, sightings
from statera.api.stored import Run
from statera.codec.strict import convert
from statera.errors import DeclarationError
from statera.guard.blockers import lenient_of
from statera.guard.policy import Policy
from statera.models.clock import SystemClock
from statera.protocols import Clock
from statera.records.specs import SystemUnderTest
from statera.runner.execution import Limits, Services, execute
from statera.runner.plan import Extent, Plan, make_plan
from statera.runner.tally import Tally
from statera.store.runstore import RunStore
from statera.strategies.policies import OpenedPolicy, open_policy
from statera.strategies.policymodel import PolicyModel
from statera.tasks.guardtexts import LabelledText, check_detectors, guard_tasks

SUITE = "guard"


class MeasureOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a guard is measured.

    `limit` texts a source, a seeded subset spread over its categories. `evasions` harmful and as
    many harmless texts a source are hidden in every way that is known; 0 leaves that out. With more
    than one of `workers` the times are not those of a text alone. `nonce` sets a run apart.
    """

    limit: Annotated[int, msgspec.Meta(ge=1)] | None = None
    evasions: Annotated[int, msgspec.Meta(ge=0)] = 0
    seed: int = 0
    workers: Annotated[int, msgspec.Meta(ge=1)] = 1
    tag: str | None = None
    nonce: str = ""


@dataclass(frozen=True)
class GuardMeasured:
    """A policy, and the stored run that measured it."""

    run: Run
    policy: Policy

    @property
    def detectors(self) -> tuple[str, ...]:
        """The policy's detectors, in its order."""
        return tuple(entry.name for entry in self.policy.detectors)

    @cached_property
    def sightings(self) -> tuple[Sighting, ...]:
        """What was seen of each text, hidden ones left out."""
        return tuple(one for one in self._all if not one.source.endswith(SUFFIX))

    @cached_property
    def _all(self) -> tuple[Sighting, ...]:
        return tuple(sightings(self.run.store.trials(self.run.info.id)))

    @cached_property
    def rates(self) -> list[RateRow]:
        """Recall, false positives and AUROC by source, category and detector."""
        return rates(self.sightings, self.detectors)

    @cached_property
    def overblocking(self) -> list[OverBlocking]:
        """What becomes of harmless texts, by source."""
        return overblocking(self.sightings, lenient_of(self.policy))

    @cached_property
    def evasions(self) -> list[EvasionRow]:
        """What becomes of hidden texts; empty where none was asked for."""
        hidden = [one for one in self._all if one.source.endswith(SUFFIX)]
        return evasion_rows(hidden, self.detectors)

    @cached_property
    def delays(self) -> Delays | None:
        """How long a check takes."""
        return delays(self.sightings)


def plan_measure(
    opened: OpenedPolicy, texts: Sequence[LabelledText], options: MeasureOptions
) -> Plan:
    """Return the run that measures the policy.

    DeclarationError for a label of no detector, or a source with the name of hidden texts.
    """
    _check_sources(texts)
    looks = {entry.name: frozenset(entry.sides) for entry in opened.policy.detectors}
    check_detectors(texts, list(looks))
    tasks = guard_tasks(texts, looks)
    if options.evasions:
        hidden = evading_texts(texts, most=options.evasions, seed=options.seed)
        tasks += guard_tasks(hidden, looks)
    system = SystemUnderTest(model=opened.identity)
    extent = Extent(limit=options.limit)
    plan = make_plan(SUITE, tasks, system, extent, seed=options.seed, nonce=options.nonce)
    return _whole_evasions(plan)


def _check_sources(texts: Iterable[LabelledText]) -> None:
    for text in texts:
        if text.source.endswith(SUFFIX):
            free = text.source.removesuffix(SUFFIX) or "SOURCE"
            raise DeclarationError(
                f"{text.source}, text '{text.id}': names that end in {SUFFIX} are for texts that "
                f'--evasions hides. Rename the file, or say "source": "{free}" in its lines'
            )


def _whole_evasions(plan: Plan) -> Plan:
    """Return the plan with every hidden text: the limit is one of plain texts."""
    pairs = zip(plan.tasks, plan.samples, strict=True)
    samples = tuple(
        task.samples if task.name.endswith(SUFFIX) else chosen for task, chosen in pairs
    )
    return Plan(
        spec=plan.spec, tasks=plan.tasks, samples=samples, epochs=plan.epochs, asked=plan.asked
    )


async def measure_guard(
    policy: str | Path,
    texts: Sequence[LabelledText],
    *,
    store: RunStore,
    options: MeasureOptions | None = None,
    clock: Clock | None = None,
    tally: Tally | None = None,
) -> GuardMeasured:
    """Ask the policy about every text that it was not asked about before; return what it did.

    A check that failed or was late is asked again by the same call. DeclarationError for what is
    declared wrong, before anything is asked.
    """
    options = convert(
        msgspec.to_builtins(options or MeasureOptions()), MeasureOptions, source="options"
    )
    clock = clock or SystemClock()
    opened = open_policy(policy, clock=clock, threads=options.workers, kept=False)
    model = PolicyModel(opened, clock)
    try:
        plan = plan_measure(opened, texts, options)
        await opened.guard.warm()
        services = Services(store=store, clock=clock, tag=options.tag)
        limits = Limits(workers=options.workers, fail_share=1.0)
        info = await execute(plan, model, services, limits, tally or Tally())
    finally:
        await model.close()
    return GuardMeasured(Run(store, info), opened.policy)
