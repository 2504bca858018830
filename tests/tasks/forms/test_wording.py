import pytest

from statera.tasks.forms.wording import FRAMES, outside_quotes, quotes, refigured, reworded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is it in all?", "What's it altogether?"),
        ("It doesn't stop until noon.", "It does not stop till noon."),
        ("He has to go because it rains.", "He must go as it rains."),
        ("Which of these is red?", "Which of the following is red?"),
        ('The word "in all" means?', 'The word "in all" means?'),
    ],
)
def test_function_words_change_and_quotations_stay(text: str, expected: str) -> None:
    assert reworded(text, 0.0) == FRAMES[0].format(expected)


def test_every_frame_is_used() -> None:
    assert {reworded("x", k / len(FRAMES)) for k in range(len(FRAMES))} == {
        frame.format("x") for frame in FRAMES
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two men and three dogs.", "2 men and 3 dogs."),
        ("One of them has twenty-two.", "One of them has twenty-two."),
        ("two hundred and two thirds", "two hundred and two thirds"),
        ("In 1987 it cost 12,000.", "In 1987 it cost 12000."),
        ("It has 45000 pages and 3.50.", "It has 45,000 pages and 3.50."),
        ("At 19:50 on 2023-04-05", "At 19:50 on 2023-04-05"),
    ],
)
def test_numbers_are_written_otherwise(text: str, expected: str) -> None:
    assert refigured(text) == expected


def test_what_is_quoted_is_not_changed() -> None:
    text = "a \"b c\" d `e` it's 'g h' f"
    assert outside_quotes(text, str.upper) == "A \"b c\" D `e` IT'S 'g h' F"
    assert quotes(text) == ['"b c"', "`e`", "'g h'"]
