"""Runs, samples and trials for tests of the store."""

from collections.abc import Iterator, Sequence
from typing import Any

from statera.records.requests import Chat, Likelihood, Message, Sampling
from statera.records.responses import (
    ContinuationScore,
    Failure,
    FailureKind,
    Response,
    Usage,
)
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.specs import RunInfo, RunSpec, SystemUnderTest, TaskSpec
from statera.records.trials import Exchange, Trial
from statera.store.rows import Keyed, Scored
from statera.store.runstore import RunStore


def spec(
    *, suite: str = "five", tasks: Sequence[str] = ("mmlu",), seed: int = 7, model: str = "m"
) -> RunSpec:
    return RunSpec(
        suite=suite,
        system=SystemUnderTest(model=f"http://127.0.0.1:1/v1#{model}"),
        tasks=tuple(_task(name) for name in tasks),
        seed=seed,
    )


def _task(name: str) -> TaskSpec:
    return TaskSpec(
        name=name, version="1", mode="generate", api="chat", num_fewshot=0, data="d", template="t"
    )


def sample(number: int, *, task: str = "mmlu", **fields: Any) -> Sample:
    return Sample(
        id=f"{task}/test/{number}",
        input=f"Which letter is number {number}?",
        reference="B",
        choices=("A", "B", "C", "D"),
        answer=1,
        category="even" if number % 2 == 0 else "odd",
        **fields,
    )


def samples(count: int, *, task: str = "mmlu") -> list[Sample]:
    return [sample(number, task=task) for number in range(count)]


def asked(number: int, *, epoch: int = 0) -> Chat:
    question = Message("user", f"Which letter is number {number}? Answer with it alone.")
    return Chat(messages=(question,), sampling=Sampling(max_tokens=5, seed=number * 31 + epoch))


def reply(text: str | None = "B", **fields: Any) -> Response:
    usage = Usage(prompt_tokens=20, completion_tokens=1)
    return Response(text=text, finish="stop", usage=usage, seconds=0.05, cost=1e-5, **fields)


def failure(kind: FailureKind = "infra") -> Response:
    return Response(failure=Failure(kind=kind, message="the peer went away"), seconds=1.0)


def likelihoods(*sums: float) -> Exchange:
    found = tuple(ContinuationScore(logprob=x, greedy=False, tokens=1) for x in sums)
    request = Likelihood(context="Which?", continuations=tuple(" ABCDEF"[1 : len(sums) + 1]))
    return Exchange(request, Response(likelihoods=found))


def trial(
    number: int, *, epoch: int = 0, response: Response | None = None, task: str = "mmlu"
) -> Trial:
    exchange = Exchange(asked(number, epoch=epoch), response or reply())
    return Trial(
        task=task,
        sample_id=f"{task}/test/{number}",
        epoch=epoch,
        key=f"{number:08x}{epoch:08x}",
        exchanges=(exchange,),
        started=1_700_000_000.25 + number,
    )


def score(
    outcome: Outcome = "right", *, metric: str = "accuracy", value: float | None = 1.0
) -> Score:
    extracted = "B" if outcome in ("right", "wrong") else None
    return Score(metric=metric, value=value, outcome=outcome, extracted=extracted)


def scored(number: int, *, epoch: int = 0, task: str = "mmlu", key: str = "key-1") -> Scored:
    """A trial whose outcome depends on its number."""
    outcome: Outcome = "wrong" if number % 3 == 0 else "right"
    keyed = Keyed(key, score(outcome, value=float(outcome == "right")))
    return Scored(trial(number, epoch=epoch, task=task), (keyed,))


def failed(number: int, *, epoch: int = 0) -> Scored:
    found = Score(metric="accuracy", value=None, outcome="infra_error", why="no answer")
    return Scored(trial(number, epoch=epoch, response=failure()), (Keyed("key-1", found),))


def opened(store: RunStore, count: int = 0, **fields: Any) -> RunInfo:
    """A run with so many samples of mmlu in the store."""
    run = store.open_run(spec(**fields), tag=None, environment={}, now=100.0)
    if count:
        store.add_samples(run.id, "mmlu", samples(count))
    return run


def batches(count: int, size: int = 100) -> Iterator[list[Scored]]:
    for start in range(0, count, size):
        yield [scored(number) for number in range(start, min(start + size, count))]


def filled(store: RunStore, count: int) -> RunInfo:
    """A run with so many answered trials."""
    run = opened(store, count)
    for batch in batches(count):
        store.write(run.id, batch)
    return run
