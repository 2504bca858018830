from statera.records.requests import Chat, Likelihood
from statera.tasks.builtin import starter_misconceptions
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions
from tests.tasks.folder import shows
from tests.tasks.starter.trials import outcome_of_likelihoods, outcome_of_reply

DEFINITION = starter_misconceptions.definition
NOWHERE = DataFolder(None)


def test_the_prompts_are_the_worked_examples() -> None:
    measured = DEFINITION.load(TaskOptions(mode="loglikelihood"), NOWHERE)
    sample = next(sample for sample in measured.samples if "owl" in sample.input)
    request = measured.render(sample)
    assert isinstance(request, Likelihood)
    assert shows(starter_misconceptions.__doc__, request.context)
    assert " About three quarters of a full turn" in request.continuations
    chat = DEFINITION.load(TaskOptions(), NOWHERE).render(sample)
    assert isinstance(chat, Chat)
    assert shows(starter_misconceptions.__doc__, chat.messages[0].content)


def test_the_true_choice_is_right_in_both_modes() -> None:
    measured = DEFINITION.load(TaskOptions(mode="loglikelihood"), NOWHERE)
    asked = DEFINITION.load(TaskOptions(), NOWHERE)
    for sample in measured.samples[:4]:
        sums = [-1.0 if choice == sample.reference else -2.0 for choice in sample.choices]
        assert outcome_of_likelihoods(measured, sample, sums) == {"accuracy": "right"}
        right = "ABCD"[sample.answer or 0]
        assert outcome_of_reply(asked, sample, f"Answer: {right}") == {"accuracy": "right"}


def test_a_judge_finds_true_and_false_references_on_the_sample() -> None:
    for sample in DEFINITION.load(TaskOptions(), NOWHERE).samples:
        assert len(sample.accepted) >= 3
        assert len(sample.fields["wrong_references"]) == 3
