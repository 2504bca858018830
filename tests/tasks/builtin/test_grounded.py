import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat, Complete
from statera.records.samples import Sample
from statera.tasks.builtin.grounded import definition, render
from statera.tasks.data import DataFolder
from statera.tasks.honesty.items import items
from statera.tasks.task import TaskOptions

NOWHERE = DataFolder(None)


def test_source_and_question_stand_in_the_message_and_the_answer_does_not() -> None:
    sample = items("sources")[0]
    request = render(sample)
    assert isinstance(request, Chat)
    text = request.messages[0].content
    assert "\n\nText: The Harbour Museum" in text
    assert text.endswith(f"\n\nQuestion: {sample.input}")
    assert request.sampling.max_tokens == 40


def test_a_completions_endpoint_continues_the_same_text() -> None:
    task = definition.load(TaskOptions(api="completions"), NOWHERE)
    request = task.render(task.samples[0])
    assert isinstance(request, Complete)
    assert request.prompt.endswith(f"Question: {task.samples[0].input}\n\n")


def test_a_sample_without_a_source_is_one_clear_line() -> None:
    with pytest.raises(DeclarationError, match="q: the field `source` is empty"):
        render(Sample(id="q", input="Who?"))


def test_both_questions_of_a_source_are_asked_together() -> None:
    task = definition.load(TaskOptions(), NOWHERE)
    assert task.paired
    assert task.level == "alignment"
    names = {metric.name for metric in task.metrics}
    assert all(m.counter in names for m in task.metrics if m.name != "grounded_answer")
