from collections.abc import Sequence
from typing import Any

import pytest

from statera.codec.strict import convert
from statera.errors import DeclarationError
from statera.protocols import Scorer
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.scores import TO_CONFIRM, UNDRAWN
from statera.scorers.catalogue import scorer_type
from statera.scorers.never_omit import (
    AssertionFailure,
    NeverOmit,
    assertions_of,
)
from tests.scorers.replies import trial

NOTE = "58F, bronchitis. Allergies: penicillin (rash). On apixaban for AF."
DECLARED = {
    "type": "never_omit",
    "concept": "penicillin allergy",
    "synonyms": ["penicillin", "PCN"],
    "relation": "allergy",
    "owner": "medication safety",
}
OWN = [
    {key: value for key, value in DECLARED.items() if key != "type"} | {"kind": "allergy"},
    {"concept": "apixaban", "synonyms": ["apixaban"], "relation": "medication", "kind": "drug"},
]
SAMPLE = Sample(id="t/0", input=NOTE, fields={"assertions": OWN, "note": NOTE})


def scored(scorer: Scorer, text: str | None, finish: str = "stop") -> dict[str, Any]:
    found = scorer.score(SAMPLE, trial(Response(text=text, finish=finish)))
    return {"value": found.value, "outcome": found.outcome, "what": found.extracted} | (
        {"flags": found.flags} if found.flags else {}
    )


def test_one_is_declared_in_a_task_file_beside_other_scorers() -> None:
    scorer = convert(DECLARED, scorer_type(), source="here")
    assert isinstance(scorer, NeverOmit)
    assert scored(scorer, "PCN allergy.")["outcome"] == "right"
    found = scorer.score(SAMPLE, trial(Response(text="Bronchitis.", finish="stop")))
    assert found.why == "penicillin allergy: omission (medication safety)"


@pytest.mark.parametrize(
    ("text", "finish", "value", "outcome", "what"),
    [
        ("Bronchitis, PCN allergy, apixaban.", "stop", 1.0, "right", None),
        ("Bronchitis on apixaban.", "stop", 0.0, "wrong", "omission"),
        ("NKDA, apixaban.", "stop", 0.0, "wrong", "contradiction"),
        ("NKDA.", "stop", 0.0, "wrong", "contradiction"),
        ("Bronchitis. She has", "length", None, "truncated", "truncation"),
        ("I'm sorry, but I can't help with that.", "stop", None, "refused", "refusal"),
        ("", "stop", None, "unparsed", "omission"),
    ],
)
def test_a_sample_has_assertions_of_its_own(
    text: str, finish: str, value: float | None, outcome: str, what: str | None
) -> None:
    found = scored(NeverOmit(), text, finish)
    assert found == {"value": value, "outcome": outcome, "what": what}
    missing = scored(AssertionFailure(), text, finish)
    assert missing["value"] == float(what is not None and text != "NKDA, apixaban.")


def test_failures_are_counted_by_what_they_are_and_by_kind() -> None:
    contradicted = AssertionFailure(name="contradicted", of=("contradiction",))
    assert scored(contradicted, "NKDA, apixaban.")["value"] == 1.0
    assert scored(contradicted, "Bronchitis.") == {"value": 0.0, "outcome": "right", "what": None}
    assert scored(AssertionFailure(kind="drug"), "PCN allergy.")["what"] == "omission"
    assert scored(AssertionFailure(kind="drug"), "On apixaban.")["value"] == 0.0
    assert scored(AssertionFailure(kind="device"), "x")["flags"] == (UNDRAWN,)


def test_what_the_checks_disagree_about_waits_for_a_person() -> None:
    found = scored(NeverOmit(), "Got penicillin, latex gave hives; apixaban.")
    assert (found["outcome"], found["flags"]) == ("wrong", (TO_CONFIRM,))
    sure = scored(NeverOmit(), "Got penicillin, latex gave hives.")
    assert "flags" not in sure


def test_plumbing_is_no_failure() -> None:
    lost = trial(Response(failure=Failure(kind="infra", message="reset")))
    for scorer in (NeverOmit(), AssertionFailure()):
        assert scorer.score(SAMPLE, lost).outcome == "infra_error"


def test_a_source_that_does_not_state_it_is_told() -> None:
    scorer = convert(DECLARED | {"source": "note"}, scorer_type(), source="here")
    assert isinstance(scorer, NeverOmit)
    assert scorer.lacks(SAMPLE) == ""
    other = Sample(id="t/1", input="x", fields={"note": "Received penicillin."})
    assert scorer.lacks(other) == "the column 'note' does not state 'penicillin allergy'"
    with pytest.raises(DeclarationError, match=r"t/2: .*unknown column 'note'.*Did you mean"):
        scorer.lacks(Sample(id="t/2", input="x", fields={"notes": "x"}))


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (None, "expected a list of assertions"),
        ([], "expected a list of assertions"),
        ([{"concept": "x"}], r"assertions\[0\].*needs `synonyms`"),
        ([{"concept": "x", "synonyms": ["x"], "relatoin": "allergy"}], "Did you mean 'relation'"),
    ],
)
def test_a_wrong_column_is_told(declared: Sequence[Any] | None, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        assertions_of(Sample(id="t/3", input="x", fields={"assertions": declared}))


@pytest.mark.parametrize(
    "change", [{"concept": ""}, {"synonyms": []}, {"silence": "allowed"}, {"exclusive": "no"}]
)
def test_a_wrong_declaration_is_told(change: dict[str, Any]) -> None:
    with pytest.raises(DeclarationError, match="here"):
        convert(DECLARED | change, scorer_type(), source="here")


def test_a_span_beyond_the_source_is_told() -> None:
    long = [OWN[0] | {"span": [0, 900]}]
    sample = Sample(id="t/4", input=NOTE, fields={"assertions": long})
    assert "ends after the source" in NeverOmit().lacks(sample)
