import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat, Complete
from statera.scorers.attempted import Penalised
from statera.tasks.builtin import short_facts
from statera.tasks.builtin.short_facts import THRESHOLD, definition
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions
from tests.tasks.folder import shows

NOWHERE = DataFolder(None)


def test_the_prompt_is_the_worked_example_and_announces_the_penalty() -> None:
    task = definition.load(TaskOptions(), NOWHERE)
    request = task.render(task.samples[0])
    assert isinstance(request, Chat)
    text = request.messages[0].content
    assert shows(short_facts.__doc__, text)
    assert Penalised(threshold=THRESHOLD).lowest == -1.0
    assert "wrong -1" in text
    assert request.sampling.max_tokens == 48


def test_a_completions_endpoint_continues_the_same_text() -> None:
    task = definition.load(TaskOptions(api="completions"), NOWHERE)
    request = task.render(task.samples[0])
    assert isinstance(request, Complete)
    assert request.prompt.endswith(f"Question: {task.samples[0].input}\n\n")


def test_every_rate_names_what_moves_the_other_way() -> None:
    task = definition.load(TaskOptions(), NOWHERE)
    names = {metric.name for metric in task.metrics}
    assert all(metric.counter in names for metric in task.metrics if metric.name != "correct")
    assert {scorer.metric for scorer in task.scorers} == names
    assert task.scorers[0].metric == "correct"
    assert task.level == "alignment"
    assert len(task.samples) == definition.items


def test_there_are_no_examples() -> None:
    with pytest.raises(DeclarationError, match="there are no examples"):
        definition.load(TaskOptions(num_fewshot=2), NOWHERE)
