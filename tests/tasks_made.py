"""Small tasks for tests: real Task values, made of lists."""

from collections.abc import Sequence

from statera.protocols import Grader, Scorer
from statera.records.requests import Chat, Message, Request, Sampling
from statera.records.samples import Sample
from statera.scorers.exact import Exact
from statera.tasks.task import Task, TaskOptions


def sums(count: int) -> list[Sample]:
    """Return `What is i + i?` with the right answer, in two categories."""
    return [
        Sample(
            id=f"sums/v1/{i}",
            input=f"What is {i} + {i}?",
            reference=str(2 * i),
            category="even" if i % 2 == 0 else "odd",
        )
        for i in range(count)
    ]


def ask(sample: Sample) -> Request:
    """Render a sample as one user message."""
    return Chat(messages=(Message("user", sample.input),), sampling=Sampling(max_tokens=8))


def task_of(
    samples: Sequence[Sample],
    *,
    name: str = "sums",
    scorers: tuple[Scorer | Grader, ...] = (Exact(name="accuracy"),),
    template: str = "{{ input }}",
) -> Task:
    """Return a task over the samples, graded by comparison unless told otherwise."""
    return Task(
        name=name,
        version="1",
        options=TaskOptions(),
        samples=samples,
        render=ask,
        scorers=scorers,
        metrics=(),
        template=template,
    )
