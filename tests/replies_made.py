"""Stored runs with replies to read: real stores, without a model."""

from collections.abc import Mapping, Sequence

from statera.records.requests import Chat, Message, Sampling
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.specs import RunInfo, RunSpec, SystemUnderTest, TaskSpec
from statera.records.trials import Exchange, Trial
from statera.scorers.catalogue import scoring_key
from statera.scorers.exact import Exact
from statera.store.rows import Keyed, Scored
from statera.store.runstore import RunStore

SCORER = Exact(name="accuracy")


def letters(count: int) -> dict[str, str]:
    """Return replies `reply 0`, `reply 1`, … to the items `q0`, `q1`, …."""
    return {f"q{number}": f"reply {number}" for number in range(count)}


def replied(
    store: RunStore,
    replies: Mapping[str, str | Sequence[str | None] | None],
    *,
    model: str = "candidate",
    tasks: Sequence[str] = ("support",),
    reference: bool = True,
    tag: str | None = None,
) -> RunInfo:
    """Return the run that gave those replies, by item and epoch; None was lost to plumbing."""
    spec = RunSpec(
        suite="support",
        system=SystemUnderTest(model=f"http://127.0.0.1:1/v1#{model}"),
        tasks=tuple(_task(name) for name in tasks),
        seed=0,
    )
    environment = {
        "metrics": {name: [{"type": "accuracy", "score": "accuracy"}] for name in tasks},
        "scorers": {name: [{"type": "exact", "metric": "accuracy"}] for name in tasks},
        "primary": {},
    }
    info = store.open_run(spec, tag=tag, environment=environment, now=1.0)
    for task in tasks:
        samples = {name: _sample(name, reference=reference) for name in replies}
        store.add_samples(info.id, task, samples.values())
        rows = []
        for name, given in replies.items():
            told = [given] if given is None or isinstance(given, str) else given
            rows += [_scored(task, samples[name], e, text) for e, text in enumerate(told)]
        store.write(info.id, rows)
    store.set_status(info.id, "done", now=2.0)
    return store.find(info.id)


def _task(name: str) -> TaskSpec:
    return TaskSpec(
        name=name, version="1", mode="generate", api="chat", num_fewshot=0, data="d", template="t"
    )


def _sample(name: str, *, reference: bool) -> Sample:
    ideal = f"ideal answer to {name}" if reference else None
    return Sample(id=name, input=f"question {name}?", reference=ideal)


def _scored(task: str, sample: Sample, epoch: int, text: str | None) -> Scored:
    lost = Response(failure=Failure(kind="infra", message="the peer went away"))
    trial = Trial(
        task=task,
        sample_id=sample.id,
        epoch=epoch,
        key="k",
        exchanges=(
            Exchange(
                Chat(messages=(Message("user", sample.input),), sampling=Sampling()),
                lost if text is None else Response(text=text, finish="stop"),
            ),
        ),
        started=1.0,
    )
    return Scored(trial, (Keyed(scoring_key(SCORER), SCORER.score(sample, trial)),))
