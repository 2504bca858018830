"""Where a text may be cut: known places, and that a longer text has the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.guard.boundaries import EXTENSION, cut

_TEXTS = st.text(
    st.sampled_from([*"ab c\n.,", "\u0301", "\u200d", "👩", "🏽", "🇩", "漢", "字", "。", "\u00ad"]),
    max_size=60,
)


@pytest.mark.parametrize(
    ("text", "least", "place"),
    [
        ("one two three", 5, 7),
        ("one two three", 7, 7),
        ("one  two", 3, 3),
        ("one two  three", 8, None),
        ("one two", 5, None),
        ("漢字漢字", 2, 2),
        ("漢字。漢字", 2, 2),
        ("한국어 텍스트", 1, 3),
        ("cafe\u0301 noir", 4, 5),
        ("漢字👩\u200d👩漢字", 3, 6),
        ("aGVsbG8gd29ybGQ= and", 4, 16),
        ("%68%65%6c%6c%6f and", 4, 15),
        ("see 68 65 6c 6c 6f there is", 6, 24),
        ("say .... . .-.. .-.. --- to them", 8, 27),
        (f"{'QUJD' * 19}\n{'QUJD' * 19}\nall said", 60, 157),
    ],
)
def test_a_cut_lies_between_words_and_signs(text: str, least: int, place: int | None) -> None:
    assert cut(text, least, ended=False) == place
    assert cut(text, least, ended=True) == (len(text) if place is None else place)


def test_a_run_without_spaces_is_cut_only_when_it_goes_on_too_long() -> None:
    assert cut("a" * (EXTENSION + 10), 10, ended=False) is None
    assert cut("a" * (EXTENSION + 11), 10, ended=False) == EXTENSION + 10
    marks = "a" * (EXTENSION + 10) + "\u0301" * 99
    assert cut(marks, 10, ended=False) == EXTENSION + 10 + 32


@settings(deadline=None)
@given(_TEXTS, _TEXTS, st.integers(1, 40))
def test_a_longer_text_has_the_same_cut(text: str, more: str, least: int) -> None:
    place = cut(text, least, ended=False)
    if place is not None:
        assert cut(text + more, least, ended=False) == place
        assert cut(text + more, least, ended=True) == place
        assert least <= place < len(text)
    else:
        after = cut(text + more, least, ended=False)
        assert cut(text + more, least, ended=False, seen=len(text)) == after
