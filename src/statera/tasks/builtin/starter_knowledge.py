"""Starter knowledge: 96 questions of school and college, eight in each of twelve subjects.

Our own items, for demo and tests; asked like MMLU. By log-likelihood (which of " A", " B", " C",
" D" is the likeliest continuation?), the context is:

    The following are multiple choice questions (with answers) about human body.

    Which part of the eye changes the size of the pupil?
    A. Cornea
    B. Lens
    C. Retina
    D. Iris
    Answer:

By generation from a chat model, which is expected to reply `Answer: D`, the message is:

    Answer the question about human body. Reply with one line of the form "Answer: X", where X is one of A, B, C, D.

    Which part of the eye changes the size of the pupil?

    A. Cornea
    B. Lens
    C. Retina
    D. Iris

The category is the subject.
"""  # noqa: E501

from statera.records.samples import Sample
from statera.scorers.choice import Choice
from statera.scorers.choice_likelihood import ChoiceLikelihood
from statera.tasks.starter.definition import StarterTask
from statera.tasks.starter.prompts import ChoicePrompt, lettered_block
from statera.tasks.task import TaskOptions


def _subject(sample: Sample) -> str:
    return (sample.category or "").replace("_", " ")


def _task(sample: Sample) -> str:
    return f"the question about {_subject(sample)}"


def _context(sample: Sample) -> str:
    about = f"The following are multiple choice questions (with answers) about {_subject(sample)}."
    return f"{about}\n\n{lettered_block(sample)}"


def _prompt(options: TaskOptions) -> ChoicePrompt:
    return ChoicePrompt(options=options, task=_task, context=_context, letters=True)


definition = StarterTask(
    name="starter_knowledge",
    summary="school and college questions in 12 subjects, four options each",
    items=96,
    prompt=_prompt,
    scorers={
        "loglikelihood": (ChoiceLikelihood(name="accuracy"),),
        "generate": (Choice(name="accuracy"),),
    },
)
