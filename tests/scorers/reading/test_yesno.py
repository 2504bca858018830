"""Yes or no."""

import pytest

from statera.scorers.reading import yesno

CASES = [
    ("No.", "no"),
    ("Noted. Yes.", "yes"),
    ("Yes", "yes"),
    ("yes", "yes"),
    ("YES", "yes"),
    ("No", "no"),
    ("**No**", "no"),
    ("Yes, because it is.", "yes"),
    ("Yes and no.", None),
    ("Yes or no?", None),
    ("Yes/No", None),
    ("No one knows.", None),
    ("I know nothing.", None),
    ("Nothing.", None),
    ("No problem! Yes.", "yes"),
    ("Answer: yes", "yes"),
    ("Answer: No", "no"),
    ("The answer is yes.", "yes"),
    ('{"answer": "no"}', "no"),
    ('{"answer": true}', "yes"),
    ("\\boxed{Yes}", "yes"),
    ("<think>yes</think>No", "no"),
    ("<think>yes", None),
    ("Not yes.", None),
    ("It is not a yes.", None),
    ("I would say no.", "no"),
    ("Yes, it is. No doubt.", "yes"),
    ("Yesterday it rained.", None),
    ("No, it isn't.", "no"),
    ("No it does not.", "no"),
    ("Nope", None),
    ("Maybe", None),
    ("Answer: yes and no", None),
    ("Final answer: **Yes**", "yes"),
    ("Let me think.\n\nNo", "no"),
    ("Ｎｏ", "no"),
    ("Yes\n\nExplanation: there is no doubt.", "yes"),
    ("[[yes]]", "yes"),
    ("There is no evidence for it.", None),
    ("Is it? No. Is it really? Yes.", None),
    ("Answer: Yes, no doubt", "yes"),
    ("YES.", "yes"),
    ("It's a yes from me.", "yes"),
    ("Yes it is safe", "yes"),
    ("<answer>no</answer>", "no"),
    ("Answer: No, it does not.", "no"),
    ("yes.", "yes"),
    ("no", "no"),
    ("No, yes it is wrong", None),
    ("Absolutely yes.", None),
    ("Yes!", "yes"),
    ("Yes — because", "yes"),
    ("No - because", "no"),
    ("**Yes.**", "yes"),
    ("Yes; see above", "yes"),
    ("No way.", None),
    ("Not really.", None),
    ("The answer is: no", "no"),
    ("The answer is no.", "no"),
    ("So, yes.", "yes"),
    ('{"answer":"Yes"}', "yes"),
    ('{"answer": false}', "no"),
    ("Now it works.", None),
    ("Yes. However, no guarantee.", "yes"),
    ("Final answer: yes or no", None),
    ("[[no]]", "no"),
    ("I can't say yes or no.", None),
    ("'No'", "no"),
    ("My answer is no", "no"),
    ("Norway. Yes.", "yes"),
    ("Know this: yes", "yes"),
]


@pytest.mark.parametrize(("text", "value"), CASES)
def test_replies_are_read_by_the_one_rule(text: str, value: str | None) -> None:
    reading = yesno.read(text)
    assert reading.value == value
    assert reading.why
    assert (reading.span is not None) == (value is not None)


def test_other_words_can_be_asked_for() -> None:
    assert yesno.read("Answer: ja", ("ja", "nein")).value == "ja"
