from hypothesis import given
from hypothesis import strategies as st

from statera.tasks.forms.typos import mistyped
from statera.tasks.starter.items import items

WORDS = st.lists(st.from_regex(r"[a-z]{2,10}", fullmatch=True), min_size=1, max_size=30)


@given(WORDS, st.text(max_size=5))
def test_few_words_change_and_only_within(words: list[str], key: str) -> None:
    found = mistyped(" ".join(words), (), key).split()
    assert len(found) == len(words)
    changed = [(a, b) for a, b in zip(words, found, strict=True) if a != b]
    assert len(changed) <= max(1, round(0.1 * len(words)))
    for before, after in changed:
        assert (before[0], before[-1]) == (after[0], after[-1])
        assert len(before) >= 6
        assert set(after) <= set(before)


def test_it_is_the_same_every_time_and_spares_what_it_should() -> None:
    text = "Which planet rotates fastest around the central star?"
    assert mistyped(text, (), "x") == mistyped(text, (), "x") != text
    spared = {"planet", "rotates", "fastest", "around", "central"}
    assert mistyped(text, spared, "x") == text
    assert mistyped('"planet rotates" "fastest"', (), "x") == '"planet rotates" "fastest"'


def test_nearly_every_question_gets_a_slip() -> None:
    asked = [sample.input for sample in items("knowledge")]
    assert sum(mistyped(text, (), text) != text for text in asked) >= 80
