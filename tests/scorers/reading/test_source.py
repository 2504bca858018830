"""The cleaned text and its way back to the original."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.scorers.reading.source import prepare, prepare_code


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("**Answer: B) Paris**", "Answer: B) Paris"),
        ("The *B* and __C__", "The B and C"),
        ("NOT\\_ATTEMPTED", "NOT_ATTEMPTED"),
        ("snake_case", "snake_case"),
        ("2 * 3 = 6 and 2*3", "2 * 3 = 6 and 2*3"),
        ("~~A~~ B", " B"),
        ("\\(\\boxed{\\text{B}}\\)", "\\boxed{B}"),
        ("<b>B</b><br>C", "B\nC"),
        ("un\u200bsa\u00adfe", "unsafe"),
        ("Ｄ Ⓑ 𝐁", "D B B"),
        ("2½ m²", "2 1/2 m²"),
        ("e\u0301", "é"),
        ("−5", "-5"),
        ("price \\$5", "price $5"),
        ("a<think>b<think>c</think>d</think>e", "ae"),
        ("b</think>c</think>d", "d"),
        ("x<|end|>", "x"),
    ],
)
def test_markup_and_look_alikes_are_taken_away(text: str, cleaned: str) -> None:
    assert prepare(text).text == cleaned


def test_an_open_block_leaves_nothing_and_says_why() -> None:
    source = prepare("Answer: B <think>or")
    assert source.text == ""
    assert source.note == "cut off inside the reasoning"


@pytest.mark.parametrize(
    ("text", "piece", "original"),
    [
        ("<think>A?</think>**Ｂ**", "B", "Ｂ"),
        ("un\u200bsafe", "unsafe", "un\u200bsafe"),
        ("\\text{B} x", "B", "\\text{B}"),
        ("is 2½ m", "1/2", "½"),
    ],
)
def test_a_piece_leads_back_to_the_original(text: str, piece: str, original: str) -> None:
    source = prepare(text)
    start = source.text.index(piece)
    begin, end = source.original(start, start + len(piece))
    assert text[begin:end] == original


@given(st.text(alphabet="aA*_`<>\\{}~ \nthink/B\u200b½ﬁ\u0301", max_size=60))
def test_places_are_in_order_and_inside(text: str) -> None:
    source = prepare(text)
    places = source.places
    if places is None:
        assert source.text == text
        return
    assert len(places) == len(source.text)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert list(places) == sorted(places)


def test_code_is_left_as_it_is_but_for_reasoning() -> None:
    assert prepare_code("<think>x = 1</think>a = b ** c  # _x_").text == "a = b ** c  # _x_"
