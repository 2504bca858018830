"""Phrases that become patterns."""

import re

import pytest

from statera.scorers.reading.phrases import either

PATTERN = re.compile(either("can't | am  not able to"))


@pytest.mark.parametrize("text", ["can't", "can’t", "cant", "am not\nable to"])
def test_spaces_and_apostrophes_of_every_kind_match(text: str) -> None:
    assert PATTERN.fullmatch(text)


def test_nothing_else_matches() -> None:
    assert not PATTERN.search("can not")
