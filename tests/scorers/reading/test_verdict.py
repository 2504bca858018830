"""The one rule: explicit over declared over mentioned; the last one; no contradiction inside."""

import pytest

from statera.scorers.reading.lexicon import Mark, letters
from statera.scorers.reading.source import prepare
from statera.scorers.reading.verdict import (
    Habits,
    declared_letter,
    named_letter,
    never,
    read_label,
)

HABITS = Habits(declares=declared_letter, mentions=named_letter)


def read(text: str, habits: Habits = HABITS) -> tuple[str | None, str]:
    reading = read_label(prepare(text), letters(("A", "B", "C")), habits)
    return reading.value, reading.why


@pytest.mark.parametrize(
    ("text", "value", "why"),
    [
        ("I choose A.\nAnswer: B", "B", "final statement"),
        ("Answer: A\nAnswer: B", "B", "final statement"),
        ("I choose A; option B is close", "A", "declared"),
        ("Perhaps option B", "B", "the only one named"),
        ("Answer: A or B", None, "final statement: names A and B"),
        ("I choose A. I choose B.", None, "declared: names A and B"),
        ("option A, option B", None, "the only one named: names A and B"),
        ("Answer: none", None, "final statement: declines to answer"),
        ("", None, "nothing to read"),
        ("nothing here", None, "no answer found"),
    ],
)
def test_the_rule(text: str, value: str | None, why: str) -> None:
    assert read(text) == (value, why)


def test_kinds_differ_in_what_counts_as_a_mention() -> None:
    assert read("Perhaps option B", Habits(declares=declared_letter, mentions=never))[0] is None


@pytest.mark.parametrize(
    ("text", "declared"),
    [("I choose B", True), ("B is correct", True), ("B is a letter", False), ("If so, B", False)],
)
def test_what_declares_a_letter(text: str, declared: bool) -> None:
    place = text.index("B")
    assert declared_letter(text, Mark("B", place, place + 1, word=False)) is declared


@pytest.mark.parametrize(("text", "named"), [("option B", True), ("(B)", True), ("so B", False)])
def test_what_names_a_letter(text: str, named: bool) -> None:
    place = text.index("B")
    assert named_letter(text, Mark("B", place, place + 1, word=False)) is named
