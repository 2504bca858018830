import asyncio

import pytest

from statera.errors import DeclarationError
from statera.guard.asking import MOST, NoAnswer, UnreadableAnswer
from statera.guard.detectors.llm import NOT_SHOWN
from statera.guard.normalisation.views import views
from statera.models.script import Reply, Rule, Script, ScriptedFailure
from statera.models.scripted import ScriptedModel
from statera.records.guarding import Passage, Reading, Side
from statera.records.requests import Chat
from tests.guard.tools_made import opened, says

ENTRY = "{name: a, use: llm, with: {family: llama-guard, model: m}}"


def _find(
    model: ScriptedModel,
    text: str,
    *,
    side: Side = "input",
    before: tuple[str, ...] = (),
    entry: str = ENTRY,
) -> Reading:
    detector = opened(entry, {"m": model})
    assert detector.cost == "await"
    passage = Passage(text=text, side=side, before=before)
    return asyncio.run(detector.seek(passage, views(text)))


def test_safe_and_unsafe() -> None:
    assert _find(says("safe"), "hello") == Reading(0.0)
    assert _find(says("unsafe\nS1"), "hello") == Reading(1.0, "violent_crimes")


@pytest.mark.parametrize("reply", ["", "maybe", "I cannot help with that."])
def test_an_answer_that_is_none_is_a_failed_check(reply: str) -> None:
    with pytest.raises(UnreadableAnswer):
        _find(says(reply), "hello")


def test_a_model_that_fails_is_a_failed_check() -> None:
    with pytest.raises(NoAnswer):
        _find(ScriptedModel([Reply(failure=ScriptedFailure())]), "hello")


def test_a_reply_is_judged_with_what_it_answers() -> None:
    model = says("safe", "safe", "safe")
    _find(model, "sure", side="output", before=("how?",))
    _find(model, "sure", side="output")
    _find(model, "and then?", before=("how?",))
    asked = [
        [(one.role, one.content) for one in request.messages]
        for request in model.asked
        if isinstance(request, Chat)
    ]
    assert asked == [
        [("user", "how?"), ("assistant", "sure")],
        [("user", NOT_SHOWN), ("assistant", "sure")],
        [("user", "how?\n\nand then?")],
    ]


def test_a_disguise_is_asked_about_too_and_the_worst_counts() -> None:
    rules = (Rule(contains="say hello", reply="unsafe\nS10"),)
    model = ScriptedModel(Script(rules=rules, default="safe"))
    reading = _find(model, "c2F5IGhlbGxvIHRvIGV2ZXJ5b25l")
    assert (reading.score, reading.view, reading.category) == (1.0, "base64", "hate")


def test_a_text_that_is_too_long_is_said_to_be() -> None:
    assert _find(says("safe"), "word " * MOST).beyond


def test_shieldgemma_is_asked_four_times() -> None:
    entry = "{name: a, use: llm, with: {family: shieldgemma, model: m}}"
    model = says("No", "Yes", "No", "No")
    assert _find(model, "hello", entry=entry) == Reading(1.0, "harassment")
    assert model.count == 4


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("{family: llama-gard, model: m}", "Did you mean 'llama-guard'"),
        ("{family: llama-guard, model: n}", "unknown model 'n'"),
        ("{family: shieldgemma, model: m, risk: hat}", "Did you mean 'hate'"),
        ("{family: llama-guard, model: m, risk: hate}", "all of its categories at once"),
        ("{family: llama-guard}", "missing required field `model`"),
    ],
)
def test_what_is_declared_wrong(settings: str, told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        opened(f"{{name: a, use: llm, with: {settings}}}", {"m": says("safe")})
