"""Multiple choice, as every task of that kind words it: letters, lettered lines, a final form.

A chat model is asked to end with one line that can be read without guessing:

>>> print(question_with_options("Which is a mammal?", ("trout", "otter"), task="the question"))
Answer the question. End your reply with a line of the form "Answer: X", where X is one of A, B.
<BLANKLINE>
Which is a mammal?
<BLANKLINE>
A. trout
B. otter
"""

from collections.abc import Sequence
from typing import NamedTuple

from statera.seeds import unit

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Options(NamedTuple):
    """Choices in the order that they are shown, with the index of the right one."""

    choices: tuple[str, ...]
    answer: int


def lettered(choices: Sequence[str]) -> str:
    """Return one line a choice: `A. trout`; at most 26 choices."""
    lines = zip(LETTERS[: len(choices)], choices, strict=True)
    return "\n".join(f"{letter}. {choice}" for letter, choice in lines)


def question_with_options(question: str, choices: Sequence[str], *, task: str) -> str:
    """Return the user's message; `task` is what is to be answered (`the question about law`)."""
    letters = ", ".join(LETTERS[: len(choices)])
    return (
        f'Answer {task}. End your reply with a line of the form "Answer: X", '
        f"where X is one of {letters}.\n\n{question}\n\n{lettered(choices)}"
    )


def final_line(answer: int) -> str:
    """Return what the model is asked to end with: `Answer: B` for index 1."""
    return f"Answer: {LETTERS[answer]}"


def shuffled(choices: Sequence[str], answer: int, *, key: str) -> Options:
    """Return the choices in an order that depends on `key` alone, the same in every run."""
    order = sorted(range(len(choices)), key=lambda place: unit("choices", key, place))
    return Options(tuple(choices[place] for place in order), order.index(answer))
