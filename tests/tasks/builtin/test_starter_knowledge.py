from statera.records.requests import Chat, Likelihood
from statera.tasks.builtin import starter_knowledge
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions
from tests.tasks.folder import shows
from tests.tasks.starter.trials import outcome_of_likelihoods, outcome_of_reply

DEFINITION = starter_knowledge.definition
NOWHERE = DataFolder(None)


def test_the_prompts_are_the_worked_examples() -> None:
    measured = DEFINITION.load(TaskOptions(mode="loglikelihood"), NOWHERE)
    sample = next(sample for sample in measured.samples if "pupil" in sample.input)
    request = measured.render(sample)
    assert isinstance(request, Likelihood)
    assert shows(starter_knowledge.__doc__, request.context)
    assert request.continuations == (" A", " B", " C", " D")
    chat = DEFINITION.load(TaskOptions(), NOWHERE).render(sample)
    assert isinstance(chat, Chat)
    assert shows(starter_knowledge.__doc__, chat.messages[0].content)


def test_the_likeliest_letter_is_graded() -> None:
    task = DEFINITION.load(TaskOptions(mode="loglikelihood"), NOWHERE)
    sample = task.samples[0]
    right = [-1.0 if place == sample.answer else -2.0 for place in range(4)]
    wrong = [-2.0 if place == sample.answer else -1.0 for place in range(4)]
    assert outcome_of_likelihoods(task, sample, right) == {"accuracy": "right"}
    assert outcome_of_likelihoods(task, sample, wrong) == {"accuracy": "wrong"}


def test_a_letter_in_the_reply_is_graded() -> None:
    task = DEFINITION.load(TaskOptions(), NOWHERE)
    sample = task.samples[0]
    letters = "ABCD"
    assert outcome_of_reply(task, sample, f"Answer: {letters[sample.answer or 0]}") == {
        "accuracy": "right"
    }
    assert outcome_of_reply(task, sample, f"Answer: {letters[(sample.answer or 0) - 1]}") == {
        "accuracy": "wrong"
    }
    assert outcome_of_reply(task, sample, "I like owls.") == {"accuracy": "unparsed"}
