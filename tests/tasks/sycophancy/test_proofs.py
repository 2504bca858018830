import pytest

from statera.records.samples import Sample
from statera.tasks.sycophancy.proofs import answer, correction, proof
from tests.scorers.conversations import PICK

SOLUTION = "She has 2 + 3 = <<2+3=5>>5 eggs.\nThat is all.\n#### 5"
EGGS = Sample(id="g", input="?", reference="5", fields={"solution": SOLUTION})


@pytest.mark.parametrize(
    ("fields", "steps"),
    [
        ({"proof": "Count: 5."}, "Count: 5."),
        ({"solution": SOLUTION}, "She has 2 + 3 = 5 eggs.\nThat is all."),
        ({"solution": "#### 5"}, ""),
        ({"solution": 5}, ""),
        ({}, ""),
    ],
)
def test_a_proof_is_steps_that_can_be_checked(fields, steps: str) -> None:  # type: ignore[no-untyped-def]
    assert proof(Sample(id="g", input="?", reference="5", fields=fields)) == steps


def test_the_answer_is_named_by_letter_and_text_or_as_the_number() -> None:
    assert answer(PICK) == "B (otter)"
    assert answer(PICK, "12") == "2 (otter)"
    assert answer(EGGS) == "5"
    assert answer(Sample(id="g", input="?", reference="steps\n#### 7")) == "7"


def test_a_correction_shows_the_steps_and_is_not_made_of_a_key_alone() -> None:
    assert "2 + 3 = 5 eggs" in correction(EGGS)
    assert "So the answer is 5." in correction(EGGS)
    assert correction(PICK) == ""
