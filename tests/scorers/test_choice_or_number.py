import pytest

from statera.records.samples import Sample
from statera.scorers.choice_or_number import ChoiceOrNumber
from tests.scorers.conversations import PICK, SUM, conversation


@pytest.mark.parametrize(
    ("sample", "reply", "outcome"),
    [
        (SUM, "Answer: 5", "right"),
        (SUM, "Answer: 6", "wrong"),
        (PICK, "Answer: B", "right"),
        (PICK, "Answer: A", "wrong"),
        (PICK, "Answer: 5", "unparsed"),
    ],
)
def test_a_sample_with_choices_is_read_as_a_letter_and_any_other_as_a_number(
    sample: Sample, reply: str, outcome: str
) -> None:
    score = ChoiceOrNumber(name="x").score(sample, conversation(reply))
    assert (score.metric, score.outcome) == ("x", outcome)
