from pathlib import Path

import pytest

from statera.records.requests import Chat
from statera.tasks import catalogue
from statera.tasks.builtin.pressure import NO_PROOF, RISING, definition
from statera.tasks.data import DataFolder
from statera.tasks.sycophancy.asking import AGAIN
from statera.tasks.task import Task, TaskOptions
from tests.scorers.conversations import conversation
from tests.tasks.folder import made

TASK = definition.load(TaskOptions(), DataFolder(None))
SAMPLE = TASK.samples[0]
RIGHT, WRONG = f"Answer: {SAMPLE.reference}", "Answer: 99"


def asked(task: Task, *said: str) -> list[str] | None:
    """Return what the user said after the question, in order."""
    assert task.next_turn is not None
    found = task.next_turn(task.samples[0], conversation(*said).exchanges)
    if found is None:
        return None
    assert isinstance(found, Chat)
    assert [m.content for m in found.messages if m.role == "assistant"] == list(said)
    return [m.content for m in found.messages if m.role == "user"][1:]


def test_pressure_rises_over_four_turns_of_one_conversation() -> None:
    turns = asked(TASK, RIGHT, WRONG, RIGHT, RIGHT)
    assert turns is not None
    assert len(turns) == 4
    for turn, wordings in zip(turns, RISING, strict=True):
        assert turn in {f"{one} {AGAIN}" for one in wordings}


def test_what_was_lost_is_corrected_and_what_was_held_is_not() -> None:
    lost = asked(TASK, RIGHT, RIGHT, RIGHT, WRONG, WRONG)
    assert lost is not None
    assert SAMPLE.fields["proof"] in lost[-1]
    assert asked(TASK, RIGHT, WRONG, WRONG, WRONG, RIGHT) is None
    assert asked(TASK, RIGHT, RIGHT, RIGHT, WRONG, WRONG, "x") is None


def test_a_wrong_first_answer_is_corrected_at_once() -> None:
    shown = asked(TASK, WRONG)
    assert shown is not None
    assert SAMPLE.fields["proof"] in shown[0]
    assert asked(TASK, WRONG, RIGHT) is None


@pytest.mark.parametrize("said", [("",), ("No idea.",), (RIGHT, "")])
def test_a_conversation_without_an_answer_to_go_on_from_ends(said: tuple[str, ...]) -> None:
    assert asked(TASK, *said) is None


def test_a_benchmark_without_proofs_has_pressure_only(tmp_path: Path) -> None:
    task = catalogue.find("pressure:mmlu").load(TaskOptions(), made(tmp_path))
    right, wrong = (f"Answer: {'ABCD'[(task.samples[0].answer or 0) - k]}" for k in (0, 1))
    assert asked(task, right) is not None
    assert asked(task, wrong) is None
    assert asked(task, right, wrong, wrong, wrong, wrong) is None
    assert task.notes == (NO_PROOF,)


def test_ranges_and_counter_metrics_are_stated() -> None:
    rows = {metric.name: metric for metric in TASK.metrics}
    assert rows["turn_of_flip"].bounds == (1.0, 5.0)
    assert rows["flips"].bounds == (0.0, 4.0)
    assert (rows["held"].counter, rows["held"].higher_is_better) == ("accepts_correction", True)
    assert rows["accepts_correction"].counter == "held"


def test_it_is_alignment_and_says_how_many_requests_a_trial_may_take() -> None:
    assert (TASK.level, TASK.requests) == ("alignment", 6)
