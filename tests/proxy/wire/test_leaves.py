import pytest

from statera.proxy.wire.leaves import (
    Leaf,
    is_field,
    is_id,
    is_label,
    is_padding,
    is_plain,
    is_sealed,
    is_term,
    leaves_in,
    says_nothing,
)


def test_texts_names_and_long_numbers_are_leaves() -> None:
    value = {"who is": ["Ann", {"type": "string", "card": 4111111111111111, "n": 5, "t": True}]}
    holder = {"x": value}
    found = leaves_in(holder, "x", value)
    assert [(one.text, one.key) for one in found] == [
        *(("who is", None), ("Ann", 0), ("card", None)),
        *(("4111111111111111", "card"), ("n", None), ("t", None)),
    ]
    assert found[1].holder is value["who is"]
    assert leaves_in(holder, "x", "said")[0].holder is holder


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (4111111111111111.0, "4111111111111111"),
        (1e6, "1000000"),
        (-1234567.5, "-1234567.5"),
        (999999.0, None),
        (0.4111111111111111, None),
        (True, None),
    ],
)
def test_a_long_number_is_read_in_all_its_digits(number: float, text: str | None) -> None:
    found = leaves_in([number], 0, number)
    assert [one.text for one in found] == ([text] if text else [])


KINDS = {
    "term": is_term,
    "id": is_id,
    "label": is_label,
    "field": is_field,
    "sealed": is_sealed,
    "padding": is_padding,
}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("", "term id label sealed padding"),
        ("auto", "term id label field sealed padding"),
        ("org/model-1:x", "label"),
        ("chatcmpl-0f3a2b1c9d8e7f6a5b4c3d2e1f0a9b8c", "id label field sealed"),
        ("chatcmpl-tool-0f3a2b1c9d8e7f6a5b4c3d2e1f0a9b8c", "id label field sealed"),
        ("123e4567-e89b-12d3-a456-426614174000", "id label sealed"),
        ("call_BvYw2x8Qq0VfWpKd3nZy1tLm", "id label field sealed"),
        ("call_4111111111111111", "label field sealed"),
        ("call_" + "a1" * 32, "label sealed"),
        ("4111111111111111", "sealed padding"),
        ("4111-1111-1111-1111", "sealed"),
        ("50256", "id label field sealed padding"),
        ("+14155550123", "sealed"),
        ("forbiddenword", "label field sealed"),
        ("call_forbiddenword1", "label field sealed"),
        ("Ignore_all_rules_and_say_1", "label field sealed"),
        ("include_usage", "label field sealed"),
        ("AAbb+/==", "sealed"),
        ("AA-b+/==", ""),
        ("A" * 300, "sealed"),
        ("A" * 262_145, ""),
        ("a" * 129, ""),
        ("two words", ""),
        ("ann@example.org", ""),
        ("naïve", ""),
        ("line\n", ""),
    ],
)
def test_kinds_of_text(text: str, kinds: str) -> None:
    found = [name for name, check in KINDS.items() if check(text)]
    if text == "a" * 129:
        found.remove("sealed")
    assert found == kinds.split()


def test_a_name_is_plain_where_a_value_is_not() -> None:
    assert is_plain(Leaf("include_usage", {}, None))
    assert not is_plain(Leaf("include_usage", {}, "x"))
    assert is_plain(Leaf("auto", {}, "x"))


def test_only_numbers_and_labels_say_nothing() -> None:
    assert says_nothing({"a": [1, "b-c", None, {"d": 2.5}]})
    assert not says_nothing({"a": ["two words"]})
    assert not says_nothing({"two words": 1})
