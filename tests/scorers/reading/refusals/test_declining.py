import pytest

from statera.scorers.reading.refusals.declining import declines


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I must respectfully decline to answer.",
        "Je suis désolé, mais je ne peux pas vous aider.",
        "对不起，我不能回答这个问题。",
    ],
)
def test_phrases_of_declining_are_seen(text: str) -> None:
    assert declines(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "He said: I can't help with that.",
        "I can't help but admire the proof.",
        "I'm sorry, but I can't write it in Rust. Here is the Python.",
    ],
)
def test_what_only_holds_them_is_not(text: str) -> None:
    assert not declines(text)
