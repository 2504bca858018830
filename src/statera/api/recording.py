"""Outputs that someone already has, as a run of the store, so that they can be judged and labelled.

    info = record_outputs(store, read_outputs(path), name="outputs.jsonl", now=clock.now())

The same outputs again are the same run. Nothing was asked from here, so nothing can be asked again.
"""

from collections.abc import Sequence

import msgspec

from statera.api.answers import OUTPUTS
from statera.codec.canonical import digest
from statera.records.requests import Chat, Message, Sampling
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.specs import RunInfo, RunSpec, SystemUnderTest, TaskSpec
from statera.records.trials import Exchange, Trial
from statera.records.verdicts import Answer
from statera.scorers.catalogue import scoring_key
from statera.scorers.kept import Kept
from statera.store.rows import Keyed, Scored
from statera.store.runstore import RunStore

_SCORER = Kept()
_BATCH = 1000


def record_outputs(store: RunStore, answers: Sequence[Answer], *, name: str, now: float) -> RunInfo:
    """Return the run that holds the outputs, each of an item of its own; `name` tells where from.

    `now` is in seconds since 1970 UTC.
    """
    spec = _spec(answers, name)
    scorer = msgspec.to_builtins(_SCORER)
    environment = {
        "scorers": {OUTPUTS: [scorer]},
        "metrics": {OUTPUTS: []},
        "primary": {OUTPUTS: _SCORER.metric},
    }
    done = {info.id for info in store.runs() if info.status == "done"}
    if digest(spec) in done:
        return store.find(digest(spec))
    info = store.open_run(spec, tag=None, environment=environment, now=now)
    store.add_samples(info.id, OUTPUTS, (_sample(answer) for answer in answers))
    for start in range(0, len(answers), _BATCH):
        store.write(info.id, [_scored(a, now) for a in answers[start : start + _BATCH]])
    store.set_status(info.id, "done", now=now)
    return store.find(info.id)


def _spec(answers: Sequence[Answer], name: str) -> RunSpec:
    asked = [[a.sample_id, a.prompt, a.reference, a.category, a.unit] for a in answers]
    said = digest([a.output for a in answers])
    task = TaskSpec(
        name=OUTPUTS,
        version="",
        mode="generate",
        api="chat",
        num_fewshot=0,
        data=digest(asked),
        template="",
    )
    model = f"outputs:{name}@{said[:12]}"
    return RunSpec(suite=OUTPUTS, system=SystemUnderTest(model=model), tasks=(task,), seed=0)


def _sample(answer: Answer) -> Sample:
    return Sample(
        id=answer.sample_id,
        input=answer.prompt,
        reference=answer.reference,
        category=answer.category,
        cluster=answer.unit,
    )


def _scored(answer: Answer, now: float) -> Scored:
    request = Chat(messages=(Message("user", answer.prompt),), sampling=Sampling())
    response = Response(text=answer.output, finish="stop")
    trial = Trial(
        task=OUTPUTS,
        sample_id=answer.sample_id,
        epoch=0,
        key=digest([answer.prompt, answer.output]),
        exchanges=(Exchange(request, response),),
        started=now,
    )
    score = _SCORER.score(_sample(answer), trial)
    return Scored(trial, (Keyed(scoring_key(_SCORER), score),))
