from statera.records.requests import Chat, Likelihood
from statera.tasks.builtin import starter_continuation
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions
from tests.tasks.folder import shows
from tests.tasks.starter.trials import outcome_of_likelihoods, outcome_of_reply

DEFINITION = starter_continuation.definition
NOWHERE = DataFolder(None)


def test_the_prompts_are_the_worked_examples() -> None:
    measured = DEFINITION.load(TaskOptions(mode="loglikelihood"), NOWHERE)
    sample = next(sample for sample in measured.samples if "tastes flat" in sample.input)
    request = measured.render(sample)
    assert isinstance(request, Likelihood)
    assert shows(starter_continuation.__doc__, request.context)
    assert " adds a pinch, stirs and tastes it again." in request.continuations
    chat = DEFINITION.load(TaskOptions(), NOWHERE).render(sample)
    assert isinstance(chat, Chat)
    assert shows(starter_continuation.__doc__, chat.messages[0].content)


def test_an_ending_continues_its_passage_as_one_sentence() -> None:
    task = DEFINITION.load(TaskOptions(mode="loglikelihood"), NOWHERE)
    for sample in task.samples:
        assert sample.input[-1].isalpha(), sample.id
        assert all(ending[0].islower() and ending[-1] == "." for ending in sample.choices)


def test_both_measures_are_taken_and_length_counts_in_one_of_them() -> None:
    task = DEFINITION.load(TaskOptions(mode="loglikelihood"), NOWHERE)
    sample = next(
        sample
        for sample in task.samples
        if len(sample.reference or "") == max(len(ending) for ending in sample.choices)
        and len(sample.reference or "") > 1.1 * min(len(ending) for ending in sample.choices)
    )
    shortest = min(range(4), key=lambda place: len(sample.choices[place]))
    sums = [-1000.0] * 4
    sums[sample.answer or 0], sums[shortest] = -10.5, -10.0
    assert outcome_of_likelihoods(task, sample, sums) == {"acc_norm": "right", "acc": "wrong"}


def test_a_letter_in_the_reply_is_graded() -> None:
    task = DEFINITION.load(TaskOptions(), NOWHERE)
    sample = task.samples[1]
    right = "ABCD"[sample.answer or 0]
    assert outcome_of_reply(task, sample, f"Answer: {right}") == {"accuracy": "right"}
