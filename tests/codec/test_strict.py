from datetime import datetime
from typing import Literal

import msgspec
import pytest

from statera.codec.strict import convert, from_json, from_yaml
from statera.errors import DeclarationError


class Inner(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="inner"):
    margin: float
    strict: bool = False


class Other(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="other"):
    name: str


class Times(msgspec.Struct, forbid_unknown_fields=True):
    first_byte: float = 1.0


class Rules(msgspec.Struct, forbid_unknown_fields=True):
    rules: list[Inner | Other]
    times: Times | None = None
    any: tuple[str, ...] = ()
    way: Literal["over", "under"] | None = None
    ways: tuple[Literal["over", "under"], ...] = ()
    number: Literal[1, 2] = 1
    role: Literal["user", ""] = ""


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("rules: [{type: inner, margn: 1}]", ["unknown field `margn`", "$.rules[0]", "'margin'?"]),
        ("rules: [{type: iner, margin: 1}]", ["$.rules[0]", "Did you mean 'inner'?"]),
        (
            "rules: [{type: inner, margin: 1, strict: 'false'}]",
            ["Expected true or false, got text", "strict"],
        ),
        ("", ["gate.yaml: Expected a mapping, got nothing"]),
        ("rules: [{type: inner, margin: x}]", ["Expected a number, got text - at `$.rules[0]"]),
        ("rules: 4", ["Expected a list, got a whole number"]),
        ("rules: []\nway: ovr", ["Invalid value 'ovr'", "Did you mean 'over'? Allowed: over, un"]),
        ("rules: []\nways: [a, over, b]", ["'a' - at `$.ways[0]`", ". Allowed: over, under"]),
        ("rules: []\nnumber: 3", ["Invalid value 3 - at `$.number`. Allowed: 1, 2"]),
        ("rules: []\nrole: usr", ["Did you mean 'user'? Allowed: user, \"\""]),
        ("rules: [{type: inner}]", ["missing required field `margin`"]),
        ("rules: [", ["line 1"]),
        ("rules: [{type: inner, name: x}]", [". Allowed: margin, strict, type"]),
        ("rules: [{type: other, name: x, mrgin: 1}]", [". Allowed: name, type"]),
        ("rules: [{type: iner}]", ["Did you mean 'inner'? Allowed: inner, other"]),
        (
            "ruls: []",
            [
                "unknown field `ruls`. Did you mean 'rules'? "
                "Allowed: any, number, role, rules, times"
            ],
        ),
        ("rules: []\ntimes: {first: 1}", ["at `$.times`", "'? Allowed: first_byte"]),
        ("rules: []\nany: []\nrules: []", ["line 3, column 1: key `rules` is already on line 1"]),
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


def test_json_tells_which_field_may_be_a_slip_for_a_missing_one() -> None:
    class Line(msgspec.Struct):
        id: str
        output: str
        outputs: str = ""

    for text, told in (
        ('{"id": "1", "outptu": "o", "outputs": "x"}', "`output`. Is 'outptu' meant to be it?"),
        ('{"id": "1", "outputs": "x", "note": "n"}', "required field `output`"),
        ("[]", "Expected a mapping, got a list"),
    ):
        with pytest.raises(DeclarationError) as error:
            from_json(text, Line, source="a.jsonl, line 3")
        assert str(error.value).endswith(told)


def test_json_names_the_fields_of_that_place() -> None:
    with pytest.raises(
        DeclarationError, match=r"at `\$\.rules\[0\]`\. Allowed: margin, strict, type"
    ):
        from_json(b'{"rules": [{"type": "inner", "nme": 1}]}', Rules, source="x")


def test_only_true_and_false_are_booleans_in_yaml() -> None:
    text = "rules: [{type: inner, margin: 1, strict: true}]\nany: [yes, no, on, off, y]"
    found = from_yaml(text, Rules, source="x")
    assert found.any == ("yes", "no", "on", "off", "y")
    assert found.rules == [Inner(margin=1.0, strict=True)]
    with pytest.raises(DeclarationError, match="Expected true or false, got text"):
        from_yaml("rules: [{type: inner, margin: 1, strict: yes}]", Rules, source="x")


def test_merged_keys_may_be_overruled() -> None:
    text = "rules:\n- &a {type: inner, margin: 1}\n- {<<: *a, margin: 2}\n"
    assert from_yaml(text, Rules, source="x").rules == [Inner(margin=1.0), Inner(margin=2.0)]


@pytest.mark.parametrize("said", ["2026-12-01", "yesterday"])
def test_a_time_is_asked_for_in_words(said: str) -> None:
    class Step(msgspec.Struct, forbid_unknown_fields=True):
        at: datetime

    with pytest.raises(DeclarationError, match=r"Expected a time with its zone, as 2026-12-01T08"):
        from_yaml(f"at: {said}", Step, source="tone.yaml")
