"""Starter continuation: 52 everyday scenes with four ways to go on, one of them sensible.

Our own items, for demo and tests; asked like HellaSwag. By log-likelihood (each ending after the
context, a space between), the context is:

    The soup tastes flat, so the cook reaches for the salt. He

and a continuation ` adds a pinch, stirs and tastes it again.`. By generation from a chat model,
which is expected to reply `Answer: A`, the message is:

    Answer which ending continues the text best. Reply with one line of the form "Answer: X", where X is one of A, B, C, D.

    The soup tastes flat, so the cook reaches for the salt. He

    A. adds a pinch, stirs and tastes it again.
    B. tips in the whole box before trying any.
    C. rubs it into the handle of the ladle.
    D. sprinkles some on the floor by the door.

`acc` takes the ending with the highest sum of log-probabilities, `acc_norm` the highest sum per
character of the ending.
"""  # noqa: E501

from statera.records.samples import Sample
from statera.scorers.choice import Choice
from statera.scorers.choice_likelihood import ChoiceLikelihood
from statera.tasks.starter.definition import StarterTask
from statera.tasks.starter.prompts import ChoicePrompt
from statera.tasks.task import TaskOptions


def _task(sample: Sample) -> str:
    return "which ending continues the text best"


def _context(sample: Sample) -> str:
    return sample.input


def _prompt(options: TaskOptions) -> ChoicePrompt:
    return ChoicePrompt(options=options, task=_task, context=_context, letters=False)


definition = StarterTask(
    name="starter_continuation",
    summary="everyday scenes, which of four endings is the sensible one",
    items=52,
    prompt=_prompt,
    scorers={
        "loglikelihood": (
            ChoiceLikelihood(name="acc_norm", normalise="characters"),
            ChoiceLikelihood(name="acc"),
        ),
        "generate": (Choice(name="accuracy"),),
    },
)
