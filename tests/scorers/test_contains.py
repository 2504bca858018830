"""Texts that a reply must, may, and must not contain."""

import pytest

from statera.errors import DeclarationError
from statera.scorers.contains import Contains
from tests.scorers.replies import QUESTION, reply


@pytest.mark.parametrize(
    ("scorer", "text", "outcome"),
    [
        (Contains(), "It is PARIS.", "right"),
        (Contains(), "It is Rome.", "wrong"),
        (Contains(ignore_case=False), "It is PARIS.", "wrong"),
        (Contains(all=("a", "b")), "b a", "right"),
        (Contains(all=("a", "b")), "a", "wrong"),
        (Contains(any=("a", "b")), "b", "right"),
        (Contains(any=("a", "b")), "c", "wrong"),
        (Contains(none=("a", "b")), "c", "right"),
        (Contains(none=("a", "b")), "c a", "wrong"),
        (Contains(all=("a",), any=("b", "c"), none=("d",)), "a c", "right"),
        (Contains(all=("a",), any=("b", "c"), none=("d",)), "a c d", "wrong"),
        (Contains(), "<think>Paris</think>Rome", "wrong"),
        (Contains(), "I'm sorry, but I can't help with that.", "refused"),
        (Contains(), "", "unparsed"),
        (Contains(none=("bomb",)), "", "unparsed"),
        (Contains(none=("bomb",)), "I can't help with that.", "right"),
    ],
)
def test_the_reply_is_searched(scorer: Contains, text: str, outcome: str) -> None:
    assert scorer.score(QUESTION, reply(text)).outcome == outcome


def test_what_is_missing_is_said() -> None:
    scorer = Contains(all=("dose", "aspirin"), none=("whisky",))
    assert scorer.score(QUESTION, reply("aspirin, whisky")).why == "lacks 'dose'; has 'whisky'"


def test_an_empty_text_is_declared_wrong() -> None:
    with pytest.raises(DeclarationError, match="empty text"):
        Contains(any=("",))
