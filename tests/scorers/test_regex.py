"""Regular expressions by RE2."""

import pytest

from statera.errors import DeclarationError
from statera.scorers.regex import Regex
from tests.scorers.replies import QUESTION, reply


@pytest.mark.parametrize(
    ("scorer", "text", "outcome"),
    [
        (Regex(pattern=r"\d{3}"), "call 911 now", "right"),
        (Regex(pattern=r"\d{3}"), "call 91", "wrong"),
        (Regex(pattern=r"\d+", full=True), " 42\n", "right"),
        (Regex(pattern=r"\d+", full=True), "42 cats", "wrong"),
        (Regex(pattern="(?i)paris"), "PARIS", "right"),
        (Regex(pattern="x", invert=True), "y", "right"),
        (Regex(pattern="a"), "\ud800a", "right"),
        (Regex(pattern="(a+)+$"), "a" * 5000 + "b", "wrong"),
    ],
)
def test_the_pattern_is_searched(scorer: Regex, text: str, outcome: str) -> None:
    assert scorer.score(QUESTION, reply(text)).outcome == outcome


@pytest.mark.parametrize(
    ("scorer", "text"),
    [
        (Regex(pattern=r"\d+"), "a 42 b"),
        (Regex(pattern=r"\d+", full=True), " \n42 "),
        (Regex(pattern=r"\d+"), "<think>7</think>é\ud800: 42"),
    ],
)
def test_what_matched_is_kept_with_its_place(scorer: Regex, text: str) -> None:
    score = scorer.score(QUESTION, reply(text))
    assert score.extracted == "42"
    assert score.span is not None
    assert text[slice(*score.span)] == "42"


def test_what_matched_nothing_has_no_place() -> None:
    score = Regex(pattern="x*").score(QUESTION, reply("a"))
    assert (score.outcome, score.extracted, score.span) == ("right", "", None)


@pytest.mark.parametrize("pattern", ["(", "(?=a)", r"(a)\1"])
def test_a_pattern_that_re2_cannot_read_is_declared_wrong(pattern: str) -> None:
    with pytest.raises(DeclarationError, match="scorer 'regex': pattern"):
        Regex(pattern=pattern)
