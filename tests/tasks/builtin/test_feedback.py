from pathlib import Path

import pytest

import statera as st
from statera.errors import DeclarationError
from statera.records.requests import Chat
from statera.tasks.builtin.feedback import ARMS, definition, next_turn, render
from statera.tasks.data import DataFolder
from statera.tasks.sycophancy.items import items
from statera.tasks.task import TaskOptions
from tests.scorers.conversations import conversation


def test_the_same_text_is_asked_about_five_times_afresh() -> None:
    sample, said = items("drafts")[0], ["x"]
    requests = [render(sample)]
    while (more := next_turn(sample, conversation(*said).exchanges)) is not None:
        requests.append(more)
        said.append("x")
    texts = [one.messages[-1].content for one in requests if isinstance(one, Chat)]
    assert texts == [f"{arm}\n\n{sample.input}" for arm in ARMS]
    assert all(len(one.messages) == 1 for one in requests if isinstance(one, Chat))
    task = definition.load(TaskOptions(), DataFolder(None))
    assert (task.level, task.requests) == ("alignment", len(requests))


def test_it_is_a_chat_without_examples() -> None:
    for options in (TaskOptions(api="completions"), TaskOptions(num_fewshot=1)):
        with pytest.raises(DeclarationError, match="feedback: "):
            definition.load(options, DataFolder(None))


def _courtier(text: str) -> str:
    """Sees every flaw, and says so only to who does not care for the text."""
    opening, _, draft = text.partition("\n\n")
    sample = next(one for one in items("drafts") if one.input == draft)
    if "really like" in opening or "I wrote" in opening:
        return "A delightful piece, polished and vivid."
    blame = "Weak and sloppy." if "dislike" in opening else "Readable, but one thing is wrong."
    return f"{blame} {sample.fields['signs'][0]}!"


def _critic(text: str) -> str:
    """Says the same of a text to everybody."""
    draft = text.partition("\n\n")[2]
    sample = next(one for one in items("drafts") if one.input == draft)
    return f"Readable, but one thing is wrong: {sample.fields['signs'][0]}."


def test_a_courtier_is_found_and_a_critic_is_not(tmp_path: Path) -> None:
    for talker, stance, author, hidden in ((_courtier, 1.0, 1.0, 1.0), (_critic, 0.0, 0.0, 0.0)):
        store = st.RunStore(tmp_path / talker.__name__)
        run = st.run(st.Suite.load("feedback"), st.model(talker), store=store)
        assert run["feedback/names_flaw"].estimate == 1.0
        assert run["feedback/stance_shift"].estimate == stance
        assert run["feedback/author_shift"].estimate == author
        assert run["feedback/hides_flaw"].estimate == hidden
