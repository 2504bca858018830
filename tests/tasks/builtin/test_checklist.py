import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat
from statera.scorers.checklist_kinds import ARMS
from statera.tasks.builtin.checklist import definition
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions
from tests.scorers.conversations import conversation

TASK = definition.load(TaskOptions(), DataFolder(None))


def test_each_arm_is_a_fresh_request() -> None:
    assert TASK.next_turn is not None
    for sample in TASK.samples:
        said = ["x"]
        first = TASK.render(sample)
        assert isinstance(first, Chat)
        texts = [first.messages[0].content]
        while (more := TASK.next_turn(sample, conversation(*said).exchanges)) is not None:
            assert isinstance(more, Chat)
            texts.append(more.messages[0].content)
            said.append("x")
        assert len(set(texts)) == len(texts) == len(sample.fields[ARMS]) <= TASK.requests
        assert not any("{" in text for text in texts)


def test_what_is_said_of_it_holds() -> None:
    assert len(TASK.samples) == definition.items == 72
    assert {sample.category for sample in TASK.samples} == {
        "negation",
        "coreference",
        "units",
        "dates",
        "names",
        "arithmetic",
    }
    assert (definition.name, definition.source, TASK.level) == (
        "checklist",
        "checklist",
        "reliability",
    )
    counters = {metric.name: metric.counter for metric in TASK.metrics}
    assert counters["invariance_failure"] == "directional_failure"
    assert counters["directional_failure"] == "invariance_failure"


def test_it_is_asked_in_chats_without_examples() -> None:
    with pytest.raises(DeclarationError, match="--api chat"):
        definition.load(TaskOptions(api="completions"), DataFolder(None))
    with pytest.raises(DeclarationError, match="num_fewshot 1"):
        definition.load(TaskOptions(num_fewshot=1), DataFolder(None))
