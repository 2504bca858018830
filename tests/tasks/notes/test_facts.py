import pytest

from statera.scorers.assertions.ruling import stated
from statera.tasks.notes.facts import KINDS, OWNERS, allergy_fact, featured, no_anticoagulant


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hurried", [False, True])
def test_a_field_and_a_sentence_state_what_is_asserted(kind: str, hurried: bool) -> None:
    for number in range(40):
        fact = (
            allergy_fact(kind, number, hurried=hurried, silence="fails")
            if kind == "allergy"
            else featured(kind, number, hurried=hurried)
        )
        for form in (fact.sentence, f"{fact.label}: {fact.value}", f"{fact.label}:\n{fact.value}"):
            for assertion in fact.assertions:
                assert stated(assertion, form), form
                assert (assertion.owner, assertion.kind) == (OWNERS[kind], kind)


def test_a_fact_knows_where_the_note_states_it() -> None:
    fact = featured("device", 0, hurried=False)
    note = f"Well. {fact.label}: {fact.value}. Home."
    (found,) = fact.placed(note)
    assert found.span is not None
    assert note[slice(*found.span)] == f"{fact.label}: {fact.value}"


def test_a_relatives_anticoagulant_is_nobody_elses() -> None:
    assert stated(no_anticoagulant(), "Mother takes warfarin.")
    assert not stated(no_anticoagulant(), "Takes warfarin.")
