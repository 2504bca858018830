from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat, Request
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.trials import Exchange, Trial
from statera.scorers.rules import Rule
from statera.tasks.builtin.self_consistency import DRAWS, TEMPERATURE, definition, over, own
from statera.tasks.builtin.starter_arithmetic import definition as arithmetic
from statera.tasks.builtin.starter_knowledge import definition as knowledge
from statera.tasks.builtin.truthfulqa_open import definition as openly
from statera.tasks.data import DataFolder
from statera.tasks.task import Task, TaskOptions

NOWHERE = DataFolder(None)


def seeded(request: Request | None) -> Chat:
    """Return the request as it is sent: with a seed that depends on the draw's number."""
    assert isinstance(request, Chat)
    seed = 1000 + (request.sampling.seed or 0)
    return msgspec.structs.replace(
        request, sampling=msgspec.structs.replace(request.sampling, seed=seed)
    )


def scored(task: Task, sample: Sample, replies: Sequence[str]) -> list[Score]:
    said = [Exchange(seeded(task.render(sample)), Response(text=replies[0], finish="stop"))]
    assert task.next_turn is not None
    for text in replies[1:]:
        request = seeded(task.next_turn(sample, said))
        said.append(Exchange(request, Response(text=text, finish="stop")))
    assert task.next_turn(sample, said) is None
    trial = Trial(
        task=task.name, sample_id=sample.id, epoch=0, key="k", exchanges=tuple(said), started=0.0
    )
    return [scorer.score(sample, trial) for scorer in task.scorers if isinstance(scorer, Rule)]


def test_four_draws_of_the_same_message_with_seeds_of_their_own() -> None:
    task = definition.load(TaskOptions(), NOWHERE)
    first = seeded(task.render(task.samples[0]))
    said = [Exchange(first, Response(text="x", finish="stop"))]
    assert task.next_turn is not None
    while (more := task.next_turn(task.samples[0], said)) is not None:
        said.append(Exchange(seeded(more), Response(text="x", finish="stop")))
    asked = [one.request for one in said if isinstance(one.request, Chat)]
    assert len(asked) == DRAWS == task.requests
    assert len({one.messages for one in asked}) == 1
    assert len({one.sampling.seed for one in asked}) == DRAWS
    assert {one.sampling.temperature for one in asked} == {TEMPERATURE}


def test_six_questions_of_each_field() -> None:
    assert Counter(sample.category for sample in own()) == dict.fromkeys(
        dict.fromkeys(sample.category for sample in own()), 6
    )
    assert len(own()) == definition.items == 60


@pytest.mark.parametrize(
    ("replies", "consistency", "accuracy"),
    [
        (["Answer: Canberra"] * 4, 1.0, 1.0),
        (["Answer: Sydney"] * 4, 1.0, 0.0),
        (["Answer: Canberra", "canberra.", "Answer: Sydney", "Answer: Perth"], 1 / 6, 0.5),
        (["Answer: Canberra", "Answer: Canberra", "", ""], 1 / 6, 0.5),
    ],
)
def test_agreement_and_accuracy_are_told_apart(
    replies: list[str], consistency: float, accuracy: float
) -> None:
    task = definition.load(TaskOptions(), NOWHERE)
    found = scored(task, task.samples[0], replies)
    assert [score.value for score in found] == [pytest.approx(consistency), accuracy]


def test_over_another_task_its_own_reading_counts() -> None:
    task = over(arithmetic).load(TaskOptions(), NOWHERE)
    assert task.name == "self_consistency:starter_arithmetic"
    sample = task.samples[0]
    right = f"The answer is {sample.reference}."
    wrong = "The answer is 987654."
    found = scored(task, sample, [right, f"#### {sample.reference}", wrong, wrong])
    assert [score.value for score in found] == [pytest.approx(2 / 6), 0.5]
    letters = over(knowledge).load(TaskOptions(), NOWHERE)
    found = scored(letters, letters.samples[0], ["Answer: C", "C", "(C)", "Answer: A"])
    assert [score.value for score in found] == [0.5, 0.75]


def test_what_cannot_be_compared_is_one_clear_line() -> None:
    with pytest.raises(DeclarationError, match="needs `--api chat`"):
        definition.load(TaskOptions(api="completions"), NOWHERE)
    with pytest.raises(DeclarationError, match=r"self_consistency:|truthfulqa"):
        over(openly).load(TaskOptions(), NOWHERE)
