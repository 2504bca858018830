"""How the starter suite words multiple choice: short, for one line of reply.

The limits are small so that a small model on a processor gets through the suite in minutes. So the
message asks for nothing but the final line, unlike `statera.tasks.choices`, which leaves room to
reason in front of it.

>>> print(one_line_question("Which is a mammal?", ("trout", "otter"), task="the question"))
Answer the question. Reply with one line of the form "Answer: X", where X is one of A, B.
<BLANKLINE>
Which is a mammal?
<BLANKLINE>
A. trout
B. otter
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from statera.records.requests import Chat, Complete, Likelihood, Message, Request, Sampling
from statera.records.samples import Sample
from statera.tasks.choices import LETTERS, lettered
from statera.tasks.task import TaskOptions

LETTER_TOKENS = 32
"""Room for `Answer: B`, also where a model greets first."""


def one_line_question(question: str, choices: Sequence[str], *, task: str) -> str:
    """Return the user's message; `task` is what is to be answered (`the question about law`)."""
    letters = ", ".join(LETTERS[: len(choices)])
    return (
        f'Answer {task}. Reply with one line of the form "Answer: X", '
        f"where X is one of {letters}.\n\n{question}\n\n{lettered(choices)}"
    )


def lettered_block(sample: Sample) -> str:
    """Return question, lettered lines and `Answer:`, for a model that continues text."""
    return f"{sample.input}\n{lettered(sample.choices)}\nAnswer:"


@dataclass(frozen=True, kw_only=True)
class ChoicePrompt:
    """Renders a sample with choices in each mode.

    `context` is the text in front of the continuations, which are the letters or, without
    `letters`, the choices themselves. `task` says in words what is to be answered.
    """

    options: TaskOptions
    task: Callable[[Sample], str]
    context: Callable[[Sample], str]
    letters: bool

    def __call__(self, sample: Sample) -> Request:
        """Return the request: log-likelihoods, a chat, or a text to continue."""
        if self.options.mode == "loglikelihood":
            shown = LETTERS[: len(sample.choices)] if self.letters else sample.choices
            continuations = tuple(f" {choice}" for choice in shown)
            return Likelihood(context=self.context(sample), continuations=continuations)
        if self.options.api == "completions":
            sampling = Sampling(max_tokens=LETTER_TOKENS, stop=("\n",))
            return Complete(prompt=lettered_block(sample), sampling=sampling)
        asked = one_line_question(sample.input, sample.choices, task=self.task(sample))
        return Chat(messages=(Message("user", asked),), sampling=Sampling(max_tokens=LETTER_TOKENS))
