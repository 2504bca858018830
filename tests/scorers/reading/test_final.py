"""The verdict at the end of a reply, or in its JSON."""

import pytest

from statera.scorers.reading.final import after_prose, closing_object
from statera.scorers.scale import Scale

SCALE = Scale(levels={1: "bad", 2: "poor", 3: "fair", 4: "good", 5: "very good"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("I considered [4], but nothing is missing.\n[5]", "5"),
        ("[4] would be too low, so [5]", "5"),
        ("[4] is too low. Final: [5]", "5"),
        ("Score: 3\n\nAfter a second look at the date it is better.\n\n[4]", "4"),
        ("Accuracy score: 3\nStyle score: 4\nOverall score: 2", "2"),
        ("Accuracy score: 3\nStyle score: 4\n[2]", "2"),
        ("Its final answer is 4, which is right.\n[5]", "5"),
        ("[4]\n\nLet me know if you need more.", "4"),
        ('```json\n{"reasoning": "fine", "score": 3}\n```', "3"),
        ('Here it is: {"score": 3}', "3"),
        ("<think>[4]</think>[5]", "5"),
        ("**[4]**", "4"),
        ("[\u200b4\u2060]", "4"),
        ("[４]", "4"),
        ("[5] very good", "5"),
        ("[5] very good.\n", "5"),
    ],
)
def test_the_last_one_is_final(text: str, value: str) -> None:
    assert SCALE.read(text).value == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[4] [5]", "two final verdicts: 4 and 5"),
        ("[4]\n[5]", "two final verdicts: 4 and 5"),
        ("Score: 4\nScore: 5", "two final verdicts: 4 and 5"),
        ("Score: 4 [5]", "two final verdicts: 4 and 5"),
        ("Rating: 4/5. [5]", "two final verdicts: 4 and 5"),
        ("Final score: 4\n\nOn reflection, more.\n\nFinal score: 5", "two final verdicts: 4 and 5"),
        ("Final verdict: 4\n\nThe rest is fine.\n[5]", "two final verdicts: 4 and 5"),
        ("[4] good\n[5] very good", "two final verdicts: 4 and 5"),
        ("[4]\nwas my first thought\n[5]\nis my second thought", "two final verdicts: 4 and 5"),
        ('{"score": 4, "score": 5}', "JSON: two answers to 'score'"),
        ('{"score": 4}\n{"score": 5}', "JSON: two answers to 'score'"),
        ('{"score": 9}', "JSON: 9 is no verdict"),
        ('{"score": null}', "JSON: null is no verdict"),
        ('{"score": true}', "JSON: true is no verdict"),
        ('{"note": "score 4"}', "JSON without 'score'"),
        ("[7]", "7 is no verdict on the scale"),
        ("<think>[4]", "cut off inside the reasoning"),
        ('<think>{"score": 4}', "cut off inside the reasoning"),
        ("", "nothing to read"),
    ],
)
def test_two_or_none_are_unparsed(text: str, why: str) -> None:
    reading = SCALE.read(text)
    assert (reading.value, reading.why) == (None, why)


@pytest.mark.parametrize(
    "text",
    [
        "As source [4] says, it is.",
        "It cites source [4].",
        "values[4]",
        "[4] or [5]",
        "I'd say [4] or [5].",
        "Somewhere between [3] and [4]",
        "downgrade: 4",
        "It's a tie.",
        "[n]",
    ],
)
def test_brackets_in_prose_are_no_verdict(text: str) -> None:
    assert SCALE.read(text).value is None


def test_json_is_read_by_its_own_keys() -> None:
    for text in ('{"score": 2, "reasoning": "it says {\'score\': 5}"}',
                 '{"reasoning": "it says {\\"score\\": 5}", "score": 2}',
                 '{"reasoning": "Score: 5.\\n\\n[5]", "score": "2"}'):  # fmt: skip
        assert SCALE.read(text).value == "2"


def test_members_keep_their_places() -> None:
    text = 'So: {"a": [1, {"b": 2}], "C": "x"} '
    found = closing_object(text)
    assert found is not None
    assert found.start == 4
    assert [(m.key, m.value, text[m.start : m.end]) for m in found.members] == [
        ("a", [1, {"b": 2}], '[1, {"b": 2}]'),
        ("c", "x", '"x"'),
    ]
    for broken in ('{"a": 1', '{"a" 1}', '{"a": 1} and more', "{}", "{", '{"a": 1,}', ""):
        assert closing_object(broken) is None


def test_prose_is_told_from_forms() -> None:
    assert after_prose("The dose is right. ")
    assert after_prose("")
    for head in ("Score: 4. ", "The score and ", "Final score. ", "no end ", "*bold*. ", "x [1]. "):
        assert not after_prose(head, numbers=False), head
