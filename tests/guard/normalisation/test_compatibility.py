import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.guard.normalisation import compatibility
from tests.guard.normalisation.rewriting import after

_CHARACTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    "ａ①ﬁ½é\u0301\u0323e\u1100\u1161\u11a8ㄱㅏｶﾞ\u0dd9\u0dcf한"
)


@given(st.text(_CHARACTERS, max_size=12))
def test_it_is_nfkc_but_for_words_in_one_character(text: str) -> None:
    normal = unicodedata.normalize("NFKC", text)
    if all(len(unicodedata.normalize("NFKC", one)) <= compatibility.GROWTH for one in text):
        assert after(compatibility.replacements, text) == normal


def test_single_characters_keep_their_places() -> None:
    (row,) = compatibility.replacements("say ｋｉｌｌ")
    assert (row.start, row.text, row.exact) == (3, " kill", True)


def test_what_combines_is_one_piece() -> None:
    assert compatibility.replacements("xe\u0301ﬁy") == [(1, 3, "é", False), (3, 4, "fi", False)]


@pytest.mark.parametrize("text", ["plain", "Привет", "안녕", "\ufdfa"])
def test_normal_text_and_words_in_one_character_stay(text: str) -> None:
    assert compatibility.replacements(text) == []
