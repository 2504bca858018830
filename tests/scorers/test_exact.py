"""Equal, under rules on case, space and punctuation."""

import pytest

from statera.scorers.exact import Exact
from tests.scorers.replies import QUESTION, reply


@pytest.mark.parametrize(
    ("scorer", "text", "outcome"),
    [
        (Exact(), "Paris", "right"),
        (Exact(), "  Paris \n", "right"),
        (Exact(ignore_space=False), " Paris", "wrong"),
        (Exact(), "Paris, France", "right"),
        (Exact(), "paris", "wrong"),
        (Exact(ignore_case=True), "PARIS", "right"),
        (Exact(), "Paris.", "wrong"),
        (Exact(ignore_punctuation=True), "«Paris!»", "right"),
        (Exact(value="Café"), "Cafe\u0301", "right"),
        (Exact(value="Rome"), "Paris", "wrong"),
        (Exact(), "<think>Rome</think>Paris", "right"),
        (Exact(), "", "unparsed"),
        (Exact(), "I cannot help with that.", "refused"),
    ],
)
def test_the_rules_forgive_what_they_name(scorer: Exact, text: str, outcome: str) -> None:
    assert scorer.score(QUESTION, reply(text)).outcome == outcome


def test_a_wrong_reply_that_was_cut_off_is_truncated() -> None:
    assert Exact().score(QUESTION, reply("The capital", "length")).outcome == "truncated"
    passed = Exact().score(QUESTION, reply("Paris", "length"))
    assert (passed.outcome, passed.flags) == ("right", ("cut_off",))


@pytest.mark.parametrize("text", ["Paris", "  Paris \n", "<think>Rome</think> Paris", "**Paris**"])
def test_the_span_is_the_reply_without_reasoning_and_space(text: str) -> None:
    score = Exact().score(QUESTION, reply(text))
    assert score.span is not None
    assert text[slice(*score.span)] == score.extracted
    assert Exact().score(QUESTION, reply("")).span is None
