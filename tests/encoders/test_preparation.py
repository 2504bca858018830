"""Emoji spelled out, endless words broken, and the way back to the raw text."""

from hypothesis import given
from hypothesis import strategies as st

from statera.encoders.preparation import LONGEST_WORD, prepared

TEXTS = st.text(st.sampled_from("ab 😡👍🏿❤é中\n" + "x"), max_size=30)


def test_an_emoji_becomes_its_name() -> None:
    assert prepared("I 😡 you").text == "I  pouting face  you"
    assert "skin" in prepared("👍🏿").text


def test_plain_text_is_left_alone() -> None:
    text = "What's the weather — 20 °C in Zürich, 中文?"
    assert prepared(text).text is text


def test_a_word_without_end_is_read_in_pieces() -> None:
    raw = "x" * 250
    made = prepared(raw)
    assert max(map(len, made.text.split())) <= LONGEST_WORD
    assert made.text.replace(" ", "") == raw
    assert made.raw_span(LONGEST_WORD + 1, LONGEST_WORD + 2) == (LONGEST_WORD, LONGEST_WORD + 1)


def test_what_stands_for_an_emoji_leads_back_to_it() -> None:
    made = prepared("a😡b")
    assert made.raw_span(1, len(made.text) - 1) == (1, 2)
    assert made.raw_span(len(made.text) - 1, len(made.text)) == (2, 3)
    assert made.raw_span(0, len(made.text)) == (0, 3)


@given(TEXTS)
def test_every_span_lies_in_the_raw_text_and_grows_with_its_end(text: str) -> None:
    made = prepared(text)
    previous = 0
    for end in range(1, len(made.text) + 1):
        start, found = made.raw_span(end - 1, end)
        assert 0 <= start < found <= len(text)
        assert found >= previous
        previous = found


@given(TEXTS)
def test_characters_that_stay_lead_back_to_themselves(text: str) -> None:
    made = prepared(text)
    for place, character in enumerate(made.text):
        start, end = made.raw_span(place, place + 1)
        if character in "é中":
            assert text[start:end] == character
