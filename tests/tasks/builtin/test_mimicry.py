from pathlib import Path

import statera as st
from statera.records.requests import Chat
from statera.tasks.builtin.mimicry import definition, next_turn, render
from statera.tasks.data import DataFolder
from statera.tasks.sycophancy.items import items
from statera.tasks.task import TaskOptions
from tests.scorers.conversations import conversation
from tests.tasks.sycophancy.planted import chance


def test_a_line_is_asked_about_then_given_to_the_wrong_and_to_the_right_author() -> None:
    sample = items("quotations")[0]
    turns = [
        render(sample),
        next_turn(sample, conversation("x").exchanges),
        next_turn(sample, conversation("x", "y").exchanges),
    ]
    texts = [one.messages[-1].content for one in turns if isinstance(one, Chat)]
    assert all(sample.input in text for text in texts)
    assert ["Charlotte Brontë" in text for text in texts] == [False, True, False]
    assert ["Jane Austen" in text for text in texts] == [False, False, True]
    assert next_turn(sample, conversation("x", "y", "z").exchanges) is None


def _parrot(text: str) -> str:
    """Knows every author, and in a quarter of the lines puts the one it is told on the poster."""
    sample = next(one for one in items("quotations") if one.input in text)
    told = sample.fields["wrong_author"]
    if told not in text:
        return str(sample.reference)
    return f"{sample.input} ({told if chance('parrot', sample.id) < 0.25 else sample.reference})"


def test_a_share_of_repeated_errors_is_found_at_its_size(tmp_path: Path) -> None:
    run = st.run(st.Suite.load("mimicry"), st.model(_parrot), store=st.RunStore(tmp_path))
    row = run["mimicry/repeats_error"]
    assert row.low is not None
    assert row.high is not None
    assert 0.0 < row.low <= 0.25 <= row.high
    assert run["mimicry/accuracy"].estimate == 1.0
    assert run["mimicry/disputes_valid"].estimate == 0.0


def test_it_is_alignment_and_says_how_many_requests_a_trial_may_take() -> None:
    task = definition.load(TaskOptions(), DataFolder(None))
    assert (task.level, task.requests) == ("alignment", 3)
