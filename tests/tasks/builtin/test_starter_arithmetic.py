import pytest

from statera.records.requests import Chat, Complete
from statera.tasks.builtin import starter_arithmetic
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions
from tests.tasks.folder import shows
from tests.tasks.starter.trials import outcome_of_reply

DEFINITION = starter_arithmetic.definition
NOWHERE = DataFolder(None)


def test_the_prompts_are_the_worked_examples() -> None:
    asked = DEFINITION.load(TaskOptions(), NOWHERE)
    sample = next(sample for sample in asked.samples if "Six eggs" in sample.input)
    chat = asked.render(sample)
    assert isinstance(chat, Chat)
    assert shows(starter_arithmetic.__doc__, chat.messages[0].content)
    continued = DEFINITION.load(TaskOptions(api="completions"), NOWHERE).render(sample)
    assert isinstance(continued, Complete)
    assert shows(starter_arithmetic.__doc__, continued.prompt)


def test_the_worked_solution_of_every_item_is_read_as_right_in_both_ways() -> None:
    task = DEFINITION.load(TaskOptions(), NOWHERE)
    for sample in task.samples:
        reply = f"{sample.fields['solution']}\n#### {sample.reference}"
        assert outcome_of_reply(task, sample, reply) == {"flexible": "right", "strict": "right"}


@pytest.mark.parametrize(
    ("reply", "flexible", "strict"),
    [
        ("#### 3.50", "right", "right"),
        ("So it is $3.50", "right", "unparsed"),
        ("#### 35", "wrong", "wrong"),
        ("no idea", "unparsed", "unparsed"),
    ],
)
def test_strict_and_flexible_are_both_reported(reply: str, flexible: str, strict: str) -> None:
    task = DEFINITION.load(TaskOptions(), NOWHERE)
    sample = next(sample for sample in task.samples if "Six eggs" in sample.input)
    assert outcome_of_reply(task, sample, reply) == {"flexible": flexible, "strict": strict}
