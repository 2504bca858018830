import msgspec
import pytest

from statera.codec.strict import convert, from_json, from_yaml
from statera.errors import DeclarationError


class Inner(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="inner"):
    margin: float
    strict: bool = False


class Other(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="other"):
    name: str


class Rules(msgspec.Struct, forbid_unknown_fields=True):
    rules: list[Inner | Other]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("rules: [{type: inner, margn: 1}]", ["unknown field `margn`", "$.rules[0]", "'margin'?"]),
        ("rules: [{type: iner, margin: 1}]", ["$.rules[0]", "Did you mean 'inner'?"]),
        ("rules: [{type: inner, margin: 1, strict: 'false'}]", ["Expected `bool`", "strict"]),
        ("rules: [{type: inner}]", ["missing required field `margin`"]),
        ("rules: [", ["line 1"]),
    ],
)
def test_mistakes_are_one_line_with_their_place(text: str, parts: list[str]) -> None:
    with pytest.raises(DeclarationError) as error:
        from_yaml(text, Rules, source="gate.yaml")
    message = str(error.value)
    assert message.startswith("gate.yaml")
    assert "\n" not in message
    for part in parts:
        assert part in message


def test_json_and_plain_values() -> None:
    assert from_json(b'{"rules": []}', Rules, source="x") == Rules(rules=[])
    assert convert({"rules": []}, Rules, source="x") == Rules(rules=[])
    with pytest.raises(DeclarationError, match="x: "):
        from_json(b"{", Rules, source="x")
