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
    figures,
    indexed,
    label,
    media,
    names,
    number,
    numbers,
    parts,
    passing,
    sealed,
    spoken,
    table,
    tagged,
    text,
    tokens,
    with_role,
    word,
)
from statera.proxy.wire.refusals import Refused
from tests.proxy.wire.markers import OPEN, STRICT, Read, vanished


def read(field: Field, value: Any, policy: Policy = STRICT, **more: Any) -> list[tuple[str, str]]:
    reader = Reader(policy, "input", **more)
    field(reader, {"x": value}, "x", value, "x")
    return [(slot.passage.place, slot.passage.text) for slot in reader.slots]


PART = table({"type": label, "text": text})


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        (number, 5, []),
        (number, True, []),
        (text, "said", [("x", "said")]),
        (text, "", []),
        (label, "gpt-4o:x/y", []),
        (label, "two words", [("x", "two words")]),
        (label, "ann@example.org", [("x", "ann@example.org")]),
        (label, "a" * 257, [("x", "a" * 257)]),
        (label, ["a", "b c"], [("x[1]", "b c")]),
        (label, 7, []),
        (sealed, "AAbb+/==", []),
        (sealed, "AA bb", [("x", "AA bb")]),
        (passing, {"any": "thing"}, []),
        (spoken, {"a": ["b", {"c": 5}], "d": None}, [("x", "a\nb\nc\nd")]),
        (spoken, {"type": "object", "description": "d"}, [("x", "d")]),
        (spoken, {"card": 4111111111111111, "n": 5}, [("x", "card\n4111111111111111\nn")]),
        (figures, {"a": 1, "b": "c", "d": [True, "e-f"]}, []),
        (figures, {"a": "two words", "b c": 1}, [("x", "two words\nb c")]),
        (numbers, [1, 2.5], []),
        (numbers, [1, "two"], [("x", "two")]),
        (numbers, "one", [("x", "one")]),
        (word("a", "b"), "a", []),
        (either(one=text, many=each(text)), "s", [("x", "s")]),
        (either(one=text, many=each(text)), ["s", None, "t"], [("x[0]", "s"), ("x[2]", "t")]),
        (parts(PART), [{"text": "s"}], [("x[0].text", "s")]),
        (parts(PART), [{"text": "s"}, {"text": "t"}], [("x", "s\nt")]),
        (parts(PART), [{"text": "s"}, {"text": ""}], [("x[0].text", "s")]),
        (table({"a": text}), {"a": "s", "b": 5, "c": None, "d": "", "e": []}, [("x.a", "s")]),
        (tagged("kind", {"k": table({"kind": label})}), {"kind": "k"}, []),
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
        (label, {"a": "b"}, "invalid_request"),
        (word("system", "user"), "sistem", "invalid_request"),
        (word("system", "user"), ["user"], "invalid_request"),
        (either(one=text), ["s"], "invalid_request"),
        (either(many=each(text), named=spoken), "s", "invalid_request"),
        (each(text), {"a": "s"}, "invalid_request"),
        (table({}), ["s"], "invalid_request"),
        (table({"a": text}), {"b": "s"}, "unknown_field"),
        (table({"a": text}), {"b": {"c": 1}}, "unknown_field"),
        (table({"a": text}), {"two words": 1}, "unknown_field"),
        (tagged("kind", {}), {"kind": "k"}, "unknown_field"),
        (tagged("kind", {}), {"kind": ["k"]}, "invalid_request"),
        (tagged("kind", {}), {}, "unknown_field"),
        (tagged("kind", {}), "k", "invalid_request"),
        (indexed(table({})), {"index": 1}, "invalid_request"),
        (indexed(table({})), [5], "invalid_request"),
        (indexed(table({})), [{"index": "0"}], "invalid_request"),
        (media, {"url": "https://example.org"}, "image_not_allowed"),
        (tokens, [1, 2], "tokens_not_readable"),
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
        (media, {"url": "https://example.org/a.png", "data": "AAAA", "id": "f-1"}, []),
        (media, {"url": "data:image/png;base64,AAAA", "alt": "two words"}, [("x", "two words")]),
        (tokens, [1, 2], []),
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


def test_parts_of_another_side_stay_apart() -> None:
    field = parts(table({"text": text, "call": with_role("", text, "tool_call")}))
    assert read(field, [{"text": "s"}, {"call": "t"}]) == [("x[0].text", "s"), ("x[1].call", "t")]


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
    lost = vanished(reading(table({"a": passing, "b": passing})), body, frozenset())
    assert set(lost) == {"a", "b.c"}
