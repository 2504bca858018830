"""Likeness to a reference, against known answers."""

import pytest

from statera.errors import DeclarationError
from statera.records.samples import Sample
from statera.scorers.overlap import Chrf, Overlap, RougeL, TokenF1, words
from tests.scorers.replies import QUESTION, reply


@pytest.mark.parametrize(
    ("scorer", "said", "wanted", "value"),
    [
        (TokenF1(), "the cat sat", "A cat sat down.", 0.8),
        (TokenF1(), "", "", 1.0),
        (TokenF1(), "cat", "", 0.0),
        (TokenF1(), "cat cat", "cat", 2 / 3),
        (RougeL(), "the cat sat on the mat", "the cat is on the mat", 10 / 12),
        (RougeL(), "dog", "cat", 0.0),
        (RougeL(stem=True), "cats", "cat", 1.0),
        (Chrf(), "the cat sat", "the cat sat", 1.0),
        (Chrf(), "", "cat", 0.0),
    ],
)
def test_known_answers(scorer: Overlap, said: str, wanted: str, value: float) -> None:
    assert scorer.likeness(said, wanted) == pytest.approx(value)


def test_the_closest_reference_counts() -> None:
    score = TokenF1().score(QUESTION, reply("paris france"))
    assert (score.value, score.outcome) == (1.0, "right")


def test_the_value_is_graded_and_the_outcome_is_not() -> None:
    sample = Sample(id="q", input="?", reference="one two three four")
    low = TokenF1(least=0.6).score(sample, reply("one two x y"))
    assert (low.value, low.outcome) == (0.5, "wrong")
    turned = TokenF1(least=0.6, invert=True).score(sample, reply("one two x y"))
    assert (turned.value, turned.outcome, turned.metric) == (0.5, "right", "not_token_f1")


def test_words_are_what_squad_counts() -> None:
    assert words("The cat's  a-mat!") == ["cats", "amat"]


def test_a_threshold_outside_its_range_is_declared_wrong() -> None:
    with pytest.raises(DeclarationError, match="least"):
        TokenF1(least=0)
