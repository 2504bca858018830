import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from statera.guard.normalisation.views import views
from statera.guard.sightings import outermost, sighted
from statera.records.guarding import Passage, Reading, Span


def _word(text: str) -> list[Span]:
    return [Span(found.start(), found.end(), "WORD") for found in re.finditer("secret", text)]


def test_nothing_found_is_a_score_of_zero() -> None:
    assert sighted(Passage(text="hello", side="input"), views("hello"), _word) == Reading(0.0)


def test_what_the_raw_text_shows_has_no_other_view() -> None:
    reading = sighted(Passage(text="a secret", side="input"), views("a secret"), _word)
    assert reading == Reading(1.0, "WORD", (Span(2, 8, "WORD"),), "plain")


def test_what_is_plain_and_what_is_hidden_are_both_taken_out() -> None:
    text = "a secret and c2VjcmV0IHdvcmQgaGVyZQ=="
    reading = sighted(Passage(text=text, side="input"), views(text), _word)
    assert [text[start:end] for start, end, _ in reading.spans] == [
        "secret",
        "c2VjcmV0IHdvcmQgaGVyZQ==",
    ]


def test_marks_that_no_screen_shows_do_not_hide_it() -> None:
    text = "a se\u200bcret"
    reading = sighted(Passage(text=text, side="input"), views(text), _word)
    assert reading.spans == (Span(2, 9, "WORD"),)


_SPANS = st.lists(
    st.builds(lambda start, size: Span(start, start + size), st.integers(0, 40), st.integers(1, 12))
)


@given(_SPANS)
def test_the_outermost_cover_all_and_none_lies_in_another(spans: list[Span]) -> None:
    kept = outermost(spans)
    assert all(any(k.start <= s.start and s.end <= k.end for k in kept) for s in spans)
    assert all(a.start < b.start and a.end < b.end for a, b in pairwise(kept))
