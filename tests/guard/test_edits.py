from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from statera.guard.edits import Placeholders, Taken, edited, merged, named
from statera.records.guarding import Edit

_SPANS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 30), st.integers(1, 9)), max_size=8
).map(lambda rows: [Edit(p, start, start + size, "[X]") for p, start, size in rows])


def test_edits_are_made_in_any_order() -> None:
    edits = [Edit(0, 8, 9, "C"), Edit(0, 0, 2, "A")]
    assert edited("xx then y.", edits) == "A then C."


@given(_SPANS)
def test_merged_edits_do_not_overlap_and_cover_what_they_covered(edits: list[Edit]) -> None:
    kept = merged(edits)
    for one, next_ in pairwise(kept):
        assert (one.passage, one.end) <= (next_.passage, next_.start) or one.passage < next_.passage
    covered = {(e.passage, at) for e in edits for at in range(e.start, e.end)}
    assert covered == {(e.passage, at) for e in kept for at in range(e.start, e.end)}


def test_a_numbered_placeholder_stands_for_one_value_and_is_not_in_the_text() -> None:
    names = Placeholders(["write to [EMAIL_1] or a@b.c"])
    assert names.name("EMAIL", "a@b.c", numbered=True) == "[EMAIL_2]"
    assert names.name("EMAIL", "d@e.f", numbered=True) == "[EMAIL_3]"
    assert names.name("EMAIL", "a@b.c", numbered=True) == "[EMAIL_2]"
    assert names.name("EMAIL", "a@b.c", numbered=False) == "[EMAIL]"


def test_what_overlaps_has_a_name_of_its_own() -> None:
    text = "a@b.c a@b.c SECRET"
    taken = [Taken(0, 0, 5, "EMAIL", True), Taken(0, 6, 11, "EMAIL", True)]
    wider = Taken(0, 8, 18, "EMAIL", True)
    assert named([text], [*taken, wider]) == (
        Edit(0, 0, 5, "[EMAIL_1]"),
        Edit(0, 6, 18, "[EMAIL_2]"),
    )
    for other in (wider._replace(returns=False), wider._replace(start=6, returns=False)):
        assert named([text], [*taken, other])[1].replacement == "[EMAIL]"
