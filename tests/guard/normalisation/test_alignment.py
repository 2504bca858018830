import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.guard.normalisation.alignment import Replacement, rewritten, span_before

_CUTS = st.lists(st.tuples(st.integers(0, 40), st.text("xyz", max_size=4)), max_size=12)


def _pieces(cuts: list[tuple[int, str]], size: int) -> list[Replacement]:
    places = sorted({min(place, size) for place, _ in cuts})
    pairs = zip(places[::2], places[1::2], strict=False)
    return [Replacement(*pair, new) for pair, (_, new) in zip(pairs, cuts, strict=False)]


def test_a_replaced_piece_leads_back_to_all_of_it_and_the_rest_to_itself() -> None:
    after, edits = rewritten("say YmFk now", [Replacement(4, 8, "bad")])
    assert after == "say bad now"
    assert edits is not None
    assert span_before(edits, 5, 6) == (4, 8)
    assert span_before(edits, 0, 3) == (0, 3)
    assert span_before(edits, 8, 11) == (9, 12)
    assert span_before(edits, 2, 9) == (2, 10)


def test_what_was_deleted_is_inside_a_span_that_goes_across_it_and_outside_one_beside_it() -> None:
    after, edits = rewritten("b--om-b", [Replacement(1, 3, ""), Replacement(5, 6, "")])
    assert after == "bomb"
    assert edits is not None
    assert span_before(edits, 0, 4) == (0, 7)
    assert span_before(edits, 1, 3) == (3, 5)
    assert span_before(edits, 2, 2) == (4, 4)


def test_one_character_for_one_needs_no_edit() -> None:
    assert rewritten("b0mb", [Replacement(1, 2, "o", exact=True)]) == ("bomb", None)
    assert rewritten("bomb", []) == ("bomb", None)


@given(st.text("abc", max_size=40), _CUTS)
def test_spans_are_inside_the_text_and_in_order(text: str, cuts: list[tuple[int, str]]) -> None:
    after, edits = rewritten(text, _pieces(cuts, len(text)))
    if edits is None:
        assert after == text
        return
    ends = [span_before(edits, at, at + 1) for at in range(len(after))]
    assert all(0 <= start < end <= len(text) or start == end for start, end in ends)
    assert ends == sorted(ends)
    whole = span_before(edits, 0, len(after))
    if after:
        assert whole == (ends[0][0], ends[-1][1])


@pytest.mark.parametrize("start", [0, 3, 5])
def test_what_no_edit_touches_is_the_same_text(start: int) -> None:
    text = "one TWO three"
    after, edits = rewritten(text, [Replacement(4, 7, "2")])
    assert edits is not None
    for at in range(start, len(after)):
        a, b = span_before(edits, at, at + 1)
        assert text[a:b] in (after[at], "TWO")
