"""Labels in running text: where they are, and where they only seem to be."""

import pytest

from statera.scorers.reading.lexicon import Lexicon, letters

ABCD = letters(("A", "B", "C", "D"))
GRADES = Lexicon({"A": "CORRECT"}, {"CORRECT": "CORRECT", "NOT_ATTEMPTED": "NOT_ATTEMPTED"})


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A or B", "AB"),
        ("ANSWER TIE CORRECT", ""),
        ("A common mistake", ""),
        ("option A common to all", "A"),
        ("A because", "A"),
        ("A's tone", ""),
        ("not A, but B", "B"),
        ("neither A nor B", ""),
        ("not A or B", ""),
        ("(A) is wrong and (B) is right", "B"),
        ("A: incorrect, B: correct", "B"),
        ("30 °C, C++, C#, U.S.A., A/B", "AB"),
        ("rather than A", ""),
        ("isn't B", ""),
        ("a b c", ""),
    ],
)
def test_marks_stand_alone_and_are_not_denied(text: str, values: str) -> None:
    assert "".join(m.value for m in ABCD.marks(text, 0, len(text))) == values


@pytest.mark.parametrize(
    ("text", "value"),
    [("A", "CORRECT"), ("not attempted", "NOT_ATTEMPTED"), ("Correct.", "CORRECT"), ("B", None)],
)
def test_a_bare_label_is_the_whole_text(text: str, value: str | None) -> None:
    assert GRADES.bare(text) == value


def test_what_a_kind_ignores_is_no_mark() -> None:
    lexicon = Lexicon({}, {"no": "no"}, ignores=lambda text, start, end: text[end:] == " doubt")
    assert not list(lexicon.marks("no doubt", 0, 8))
    assert [m.value for m in lexicon.marks("no", 0, 2)] == ["no"]


def test_a_lexicon_without_labels_finds_nothing() -> None:
    assert not list(Lexicon({}, {}).marks("A B", 0, 3))
