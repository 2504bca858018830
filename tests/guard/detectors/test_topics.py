import pytest

from statera.errors import DeclarationError
from statera.guard.detectors.topics import ELSEWHERE, Topic
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


def test_a_score_of_a_half_is_two_deviations_above_chance() -> None:
    words = Words(("x",))
    topic = Topic(["alpha beta"], words)
    scores = [topic.score(words.embed(text)) for text in ("alpha beta", "alpha x", "x y")]
    assert scores == sorted(scores, reverse=True)
    assert topic.score(words.embed("x y")) < 0.5 < topic.score(words.embed("alpha beta"))


def test_topics_are_stated() -> None:
    with pytest.raises(DeclarationError, match="topics that are denied"):
        opened("{name: a, use: topics}")
    with pytest.raises(DeclarationError, match="length >= 1"):
        opened("{name: a, use: topics, with: {deny: {x: []}}}")
