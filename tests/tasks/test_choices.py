from collections import Counter

import pytest

from statera.tasks.choices import final_line, lettered, question_with_options, shuffled


def test_choices_become_lettered_lines() -> None:
    assert lettered(("trout", "otter")) == "A. trout\nB. otter"
    assert final_line(1) == "Answer: B"


def test_more_choices_than_letters_are_an_error() -> None:
    with pytest.raises(ValueError, match="argument 2 is longer"):
        lettered(["x"] * 27)


def test_the_question_names_every_letter_that_is_allowed() -> None:
    asked = question_with_options("Which?", ("a", "b", "c"), task="the question")
    assert "one of A, B, C." in asked
    assert asked.endswith("Which?\n\nA. a\nB. b\nC. c")


def test_a_shuffle_keeps_the_right_choice_and_depends_on_the_key_alone() -> None:
    choices = ("right", "b", "c", "d")
    found = shuffled(choices, 0, key="truthfulqa/v1/7")
    assert found == shuffled(choices, 0, key="truthfulqa/v1/7")
    assert sorted(found.choices) == sorted(choices)
    assert found.choices[found.answer] == "right"


def test_every_place_is_equally_likely_after_a_shuffle() -> None:
    places = Counter(shuffled(("r", "b", "c", "d"), 0, key=str(n)).answer for n in range(4000))
    assert all(abs(count - 1000) < 120 for count in places.values())  # 4.4 standard deviations
