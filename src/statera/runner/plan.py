"""Everything that a run will ask, decided before the first request."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from statera.codec.canonical import canonical, digest, digest_bytes
from statera.metrics.catalogue import default_metrics, expand
from statera.protocols import Metric
from statera.records.requests import Chat, Complete, Message, Request, Sampling
from statera.records.samples import Sample
from statera.records.specs import RunSpec, SystemUnderTest, TaskSpec
from statera.runner.selection import check_known, limited, named
from statera.seeds import derive
from statera.tasks.task import Task


class Job(NamedTuple):
    """One sample to ask once."""

    task: Task
    sample: Sample
    epoch: int


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much of the tasks is asked; limit and epochs are not part of the run's identity.

    `limit` counts samples a task, `limits` those of single tasks by name; `epochs` None takes each
    task's own; `sample_ids` empty is all. `only` names samples by task, where ids may be the same
    in several.
    """

    limit: int | None = None
    limits: Mapping[str, int] = field(default_factory=dict)
    epochs: int | None = None
    sample_ids: tuple[str, ...] = ()
    only: Mapping[str, Collection[str]] | None = None

    @property
    def by_hand(self) -> bool:
        """True when samples are named, and so are no random subset."""
        return bool(self.sample_ids) or self.only is not None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A run, ready to be executed: its identity, and per task the samples that are asked.

    `note` says why the tasks are asked in another mode than they prefer, or is empty. `asked` holds
    what a person typed: `suite`, by task what loads it, the folder of the `data`. `examined` is
    what was found out about the endpoint just before: entries of the run's environment.
    """

    spec: RunSpec
    tasks: tuple[Task, ...]
    samples: tuple[Sequence[Sample], ...]
    epochs: tuple[int, ...]
    note: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    examined: Mapping[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many trials the run has when it is complete."""
        return sum(len(s) * e for s, e in zip(self.samples, self.epochs, strict=True))

    @property
    def requests(self) -> int:
        """The most requests that the complete run takes, where a trial may take several."""
        parts = zip(self.tasks, self.samples, self.epochs, strict=True)
        return sum(len(s) * e * task.requests for task, s, e in parts)

    def jobs(self, place: int, samples: Sequence[Sample] | None = None) -> Iterator[Job]:
        """Yield the trials of the task at `place`: all samples once, then all again.

        Those of `samples` only, when they are named.
        """
        for epoch in range(self.epochs[place]):
            for sample in self.samples[place] if samples is None else samples:
                yield Job(self.tasks[place], sample, epoch)

    def metrics(self, place: int) -> tuple[Metric, ...]:
        """Return the metrics of the task at `place`, pass@k written out for its epochs."""
        task = self.tasks[place]
        return expand(task.metrics or default_metrics(task.scorers), self.epochs[place])


def make_plan(
    suite: str,
    tasks: Sequence[Task],
    system: SystemUnderTest,
    extent: Extent,
    *,
    seed: int = 0,
    nonce: str = "",
) -> Plan:
    """Return the plan; DeclarationError for a sample id that no task has.

    Samples that are picked by hand are a run of their own.
    """
    check_known(extent.sample_ids, (s.id for task in tasks for s in task.samples))
    picked = [_picked(task, extent) for task in tasks]
    spec = RunSpec(
        suite=suite,
        system=system,
        tasks=tuple(task_spec(task) for task in tasks),
        seed=seed,
        chosen=_choice(picked) if extent.by_hand else "",
        nonce=nonce,
    )
    return Plan(
        spec=spec,
        tasks=tuple(tasks),
        samples=tuple(
            limited(samples, extent.limits.get(task.name, extent.limit), seed, paired=task.paired)
            for task, samples in zip(tasks, picked, strict=True)
        ),
        epochs=tuple(extent.epochs or task.epochs for task in tasks),
    )


def _picked(task: Task, extent: Extent) -> Sequence[Sample]:
    samples = task.samples
    if extent.sample_ids:
        samples = named(samples, extent.sample_ids)
    if extent.only is not None:
        samples = named(samples, extent.only.get(task.name, ()))
    return samples


def _choice(picked: Sequence[Sequence[Sample]]) -> str:
    return digest([[sample.id for sample in samples] for samples in picked])


def task_spec(task: Task) -> TaskSpec:
    """Return the task's part of the run's identity."""
    return TaskSpec(
        name=task.name,
        version=task.version,
        mode=task.options.mode,
        api=task.options.api,
        num_fewshot=task.num_fewshot,
        data=task.data,
        template=digest(task.template),
    )


def repeats_at_zero(plan: Plan) -> list[str]:
    """Return the tasks that are asked more than once at temperature 0: the same draw again.

    Looks at the requests as they are sent: a task's, a model file's or a flag's temperature.
    """
    asker, found = Asker(plan.spec), []
    for task, samples, epochs in zip(plan.tasks, plan.samples, plan.epochs, strict=True):
        if epochs > 1 and samples:
            request = asker.request(Job(task, samples[0], 0))
            if isinstance(request, Chat | Complete) and request.sampling.temperature == 0:
                found.append(task.name)
    return found


class Asker:
    """Turns a job into the request as sent and its generation key.

    The system message goes in front, what the user set explicitly overrides the task's sampling,
    and the request's seed is a hash of (run seed, sample, epoch), so that repeats are not copies; a
    task that draws several times in one trial numbers its draws by the seed of their sampling.
    """

    def __init__(self, spec: RunSpec) -> None:
        self._seed = spec.seed
        self._message = spec.system.system_message
        self._overrides: dict[str, Any] = dict(spec.system.sampling)
        self._system = digest(spec.system).encode()

    def request(self, job: Job) -> Request:
        """Return the first request with system message, overrides and seed."""
        return self.completed(job.task.render(job.sample), job)

    def completed(self, request: Request, job: Job) -> Request:
        """Return a request of the job with system message, overrides and seed."""
        if isinstance(request, Chat):
            messages = request.messages
            if self._message is not None:
                messages = (Message("system", self._message), *messages)
            return Chat(messages=messages, sampling=self._sampling(request.sampling, job))
        if isinstance(request, Complete):
            prompt = request.prompt
            if self._message is not None:
                prompt = f"{self._message}\n\n{prompt}"
            return Complete(prompt=prompt, sampling=self._sampling(request.sampling, job))
        return request

    def _sampling(self, sampling: Sampling, job: Job) -> Sampling:
        draw = () if sampling.seed is None else (sampling.seed,)
        seed = derive(self._seed, job.sample.id, job.epoch, *draw)
        return msgspec.structs.replace(sampling, **{"seed": seed, **self._overrides})

    def key(self, request: Request, epoch: int) -> str:
        """Return the generation key: the digest of system under test, request and epoch."""
        return digest_bytes(b"\0".join((self._system, canonical(request), str(epoch).encode())))
