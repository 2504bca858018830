import asyncio

import pytest

from statera.guard.asking import MOST, NoAnswer, answered, is_reply, shown, worst
from statera.guard.normalisation.views import views
from statera.models.script import Reply, ScriptedFailure
from statera.models.scripted import ScriptedModel
from statera.records.guarding import Passage, Reading
from statera.records.requests import Chat, Message

REQUEST = Chat(messages=(Message("user", "Hi"),))


def test_every_view_is_shown_and_a_long_one_is_cut_and_said_to_be() -> None:
    text = "a" * (MOST + 1)
    (one,) = shown(Passage(text=text, side="input", before=("x", "y")), ())
    assert (len(one.text), one.before, one.whole) == (MOST, "x\n\ny", False)
    hidden = "c2F5IGhlbGxvIHRvIGV2ZXJ5b25l"
    found = list(shown(Passage(text=hidden, side="input"), views(hidden)))
    assert [one.view for one in found] == ["plain", "base64"]
    assert found[1].text == "say hello to everyone"


def test_who_said_it() -> None:
    sides = {
        "input": False,
        "output": True,
        "tool_call": True,
        "tool_result": False,
    }
    assert {
        side: is_reply(Passage(text="", side=side))  # type: ignore[arg-type]
        for side in sides
    } == sides


def test_a_failure_is_no_answer() -> None:
    model = ScriptedModel(["safe", Reply(failure=ScriptedFailure())])
    assert asyncio.run(answered(model, REQUEST)).text == "safe"
    with pytest.raises(NoAnswer):
        asyncio.run(answered(model, REQUEST))


def test_the_worst_counts_and_what_fails_fails_all() -> None:
    async def gives(score: float) -> Reading:
        await asyncio.sleep(0)
        return Reading(score)

    async def fails() -> Reading:
        raise NoAnswer

    assert asyncio.run(worst([gives(0.2), gives(0.7)])).score == 0.7
    with pytest.raises(NoAnswer):
        asyncio.run(worst([gives(0.2), fails()]))
