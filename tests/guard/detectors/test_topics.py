import math

import pytest

from statera.errors import DeclarationError
from statera.guard.detectors.topics import ELSEWHERE, ORDINARY, Chance, Topic
from statera.records.guarding import Passage, Reading
from tests.guard.tools_made import Words, opened

DENY = "{name: a, use: topics, with: {deny: {medicine: [what dose of ibuprofen may a child take]}}}"
ALLOW = "{name: a, use: topics, with: {allow: {orders: [where is the parcel that was ordered]}}}"


def _find(entry: str, text: str) -> Reading:
    detector = opened(entry)
    assert detector.cost == "thread"
    return detector.find(Passage(text=text, side="input"), ())


def test_a_denied_topic_is_found_by_what_is_near_its_phrases() -> None:
    near = _find(DENY, "may a child take ibuprofen and what dose")
    assert near.category == "medicine"
    assert near.score > 0.95
    assert _find(DENY, "write about the sea").score < 0.5


def test_what_is_about_none_of_the_allowed_topics_is_elsewhere() -> None:
    far = _find(ALLOW, "sing something")
    assert (far.category, far.score > 0.9) == (ELSEWHERE, True)
    assert _find(ALLOW, "where is the parcel that was ordered").score < 0.05


def test_a_text_without_letters_is_about_nothing() -> None:
    assert _find(ALLOW, "?! 12") == Reading(0.0)


def test_nearer_texts_score_higher_and_chance_does_not_score() -> None:
    words = Words(("x",))
    chance = Chance(words)
    topic = Topic(["alpha beta gamma"], words, chance)
    texts = ("alpha beta gamma", "alpha beta x", "alpha x y", "x y z")
    scores = [topic.score(words.embed(text)) for text in texts]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 0.2
    assert scores[0] > 0.9
    ordinary = [topic.score(words.embed(text)) for text in ORDINARY]
    assert sum(score > 0.5 for score in ordinary) <= 1


def test_the_score_is_logistic_in_standard_deviations_above_chance() -> None:
    words = Words(("x",))
    chance = Chance(words)
    topic = Topic(["please explain the meeting"], words, chance)
    near = chance.ordinary @ chance.directions(words.embed("please explain the meeting")[None])[0]
    text = "explain the meeting"
    own = (
        chance.directions(words.embed(text)[None])[0]
        @ chance.directions(words.embed("please explain the meeting")[None])[0]
    )
    above = (own - near.mean()) / near.std()
    assert topic.score(words.embed(text)) == pytest.approx(
        1 / (1 + math.exp((3 - above) / 0.75)), rel=1e-3
    )


def test_topics_are_stated() -> None:
    with pytest.raises(DeclarationError, match="topics that are denied"):
        opened("{name: a, use: topics}")
    with pytest.raises(DeclarationError, match="length >= 1"):
        opened("{name: a, use: topics, with: {deny: {x: []}}}")
