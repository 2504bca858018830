import jsonschema
import pytest
import yaml

from statera.guard import kinds
from statera.guard.policy import SHIPPED
from statera.guard.schemas import policy_schema

VALIDATOR = jsonschema.Draft202012Validator(policy_schema())


def _errors(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(text))]


def test_it_is_a_schema_and_the_policies_that_ship_hold_to_it() -> None:
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)
    for path in SHIPPED.glob("*.yaml"):
        assert _errors(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("detectors: [{name: a, use: personl}]", "'personl' is not one of"),
        ("detectors: [{name: a, use: personal, with: {kinds: [cards]}}]", "'cards' is not one of"),
        ("detectors: [{name: a, use: regex, with: {}}]", "'patterns' is a required property"),
        ("detectors: [{name: a, use: secrets, treshold: 1}]", "'treshold' was unexpected"),
        ("detectors: [{name: a, use: secrets, threshold: 2}]", "2 is greater"),
    ],
)
def test_an_editor_sees_what_is_wrong(text: str, told: str) -> None:
    assert told in " ".join(_errors(text))


def test_every_kind_can_be_named() -> None:
    assert policy_schema()["$defs"]["Entry"]["properties"]["use"]["enum"] == kinds.names()
