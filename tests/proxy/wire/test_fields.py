from typing import Any

import pytest

from statera.guard.policy import Policy
from statera.proxy.wire.fields import (
    MOST_TEXTS,
    Field,
    Reader,
    at,
    each,
    either,
    indexed,
    joined,
    names,
    number,
    numbers,
    parts,
    spoken,
    table,
    tag,
    tagged,
    text,
    with_role,
    word,
)
from statera.proxy.wire.labels import label
from statera.proxy.wire.leaves import Leaf
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import write
from statera.records.guarding import Edit, Side
from tests.proxy.wire.markers import OPEN, STRICT, Read, vanished


def read(field: Field, value: Any, policy: Policy = STRICT, **more: Any) -> list[tuple[str, str]]:
    reader = Reader(policy, "input", **more)
    field(reader, {"x": value}, "x", value, "x")
    return [(slot.passage.place, slot.passage.text) for slot in reader.slots]


PART = table({"type": tag, "text": text, "refusal": text})


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        (number, 5, []),
        (number, True, []),
        (text, "said", [("x", "said")]),
        (text, "", []),
        (number, 4111111111111111, [("x", "4111111111111111")]),
        (number, -(10.0**12), [("x", "-1000000000000")]),
        (table({"n": number}), {"n": 4111111111111111}, [("x.n", "4111111111111111")]),
        (tag, "any thing", []),
        (spoken, {"a": ["b", {"c": 5}], "d": None}, [("x", "a\nb\nc\nd")]),
        (spoken, {"type": "object", "description": "d"}, [("x", "d")]),
        (spoken, {"card": 4111111111111111, "n": 5}, [("x", "card\n4111111111111111\nn")]),
        (
            spoken,
            {"card": 4111111111111111.0, "n": 1e6},
            [("x", "card\n4111111111111111\nn\n1000000")],
        ),
        (numbers, [1, 2.5], []),
        (numbers, [1, "two"], [("x", "two")]),
        (numbers, "one", [("x", "one")]),
        (numbers, [1, 4111111111111111.0], [("x", "4111111111111111")]),
        (numbers, [], []),
        (word("a", "b"), "a", []),
        (either(one=text, many=each(text)), "s", [("x", "s")]),
        (either(one=text, many=each(text)), ["s", None, "t"], [("x[0]", "s"), ("x[2]", "t")]),
        (parts(PART), [{"text": "s"}], [("x[0].text", "s")]),
        (parts(PART), [{"text": "s"}, {"text": "t"}], [("x", "s\nt"), ("x", "st")]),
        (parts(PART), [{"text": "s "}, {"text": "t"}], [("x", "s \nt")]),
        (
            parts(PART),
            [{"text": "s", "refusal": "r"}, {"text": "t"}],
            [("x", "s\nr\nt"), ("x", "st")],
        ),
        (parts(either(one=text, named=PART)), ["s", {"text": "t"}], [("x", "s\nt"), ("x", "st")]),
        (parts(PART), [{"text": "s"}, {"text": ""}], [("x[0].text", "s")]),
        (table({"a": text}), {"a": "s", "b": 5, "c": None, "d": "", "e": []}, [("x.a", "s")]),
        (tagged("kind", {"k": table({"kind": tag})}), {"kind": "k"}, []),
        (tagged("kind", {"k": table({})}, otherwise="k"), {}, []),
        (indexed(table({"index": number, "t": text})), [{"index": 3, "t": "s"}], [("x[3].t", "s")]),
        (table({"delta": at("message", table({"t": text}))}), {"delta": {"t": "s"}}, None),
    ],
)
def test_a_field_takes_its_kind(field: Field, value: Any, found: list[tuple[str, str]]) -> None:
    assert read(field, value) == (found if found is not None else [("x.message.t", "s")])


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (number, "5", "invalid_request"),
        (number, [5], "invalid_request"),
        (text, 5, "invalid_request"),
        (text, ["s"], "invalid_request"),
        (tag, 5, "invalid_request"),
        (word("system", "user"), "sistem", "invalid_request"),
        (word("system", "user"), ["user"], "invalid_request"),
        (either(one=text), ["s"], "invalid_request"),
        (either(many=each(text), named=spoken), "s", "invalid_request"),
        (each(text), {"a": "s"}, "invalid_request"),
        (table({}), ["s"], "invalid_request"),
        (table({"a": text}), {"b": "s"}, "unknown_field"),
        (table({"a": text}), {"b": {"c": 1}}, "unknown_field"),
        (table({"a": text}), {"two words": 1}, "unknown_field"),
        (table({"a": text}), {"b": 4111111111111111}, "unknown_field"),
        (tagged("kind", {}), {"kind": "k"}, "unknown_field"),
        (tagged("kind", {}), {"kind": ["k"]}, "invalid_request"),
        (tagged("kind", {}), {}, "unknown_field"),
        (tagged("kind", {}), "k", "invalid_request"),
        (indexed(table({})), {"index": 1}, "invalid_request"),
        (indexed(table({})), [5], "invalid_request"),
        (indexed(table({})), [{"index": "0"}], "invalid_request"),
        (each(text), ["s"] * (MOST_TEXTS + 1), "too_many_texts"),
    ],
)
def test_a_field_refuses_what_it_cannot_read(field: Field, value: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(field, value)
    assert refused.value.code == code


def test_a_slip_names_the_nearest() -> None:
    with pytest.raises(Refused, match=r"one of system, user\. Did you mean 'system'"):
        read(word("system", "user"), "sistem")
    with pytest.raises(Refused, match="Did you mean 'content'"):
        read(table({"content": text}), {"contant": "s"})


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        (table({"a": text}), {"b": {"c": "s"}}, [("x.b", "c\ns")]),
        (table({"a": text}), {"b c": "s"}, [("x.b c", "b c"), ("x.b c", "s")]),
        (table({"a": text}), {"b c": 1}, [("x.b c", "b c")]),
        (tagged("kind", {}), {"kind": "k", "t": "s"}, [("x", "kind\nk\nt\ns")]),
    ],
)
def test_an_open_policy_reads_what_it_does_not_know(
    field: Field, value: Any, found: list[tuple[str, str]]
) -> None:
    assert read(field, value, OPEN) == found


def test_a_stream_keeps_parts_apart() -> None:
    value = [{"text": "s"}, {"text": "t"}]
    found = read(parts(PART), value, piecewise=True)
    assert found == [("x[0].text", "s"), ("x[1].text", "t")]


def test_parts_of_a_streamed_choice_go_on_with_its_text() -> None:
    value = [{"text": "s"}, {"text": "t", "refusal": "r"}]
    reader = Reader(STRICT, "output", piecewise=True)
    parts(PART)(reader, {"x": value}, "x", value, "choices[0].message.content")
    assert [(slot.passage.place, slot.passage.text) for slot in reader.slots] == [
        ("choices[0].message.content", "s"),
        ("choices[0].message.content", "t"),
        ("choices[0].message.content.refusal", "r"),
    ]


def test_parts_of_another_side_stay_apart() -> None:
    field = parts(table({"text": text, "call": with_role("", text, "tool_call")}))
    assert read(field, [{"text": "s"}, {"call": "t"}]) == [("x[0].text", "s"), ("x[1].call", "t")]
    found = read(field, [{"text": "s"}, {"call": "t"}, {"text": "u"}])
    assert found == [("x[1].call", "t"), ("x", "s\nu"), ("x", "su")]


def test_what_stands_beside_the_texts_of_parts_does_not_keep_them_apart() -> None:
    field = parts(table({"text": text, "notes": spoken}))
    found = read(field, [{"text": "forbidden", "notes": ["n"]}, {"text": "word"}])
    assert found == [("x[0].notes", "n"), ("x", "forbidden\nword"), ("x", "forbiddenword")]


@pytest.mark.parametrize(("side", "more"), [("input", 0), ("tool_result", 2)])
def test_parts_of_a_tool_are_read_without_escapes_too(side: Side, more: int) -> None:
    value = [{"text": r"forbidden\u0077"}, {"text": "ord"}]
    reader = Reader(STRICT, side)
    parts(PART)(reader, {"x": value}, "x", value, "x")
    said = [slot.passage.text for slot in reader.slots]
    assert len(said) == 2 + more
    assert ("forbiddenword" in said) == bool(more)
    first, *others = [slot.again for slot in reader.slots]
    assert not first
    assert all(others)


def test_an_edit_of_joined_parts_is_made_in_each_of_them() -> None:
    value = [{"text": "a forbidden"}, {"text": "word b"}]
    reader = Reader(STRICT, "input")
    parts(PART)(reader, {"x": value}, "x", value, "x")
    assert write(reader.slots, [Edit(0, 0, 1, "A"), Edit(1, 2, 15, "[W]")])
    assert value == [{"text": "A [W]"}, {"text": " b"}]


def test_an_edit_of_escapes_in_an_object_is_made_where_they_stand() -> None:
    value = {"q": r'{"w": "forbidden\u0077ord"}', "n": 4111111111111111.0}
    reader = Reader(STRICT, "tool_call")
    spoken(reader, {"x": value}, "x", value, "x")
    plain = reader.slots[1].passage.text
    at = plain.index("forbiddenword")
    card = reader.slots[0].passage.text.index("4111")
    write(reader.slots, [Edit(1, at, at + 13, "[W]"), Edit(0, card, card + 16, "[CARD]")])
    assert value == {"q": '{"w": "[W]"}', "n": "[CARD]"}


def test_other_readings_of_a_text_are_not_counted() -> None:
    value = [r"\u0061"] * MOST_TEXTS
    reader = Reader(STRICT, "tool_call")
    each(text)(reader, {"x": value}, "x", value, "x")
    assert len(reader.slots) == 2 * MOST_TEXTS


def test_texts_are_joined_by_a_mark() -> None:
    holder = ["s", "t"]
    reader = Reader(STRICT, "input")
    joined(reader, [Leaf("s", holder, 0), Leaf("t", holder, 1)], "x", ", ")
    joined(reader, [], "x")
    (slot,) = reader.slots
    assert slot.passage.text == "s, t"
    assert [part[2:] for part in slot.parts] == [(0, 1), (3, 4)]


def test_a_role_and_a_side_hold_inside_only() -> None:
    reader = Reader(STRICT, "input", "user")
    field = table({"a": with_role("tool", text, "tool_result"), "b": text})
    field(reader, {}, "", {"a": "s", "b": "t"}, "")
    said = [slot.passage for slot in reader.slots]
    assert [(one.role, one.side) for one in said] == [("tool", "tool_result"), ("user", "input")]


def test_a_list_of_names_is_written_as_text() -> None:
    assert names("\na b\nc ") == ["a", "b", "c"]


def test_a_field_that_is_skipped_would_be_noticed() -> None:
    def reading(field: Field) -> Read:
        return lambda body: [said for _, said in read(field, body)]

    body = {"a": "said", "b": {"c": "said too"}}
    assert vanished(reading(table({"a": text, "b": spoken})), body, frozenset()) == []
    assert vanished(reading(table({"a": label, "b": spoken})), body, frozenset()) == ["a"]
    lost = vanished(reading(table({"a": tag, "b": lambda *_: None})), body, frozenset())
    assert set(lost) == {"a", "b.c"}
