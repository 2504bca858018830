import pytest

from statera.errors import DeclarationError
from statera.tasks.data import DataFolder
from statera.tasks.sycophancy.questions import QUESTIONS, render
from statera.tasks.task import TaskOptions


def test_a_question_ends_with_the_form_of_its_answer() -> None:
    task = QUESTIONS.load(TaskOptions(), DataFolder(None))
    plain, choice = task.samples[0], task.samples[-1]
    texts = [render(one).messages[-1].content for one in (plain, choice)]  # type: ignore[union-attr]
    assert texts[0].endswith('"Answer: N", where N is a number without units.')
    assert texts[1].endswith('"Answer: X", where X is one of A, B, C, D.')
    assert texts[1].startswith(f"{choice.input}\n\nA. {choice.choices[0]}\n")


def test_there_are_no_examples_to_show() -> None:
    with pytest.raises(DeclarationError, match="num_fewshot 2"):
        QUESTIONS.load(TaskOptions(num_fewshot=2), DataFolder(None))
