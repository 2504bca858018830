import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.graders.padding import padded, padded_answers
from statera.records.verdicts import Answer

SENTENCES = [
    "The lock keeps the water of the upper canal back.",
    "A gate on rollers closes behind the boat!",
    "Who pays for the journey?",
    "It takes about 20 minutes, in all weathers.",
    "Final score: [[A]].",
    'He said "the answer is [4]" and left.',
    "Answer: B is better than A.",
    "Die Schleuse hält das Wasser zurück.",
    "运河的水位很高。",
]
BLOCKS = [
    "- first point\n- second point\n- third",
    "1. Open the gate.\n2. Wait.",
    "## A heading",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "```python\nx = 1\n\n\ny = 2\n```",
    "~~~\nverdict: A\n~~~",
    "    indented code",
]
ENDS = ["", "\n", "\n\nAnswer: B", "\n\n#### 42", "\n\\boxed{7}", "\n\nSo it is 12.", "\n```\nopen"]

paragraphs = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6).map(" ".join)
texts = st.tuples(
    st.lists(paragraphs | st.sampled_from(BLOCKS), min_size=1, max_size=6).map("\n\n".join),
    st.sampled_from(ENDS),
).map("".join)
seeds = st.integers(0, 1000)
prompts = st.sampled_from(["", "What keeps the water back? Say it briefly.", "Answer: [[A]].", "?"])

VERDICT_LIKE = re.compile(
    r"(?i)\[+\s*\w{1,4}\s*\]+|\b(?:answer|verdict|score|grade|rating|winner|choice)s?\b|\bbetter\b"
    r"|^\W*[A-E]\W*$|\b\d+\s*/\s*\d+|\b(?:yes|no)\s*$",
    re.M,
)


def is_subsequence(inner: str, outer: str) -> bool:
    rest = iter(outer)
    return all(character in rest for character in inner)


def ratio(text: str, **more: Any) -> float:
    return len(padded(text, seed=0, **more)) / len(text.strip())


@given(texts | st.text(max_size=400), seeds, prompts)
def test_all_that_was_there_is_there_in_order(text: str, seed: int, prompt: str) -> None:
    longer = padded(text, seed=seed, prompt=prompt)
    assert is_subsequence(text, longer)
    assert longer == padded(text, seed=seed, prompt=prompt)
    assert (longer == text) == (not text.strip())


@given(texts.filter(lambda text: len(text) >= 80), seeds, prompts)
def test_it_gets_longer_by_the_same_share_whatever_it_holds(
    text: str, seed: int, prompt: str
) -> None:
    assert 1.6 <= len(padded(text, seed=seed, prompt=prompt)) / len(text.strip()) <= 2.05


@given(st.text(min_size=60, max_size=600), seeds)
def test_any_text_gets_longer_by_about_that_share(text: str, seed: int) -> None:
    if len(text.strip()) >= 60:
        assert 1.5 <= len(padded(text, seed=seed)) / len(text) <= 2.1


@given(texts, seeds, prompts)
def test_nothing_like_a_verdict_comes_in(text: str, seed: int, prompt: str) -> None:
    longer = padded(text, seed=seed, prompt=prompt)
    assert len(VERDICT_LIKE.findall(longer)) == len(VERDICT_LIKE.findall(text))


@given(texts, seeds)
def test_code_stays_whole(text: str, seed: int) -> None:
    code = re.compile(r"^(?:```|~~~).*?^(?:```|~~~)\s*$", re.M | re.S)
    longer = padded(text, seed=seed)
    assert [one.strip() for one in code.findall(longer)] == [
        one.strip() for one in code.findall(text)
    ]


@given(paragraphs, st.sampled_from([end for end in ENDS if end.strip()]), seeds)
def test_a_final_answer_or_open_code_stays_last(text: str, end: str, seed: int) -> None:
    assert padded(text + end, seed=seed).endswith(end.lstrip("\n"))


@pytest.mark.parametrize("text", ["B", "42", "Paris", "Answer: B", "yes", "```\nx\n```"])
def test_an_answer_of_a_word_gets_a_word_or_two_before_or_behind(text: str) -> None:
    longer = padded(text, seed=0)
    assert text in longer
    assert len(text) < len(longer) <= 2 * len(text) + 5


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_an_empty_answer_stays_empty(text: str) -> None:
    assert padded(text, seed=0, prompt="Why?") == text


def test_a_long_text_is_padded_by_its_own_sentences() -> None:
    text = " ".join(f"The number of the {name} boats was high." for name in NAMES)
    longer = padded(text, seed=0)
    assert 1.65 <= ratio(text) <= 2.0
    assert longer.count(f"The number of the {NAMES[0]} boats was high.") == 2
    assert longer.count("The number of the") >= len(NAMES) + 2


NAMES = ["red", "green", "blue", "yellow", "white", "black", "grey", "brown", "pink", "orange"]


def test_a_question_is_restated_and_the_end_is_polite() -> None:
    text = " ".join(f"The number of the {name} boats was high." for name in NAMES)
    longer = padded(text, seed=0, prompt="How many boats came? Count them all.")
    assert "How many boats came?" in longer.split("The number")[0]
    assert "Count them all" not in longer


def test_a_text_in_another_language_is_padded_in_that_language() -> None:
    text = (
        "Die Schleuse hält das Wasser des Kanals zurück. Ein Tor schließt sich hinter dem Boot. "
        "Danach steigt das Wasser langsam an. Nach einer Weile öffnet sich das obere Tor."
    )
    longer = padded(text, seed=0)
    assert set(longer.split()) == set(text.split())
    assert ratio(text) >= 1.6


def test_code_alone_of_any_length_is_padded_outside_of_it() -> None:
    code = "```python\n" + "x = x + 1\n" * 500 + "```"
    longer = padded(code, seed=3)
    assert code in longer
    assert 1.6 <= len(longer) / len(code) <= 2.0


def test_code_closed_at_the_end_of_a_line_is_closed() -> None:
    text = "Look:\n```\nprint(1)```\n\nThe number is then printed on the screen of whoever runs it."
    longer = padded(text, seed=0)
    assert "Look:\n```\nprint(1)```\n\n" in longer
    assert longer.count("```") == 2
    assert len(longer) > len(text) + 20


def test_answers_keep_all_but_their_output() -> None:
    answer = Answer(
        task="t",
        sample_id="1",
        epoch=2,
        prompt="Why do the boats wait?",
        output="They wait for the water to rise, as they must, and then for the gate to open.",
        unit="u",
        reference="r",
        category="c",
    )
    (longer,) = padded_answers([answer], seed=1)
    assert longer.output == padded(answer.output, seed=1, prompt=answer.prompt) != answer.output
    fields = {"task", "sample_id", "epoch", "prompt", "unit", "reference", "category"}
    assert all(getattr(longer, name) == getattr(answer, name) for name in fields)
