"""Where a text may be cut: known places, and that a longer text has the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.guard.boundaries import BOUND, EXTENSION, Cut, cut, reach, weight
from statera.guard.normalisation.markup import LONGEST

_TEXTS = st.lists(
    st.sampled_from(
        [
            *"ab c\n.,",
            "\u0301",
            "\u200d",
            "👩",
            "🏽",
            "🇩",
            "<b",
            "<!--",
            "-->",
            '="',
            "-----BEGIN K-----",
            "漢",
            "字",
            "。",
            "\u00ad",
        ]
    ),
    max_size=60,
).map("".join)


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
    assert cut(text, 0, least, ended=False).at == place
    assert cut(text, 0, least, ended=True).at == (len(text) if place is None else place)
    assert not cut(text, 0, least, ended=True).forced


def test_a_run_without_spaces_is_cut_by_force_when_it_goes_on_too_long() -> None:
    most = BOUND + LONGEST
    assert cut("a" * most, 0, 10, ended=False).at is None
    assert cut("a" * most, 0, 10, ended=True) == Cut(most, BOUND)
    assert cut("a" * (most + 1), 0, 10, ended=False) == Cut(BOUND, BOUND, forced=True)
    marks = "a" * BOUND + "\u0301" * (LONGEST + 1)
    assert cut(marks, 0, 10, ended=False) == Cut(BOUND + 32, BOUND + 32, forced=True)


@pytest.mark.parametrize(
    "run", ['{"a":1,"b":[2]},', "12 7 0x6f, 68 ", "QUJDREVGR0hJ SktMTU5P\n", "ภาษาไทย", "😀🚀"]
)
def test_what_needs_not_be_examined_as_a_whole_is_cut_after_a_while(run: str) -> None:
    place = cut(run * 400, 0, 10, ended=False)
    assert place.at is not None
    assert place.at <= 10 + EXTENSION + 30
    assert not place.forced


LONG = "x " * 300


@pytest.mark.parametrize(
    ("before", "form"),
    [
        ("word ", f"in<!-- {LONG}-->to"),
        ("word ", f'in<b title="{LONG}">to'),
        (
            "",
            f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4\n{LONG}\n-----END RSA PRIVATE KEY-----",
        ),
        ("", "eyJ" + "aB3_" * 500),
        ("", "%68" * 800),
    ],
)
def test_a_form_is_not_cut(before: str, form: str) -> None:
    text = f"{before}{form} and more"
    for end in range(0, len(text) - 8, 7):
        assert cut(text[:end], 0, 8, ended=False).at is None
    assert cut(text, 0, 8, ended=False).at == len(before) + len(form)


def test_a_tag_that_never_ends_is_none() -> None:
    text = "a <b c " + "and " * 2000
    assert cut(text[:4000], 0, 8, ended=False).at is None
    assert cut(text, 0, 8, ended=False) == Cut(10, 10)


def test_what_nobody_sees_is_not_counted() -> None:
    text = "ab\u200b\u200bc<b><!-- x -->d" + "e\u0301\u0301" * 2
    assert weight(text) == len("abcdee")
    places = [reach(text, 0, count) for count in range(1, 7)]
    assert [text[place - 1] for place in places] == list("abcdee")
    assert reach(text, 0, 99) > len(text)
    assert reach("ab <", 0, 4) > len("ab <")
    assert reach("ab < cd", 0, 4) == 4


@given(_TEXTS, _TEXTS, st.integers(1, 40))
def test_a_longer_text_has_the_same_cut(text: str, more: str, least: int) -> None:
    place = cut(text, 0, least, ended=False)
    if place.at is not None:
        assert cut(text + more, 0, least, ended=False) == place
        assert cut(text + more, 0, least, ended=True) == place
        assert least <= place.at < len(text)
    else:
        after = cut(text + more, 0, least, ended=False)
        assert cut(text + more, 0, least, ended=False, seen=place.seen) == after


@given(_TEXTS, _TEXTS, st.integers(1, 40))
def test_a_longer_text_reaches_as_far(text: str, more: str, count: int) -> None:
    place = reach(text, 0, count)
    assert place > len(text) or reach(text + more, 0, count) == place
