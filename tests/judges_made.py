"""Stored runs with open answers, and judges on a bench: real stores, the scripted model."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from statera.api.judging import Bench
from statera.graders.judge import Judge, JudgeFile, judge_of, read_judge
from statera.models.callables import model
from statera.models.clock import SystemClock
from statera.models.script import Rule, Said, Script
from statera.models.scripted import ScriptedModel
from statera.protocols import Model
from statera.records.samples import Sample
from statera.records.specs import RunInfo, SystemUnderTest
from statera.records.verdicts import Answer
from statera.runner.execution import Limits, Services, execute
from statera.runner.plan import Extent, make_plan
from statera.runner.tally import Tally
from statera.scorers.kept import Kept
from statera.store.runstore import RunStore
from tests.tasks_made import task_of

PAIRWISE = read_judge("pairwise")
REFERENCE = read_judge("reference")
CHECKLIST = judge_of(
    JudgeFile(judge="list", kind="checklist", points=("Is it polite?", "Is it short?"))
)


def questions(count: int) -> list[Sample]:
    """Return questions with an ideal answer, in two categories."""
    return [
        Sample(
            id=f"q{i}",
            input=f"Question {i}?",
            reference=f"ideal {i}",
            category="even" if i % 2 == 0 else "odd",
        )
        for i in range(count)
    ]


def stored(
    store: RunStore, replies: Sequence[str], *, name: str = "m", task: str = "open", epochs: int = 1
) -> RunInfo:
    """Return the run of a model that gives these replies to as many questions."""
    said = {
        sample.input: text for sample, text in zip(questions(len(replies)), replies, strict=True)
    }
    answering = model(lambda text: said[text], name=name, takes="text")
    plan = make_plan(
        task,
        [task_of(questions(len(replies)), name=task, scorers=(Kept(),))],
        SystemUnderTest(model=name),
        Extent(epochs=epochs),
    )
    services = Services(store=store, clock=SystemClock())
    return asyncio.run(execute(plan, answering, services, Limits(workers=4), Tally()))


def scripted(*rules: tuple[str, Said], default: Said = "I cannot say.") -> ScriptedModel:
    """Return a model that answers a prompt which contains a text with the reply beside it."""
    made = tuple(Rule(contains=text, reply=reply) for text, reply in rules)
    return ScriptedModel(Script(rules=made, default=default))


def bench(
    judge: Judge, judging: Model, store: RunStore, *, seed: int = 0, repeats: int = 1
) -> Bench:
    """Return the judge on a bench."""
    asked = replace(judge, repeats=repeats)
    return Bench(judge=asked, model=judging, store=store, seed=seed, limits=Limits(workers=4))


def answer(output: str, *, sample: str = "q0", reference: str | None = "ideal") -> Answer:
    """Return a reply to a question."""
    return Answer(
        task="open",
        sample_id=sample,
        epoch=0,
        prompt=f"Question {sample}?",
        output=output,
        unit=sample,
        reference=reference,
    )


def write_judge(folder: Path, text: str, name: str = "judge.yaml") -> Path:
    """Write a judge's file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
