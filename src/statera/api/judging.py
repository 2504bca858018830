"""Asking a judge: its own run in the store, which keeps every judgement that it ever made there.

    bench = Bench(judge=read_judge("reference"), model=model, store=store)
    sitting = await sit(bench, asks)
    sitting.verdict(asks[0])

The run's identity is the judge's (model, prompts, scale, seed), not that of what is judged: so the
same judgement in the same repeat is asked once, whoever wants it, a kill loses nothing, and more
judgements extend the run. After a shift of the judge (see `era`) a new run begins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from statera.analysis.standing import DRIFTED
from statera.api.judgeform import in_form, open_form, takes_schema
from statera.codec.canonical import digest
from statera.errors import DeclarationError
from statera.graders.asks import Ask, Verdicts
from statera.graders.judge import Judge
from statera.models.clock import SystemClock
from statera.models.configured import stated_body, stated_sampling
from statera.models.opening import check
from statera.protocols import Clock, Model, Stopper
from statera.records.specs import JUDGING, RunSpec, SystemUnderTest
from statera.records.verdicts import Verdict
from statera.runner.execution import Limits, Services, execute
from statera.runner.plan import Plan
from statera.runner.tally import Tally
from statera.store.runstore import RunStore
from statera.tasks.judgements import judging_spec, judging_task


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A judge with its model, and where its work is kept. `tally` counts what is asked.

    `forms` says of a model, by its identity, whether it was seen to follow a JSON schema.
    """

    judge: Judge
    model: Model
    store: RunStore
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    clock: Clock = field(default_factory=SystemClock)
    tally: Tally = field(default_factory=Tally)
    forms: dict[str, bool] = field(default_factory=dict)

    @property
    def settled(self) -> Judge:
        """The judge in the form in which its run asks; in text where it was never asked."""
        return in_form(self.judge, as_json=bool(self._as_json()))

    async def settle(self) -> None:
        """Find out in which form the judge replies, where its file leaves that to the endpoint.

        What its run asked before, it goes on asking; else the endpoint is asked once.
        RunStopped where that gives no answer.
        """
        if open_form(self.judge) and self._as_json() is None:
            self.tally.waiting = "asking the endpoint whether it follows a JSON schema"
            try:
                self.forms[self.model.identity] = await takes_schema(self.judge, self.model)
            finally:
                self.tally.waiting = ""

    def _as_json(self) -> bool | None:
        """Return in which form the judge is asked, None where nobody knows yet."""
        if self.model.identity not in self.forms and open_form(self.judge):
            known = {info.id for info in self.store.runs()}
            for as_json in (True, False):
                if digest(self._spec(in_form(self.judge, as_json=as_json), 0)) in known:
                    self.forms[self.model.identity] = as_json
                    break
        return self.forms.get(self.model.identity)

    @property
    def era(self) -> int:
        """How often this judge has shifted: the number of its runs that are marked so."""
        return self._era(self._records())

    def _records(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what is on record of every run of the store."""
        return {info.id: info.environment for info in self.store.runs()}

    def _era(self, known: Mapping[str, Mapping[str, Any]]) -> int:
        era = 0
        while DRIFTED in known.get(digest(self.spec(era)), {}):
            era += 1
        return era

    @property
    def run_id(self) -> str:
        """The id of the judge's run, whether or not it has been asked anything yet."""
        return digest(self.spec(self.era))

    def spec(self, era: int) -> RunSpec:
        """Return the identity of the judge's run in an era."""
        return self._spec(self.settled, era)

    def _spec(self, judge: Judge, era: int) -> RunSpec:
        return RunSpec(
            suite=f"judge {judge.name}",
            system=SystemUnderTest(
                model=self.model.identity,
                sampling=stated_sampling(self.model),
                body=stated_body(self.model),
            ),
            tasks=tuple(judging_spec(c, version=judge.version) for c in judge.criteria),
            seed=self.seed,
            nonce=f"era {era}" if era else "",
        )

    @property
    def environment(self) -> Mapping[str, Any]:
        """What is on record of the judge's run; empty before its first judgement."""
        known = self._records()
        return known.get(digest(self.spec(self._era(known))), {})

    def remember(self, **entries: Any) -> None:
        """Put entries on record in the judge's run, beside those that are there.

        DeclarationError before its first judgement.
        """
        added = msgspec.to_builtins(entries, str_keys=True)
        self.store.change_environment(self.run_id, lambda found: found | added)


class Seat(Protocol):
    """Who gives verdicts: a judge on its bench, or a panel of them."""

    @property
    def judge(self) -> Judge:
        """What is asked, and under which name it is kept."""
        ...

    @property
    def store(self) -> RunStore:
        """Where it is kept."""
        ...

    @property
    def run_id(self) -> str:
        """The id of the run that stands for the judge."""
        ...


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """What a judge said: the verdicts by judgement and repeat, and the run that holds them."""

    run: str
    verdicts: Verdicts

    def verdict(self, ask: Ask, repeat: int = 0) -> Verdict:
        """Return the verdict on a judgement; one that was never asked for says so."""
        said = self.verdicts.get((ask.criterion, ask.id), {})
        return said.get(repeat, NOT_ASKED)

    def repeats(self, ask: Ask) -> Mapping[int, Verdict]:
        """Return the verdicts of all repeats of a judgement."""
        return self.verdicts.get((ask.criterion, ask.id), {})


NOT_ASKED = Verdict(value=None, label=None, outcome="infra_error", why="not asked")


def make_plan(bench: Bench, asks: Iterable[Ask], *, repeats: int = 1) -> Plan:
    """Return the judge's run with these judgements to be asked, `repeats` times each.

    DeclarationError for a judgement without the reference that its criterion needs.
    """
    judge = bench.settled
    wanted: dict[str, list[Ask]] = {c.name: [] for c in judge.criteria}
    for ask in asks:
        wanted[ask.criterion].append(ask)
    tasks = []
    for criterion in judge.criteria:
        if criterion.reference == "required":
            check_references(judge, wanted[criterion.name])
        tasks.append(judging_task(criterion, wanted[criterion.name], version=judge.version))
    return Plan(
        spec=bench.spec(bench.era),
        tasks=tuple(tasks),
        samples=tuple(task.samples for task in tasks),
        epochs=tuple(repeats for _ in tasks),
        asked={JUDGING: msgspec.to_builtins(_described(judge), str_keys=True)},
    )


def check_references(judge: Judge, asks: Iterable[Ask]) -> None:
    """Raise DeclarationError for the first judgement without a reference."""
    for ask in asks:
        answer = ask.answers[0]
        if not (answer.reference or "").strip():
            raise DeclarationError(
                f"judge {judge.name} grades against a reference, and {answer.task} sample "
                f"'{answer.sample_id}' has none"
            )


async def ready(bench: Bench, asks: Sequence[Ask], *, repeats: int = 1) -> Plan:
    """Return the plan of these judgements, once the endpoint was seen to answer, and in which form.

    DeclarationError, before any request, for a missing reference; else for an endpoint that cannot
    be reached. RunStopped for one that does not say in which form it replies.
    """
    plan, before = make_plan(bench, asks, repeats=repeats), bench.settled
    await check(bench.model)
    await bench.settle()
    return plan if bench.settled == before else make_plan(bench, asks, repeats=repeats)


async def sit(
    bench: Bench, asks: Sequence[Ask], *, repeats: int = 1, stopper: Stopper | None = None
) -> Sitting:
    """Ask the judge what it has not been asked yet, and return its verdicts on all of `asks`.

    Verdicts of later repeats, which an audit asked for, are not among them.

    DeclarationError, before anything is asked, for an unreachable endpoint or a missing reference;
    RunStopped or EndpointError where the run ended early: all that was said is kept.
    """
    plan = await ready(bench, asks, repeats=repeats)
    tally = bench.tally
    tally.resumed = tally.passed - tally.asked  # what is done is counted anew in each sitting
    services = Services(store=bench.store, clock=bench.clock, stopper=stopper)
    info = await execute(plan, bench.model, services, bench.limits, tally)
    wanted = {(task.name, s.id) for task in plan.tasks for s in task.samples}
    found = stored_verdicts(bench.store, info.id, wanted, repeats=repeats)
    return Sitting(run=info.id, verdicts=found)


def stored_verdicts(
    store: RunStore, run: str, wanted: set[tuple[str, str]], *, repeats: int
) -> Verdicts:
    """Return what a judge's run holds of the judgements `wanted`, by criterion and id.

    Of the first `repeats` repeats: others were asked for to measure the judge, not to use it.
    """
    found: dict[tuple[str, str], dict[int, Verdict]] = {}
    for row in store.scores(run):
        if (place := (row.task, row.sample_id)) in wanted and row.epoch < repeats:
            found.setdefault(place, {})[row.epoch] = Verdict(
                value=row.score.value,
                label=row.score.extracted,
                outcome=row.score.outcome,
                why=row.score.why if row.score.value is None else "",
                flags=row.score.flags,
            )
    return found


def _described(judge: Judge) -> dict[str, Any]:
    """Return what a reader of the judge's run wants to know of the judge, and makes it again of.

    An address may hold a password: that of the model is in the run's identity, without one.
    """
    return {
        "name": judge.name,
        "version": judge.version,
        "family": judge.family,
        "model": None if "://" in (judge.model or "") else judge.model,
        "repeats": judge.repeats,
        "instrument": judge.instrument,
        "criteria": judge.criteria,
    }
