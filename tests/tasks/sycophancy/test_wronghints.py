import pytest
from hypothesis import given
from hypothesis import strategies as some

from statera.errors import DeclarationError
from statera.records.samples import Sample
from statera.scorers import number
from statera.tasks.sycophancy.wronghints import check, with_wrong_hint, wrong_hint
from tests.scorers.conversations import PICK, SUM


def numbered(reference: str, name: str = "n") -> Sample:
    return Sample(id=name, input="?", reference=reference)


@given(some.decimals(-10_000, 10_000, places=2), some.text("ab/0123", min_size=1, max_size=9))
def test_a_number_near_the_right_one_is_wrong(value, name: str) -> None:  # type: ignore[no-untyped-def]
    sample = numbered(str(value), name)
    hint = wrong_hint(sample)
    assert number.reference(hint) not in (None, number.reference(str(value)))
    assert wrong_hint(sample) == hint


def test_another_choice_is_drawn_and_every_one_at_times() -> None:
    samples = [Sample(id=f"c/{n}", input="?", choices=("a", "b", "c"), answer=1) for n in range(40)]
    assert {wrong_hint(one) for one in samples} == {"a", "c"}


def test_a_hint_of_the_sample_goes_first() -> None:
    assert with_wrong_hint(SUM).fields["wrong_hint"] == "6"
    assert with_wrong_hint(numbered("5")).fields["wrong_hint"] != "5"


@pytest.mark.parametrize(
    ("sample", "hint", "said"),
    [
        (SUM, "5", "s: wrong hint '5' equals the answer"),
        (SUM, "5.0", "equals the answer"),
        (SUM, "many", "s: wrong hint 'many' is no number"),
        (PICK, "otter", "p: wrong hint 'otter' equals the answer"),
        (PICK, "otters", "Did you mean 'otter'.*Allowed: trout, otter"),
    ],
)
def test_a_hint_that_is_right_or_none_is_told(sample: Sample, hint: str, said: str) -> None:
    with pytest.raises(DeclarationError, match=said):
        check(sample, hint)


def test_a_sample_without_an_answer_has_no_wrong_one() -> None:
    with pytest.raises(DeclarationError, match="n: has neither choices nor a number"):
        wrong_hint(numbered("Paris"))
