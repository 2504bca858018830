"""Executes a plan: asks what is missing, grades it, stores it, and stops for a stated reason.

The same plan again resumes: a trial that has an answer is never asked twice, one that failed for
reasons of plumbing is.
"""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from statera.errors import DeclarationError, EndpointError, RunStopped, StateraError
from statera.protocols import Clock, Model, Stopper, Tools
from statera.records.contents import CONTENT, Content
from statera.records.requests import Likelihood, Request
from statera.records.samples import Sample
from statera.records.specs import EARLY, RunInfo, RunStatus
from statera.records.trials import Exchange, Trial
from statera.runner.environment import environment, renewed
from statera.runner.grading import Grading
from statera.runner.plan import Asker, Job, Plan
from statera.runner.selection import asked_order
from statera.runner.tally import ErrorBudget, Tally
from statera.store.journal import Journal
from statera.store.rows import Keyed, Scored
from statera.store.runstore import RunStore
from statera.store.sealing import check_key, check_readable


@dataclass(frozen=True, kw_only=True)
class Limits:
    """When to stop early, and how many trials are worked on at once.

    `max_cost` in US dollars; `fail_share` is the error budget in [0, 1].
    """

    workers: int = 64
    max_cost: float | None = None
    max_requests: int | None = None
    fail_share: float = 0.5


@dataclass(frozen=True, kw_only=True)
class Services:
    """What an execution is handed: the store, the clock, the graders' tools, a tag for the run.

    With a stopper, samples are asked in its batches and the run may end before its last one.
    `content` is the form in which the texts of sensitive tasks are kept.
    """

    store: RunStore
    clock: Clock
    tools: Tools = field(default_factory=Tools)
    tag: str | None = None
    stopper: Stopper | None = None
    content: Content = "full"


async def execute(
    plan: Plan, model: Model, services: Services, limits: Limits, tally: Tally
) -> RunInfo:
    """Bring the plan's run to its end and return it as stored.

    Raises RunStopped when a limit or the error budget ended it, EndpointError when the endpoint
    refused, StoreError when the store did; everything answered before is kept. A cancellation
    (Ctrl-C) marks the run interrupted and goes on.
    """
    execution = _Execution(plan, model, services, limits, tally)
    try:
        await execution.rescore()
        await execution.ask()
        execution.end()
    except BaseException as error:
        execution.mark(*_ending(error))
        raise
    return services.store.find(execution.info.id)


def _ending(error: BaseException) -> tuple[RunStatus, str]:
    """Return the status, with the reason, of a run that an exception ended."""
    if isinstance(error, asyncio.CancelledError | KeyboardInterrupt):
        return "interrupted", "interrupted by the user"
    reason = str(error) if isinstance(error, StateraError) else f"{type(error).__name__}: {error}"
    return "stopped", reason


class _Execution:
    def __init__(
        self, plan: Plan, model: Model, services: Services, limits: Limits, tally: Tally
    ) -> None:
        self.plan, self.model, self.services = plan, model, services
        self.limits, self.tally = limits, tally
        self.budget = ErrorBudget(limits.fail_share)
        self.asker = Asker(plan.spec)
        self.gradings = {t.name: Grading(t.scorers, services.tools) for t in plan.tasks}
        self.info = self._open()
        tally.total = tally.passed + plan.total + tally.ahead
        self.stop: RunStopped | None = None
        self.over_budget, self.last_failure = False, ""
        self.offered: set[tuple[str, str]] = set()

    def _open(self) -> RunInfo:
        content = self.services.content
        if content == "encrypted":
            check_key()
        store, found = self.services.store, environment(self.plan, self.services.tools, content)
        now = self.services.clock.now()
        info = store.open_run(self.plan.spec, tag=self.services.tag, environment=found, now=now)
        if (kept := info.environment.get(CONTENT, {})) != found[CONTENT]:
            raise DeclarationError(
                f"run {info.id[:8]} keeps its texts {next(iter(kept.values()), 'full')}: run it on "
                "with the same --content, or --fresh"
            )
        total = self._total_asked()
        info = store.change_environment(info.id, lambda old: renewed(old, found, total=total))
        self.environment = info.environment
        return info

    def _total_asked(self) -> int | None:
        """Return how many trials this execution brings the run to; None where that is open."""
        return None if self.services.stopper else self.plan.total

    def end(self) -> None:
        """Mark the run done; with a stopper, say why it stopped and keep what it looked at."""
        stopper = self.services.stopper
        if stopper is not None:
            found = {EARLY: stopper.record}
            self.services.store.change_environment(self.info.id, lambda old: old | found)
        self.mark("done", stopper.reason if stopper else "")

    def mark(self, status: RunStatus, reason: str = "") -> None:
        """Write down what became of the run."""
        now = self.services.clock.now()
        self.services.store.set_status(self.info.id, status, reason=reason, now=now)

    async def rescore(self) -> None:
        """Grade stored trials again whose scores were made by other scorers or versions."""
        store, run_id = self.services.store, self.info.id
        for task in self.plan.tasks:
            grading, lead = self.gradings[task.name], task.scorers[0].metric
            self.tally.rescored += await rescore(store, run_id, task.name, grading)
            if self.info.environment.get("primary", {}).get(task.name) != lead:
                store.set_primary(run_id, task.name, lead)

    async def ask(self) -> None:
        """Ask what is missing, batch by batch where a stopper says what comes next."""
        stopper = self.services.stopper
        if stopper is None:
            await self._ask(self._samples())
        else:
            while self.stop is None and (batch := stopper.next_batch(self.info.id)) is not None:
                await self._ask(batch)
        if stop := self.stop or self._too_many_failures():
            raise stop

    def _samples(self) -> Sequence[Sequence[Sample]]:
        """Return the plan's samples; of a run that once stopped early, in their seeded order.

        Bounds that hold at any time need to know in which order they were asked.
        """
        if EARLY not in self.environment:
            return self.plan.samples
        seed = self.plan.spec.seed
        parts = zip(self.plan.tasks, self.plan.samples, strict=True)
        return [[s[i] for i in asked_order(s, seed, paired=task.paired)] for task, s in parts]

    async def _ask(self, batch: Sequence[Sequence[Sample]]) -> None:
        """Ask what is missing of the batch, with a fixed number of workers on one stream."""
        store = self.services.store
        async with Journal(store, self.info.id, self.services.clock) as journal:
            jobs = self._missing(batch)
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(self.limits.workers):
                        group.create_task(self._work(jobs, journal))
            except BaseExceptionGroup as errors:
                raise _first(errors) from None

    def _too_many_failures(self) -> RunStopped | None:
        """Return why a run that asked everything is not done: too little of it got through.

        It is the whole run that counts, what earlier executions asked included.
        """
        outcomes = self.services.store.counts(self.info.id).outcomes
        failed, total = outcomes.get("infra_error", 0), sum(outcomes.values())
        if failed <= self.limits.fail_share * total:
            return None
        return RunStopped(f"{failed} of {total} trials got no answer, {self._budget_words()}")

    def _budget_words(self) -> str:
        allowed = f"more than {self.limits.fail_share:.0%} (--fail-on-error)"
        return f"{allowed}; the last: {self.last_failure}" if self.last_failure else allowed

    def _missing(self, batch: Sequence[Sequence[Sample]]) -> Iterator[Job]:
        """Yield what was neither answered before nor offered by an earlier batch."""
        store = self.services.store
        for place, task in enumerate(self.plan.tasks):
            content = self.environment[CONTENT].get(task.name, "full")
            store.add_samples(self.info.id, task.name, batch[place], content)
            answered = store.answered(self.info.id, task.name)
            new = [s for s in batch[place] if (task.name, s.id) not in self.offered]
            self.offered |= {(task.name, sample.id) for sample in new}
            for job in self.plan.jobs(place, new):
                if (job.sample.id, job.epoch) in answered:
                    self.tally.resumed += 1
                else:
                    yield job

    async def _work(self, jobs: Iterator[Job], journal: Journal) -> None:
        for job in jobs:
            if reason := self._reason_to_stop(job):
                self.stop = RunStopped(reason)
            if self.stop is not None:
                return
            self.tally.begun += 1
            trial = await self._answered(job)
            grading = self.gradings[job.task.name]
            content = self.environment[CONTENT].get(job.task.name, "full")
            if grading.waits:
                await journal.add(Scored(trial, content=content))
            scores = await grading(job.sample, trial)
            await journal.add(Scored(trial, scores, content))
            self._count(trial, scores)

    async def _answered(self, job: Job) -> Trial:
        first = request = self.asker.request(job)
        started = self.services.clock.now()
        exchanges = [Exchange(request, await self.model.answer(request))]
        while (more := _next_turn(job, exchanges)) is not None:
            request = self.asker.completed(more, job)
            exchanges.append(Exchange(request, await self.model.answer(request)))
        return Trial(
            task=job.task.name,
            sample_id=job.sample.id,
            epoch=job.epoch,
            key=self.asker.key(first, job.epoch),
            exchanges=tuple(exchanges),
            started=started,
        )

    def _count(self, trial: Trial, scores: tuple[Keyed, ...]) -> None:
        outcome = scores[0].score.outcome
        self.tally.add(trial, outcome)
        if outcome == "infra_error":
            self.last_failure = scores[0].score.why
        self.over_budget = self.budget.add(outcome == "infra_error")

    def _reason_to_stop(self, job: Job) -> str:
        tally, limits = self.tally, self.limits
        if self.over_budget:
            return f"{self.budget.describe()}, {self._budget_words()}"
        if limits.max_requests is not None and self._sent_with(job) > limits.max_requests:
            return f"the next request would pass --max-requests {limits.max_requests}"
        if limits.max_cost is not None and tally.cost >= limits.max_cost:
            return f"{tally.cost:.4f} US dollars spent (--max-cost)"
        return ""

    def _sent_with(self, job: Job) -> int:
        """Return the requests that are made when those in flight, and this job, have come back."""
        tally = self.tally
        each = max(tally.widest, job.task.requests) if tally.widest else _most_requests(job)
        return tally.requests + (tally.begun - tally.asked + 1) * each


def _next_turn(job: Job, exchanges: Sequence[Exchange]) -> Request | None:
    """Return what the task asks next; nothing after a failure of plumbing."""
    failure = exchanges[-1].response.failure
    if job.task.next_turn is None or (failure is not None and failure.kind == "infra"):
        return None
    return job.task.next_turn(job.sample, exchanges)


def _most_requests(job: Job) -> int:
    """Return the most requests that a trial may take: one a continuation, or a conversation's."""
    request = job.task.render(job.sample)
    return len(request.continuations) if isinstance(request, Likelihood) else job.task.requests


async def rescore(
    store: RunStore,
    run_id: str,
    task: str,
    grading: Grading,
    *,
    only: Collection[tuple[str, str]] | None = None,
) -> int:
    """Grade the stored trials of a task that lack a score under the current keys; count them.

    `only` names the items, by task and sample, that are graded; None for all.
    """
    count, batch = 0, []
    stored = store.find(run_id).environment
    for sample, trial in store.unscored(run_id, task, grading.keys):
        check_readable(stored, task)
        if only is not None and (task, sample.id) not in only:
            continue
        batch.append(Scored(trial, await grading(sample, trial)))
        count += 1
        if len(batch) >= 500:
            store.write_scores(run_id, batch)
            batch = []
    store.write_scores(run_id, batch)
    return count


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what ended the run: a refusal by the endpoint before anything else."""
    found: list[BaseException] = []
    waiting: list[BaseException] = [errors]
    while waiting:
        error = waiting.pop()
        if isinstance(error, BaseExceptionGroup):
            waiting.extend(error.exceptions)
        else:
            found.append(error)
    return min(found, key=lambda error: (not isinstance(error, EndpointError),))
