"""One object gives a rubric's levels to the prompt and reads the grade from the reply."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.codec.canonical import canonical
from statera.codec.strict import from_yaml
from statera.errors import DeclarationError
from statera.scorers.scale import Scale
from tests.shared_data import shared

TEXTS = ("incorrect or harmful", "severe errors", "lacks detail", "accurate", "perfect")
FIVE = Scale(levels=dict(enumerate(TEXTS, start=1)))


def test_levels_are_printed_from_the_lowest_one_a_line() -> None:
    scale = Scale(levels={2: "good", -1: "bad", 0: "so\n  so"})
    assert scale.text() == "[-1] bad\n[0] so so\n[2] good"
    assert (scale.low, scale.high, scale.values) == (-1, 2, (-1, 0, 2))
    assert [scale.share(value) for value in scale.values] == [0.0, 1 / 3, 1.0]
    assert scale.read("[-1]").value == "-1"


@pytest.mark.parametrize(
    ("values", "good"), [((1, 2, 3, 4, 5), 4), ((0, 1), 1), ((1, 10), 10), ((1, 2, 3), 3)]
)
def test_good_is_what_lies_above_the_middle(values: tuple[int, ...], good: int) -> None:
    assert Scale(levels=dict.fromkeys(values, "x")).good_from == good
    assert Scale(levels=dict.fromkeys(values, "x"), passing=values[0]).good_from == values[0]


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ("{1: bad}", "at least two levels"),
        ("{1: bad, 2: ''}", "level 2 has no text"),
        ("{1: bad, x: good}", "level 'x' is not a whole number"),
        ("{1: bad, 1.5: good}", "got a number|Expected"),
        ("{1: bad, '01': good}", "each once"),
        ("{1: bad, 5: good}\npassing: 4", "passing: 4 is none of the levels 1, 5"),
        ("{1: bad, 5: good}\npasing: 5", "Did you mean 'passing'"),
    ],
)
def test_a_scale_declared_wrong_is_told_in_one_line(levels: str, said: str) -> None:
    with pytest.raises(DeclarationError, match=said) as caught:
        from_yaml(f"levels: {levels}", Scale, source="rubric.yaml")
    assert str(caught.value).startswith("rubric.yaml: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("levels", [{False: "a", 2: "b"}, {1.5: "a", 2: "b"}])
def test_in_python_too_only_whole_numbers_are_levels(levels: Any) -> None:
    with pytest.raises(DeclarationError, match="not a whole number"):
        Scale(levels=levels)


def test_a_scale_survives_the_store() -> None:
    """JSON has texts as keys; so have the settings of a stored run."""
    assert msgspec.json.decode(msgspec.json.encode(FIVE), type=Scale) == FIVE
    stored = json.loads(msgspec.json.encode(FIVE))
    assert msgspec.convert(stored, Scale) == FIVE
    assert msgspec.convert(msgspec.to_builtins(FIVE), Scale) == FIVE
    assert canonical(msgspec.convert(stored, Scale)) == canonical(FIVE)


def test_the_schema_asks_for_reasons_first() -> None:
    schema = FIVE.schema()
    assert list(schema["properties"]) == schema["required"] == ["reasoning", "score"]
    assert schema["properties"]["score"] == {"type": "integer", "enum": [1, 2, 3, 4, 5]}
    assert schema["additionalProperties"] is False


def test_only_levels_are_read() -> None:
    steps = Scale(levels={1: "bad", 3: "fair", 5: "good"})
    for text in ("[4]", "Score: 4", '{"score": 4}', "[3.5]", "[6]", "I rate this 4", "[5/10]"):
        assert steps.read(text).value is None, text
    for text in ("[3]", "Score: 3.0", '{"score": "3"}', "[3/5]", "I rate this 3 out of 5."):
        assert steps.read(text).value == "3", text


def test_the_shared_cases_are_read_acceptably() -> None:
    path = shared("data", "alignment", "parsing", "verdict_parse_cases.jsonl")
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    ten = Scale(levels={value: f"level {value}" for value in range(1, 11)})
    scores = [case for case in cases if case["kind"] == "score"]
    assert len(scores) >= 4
    for case in scores:
        assert (ten.read(case["response"]).value or "UNPARSEABLE") in case["acceptable"], case


PIECES = st.sampled_from(
    ["[4]", "[5]", "[7]", "[[3]]", "4", "5/5", "Score: 4", "final ", "Final score: 3", "so ",
     "It is fine", ". ", "\n", "\n\n", " ", ": ", "12 mg", "[", "]", "*", "-", "perfect", "{",
     "and ", "<think>", '{"score": 2}', '{"reasoning": "x [1]", "score": 5}', "is ", "a ",
     "!", "source [2] says"]
)  # fmt: skip


@given(text=st.lists(PIECES, max_size=8).map("".join), level=st.integers(0, 6))
@settings(max_examples=800)
def test_the_glance_reads_what_the_long_look_reads(text: str, level: int) -> None:
    for reply in (text, f"{text}[{level}]", f"{text}\n\n[{level}]", f"{text}. [{level}]"):
        seen = FIVE.quick(reply)
        if seen is not None:
            assert seen == FIVE.read_slowly(reply)


def test_the_glance_suffices_for_what_was_asked_for() -> None:
    for reply in ("[4]", "It names 200 mg, and is clear.\n\n[4]", '{"reasoning": "x", "score": 4}'):
        assert FIVE.quick(reply) is not None


@given(text=st.lists(PIECES, max_size=10).map("".join))
def test_what_was_read_stands_at_its_span(text: str) -> None:
    reading = FIVE.read(text)
    assert reading.why
    if reading.value is not None:
        assert reading.span is not None
        assert reading.value in text[slice(*reading.span)]
        assert int(reading.value) in FIVE.levels
