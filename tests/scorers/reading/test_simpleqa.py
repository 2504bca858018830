"""Grades of a factual answer."""

import pytest

from statera.scorers.reading import simpleqa

CASES = [
    ("A", "CORRECT"),
    ("B", "INCORRECT"),
    ("C", "NOT_ATTEMPTED"),
    ("CORRECT", "CORRECT"),
    ("INCORRECT", "INCORRECT"),
    ("NOT_ATTEMPTED", "NOT_ATTEMPTED"),
    ("NOT ATTEMPTED", "NOT_ATTEMPTED"),
    ("not attempted", "NOT_ATTEMPTED"),
    ("NOT\\_ATTEMPTED", "NOT_ATTEMPTED"),
    ("Not_Attempted.", "NOT_ATTEMPTED"),
    ("B: INCORRECT", "INCORRECT"),
    ("A: INCORRECT", None),
    ("A: CORRECT", "CORRECT"),
    ("Based on the gold target: A", "CORRECT"),
    ("GRADE: CI", None),
    ("GRADE: C", "NOT_ATTEMPTED"),
    ("Grade: B", "INCORRECT"),
    ("I would downgrade: B", None),
    ("downgrade: A\nGRADE: B", "INCORRECT"),
    ("The answer is CORRECT.", "CORRECT"),
    ("The predicted answer is incorrect.", "INCORRECT"),
    ("The predicted answer is not correct.", None),
    ("partially correct", None),
    ("The answer is partially CORRECT", None),
    ("The correct answer is Paris.", None),
    ("CORRECT or INCORRECT?", None),
    ("CORRECT/INCORRECT", None),
    ("(A)", "CORRECT"),
    ("**B**", "INCORRECT"),
    ('{"grade": "B"}', "INCORRECT"),
    ('{"grade": "CORRECT"}', "CORRECT"),
    ("<think>It might be A</think>C", "NOT_ATTEMPTED"),
    ("It is not INCORRECT", None),
    ("Gold answer: A\nB", "INCORRECT"),
    ("A (CORRECT)", "CORRECT"),
    ("B. INCORRECT", "INCORRECT"),
    ("A. INCORRECT", None),
    ("The grade is B.", "INCORRECT"),
    ("Since the prediction contradicts the target, it is INCORRECT.", "INCORRECT"),
    ("A close call", None),
    ("**Grade:** CORRECT", "CORRECT"),
    ("Correct", "CORRECT"),
    ("incorrect", "INCORRECT"),
    ("I cannot grade this.", None),
    ("C: NOT_ATTEMPTED", "NOT_ATTEMPTED"),
    ("B\n", "INCORRECT"),
    ("GRADE: I", None),
    ("GRADE: A / B", None),
    ("C: not attempted", "NOT_ATTEMPTED"),
    ("The grade is: B", "INCORRECT"),
    ("Grade: INCORRECT", "INCORRECT"),
    ("Grade: NOT_ATTEMPTED", "NOT_ATTEMPTED"),
    ("A: CORRECT\n", "CORRECT"),
    ("incorrect.", "INCORRECT"),
    ("It's correct.", "CORRECT"),
    ("This is correct", "CORRECT"),
    ("The answer is not attempted.", "NOT_ATTEMPTED"),
    ("The model did not attempt the question.", None),
    ("Answer: C", "NOT_ATTEMPTED"),
    ("CORRECT.", "CORRECT"),
    ('{"answer":"NOT_ATTEMPTED"}', "NOT_ATTEMPTED"),
    ("UNCORRECT", None),
    ("CORRECTED", None),
    ("INCORRECTLY stated", None),
    ("Because the answer differs, B", "INCORRECT"),
    ("As the answer matches: A", "CORRECT"),
    ('The predicted answer "Paris" matches the gold target. A', "CORRECT"),
    ("C.", "NOT_ATTEMPTED"),
    ("[[B]]", "INCORRECT"),
    ("A or B", None),
    ("D", None),
    ("The response is CORRECT, not INCORRECT.", "CORRECT"),
    ("neither CORRECT nor INCORRECT: NOT_ATTEMPTED", "NOT_ATTEMPTED"),
    ("INCORRECT because the date differs", "INCORRECT"),
    ("It is INCORRECT, not CORRECT", "INCORRECT"),
    ("Grade: A (CORRECT)", "CORRECT"),
    ('The predicted answer is "A"', "CORRECT"),
    ("The answer deserves an A.", None),
    ("NOT CORRECT", None),
    ('Answer: NOT_ATTEMPTED, because it says "I don\'t know"', "NOT_ATTEMPTED"),
    ("Neither CORRECT nor INCORRECT", None),
    ("CORRECT, I think", "CORRECT"),
    ("This should be graded INCORRECT.", "INCORRECT"),
    ("This should be graded as B.", None),
    ("Therefore, the grade is C: NOT_ATTEMPTED.", "NOT_ATTEMPTED"),
    ("**NOT_ATTEMPTED**", "NOT_ATTEMPTED"),
    ("not_attempted", "NOT_ATTEMPTED"),
    ("NOTATTEMPTED", None),
    ("A B", None),
    ("A, B", None),
    ("CORRECT\nINCORRECT", None),
    ("Grade: CORRECT\nGrade: INCORRECT", "INCORRECT"),
    ("The prediction is correct", "CORRECT"),
    ("Verdict: correct", "CORRECT"),
    ("Is it correct? Yes.", None),
    ("The gold target is Paris and the prediction is Paris: CORRECT", "CORRECT"),
    ("C: CORRECT", None),
    ("G\u200bRADE: B", "INCORRECT"),
    ("GRADE: \u200bB", "INCORRECT"),
    ("degrade: A\n", None),
]


@pytest.mark.parametrize(("text", "value"), CASES)
def test_replies_are_read_by_the_one_rule(text: str, value: str | None) -> None:
    reading = simpleqa.read(text)
    assert reading.value == value
    assert reading.why
    assert (reading.span is not None) == (value is not None)


LETTERS = {"C": "CORRECT", "I": "INCORRECT"}


@pytest.mark.parametrize(
    ("text", "value"),
    [("GRADE: C", "CORRECT"), ("GRADE: I", "INCORRECT"), ("GRADE: CI", None), ("I think", None)],
)
def test_other_letters_can_stand_for_the_grades(text: str, value: str | None) -> None:
    assert simpleqa.read(text, ("CORRECT", "INCORRECT"), LETTERS).value == value
