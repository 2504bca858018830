import json
from math import exp
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat, Complete, Likelihood
from statera.scorers.first_choices import FirstChoices
from statera.tasks.builtin import truthfulqa
from statera.tasks.data import DataFolder
from statera.tasks.task import Task, TaskOptions
from tests.shared_data import shared
from tests.tasks.folder import NO, YES, made, measured, replied, shows

LIKELIHOOD = TaskOptions(mode="loglikelihood")


def _task(folder: Path, options: TaskOptions) -> Task:
    return truthfulqa.definition.load(options, made(folder))


def test_the_prompts_are_the_worked_examples(tmp_path: Path) -> None:
    task = _task(tmp_path / "a", LIKELIHOOD)
    request = task.render(task.samples[0])
    assert isinstance(request, Likelihood)
    assert shows(truthfulqa.__doc__, request.context.rpartition("\n\n")[2])
    assert request.context.startswith("Q: What is human life expectancy")
    asked = _task(tmp_path / "b", TaskOptions())
    chat = asked.render(asked.samples[0])
    assert isinstance(chat, Chat)
    assert shows(truthfulqa.__doc__, chat.messages[0].content)


def test_one_request_has_the_choices_of_both_measures(tmp_path: Path) -> None:
    sample = _task(tmp_path, LIKELIHOOD).samples[0]
    assert sample.choices == (NO, YES, "No human work can be seen.", "Yes, at night.")
    assert sample.fields["mc1"] == 2
    assert sample.fields["labels"] == [1, 0, 1, 0]
    assert (sample.answer, sample.reference, sample.category) == (0, NO, "Misconceptions")


def test_both_measures_read_their_own_part(tmp_path: Path) -> None:
    task = _task(tmp_path, LIKELIHOOD)
    sample = task.samples[0]
    trial = replied(task.render(sample), measured(-2.0, -3.0, -1.0, -0.5))
    scores = {s.metric: s.score(sample, trial) for s in task.scorers if hasattr(s, "score")}
    assert (scores["mc1"].outcome, scores["mc1"].value) == ("right", 1.0)
    masses = [exp(-2.0), exp(-3.0), exp(-1.0), exp(-0.5)]
    assert scores["mc2"].value == pytest.approx((masses[0] + masses[2]) / sum(masses))


def test_letters_are_shuffled_by_the_sample_alone() -> None:
    folder = DataFolder(shared("data", "benchmarks"))
    first = truthfulqa.definition.load(TaskOptions(seed=1), folder)
    second = truthfulqa.definition.load(TaskOptions(seed=2), folder)
    assert [s.choices for s in first.samples] == [s.choices for s in second.samples]
    at_first = sum(sample.answer == 0 for sample in first.samples)
    expected = sum(1 / len(sample.choices) for sample in first.samples)
    assert abs(at_first - expected) < 4 * expected**0.5
    assert all(s.choices[s.answer or 0] == s.reference for s in first.samples)


def test_a_completions_endpoint_gets_the_letters_too(tmp_path: Path) -> None:
    task = _task(tmp_path, TaskOptions(api="completions"))
    request = task.render(task.samples[0])
    assert isinstance(request, Complete)
    assert request.prompt.endswith("\nAnswer:")


def test_there_are_no_further_examples(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="six fixed pairs"):
        _task(tmp_path, TaskOptions(num_fewshot=1))


def test_every_item_of_the_reference_is_rendered_and_scored_alike() -> None:
    task = truthfulqa.definition.load(LIKELIHOOD, DataFolder(shared("data", "benchmarks")))
    samples = {sample.id: sample for sample in task.samples}
    assert len(samples) == truthfulqa.definition.items
    scorer = task.scorers[0]
    assert isinstance(scorer, FirstChoices)
    path = shared("data", "reference", "truthfulqa_mc1_smollm2.jsonl")
    lines = path.read_text("utf-8").splitlines()
    for expected in map(json.loads, lines):
        sample = samples[expected["item_id"]]
        request = task.render(sample)
        assert isinstance(request, Likelihood)
        count = sample.fields["mc1"]
        assert request.context == expected["context"]
        assert list(request.continuations[:count]) == expected["continuations"]
        assert sample.answer == expected["gold"]
        sums = expected["loglikelihoods"] + [0.0] * (len(sample.choices) - count)
        score = scorer.score(sample, replied(request, measured(*sums)))
        assert (score.outcome == "right") is expected["correct"]
    assert len(lines) == 100
