"""Starter arithmetic: 80 word problems of one to five steps whose answer is one number.

Our own items, for demo and tests; asked like GSM8K. The message to a chat model, which is expected
to end with `#### 3.5`:

    Solve the problem in short steps. Then write the answer, a number without units, on a last line that begins with "####".

    Six eggs cost 2.10. What do ten eggs cost at the same price each?

A completions endpoint continues, with no examples in front:

    Question: Six eggs cost 2.10. What do ten eggs cost at the same price each?
    Answer:

`strict` reads the number after `####`, `flexible` the last number of the reply; both are reported,
and numbers compare as numbers. The message has no `#### N` in it, which small models copy as it
stands.

52 problems were written one by one; the other 28 are instances of seven templates, and those of one
template share a cluster.
"""  # noqa: E501

from collections.abc import Callable

from statera.records.requests import Chat, Complete, Message, Request, Sampling
from statera.records.samples import Sample
from statera.scorers.number import Number
from statera.tasks.starter.definition import StarterTask
from statera.tasks.task import TaskOptions

INSTRUCTION = (
    "Solve the problem in short steps. Then write the answer, a number without units, "
    'on a last line that begins with "####".'
)
_TOKENS = 160


def _ask(sample: Sample) -> Request:
    asked = f"{INSTRUCTION}\n\n{sample.input}"
    return Chat(messages=(Message("user", asked),), sampling=Sampling(max_tokens=_TOKENS))


def _continue(sample: Sample) -> Request:
    sampling = Sampling(max_tokens=_TOKENS, stop=("Question:",))
    return Complete(prompt=f"Question: {sample.input}\nAnswer:", sampling=sampling)


def _prompt(options: TaskOptions) -> Callable[[Sample], Request]:
    return _continue if options.api == "completions" else _ask


definition = StarterTask(
    name="starter_arithmetic",
    summary="word problems of one to five steps, solved in free form",
    items=80,
    prompt=_prompt,
    scorers={
        "generate": (
            Number(name="flexible", form="flexible"),
            Number(name="strict", form="strict"),
        ),
    },
)
