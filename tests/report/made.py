"""Stored runs and rulings for tests of what is shown of them, large and odd ones too."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from statera.api.comparisons import compare
from statera.api.stored import Run
from statera.diagnosis.diagnosis import diagnose
from statera.gate.ruling import Override, RuleRuling, Ruling, Verdict, together
from statera.metrics.catalogue import default_metrics
from statera.metrics.means import Macro
from statera.records.requests import Chat, Message
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.specs import RunSpec, SystemUnderTest, TaskSpec
from statera.records.trials import Exchange, Trial
from statera.report.content import Content, Subject
from statera.scorers.exact import Exact
from statera.store.rows import Keyed, Scored
from statera.store.runstore import RunStore

HOSTILE = (
    "</div></style></svg><script>alert('x')</script>"
    '"\' onload="alert(1)" <img src="http://example.invalid/x.png"> '
    "{{ 7 * 7 }} {% raw %} \u202egnp.exe\u2066 zero\u200bwidth \x1b[2J \x00 ]]> --> &lt;b&gt;"
)
VALUES: dict[Outcome, float] = {"right": 1.0, "wrong": 0.0}

Outcomes = Callable[[int, int], Outcome]
"""From the item's number and the epoch to what became of the trial."""


class Made(NamedTuple):
    """What a run is made of."""

    model: str
    samples: Sequence[Sample]
    outcomes: Outcomes
    epochs: int = 1
    reply: str = "Answer: A"
    system: str | None = None
    data: str = "d"


def rule(verdict: Verdict, name: str = "t/accuracy", **changes: object) -> RuleRuling:
    """Return a rule's ruling on made-up numbers; `changes` replace some of them."""
    made = RuleRuling(
        metric=name,
        category=None,
        rule=0,
        form="baseline",
        side="above",
        limit=-0.02,
        verdict=verdict,
        reason="because",
        value=0.01,
        candidate=0.82,
        base=0.81,
        lower=-0.01,
        upper=0.03,
        alpha=0.05,
        p_pass=0.01,
        p_fail=0.99,
        n=500,
        clusters=500,
        method="score",
    )
    return msgspec.structs.replace(made, **changes)


def ruling(rules: Sequence[RuleRuling], override: Override | None = None) -> Ruling:
    """Return the ruling of a gate with those rules."""
    return Ruling(
        gate="release",
        policy="0" * 32,
        alpha=0.05,
        verdict=together([rule.verdict for rule in rules]),
        rules=tuple(rules),
        candidate=("a" * 32,),
        notes=("a note",),
        override=override,
    )


def items(count: int, categories: Sequence[str], *, group: str | None = None) -> list[Sample]:
    """Return questions that take turns among the categories."""
    return [
        Sample(
            id=f"t/test/{number}",
            input=f"What is {number} + {number}?",
            choices=("A thing", "Another", "A third", "None"),
            answer=number % 4,
            category=categories[number % len(categories)] if categories else None,
            group=group,
        )
        for number in range(count)
    ]


def stored(folder: Path, made: Made, *, tag: str | None = None) -> Run:
    """Return the run, written to the folder's store."""
    store = RunStore(folder)
    scorers = (Exact(name="accuracy"),)
    metrics = (*default_metrics(scorers), Macro(score="accuracy"))
    environment = {"metrics": {"t": msgspec.to_builtins(metrics)}, "scorers": {}}
    info = store.open_run(_spec(made), tag=tag, environment=environment, now=1.7e9)
    store.add_samples(info.id, "t", made.samples)
    store.write(info.id, _trials(made))
    store.set_status(info.id, "done", now=1.7e9 + 60)
    return Run(store, store.find(info.id))


def _spec(made: Made) -> RunSpec:
    task = TaskSpec(
        name="t",
        version="1",
        mode="generate",
        api="chat",
        num_fewshot=0,
        data=made.data,
        template="e",
    )
    system = SystemUnderTest(model=made.model, system_message=made.system)
    return RunSpec(suite="t", system=system, tasks=(task,), seed=0)


def _trials(made: Made) -> list[Scored]:
    return [
        _scored(made, number, sample, epoch)
        for number, sample in ((int(s.id.rsplit("/", 1)[1]), s) for s in made.samples)
        for epoch in range(made.epochs)
    ]


def _scored(made: Made, number: int, sample: Sample, epoch: int) -> Scored:
    outcome = made.outcomes(number, epoch)
    failure = Failure(kind="infra", message=made.reply) if outcome == "infra_error" else None
    response = Response(text=None if failure else made.reply, failure=failure)
    trial = Trial(
        task="t",
        sample_id=sample.id,
        epoch=epoch,
        key=f"{made.model}{number}.{epoch}",
        exchanges=(Exchange(Chat(messages=(Message("user", sample.input),)), response),),
        started=1.7e9,
    )
    score = Score(
        metric="accuracy",
        value=VALUES.get(outcome),
        outcome=outcome,
        extracted=made.reply if outcome in VALUES else None,
    )
    return Scored(trial, (Keyed("k", score),))


def subject(run: Run) -> Subject:
    """Return a run as a page shows it."""
    groups = {frame.task: frozenset(frame.groups) for frame in run.frames}
    return Subject(run.info, run.metrics, run.health, groups)


def content(candidate: Run, base: Run | None = None, ruling: Ruling | None = None) -> Content:
    """Return what a page shows of one run, or of two with why they differ."""
    if base is None:
        return Content(candidate=subject(candidate), ruling=ruling)
    comparison = compare(candidate, base)
    return Content(
        candidate=subject(candidate),
        base=subject(base),
        comparison=comparison,
        ruling=ruling,
        diagnosis=diagnose(comparison),
    )
