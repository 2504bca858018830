import pytest

from statera.encoders.training.likeness import Likeness, families

_TEXT = "Write a short guide on how to bake rye bread at home without a mixer"


@pytest.mark.parametrize(
    ("text", "near"),
    [
        (_TEXT, True),
        (_TEXT.upper() + "!!", True),
        (_TEXT.replace("rye", "oat"), True),
        (_TEXT + ", please", True),
        (_TEXT.replace("bake", "sell").replace("home", "work").replace("short", "long"), False),
        ("Write a guide", False),
        ("", False),
        ("...", False),
    ],
)
def test_near_is_half_of_the_runs_of_three_words(text: str, near: bool) -> None:
    assert Likeness({"a": ["Something else at all"], "b": [_TEXT]}).near(text) == (
        "b" if near else None
    )


def test_short_texts_are_near_when_they_are_the_same_words() -> None:
    likeness = Likeness({"a": ["Hello there", "你好"]})
    assert likeness.near("hello, THERE") == "a"
    assert likeness.near("hello you") is None
    assert likeness.near("你好。") == "a"


def test_a_family_is_named_after_its_first_text() -> None:
    texts = [_TEXT, "Other words are said here now", _TEXT + ", please", "Hello", _TEXT.upper()]
    assert families(texts) == [0, 1, 0, 3, 0]
