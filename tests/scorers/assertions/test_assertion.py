from typing import Any

import pytest

from statera.codec.strict import convert
from statera.errors import DeclarationError
from statera.scorers.assertions.assertion import Assertion

GOOD: dict[str, Any] = {
    "concept": "penicillin allergy",
    "synonyms": ["penicillin", "PCN"],
    "relation": "allergy",
    "owner": "medication safety",
}


def test_an_assertion_is_declared_as_a_mapping() -> None:
    found = convert(GOOD, Assertion, source="here")
    assert (found.state, found.silence, found.severity) == ("present", "fails", "critical")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"concept": " "}, "`concept` is empty"),
        ({"synonyms": []}, "needs `synonyms`"),
        ({"synonyms": ["x", ""]}, "a synonym is empty"),
        ({"relation": "allergic"}, "allergic"),
        ({"relation": "device", "exclusive": True}, "`exclusive` is for `relation: allergy`"),
        ({"silence": "allowed"}, "`silence: allowed` is for `state: absent`"),
        ({"span": [5, 5]}, "`span` is"),
        ({"synonym": ["x"]}, "synonyms"),
    ],
)
def test_a_wrong_one_is_told_in_one_line(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DeclarationError, match=message) as caught:
        convert(GOOD | change, Assertion, source="here")
    assert str(caught.value).startswith("here")
    assert "\n" not in str(caught.value)


def test_that_there_are_no_allergies_needs_no_words() -> None:
    assert Assertion(concept="none", relation="allergy", state="absent").synonyms == ()
