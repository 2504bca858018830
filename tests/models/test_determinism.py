import asyncio

from hypothesis import given
from hypothesis import strategies as st

from statera.models.determinism import SENTENCE, Determinism, common_start, determinism, spread
from statera.models.script import Reply, Rule, Script, ScriptedFailure
from statera.models.scripted import ScriptedModel
from statera.records.requests import Chat, Complete
from statera.records.responses import Response, TokenLogprob


def said(text: str, *tokens: str, fingerprint: str | None = None) -> Response:
    logprobs = tuple(TokenLogprob(token, -1.0) for token in tokens)
    return Response(text=text, logprobs=logprobs, fingerprint=fingerprint)


@given(st.lists(st.text("ab", max_size=5), min_size=1))
def test_the_common_start_is_common_and_cannot_be_longer(texts: list[str]) -> None:
    place = common_start(texts)
    assert len({text[:place] for text in texts}) == 1
    longer = {text[: place + 1] for text in texts}
    assert len(longer) > 1 or min(len(text) for text in texts) == place


def test_a_difference_is_told_by_character_token_and_fingerprint() -> None:
    found = spread(
        [
            said("The sea", "The", " sea", fingerprint="fp_1"),
            said("The sky", "The", " sky", fingerprint="fp_2"),
            said("The sea", "The", " sea", fingerprint="fp_1"),
        ]
    )
    assert (found.answered, found.distinct, found.most_common) == (3, 2, 2)
    assert (found.first_different_character, found.first_different_token) == (5, 1)
    assert found.fingerprints == {"fp_1": 2, "fp_2": 1}
    assert str(found) == "2 replies, different from character 5, token 1 on"


def test_without_tokens_the_character_is_told() -> None:
    found = spread([said("abc"), said("abd", "abd")])
    assert (found.first_different_character, found.first_different_token) == (2, None)


def test_replies_without_a_text_are_left_out() -> None:
    found = spread([said("a"), said(""), Response(finish="stop")])
    assert found.answered == 1
    known = Determinism(calls=3, answered=1)
    assert str(known) == "3 identical calls at temperature 0: too few replies with a text (1)"


def test_calls_are_identical_and_half_of_them_are_made_at_once() -> None:
    model = ScriptedModel(Script(default=Reply(text="blue", delay=0.001)))
    found = asyncio.run(determinism(model, 20))
    assert (found.calls, found.answered, found.distinct) == (20, 20, 1)
    assert str(found) == "20 identical calls at temperature 0: 1 reply"
    assert (model.count, model.most_at_once) == (20, 10)
    asked = model.asked[0]
    assert isinstance(asked, Chat)
    assert all(other == asked for other in model.asked)
    assert (asked.sampling.temperature, asked.messages[0].content) == (0.0, SENTENCE)


def test_an_endpoint_that_refuses_tokens_is_asked_without() -> None:
    refused = Reply(failure=ScriptedFailure(message="no logprobs", first=1))
    model = ScriptedModel(Script(rules=(Rule(contains="sea", reply=refused),)))
    found = asyncio.run(determinism(model, 4, api="completions"))
    assert found.answered == 0
    assert isinstance(model.asked[-1], Complete)
    assert model.asked[-1].sampling.extra == {}
    some = ScriptedModel([Reply(failure=ScriptedFailure(message="no")), "a", "a", "b", "a"])
    told = str(asyncio.run(determinism(some, 4)))
    assert told.endswith("2 replies, different from character 0 on")


def test_what_failed_is_said() -> None:
    lost = Reply(failure=ScriptedFailure(message="busy"))
    some = ScriptedModel(["a", "a", lost, "a"])
    told = str(asyncio.run(determinism(some, 4)))
    assert told == "4 identical calls at temperature 0: 1 reply, 1 without a text"
