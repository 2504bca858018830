"""JSON, and JSON that fits a schema."""

import pytest

from statera.errors import DeclarationError
from statera.scorers.json_valid import JsonSchema, JsonValid
from tests.scorers.replies import QUESTION, reply

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "n": {"type": "integer", "minimum": 1}},
    "required": ["city"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ('{"a": 1}', "right"),
        ('```json\n{"a": 1}\n```', "right"),
        ("<think>{</think>[1, 2]", "right"),
        ('{"a": 1', "wrong"),
        ('{"a": NaN}', "wrong"),
        ('Here: {"a": 1}', "wrong"),
        ("[" * 3000, "wrong"),
        ("\ud800", "wrong"),
        ("", "unparsed"),
    ],
)
def test_json_is_valid_or_not(text: str, outcome: str) -> None:
    assert JsonValid().score(QUESTION, reply(text)).outcome == outcome


def test_bare_forgives_no_fence() -> None:
    assert JsonValid(bare=True).score(QUESTION, reply("```\n1\n```")).outcome == "wrong"


def test_a_cut_off_document_is_truncated() -> None:
    assert JsonValid().score(QUESTION, reply('{"a": ', "length")).outcome == "truncated"


@pytest.mark.parametrize(
    ("text", "outcome", "why"),
    [
        ('{"city": "Paris", "n": 2}', "right", ""),
        ('{"n": 2}', "wrong", "$: 'city' is a required property"),
        ('{"city": "Paris", "n": 0}', "wrong", "$.n: 0 is less than the minimum of 1"),
        ("no", "wrong", None),
    ],
)
def test_the_schema_says_where_it_does_not_fit(text: str, outcome: str, why: str | None) -> None:
    score = JsonSchema(schema=SCHEMA).score(QUESTION, reply(text))
    assert score.outcome == outcome
    assert why is None or score.why == why


def test_a_schema_that_is_none_is_declared_wrong() -> None:
    with pytest.raises(DeclarationError, match=r"json_schema.*type"):
        JsonSchema(schema={"type": "objekt"})
