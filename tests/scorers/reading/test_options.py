"""The options' full texts in a reply."""

import pytest

from statera.scorers.reading.options import options_named

OPTIONS = (("Paris", "A"), ("Paris, Texas", "B"), ("42", "C"), ("a b", "D"), ("", "E"))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("PARIS", "A"),
        ("in Paris,  Texas.", "B"),
        ("Parisian", ""),
        ("not Paris", ""),
        ("42 people", "C"),
        ("a\nb", "D"),
        ("Paris or 42", "AC"),
    ],
)
def test_the_longest_option_that_fits_counts(text: str, values: str) -> None:
    assert "".join(m.value for m in options_named(text, 0, len(text), OPTIONS)) == values


def test_in_prose_numbers_are_not_taken_for_options() -> None:
    assert not options_named("42 people", 0, 9, OPTIONS, prose=True)
    assert options_named("in Paris", 0, 8, OPTIONS, prose=True)


def test_without_options_there_is_nothing_to_find() -> None:
    assert not options_named("Paris", 0, 5, ())
    assert not options_named("Paris", 0, 5, (("", "A"),))
