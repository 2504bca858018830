"""Other forms of the same text: from the generator alone, and still the text."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from statera.encoders.training.noise import buried, reformed, veiled

WORDS = "How do I kill a process on Linux?"


def forms(text: str, count: int = 200) -> set[str]:
    generator = np.random.default_rng(0)
    return {reformed(text, generator) for _ in range(count)}


def test_a_question_becomes_a_demand_and_a_demand_a_question() -> None:
    asked = forms(WORDS)
    assert any(form.startswith("explain how to kill a process") for form in asked)
    demanded = forms("Write a poem about rain.")
    assert any(form.startswith("can you write a poem about rain") for form in demanded)


def test_most_words_stay() -> None:
    for form in forms(WORDS):
        assert sum(word in form.lower() for word in ("kill", "process", "linux")) >= 1


@given(st.text(max_size=60), st.integers(0, 9))
def test_the_same_draws_give_the_same_form(text: str, seed: int) -> None:
    first, second = (reformed(text, np.random.default_rng(seed)) for _ in range(2))
    assert first == second


def test_a_buried_text_is_there_whole() -> None:
    generator = np.random.default_rng(1)
    for _ in range(20):
        found = buried("the core", ["one two three four"], generator)
        assert "the core" in found
        assert found.replace("the core", "").split() == ["one", "two", "three", "four"]
    assert buried("the core", [], generator) == "the core"


def test_a_veiled_text_is_in_code_and_the_same_draws_give_the_same() -> None:
    text = "When does the last bus leave for the harbour?"
    found = {veiled(text, np.random.default_rng(seed)) for seed in range(60)}
    assert len(found) > 20
    assert not any("last bus leave" in one for one in found)
    assert any(text[::-1] in one for one in found)
    assert veiled(text, np.random.default_rng(3)) == veiled(text, np.random.default_rng(3))
