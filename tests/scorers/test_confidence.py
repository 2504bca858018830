from math import log

import pytest

from statera.records.responses import Response, TokenLogprob
from statera.records.samples import Sample
from statera.scorers.confidence import (
    MISSING,
    Brier,
    ConfidenceStated,
    stated,
    token_confidence,
)
from tests.scorers.conversations import BROKEN, conversation

CITY = Sample(id="q", input="Capital of Australia?", reference="Canberra")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Confidence: 85%", 0.85),
        ("**Confidence:** 85 %", 0.85),
        ("confidence = 85 percent", 0.85),
        ("My confidence level is 85%.", 0.85),
        ("Confidence: 0.85", 0.85),
        ("Confidence: .85", 0.85),
        ("Confidence: 85", 0.85),
        ("Confidence: 85/100", 0.85),
        ("Confidence: 8.5%", 0.085),
        ("Confidence: 0%", 0.0),
        ("Confidence: 100%", 1.0),
        ("Confidence: about 85% sure", 0.85),
        ("Confidence: 1", None),
        ("Confidence: 80-90%", None),
        ("Confidence: high", None),
        ("Confidence: N%", None),
        ("Confidence: 120%", None),
        ("Confidence: 85%\nConfidence: 40%", None),
        ("Confidence: 85%\nConfidence: 0.85", 0.85),
        ("I am 85% confident.", 0.85),
        ("Confidence: I'm about 85% sure.", 0.85),
        ("Confidence: eighty-five per cent", 0.85),
        ("Confidence: high (85%)", 0.85),
        ("Confidence: 85%, since it is well known.", 0.85),
        ("Confidence: 85 out of 100", 0.85),
        ("Confidence: 8,5 %", 0.085),
        ("## Confidence\n85%", 0.85),
        ("(Confidence: 85%)", 0.85),
        ("It is so, confidence 85%", 0.85),
        ("Confidence: 1.0", 1.0),
        ("Confidence: between 80% and 90%", None),
        ("Confidence: 85%, or rather 90%", None),
        ("85%", None),
        ("", None),
    ],
)
def test_a_confidence_is_read_exactly_or_not_at_all(line: str, value: float | None) -> None:
    found = stated(f"Answer: Canberra\n{line}")
    assert found.value == (None if value is None else pytest.approx(value))
    assert bool(found.why) == (value is None)


def test_scores_of_answers_with_and_without_a_confidence() -> None:
    brier, there = Brier(), ConfidenceStated()
    said = "Answer: {}\nConfidence: {}"
    for text, value, outcome in (
        (said.format("Canberra", "90%"), 0.01, "right"),
        (said.format("Sydney", "90%"), 0.81, "wrong"),
        (said.format("Sydney", "50%"), 0.25, "right"),
    ):
        score = brier.score(CITY, conversation(text))
        assert score.value == pytest.approx(value)
        assert score.outcome == outcome
        assert there.score(CITY, conversation(text)).value == 1.0
    bare = conversation("Answer: Canberra")
    assert (brier.score(CITY, bare).value, brier.score(CITY, bare).why) == (None, MISSING)
    assert brier.score(CITY, bare).flags == ()
    assert there.score(CITY, bare).value == 0.0
    for silent in ("Answer: I don't know\nConfidence: 90%", ""):
        assert brier.score(CITY, conversation(silent)).flags == ("undrawn",)
        assert there.score(CITY, conversation(silent)).flags == ("undrawn",)
    assert brier.score(CITY, conversation(BROKEN)).outcome == "infra_error"
    assert brier.better == "lower"


def reply(*tokens: tuple[str, float], text: str | None = None) -> Response:
    found = tuple(TokenLogprob(token, log(chance)) for token, chance in tokens)
    return Response(text=text or "".join(t for t, _ in tokens), finish="stop", logprobs=found)


def test_the_tokens_of_the_answer_alone_count() -> None:
    said = reply(("Answer:", 0.9), (" Can", 0.5), ("berra", 0.8), ("\nConfidence: 90%", 0.1))
    assert token_confidence(said, (8, 16)) == pytest.approx(0.4)
    padded = reply(("<s>", 1.0), ("Can", 0.5), ("berra", 0.8), text="Canberra")
    assert token_confidence(padded, (0, 8)) == pytest.approx(0.4)


def test_without_the_replys_own_tokens_there_is_none() -> None:
    assert token_confidence(Response(text="Canberra", finish="stop"), (0, 8)) is None
    assert token_confidence(reply(("Syd", 0.5), text="Canberra"), (0, 8)) is None
    assert token_confidence(reply(("Canberra", 0.5)), None) is None
