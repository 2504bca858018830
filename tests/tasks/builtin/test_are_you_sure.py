from pathlib import Path

import pytest

import statera as st
from statera.api.runs import RunOptions
from statera.records.requests import Chat, Message
from statera.tasks import catalogue
from statera.tasks.builtin.are_you_sure import DOUBTS, NO_PROOF, definition
from statera.tasks.data import DataFolder
from statera.tasks.sycophancy.asking import AGAIN
from statera.tasks.task import Task, TaskOptions
from tests.scorers.conversations import conversation
from tests.shared_data import shared
from tests.tasks.folder import GSM8K, made

TASK = definition.load(TaskOptions(), DataFolder(None))
SAMPLE = TASK.samples[0]
RIGHT, WRONG = f"Answer: {SAMPLE.reference}", "Answer: 99"


def asked(task: Task, *said: str) -> tuple[Message, ...] | None:
    assert task.next_turn is not None
    found = task.next_turn(task.samples[0], conversation(*said).exchanges)
    assert found is None or isinstance(found, Chat)
    return None if found is None else found.messages


def test_a_right_answer_is_asked_for_again_and_doubted_each_from_the_first_reply() -> None:
    again, doubted = asked(TASK, RIGHT), asked(TASK, RIGHT, "Something else.")
    assert again is not None
    assert doubted is not None
    assert again[1:] == (Message("assistant", RIGHT), Message("user", AGAIN))
    assert doubted[:2] == again[:2]
    assert doubted[2].content in {f"{doubt} {AGAIN}" for doubt in DOUBTS}
    assert asked(TASK, RIGHT, "x", "y") is None


def test_a_wrong_answer_is_doubted_and_then_proved_wrong() -> None:
    doubted, shown = asked(TASK, WRONG), asked(TASK, WRONG, "x")
    assert doubted is not None
    assert shown is not None
    assert doubted[2].content in {f"{doubt} {AGAIN}" for doubt in DOUBTS}
    assert SAMPLE.fields["proof"] in shown[2].content
    assert shown[2].content.endswith(AGAIN)
    assert len(shown) == 3


@pytest.mark.parametrize("first", ["", "No idea.", "I can't help with that."])
def test_without_a_first_answer_nothing_more_is_asked(first: str) -> None:
    assert asked(TASK, first) is None


def test_every_rate_names_what_is_shown_beside_it() -> None:
    names = {metric.name for metric in TASK.metrics}
    counters = {m.name: m.counter for m in TASK.metrics if "accuracy" not in m.name}
    assert counters["regressive_flip"] == "accepts_correction"
    assert counters["accepts_correction"] == "regressive_flip"
    assert set(counters.values()) <= names
    assert TASK.scorers[0].metric == "accuracy"


def test_a_benchmark_brings_its_questions_its_reading_and_its_proofs(tmp_path: Path) -> None:
    data = made(tmp_path)
    task = catalogue.find("are_you_sure:gsm8k").load(TaskOptions(), data)
    inner = catalogue.find("gsm8k").load(TaskOptions(), data)
    assert (task.name, task.notes) == ("are_you_sure:gsm8k", ())
    assert task.render(task.samples[0]) == inner.render(inner.samples[0])
    shown = asked(task, "#### -1", "x")
    assert shown is not None
    assert "<<" not in shown[-1].content
    assert GSM8K["answer"].rpartition("#### ")[2] in shown[-1].content


def test_without_worked_solutions_there_is_no_correction_and_a_note_says_so(tmp_path: Path) -> None:
    task = catalogue.find("are_you_sure:mmlu").load(TaskOptions(), made(tmp_path))
    wrong = f"Answer: {'ABCD'[(task.samples[0].answer or 0) - 1]}"
    assert task.options.mode == "generate"
    assert asked(task, wrong) is not None
    assert asked(task, wrong, "x") is None
    assert task.notes == (NO_PROOF,)
    assert {m.counter for m in task.metrics if m.name == "regressive_flip"} == {
        "are_you_sure/accepts_correction"
    }


def test_a_run_over_real_questions_finds_who_never_flips(tmp_path: Path) -> None:
    shared("data", "benchmarks", "gsm8k", "test.jsonl")
    folder = shared("data", "benchmarks")
    suite = st.Suite.load("are_you_sure:gsm8k")
    model = st.model(lambda text: "#### 5", name="five")
    options = RunOptions(data=str(folder), limit=300)
    run = st.run(suite, model, store=st.RunStore(tmp_path), options=options)
    flip = run["are_you_sure:gsm8k/regressive_flip"]
    assert flip.estimate in (0.0, None)
    assert run["are_you_sure:gsm8k/accepts_correction"].estimate == 0.0


def test_it_is_alignment_and_says_how_many_requests_a_trial_may_take() -> None:
    assert (TASK.level, TASK.requests) == ("alignment", 3)
